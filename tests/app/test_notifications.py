"""What a program may ask for, and what it is told. Over real sockets, on both databases."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import Session, col, select, update

from app.api.notifications import notification_routes
from app.doors import open_doors
from engine.commands.api_keys import create_api_key, revoke_api_key
from engine.domain.api_access import Scope
from engine.domain.ids import TenantId, UserId
from engine.domain.roles import Actor, Role
from engine.store.database import Database
from engine.store.tables import ApiKey, Delivery, Notification, Sender, Subscriber, Template
from engine.trials.texts import TEMPLATE
from tests.app.serving import serving
from tests.workers.cast import NOW, stage
from tests.workers.said import hear, text

KEY = "dck_" + "k" * 40
READS = "dck_" + "r" * 40
Story = Callable[[httpx.AsyncClient], Awaitable[None]]


class Watch:
    """A clock that a test moves."""

    ahead = timedelta(0)

    def now(self) -> Any:
        return NOW + self.ahead


def furnish(session: Session) -> None:
    cast = stage(session, people=2)
    tenant = TenantId(cast.seeded.tenant)
    by = Actor("Meera", tenant, Role.ADMINISTRATOR, UserId(cast.seeded.users[Role.ADMINISTRATOR]))
    for name, scopes, key in (
        ("Alerts", list(Scope), KEY),
        ("Report", [Scope.READ], READS),
    ):
        made = create_api_key(session, tenant, name=name, scopes=scopes, key=key, by=by, now=NOW)
        assert isinstance(made, int)


def phone(database: Database) -> str:
    asked = select(Subscriber.phone).order_by(col(Subscriber.id)).limit(1)
    return str(database.read_now(lambda s: s.exec(asked).one()))


def tell(database: Database, story: Story, key: str = KEY) -> Watch:
    watch = Watch()

    async def run() -> None:
        open_doors(database, watch)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with (
            asyncio.timeout(30),
            serving(notification_routes()) as url,
            httpx.AsyncClient(base_url=url, trust_env=False, headers=headers) as client,
        ):
            await story(client)

    asyncio.run(run())
    return watch


@pytest.fixture
def firm(database: Database) -> Database:
    database.transact_now(furnish)
    return database


def wanted(database: Database, **change: Any) -> dict[str, Any]:
    words = [{"type": "text", "value": f"word {n}"} for n in range(4)]
    asked: dict[str, Any] = {
        "event_type": "portfolio.alert",
        "recipient": {"phone_number": phone(database)},
        "template": {"name": TEMPLATE, "language": "en", "parameters": words},
        "metadata": {"order": "4711"},
    }
    return {key: value for key, value in (asked | change).items() if value is not None}


def deliveries(database: Database) -> list[Delivery]:
    asked = select(Delivery).where(col(Delivery.lane_id).is_(None))
    return database.read_now(lambda s: list(s.exec(asked).all()))


def test_a_message_is_taken_and_its_state_told(firm: Database) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/notifications", json=wanted(firm))
        assert answer.status_code == 201, answer.text
        told = answer.json()
        assert told["status"] == "queued"
        assert told["metadata"] == {"order": "4711"}
        assert answer.headers["x-ratelimit-remaining"] == "99"
        assert answer.headers["x-trace-id"]
        again = await client.get(f"/v1/notifications/{told['id']}")
        assert again.json() == told
        listed = (await client.get("/v1/notifications")).json()
        assert [one["id"] for one in listed["notifications"]] == [told["id"]]

    tell(firm, story)
    (delivery,) = deliveries(firm)
    assert (delivery.phone, delivery.priority) == (phone(firm), 1)
    assert delivery.parameters == '["word 0", "word 1", "word 2", "word 3"]'


def test_the_same_key_and_body_is_one_message_and_another_body_is_refused(firm: Database) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        key = {"Idempotency-Key": "order-4711"}
        answers = await asyncio.gather(
            *[client.post("/v1/notifications", json=wanted(firm), headers=key) for _ in range(5)]
        )
        assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
        assert len({answer.json()["id"] for answer in answers}) == 1
        other = wanted(firm, event_type="another")
        refused = await client.post("/v1/notifications", json=other, headers=key)
        assert refused.status_code == 422
        assert refused.json()["error"]["code"] == "IDEMPOTENCY_KEY_REUSED"

    tell(firm, story)
    assert len(deliveries(firm)) == 1


def test_a_key_is_remembered_for_a_day(firm: Database) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        key = {"X-Idempotency-Key": "k"}
        assert (await client.post("/v1/notifications", json=wanted(firm), headers=key)).is_success
        firm.transact_now(
            lambda s: (
                s.exec(update(Notification).values(created_at=NOW - timedelta(hours=25))).rowcount
            )
        )
        again = await client.post("/v1/notifications", json=wanted(firm), headers=key)
        assert again.status_code == 201

    tell(firm, story)
    assert len(deliveries(firm)) == 2


BAD: list[tuple[dict[str, Any], str, int]] = [
    ({"recipient": {"phone_number": "98123"}}, "INVALID_PHONE_NUMBER", 400),
    ({"recipient": None}, "INVALID_PHONE_NUMBER", 400),
    ({"event_type": ""}, "INVALID_FIELD", 400),
    ({"template": None}, "TEMPLATE_OR_MESSAGE", 400),
    ({"message": {"text": "x"}}, "TEMPLATE_OR_MESSAGE", 400),
    ({"priority": "urgent"}, "INVALID_PRIORITY", 400),
    ({"scheduled_for": "2026-11-23T09:00:00"}, "INVALID_TIME", 400),
    ({"scheduled_for": "2027-11-23T09:00:00Z"}, "INVALID_TIME", 400),
    ({"metadata": []}, "INVALID_METADATA", 400),
    ({"colour": "red"}, "UNKNOWN_FIELD", 400),
    ({"template": {"name": TEMPLATE, "language": "english"}}, "INVALID_LANGUAGE", 400),
    ({"template": {"name": "nothing", "language": "en"}}, "TEMPLATE_UNKNOWN", 422),
    ({"template": {"name": TEMPLATE, "language": "en"}}, "TEMPLATE_PARAMETERS", 422),
    ({"recipient": {"phone_number": "+919800000001"}}, "RECIPIENT_UNKNOWN", 422),
    ({"template": None, "message": {"text": "Hello"}}, "OUTSIDE_SERVICE_WINDOW", 422),
]


@pytest.mark.parametrize(
    ("change", "code", "status"), BAD, ids=[f"{c} {n}" for n, (_, c, _) in enumerate(BAD)]
)
def test_what_cannot_be_taken_is_refused_with_a_code_a_sentence_and_its_field(
    firm: Database, change: dict[str, Any], code: str, status: int
) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        answer = await client.post(
            "/v1/notifications", json=wanted(firm, **change), headers={"X-Trace-Id": "abc"}
        )
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["trace_id"]) == (status, code, "abc")
        assert error["message"].endswith(".")

    tell(firm, story)
    assert deliveries(firm) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"x" * 70_000])
def test_what_is_no_request_is_refused(firm: Database, body: bytes) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/notifications", content=body)
        assert answer.status_code in {400, 413}
        assert answer.json()["error"]["code"] in {"NOT_JSON", "TOO_LARGE"}

    tell(firm, story)


def test_nothing_goes_to_somebody_who_said_stop_or_by_a_paused_template(firm: Database) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        firm.transact_now(lambda s: s.exec(update(Template).values(status="PAUSED")).rowcount)
        answer = await client.post("/v1/notifications", json=wanted(firm))
        assert answer.json()["error"]["code"] == "TEMPLATE_NOT_SENDABLE"
        firm.transact_now(lambda s: s.exec(update(Template).values(status="APPROVED")).rowcount)
        firm.transact_now(lambda s: s.exec(update(Subscriber).values(status="OPTED_OUT")).rowcount)
        answer = await client.post("/v1/notifications", json=wanted(firm))
        assert answer.json()["error"]["code"] == "RECIPIENT_OPTED_OUT"
        firm.transact_now(lambda s: s.exec(update(Subscriber).values(status="ACTIVE")).rowcount)
        firm.transact_now(lambda s: s.exec(update(Sender).values(state="resting")).rowcount)
        answer = await client.post("/v1/notifications", json=wanted(firm))
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "NO_SENDER")

    tell(firm, story)
    assert deliveries(firm) == []


def test_free_text_goes_inside_the_window_and_ends_with_it(firm: Database) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        digits = phone(firm).lstrip("+")
        firm.transact_now(lambda s: hear(s, text("Hi", sender=digits, at=NOW), now=NOW))
        asked = wanted(firm, template=None, message={"text": "Hello"})
        answer = await client.post("/v1/notifications", json=asked)
        assert answer.status_code == 201, answer.text

    tell(firm, story)
    row = firm.read_now(lambda s: s.exec(select(Notification)).one())
    assert (row.text, row.expires_at) == ("Hello", NOW + timedelta(hours=24))


def test_what_still_waits_is_cancelled_and_what_went_is_not(firm: Database) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        at = (NOW + timedelta(hours=2)).isoformat()
        told = (await client.post("/v1/notifications", json=wanted(firm, scheduled_for=at))).json()
        assert told["scheduled_for"] == at
        path = f"/v1/notifications/{told['id']}"
        assert (await client.delete(path)).json()["status"] == "cancelled"
        assert (await client.delete(path)).status_code == 409
        assert (await client.delete("/v1/notifications/none")).status_code == 404

    tell(firm, story)


def test_one_person_gets_ten_an_hour(firm: Database) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        for _ in range(10):
            assert (await client.post("/v1/notifications", json=wanted(firm))).status_code == 201
        answer = await client.post("/v1/notifications", json=wanted(firm))
        assert answer.status_code == 429
        assert answer.json()["error"]["code"] == "RECIPIENT_RATE_LIMITED"
        assert int(answer.headers["retry-after"]) > 0

    tell(firm, story)
    assert len(deliveries(firm)) == 10


def test_an_organisation_asks_a_hundred_times_a_minute(firm: Database) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        bad = wanted(firm, template={"name": "nothing", "language": "en"})
        for _ in range(100):
            assert (await client.post("/v1/notifications", json=bad)).status_code == 422
        answer = await client.post("/v1/notifications", json=bad)
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "RATE_LIMITED")
        assert answer.headers["retry-after"] == "60"

    tell(firm, story)


@pytest.mark.parametrize("key", ["", "dck_wrong", "Bearer", KEY[:-1]])
def test_without_a_key_of_ours_nothing_is_told(firm: Database, key: str) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        for method, path in (
            ("POST", "/v1/notifications"),
            ("GET", "/v1/notifications"),
            ("GET", "/v1/notifications/x"),
            ("DELETE", "/v1/notifications/x"),
        ):
            answer = await client.request(method, path)
            assert answer.status_code == 401
            assert answer.json()["error"]["code"] == "UNAUTHENTICATED"

    tell(firm, story, key)


def test_guessing_keys_is_slowed_and_who_has_one_comes_in_all_the_same(firm: Database) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        wrong = {"Authorization": "Bearer dck_wrong"}
        codes = [
            (await client.get("/v1/notifications", headers=wrong)).status_code for _ in range(8)
        ]
        assert codes[0] == 401
        assert codes[-1] == 429
        assert (await client.get("/v1/notifications")).status_code == 200

    tell(firm, story)


def test_a_key_does_no_more_than_it_may_and_nothing_once_revoked(firm: Database) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        assert (await client.get("/v1/notifications")).status_code == 200
        assert (await client.post("/v1/notifications", json=wanted(firm))).status_code == 403
        assert (await client.delete("/v1/notifications/x")).status_code == 403
        firm.transact_now(revoke)
        assert (await client.get("/v1/notifications")).status_code == 401

    def revoke(session: Session) -> None:
        row = session.exec(select(ApiKey).where(ApiKey.name == "Report")).one()
        by = Actor("M", TenantId(row.tenant_id), Role.ADMINISTRATOR, UserId(1))
        assert revoke_api_key(session, row.id or 0, by=by, now=NOW) is None

    tell(firm, story, READS)
    used = firm.read_now(lambda s: s.exec(select(ApiKey).where(ApiKey.name == "Report")).one())
    assert used.last_used_at == NOW
    assert KEY not in used.key_hash
    assert len(used.key_hash) == 64

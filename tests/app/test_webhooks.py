"""Where Meta calls: nothing unsigned gets in, nothing signed gets lost."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlmodel import Session, select
from structlog.testing import capture_logs

from app.api.letterbox import Room
from app.api.quick_intake import quick_intake
from app.api.webhooks import BODY_MAX, PATH, Intake, webhook_routes
from engine.store.database import Database
from engine.store.tables import Webhook
from engine.whatsapp.signature import sign
from engine.workers.receive import process_batch
from tests.app.serving import serving
from tests.app.turned_away import written_down
from tests.whatsapp.said import ASHA, inbound, messages, status

NOW = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
SECRET = "app-s3cret"
BODY = messages(contacts=[ASHA], statuses=[status(recipient_id="919812345610")])

Story = Callable[[httpx.AsyncClient], Awaitable[None]]


class Unwell:
    """A database that cannot be reached until it is well."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.well = False

    async def transact(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not self.well:
            await asyncio.sleep(0.02)
            raise ConnectionError("no way to the database")
        return await self._database.transact(fn, *args, **kwargs)

    async def read(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await self._database.read(fn, *args, **kwargs)


@asynccontextmanager
async def meta(database: Any, **rooms: Room) -> AsyncGenerator[httpx.AsyncClient]:
    intake = Intake(
        store=database,
        now=lambda: NOW,
        secrets=lambda: (SECRET, "older"),
        verify_token=lambda: "v3rify",
        **rooms,
    )
    async with (
        serving(webhook_routes(intake), quick_intake(intake)) as url,
        httpx.AsyncClient(base_url=url, trust_env=False) as client,
    ):
        yield client


def tell(database: Any, story: Story, **rooms: Room) -> None:
    """Run the story, bounded; Meta is the client in it."""

    async def run() -> None:
        async with asyncio.timeout(20), meta(database, **rooms) as client:
            await story(client)

    asyncio.run(run())


async def post(
    client: httpx.AsyncClient, body: bytes, signature: str | None = None
) -> httpx.Response:
    header = sign(body, SECRET) if signature is None else signature
    return await client.post(PATH, content=body, headers={"X-Hub-Signature-256": header})


def waiting(database: Database) -> list[bytes]:
    def question(session: Session) -> list[bytes]:
        rows = session.connection().execute(
            sa.text("SELECT body FROM webhooks WHERE state = 'waiting' ORDER BY id")
        )
        return [bytes(row.body) for row in rows]

    return database.transact_now(question)


@pytest.fixture
def sqlite(sqlite_url: str) -> Any:
    """What follows is the route's business alone: one database is enough."""
    opened = Database(sqlite_url)
    yield opened
    opened.close()


def test_a_signed_webhook_is_stored_as_it_came_before_the_200(database: Database) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        answer = await post(client, BODY)
        assert (answer.status_code, answer.content) == (200, b"")
        assert waiting(database) == [BODY]

    tell(database, story)


def test_the_same_post_ten_times_changes_nothing(database: Database) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        answers = await asyncio.gather(*(post(client, BODY) for _ in range(10)))
        assert [answer.status_code for answer in answers] == [200] * 10
        assert waiting(database) == [BODY]

    tell(database, story)


def test_many_posts_at_once_are_all_stored(database: Database) -> None:
    bodies = [messages(statuses=[status(id=f"wamid.{n}")]) for n in range(90)]

    async def story(client: httpx.AsyncClient) -> None:
        answers = await asyncio.gather(*(post(client, body) for body in bodies))
        assert {answer.status_code for answer in answers} == {200}
        assert sorted(waiting(database)) == sorted(bodies)

    tell(database, story)


def test_a_200_is_never_said_of_what_is_not_stored(sqlite: Database) -> None:
    unwell = Unwell(sqlite)
    bodies = [messages(statuses=[status(id=f"wamid.{n}")]) for n in range(20)]

    async def story(client: httpx.AsyncClient) -> None:
        answers = await asyncio.gather(*(post(client, body) for body in bodies))
        assert {answer.status_code for answer in answers} == {503}
        assert waiting(sqlite) == []
        unwell.well = True
        answers = await asyncio.gather(*(post(client, body) for body in bodies))
        assert {answer.status_code for answer in answers} == {200}
        assert sorted(waiting(sqlite)) == sorted(bodies)

    with capture_logs():
        tell(unwell, story)


def test_a_thousand_statuses_in_one_post_are_taken(database: Database) -> None:
    body = messages(statuses=[status(id=f"wamid.{n}") for n in range(1_000)])

    async def story(client: httpx.AsyncClient) -> None:
        assert (await post(client, body)).status_code == 200
        assert waiting(database) == [body]

    tell(database, story)


def test_the_older_secret_is_good_while_one_is_rotated(database: Database) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        assert (await post(client, BODY, sign(BODY, "older"))).status_code == 200

    tell(database, story)


def refused(database: Database, body: bytes, signature: str | None = None) -> httpx.Response:
    """The answer to a post that must leave nothing behind, in the inbox or in the logs."""
    answers: list[httpx.Response] = []

    async def story(client: httpx.AsyncClient) -> None:
        answers.append(await post(client, body, signature))
        assert (await post(client, BODY)).status_code == 200, "the next one suffers"

    with capture_logs() as logged:
        tell(database, story)
    assert waiting(database) == [BODY]
    assert "9198" not in repr(logged)
    return answers[0]


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", "sha256=" + "0" * 64, sign(BODY, "wrong"), sign(BODY + b" ", SECRET)],
)
def test_a_wrong_signature_is_401_and_nothing_is_stored(database: Database, signature: str) -> None:
    assert refused(database, BODY, signature).status_code == 401


def test_a_missing_signature_is_401(sqlite_url: str) -> None:
    database = Database(sqlite_url)

    async def story(client: httpx.AsyncClient) -> None:
        assert (await client.post(PATH, content=BODY)).status_code == 401

    tell(database, story)
    assert waiting(database) == []
    database.close()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not JSON"),
        (b"+919812345610 is not JSON", "not JSON"),
        (b'{"entry":[{"from":"919812345610"', "not JSON"),
        (b"[" * 1_000_000, "nested too deeply"),
        (b'{"a":' * 300_000, "nested too deeply"),
        (b'{"object":"page"}', "no list of entries"),
    ],
)
def test_signed_garbage_is_kept_and_set_aside_in_clear_words(
    database: Database, body: bytes, why: str
) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        assert (await post(client, body)).status_code == 200

    tell(database, story)
    database.transact_now(process_batch, 10, NOW, Random(1))

    row = database.read_now(lambda s: s.exec(select(Webhook)).one())
    assert (row.state, row.body) == ("unreadable", body)
    assert why in row.note
    assert "9198" not in row.note


def test_a_body_over_three_megabytes_is_413(sqlite: Database) -> None:
    answer = refused(sqlite, b"x" * (BODY_MAX + 1))

    assert answer.status_code == 413
    assert str(BODY_MAX) in answer.text


def test_a_body_of_exactly_three_megabytes_is_taken(sqlite: Database) -> None:
    text = inbound("text", text={"body": "x"})
    body = text + b" " * (BODY_MAX - len(text))

    async def story(client: httpx.AsyncClient) -> None:
        assert (await post(client, body)).status_code == 200

    tell(sqlite, story)
    assert waiting(sqlite) == [body]


def test_a_large_body_is_refused_before_it_is_read(sqlite: Database) -> None:
    """Announced: not a byte of it is awaited. Chunked: no more than the limit is kept."""

    async def announced(url: httpx.URL) -> bytes:
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n".encode())
        first = await reader.readline()
        writer.close()
        return first

    async def chunked() -> AsyncGenerator[bytes]:
        for _ in range(40):
            yield b"x" * 100_000

    async def story(client: httpx.AsyncClient) -> None:
        assert b"413" in await announced(client.base_url)
        try:
            answer = await client.post(PATH, content=chunked())
        except httpx.TransportError:
            return  # refused while it was still writing
        assert answer.status_code == 413

    tell(sqlite, story)
    assert waiting(sqlite) == []


def test_a_body_that_is_cut_off_is_not_stored(sqlite: Database) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        url = client.base_url
        _, writer = await asyncio.open_connection(url.host, url.port)
        head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(BODY)}\r\n"
        writer.write(f"{head}X-Hub-Signature-256: {sign(BODY, SECRET)}\r\n\r\n".encode())
        writer.write(BODY[:-5])
        await writer.drain()
        writer.close()
        assert (await post(client, inbound("text"))).status_code == 200

    tell(sqlite, story)
    assert waiting(sqlite) == [inbound("text")]


def test_a_database_that_fails_is_503_so_that_meta_calls_again(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def rename(session: Session, old: str, new: str) -> None:
        session.connection().execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))

    database.transact_now(rename, "webhooks", "mislaid")

    async def story(client: httpx.AsyncClient) -> None:
        assert (await post(client, BODY)).status_code == 503
        database.transact_now(rename, "mislaid", "webhooks")
        assert (await post(client, BODY)).status_code == 200

    with caplog.at_level(logging.DEBUG), capture_logs() as logged:
        tell(database, story)
    assert waiting(database) == [BODY]
    assert [entry["event"] for entry in logged] == ["webhook.not_stored"]
    assert "9198" not in repr(logged) + caplog.text


@pytest.mark.parametrize(
    ("query", "code", "text"),
    [
        ({"hub.mode": "subscribe", "hub.verify_token": "v3rify"}, 200, "1158201444"),
        ({"hub.mode": "subscribe", "hub.verify_token": "guess"}, 403, ""),
        ({"hub.mode": "subscribe", "hub.verify_token": "ключ"}, 403, ""),
        ({"hub.mode": "unsubscribe", "hub.verify_token": "v3rify"}, 403, ""),
        ({"hub.verify_token": "v3rify"}, 403, ""),
        ({"hub.mode": "subscribe"}, 403, ""),
    ],
)
def test_the_handshake(sqlite: Database, query: dict[str, str], code: int, text: str) -> None:
    async def story(client: httpx.AsyncClient) -> None:
        answer = await client.get(PATH, params={**query, "hub.challenge": "1158201444"})
        assert answer.status_code == code
        assert ("1158201444" in answer.text) == bool(text)
        assert answer.headers["content-type"].startswith("text/plain")

    tell(sqlite, story)


def test_without_a_verify_token_of_ours_no_handshake_succeeds(sqlite: Database) -> None:
    intake = Intake(store=sqlite, now=lambda: NOW, secrets=lambda: (), verify_token=lambda: "")

    async def run() -> None:
        async with (
            serving(webhook_routes(intake)) as url,
            httpx.AsyncClient(base_url=url) as client,
        ):
            query = {"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"}
            assert (await client.get(PATH, params=query)).status_code == 403
            assert (await post(client, BODY, sign(BODY, ""))).status_code == 401

    asyncio.run(run())


class Stuck:
    """A database that stands still until it is let go."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.go = asyncio.Event()

    async def transact(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        await self.go.wait()
        return await self._database.transact(fn, *args, **kwargs)

    async def read(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await self._database.read(fn, *args, **kwargs)


@pytest.mark.parametrize("room", [Room(1_000_000, 5), Room(5 * len(BODY) + 5, 1_000)])
def test_no_more_wait_than_there_is_room_for_and_the_rest_is_told_to_call_again(
    sqlite: Database, room: Room
) -> None:
    stuck = Stuck(sqlite)
    bodies = [BODY + b" " * n for n in range(2)] + [BODY + b"\n" * n for n in range(1, 21)]
    before = (room.bytes_left, room.webhooks_left)

    async def story(client: httpx.AsyncClient) -> None:
        calls = [asyncio.create_task(post(client, body)) for body in bodies]
        refused: set[asyncio.Task[httpx.Response]] = set()
        while len(refused) < len(bodies) - 5:
            refused, _ = await asyncio.wait(calls, timeout=0.05)
        stuck.go.set()
        answers = await asyncio.gather(*calls)
        codes = [answer.status_code for answer in answers]
        taken = [body for body, code in zip(bodies, codes, strict=True) if code == 200]
        assert set(codes) == {200, 503}
        assert len(taken) <= 5
        assert sorted(waiting(sqlite)) == sorted(taken), "a 200 is a promise, and a 503 is none"
        assert (room.bytes_left, room.webhooks_left) == before
        assert {(await post(client, body)).status_code for body in bodies} == {200}
        assert sorted(waiting(sqlite)) == sorted(bodies)

    with capture_logs():
        tell(stuck, story, waiting=room)


def test_bodies_that_come_in_parts_take_a_room_of_their_own(sqlite: Database) -> None:
    """Whoever sends half a body and waits cannot keep those out who send a whole one."""
    room = Room(200_000, 0)

    async def story(client: httpx.AsyncClient) -> None:
        url = client.base_url
        _, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n".encode())
        writer.write(b"x" * 150_000)
        await writer.drain()
        while room.bytes_left > 100_000:  # noqa: ASYNC110 - the server reads
            await asyncio.sleep(0.01)
        large = BODY + b" " * 150_000
        assert (await post(client, large)).status_code == 503
        await written_down(sqlite, 1)
        assert (await post(client, BODY)).status_code == 200
        writer.close()
        while room.bytes_left < 200_000:  # noqa: ASYNC110 - the server notices
            await asyncio.sleep(0.01)
        assert (await post(client, large)).status_code == 200
        assert waiting(sqlite) == [BODY, large]

    with capture_logs():
        tell(sqlite, story, coming=room)


def test_a_full_disk_is_503_and_what_was_promised_is_there(sqlite: Database) -> None:
    bodies = [messages(statuses=[status(id=f"wamid.{n}")]) + b" " * 50_000 for n in range(30)]

    def grow_to(session: Session, pages: int) -> None:
        now = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
        session.connection().exec_driver_sql(f"PRAGMA max_page_count = {now + pages}")

    async def story(client: httpx.AsyncClient) -> None:
        await sqlite.transact(grow_to, 100)
        codes = [(await post(client, body)).status_code for body in bodies]
        taken = [body for body, code in zip(bodies, codes, strict=True) if code == 200]
        assert set(codes) == {200, 503}
        assert waiting(sqlite) == taken
        await sqlite.transact(grow_to, 100_000)
        assert {(await post(client, body)).status_code for body in bodies} == {200}
        assert sorted(waiting(sqlite)) == sorted(bodies)

    with capture_logs():
        tell(sqlite, story)

"""An emergency as a browser drives it: consent on a person's page, the question, the progress."""

from collections.abc import Generator
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select, update

from app.pages.broadcast.emergency import EmergencyCard
from app.pages.subscribers.channels import ChannelCard
from engine.domain.carriers import CarrierDraft, CarrierKind
from engine.domain.roles import Role
from engine.store import carriers
from engine.store.tables import Broadcast, Delivery, Emergency
from tests.app.house import House
from tests.app.sandbox import PageTab, Sandbox, sandbox_in

CARD, PERSON = EmergencyCard.get_full_name(), ChannelCard.get_full_name()
AGREED = {"consent_source": "signed form", "consent_date": "2026-11-01"}
pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def sandbox(house: House) -> Generator[Sandbox]:
    """The morning that other files share, moved to this hour while these tests last."""
    made, now = sandbox_in(house), house.clock.now()
    mine = update(Broadcast).where(col(Broadcast.id) == made.broadcast)

    def furnish(session: Session) -> tuple[datetime, datetime]:
        options = {"url": "http://127.0.0.1:9/x", "per_second": "1"}
        draft = CarrierDraft(kind=CarrierKind.SMS, options=options)
        carriers.write(session, made.seeded.tenant, draft, version=0, now=now)
        row = session.exec(select(Broadcast).where(Broadcast.id == made.broadcast)).one()
        before = row.opens_at, row.closes_at
        session.exec(mine.values(opens_at=now, closes_at=now + timedelta(minutes=5)))
        return before

    opens_at, closes_at = house.database.transact_now(furnish)
    yield made
    back = mine.values(opens_at=opens_at, closes_at=closes_at)
    house.database.transact_now(lambda s: s.exec(back).rowcount)


def missing(session: Session, broadcast: int) -> int:
    asked = select(col(Delivery.subscriber_id)).where(
        col(Delivery.broadcast_id) == broadcast, col(Delivery.delivered_at).is_(None)
    )
    return session.exec(asked).first() or 0


async def test_a_consent_is_noted_and_taken_back_on_a_persons_page(
    house: House, sandbox: Sandbox
) -> None:
    person = house.database.read_now(missing, sandbox.broadcast)
    path = f"/subscribers/{person}"
    async with PageTab(house, sandbox.cookies[Role.OPERATOR]) as tab:
        await tab.act(f"{PERSON}.agree", path, form={"channel": "sms"})
        await tab.see(PERSON, "problems", lambda lines: "No consent" in "".join(lines))
        await tab.act(f"{PERSON}.agree", path, form=AGREED | {"channel": "email", "email": "x"})
        await tab.see(PERSON, "problems", lambda lines: "not an e-mail" in "".join(lines))
        await tab.act(
            f"{PERSON}.agree", path, form=AGREED | {"channel": "email", "email": "p@example.test"}
        )
        await tab.see(PERSON, "email", lambda email: email == "p@example.test")
        await tab.act(f"{PERSON}.withdraw", path, channel="email")
        await tab.see(PERSON, "email", lambda email: email == "")
        await tab.act(f"{PERSON}.agree", path, form=AGREED | {"channel": "sms"})
        await tab.see(PERSON, "sms", lambda sms: sms)
        await tab.see(PERSON, "history", lambda history: len(history) == 3)


async def test_an_emergency_is_declared_by_its_number_watched_and_ended(
    house: House, sandbox: Sandbox
) -> None:
    path = f"/broadcasts/{sandbox.broadcast}"
    async with PageTab(house, sandbox.cookies[Role.OPERATOR]) as tab:
        await tab.act(f"{CARD}.load", path)
        await tab.see(CARD, "shown", lambda shown: shown["may"] and not shown["declared"])
        await tab.act(f"{CARD}.begin", path)
        await tab.see(CARD, "by_sms", lambda number: number == "1")
        wrong = {"people": "2", "reason": "WhatsApp is down"}
        await tab.act(f"{CARD}.declare", path, form=wrong)
        await tab.see(CARD, "problem", lambda problem: "Type the number" in problem)
        await tab.act(f"{CARD}.declare", path, form=wrong | {"people": "1"})
        shown = await tab.see(CARD, "shown", lambda shown: shown["under_way"])
        assert shown["reason"] == "WhatsApp is down"
        await tab.act(f"{CARD}.stop", path)
        await tab.see(CARD, "shown", lambda shown: shown["state"] == "ended by a person")
    rows = house.database.read_now(lambda s: s.exec(select(Emergency)).all())
    assert [(row.people, row.state) for row in rows] == [(1, "stopped")]


async def test_who_only_looks_cannot_declare_one(house: House, sandbox: Sandbox) -> None:
    path = f"/broadcasts/{sandbox.broadcast}"
    async with PageTab(house, sandbox.cookies[Role.VIEWER]) as tab:
        await tab.act(f"{CARD}.begin", path)
        await tab.act(f"{CARD}.load", path)
        await tab.see(CARD, "shown", lambda shown: shown["declared"])
        asked = next(v for k, v in tab.state.items() if k.endswith(CARD)).get("asking_rx_state_")
        assert not asked

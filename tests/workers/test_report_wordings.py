"""What two wordings came to is counted with the day, and judged once: a day after the opening."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select, update

from engine.domain.ab_test import LATE_NEWS, WITHIN, Counts, Finding
from engine.domain.delivery import State
from engine.read.report import report
from engine.read.report_book import tables_of
from engine.store.database import Database
from engine.store.reports import DayDue
from engine.store.tables import Broadcast, Consent, Conversation, Delivery, Inbound
from engine.workers import roll_up
from tests.workers.cast import NOW, stage
from tests.workers.test_roll_up import OVER, Desk, end, ids

pytestmark = pytest.mark.anyio
MINUTE = timedelta(minutes=1)
JUDGED = NOW + WITHIN + LATE_NEWS


@pytest.fixture
def desk(database: Database) -> Desk:
    def prepare(session: Session) -> Any:
        cast = stage(session, people=6)
        end(session)
        second = {"b_content_id": cast.seeded.content, "b_content_hash": "b" * 64, "b_percent": 40}
        session.exec(update(Broadcast).values(**second))
        for place, wording in enumerate(["A", "A", "A", "B", "B", ""]):
            at = NOW + place * MINUTE
            session.exec(
                update(Delivery)
                .where(col(Delivery.id) == ids(session)[place])
                .values(
                    wording=wording,
                    state=State.DELIVERED.value,
                    accepted_at=at,
                    sent_at=at,
                    delivered_at=at,
                    attempts=1,
                )
            )
        return cast

    return Desk(database, database.transact_now(prepare))


def of(desk: Desk) -> Any:
    (found,) = desk.figures().wordings
    return found


def person(session: Session, place: int) -> Delivery:
    return session.exec(select(Delivery).where(col(Delivery.id) == ids(session)[place])).one()


def happen(session: Session, place: int, *, hours: int, reads: bool, wish: str | None) -> None:
    """Somebody reads, and writes: a wish, or an answer."""
    one, at = person(session, place), NOW + timedelta(hours=hours)
    if reads:
        one.read_at = at
    if wish is None:
        return
    talk = Conversation(
        tenant_id=one.tenant_id, subscriber_id=one.subscriber_id, sender_id=one.sender_id or 0,
        heard_at=at, last_at=at, updated_at=at,
    )  # fmt: skip
    session.add(talk)
    session.flush()
    session.add(
        Inbound(
            tenant_id=one.tenant_id, conversation_id=talk.id or 0, message_id=f"in.{place}",
            at=at, received_at=at, kind="text", text="x", wish=wish,
        )
    )  # fmt: skip
    if wish == "stop":
        session.add(
            Consent(
                tenant_id=one.tenant_id, subscriber_id=one.subscriber_id or 0, at=at, given=False,
                source="message",
            )
        )  # fmt: skip


async def test_each_wording_is_counted_and_who_had_no_choice_is_not(desk: Desk) -> None:
    desk.do(lambda s: happen(s, 0, hours=1, reads=True, wish=None))
    desk.do(lambda s: happen(s, 1, hours=2, reads=True, wish=""))
    desk.do(lambda s: happen(s, 3, hours=2, reads=False, wish="stop"))
    desk.do(lambda s: happen(s, 5, hours=2, reads=True, wish=""))
    assert await desk.look(OVER) == 1
    found = of(desk)
    assert found.a.counts == Counts(targeted=3, delivered=3, read=2, replied=1)
    assert found.b.counts == Counts(targeted=2, delivered=2, stopped=1)
    assert (found.a.percent, found.b.percent) == (60, 40)
    assert found.b.content_hash == "b" * 64


async def test_it_is_judged_when_the_day_after_the_opening_is_over_and_counted_for_it(
    desk: Desk,
) -> None:
    assert await desk.look(OVER) == 1
    assert of(desk).judgement.finding is Finding.WAITS
    assert await desk.look(JUDGED - MINUTE) == 0
    assert await desk.look(JUDGED) == 1, "no news came, and it is counted for good all the same"
    assert of(desk).judgement.finding is Finding.TOO_FEW
    assert await desk.look(JUDGED + timedelta(days=3)) == 0


async def test_what_comes_later_changes_the_day_and_not_the_test(desk: Desk) -> None:
    await desk.look(JUDGED)
    desk.do(lambda s: happen(s, 0, hours=30, reads=True, wish=None))
    day = desk.cast.seeded.day
    due = desk.database.read_now(roll_up.next_due, JUDGED)
    assert due is None
    desk.do(lambda s: s.exec(update(Broadcast).values(title="Counted anew")))
    await roll_up.make(desk.database, desk.watch, _due(desk))
    found = desk.database.read_now(report, desk.tenant, day, day)
    assert found.total.read == 1
    assert found.wordings[0].a.counts.read == 0


def _due(desk: Desk) -> Any:
    return DayDue(desk.tenant, desk.cast.seeded.day, OVER, 0)


async def test_the_files_name_the_wordings_and_what_was_shown(desk: Desk) -> None:
    await desk.look(JUDGED)
    sheets = {sheet.name: sheet for sheet in tables_of(desk.figures())}
    rows = sheets["A-B tests"].rows
    assert [(row[2], row[4], row[5]) for row in rows] == [("A", 60, 3), ("B", 40, 2)]
    assert str(rows[1][-1]).startswith("Too few to judge (n = 3 and 2)")


async def test_a_day_without_a_second_wording_has_no_test(database: Database) -> None:
    def prepare(session: Session) -> Any:
        cast = stage(session)
        end(session)
        return cast

    desk = Desk(database, database.transact_now(prepare))
    await desk.look(OVER)
    assert desk.figures().wordings == ()
    assert "A-B tests" not in {sheet.name for sheet in tables_of(desk.figures())}

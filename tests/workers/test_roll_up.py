"""Days are counted once they are over, again when something comes to them, never in a morning."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select, update

from engine.domain.delivery import State
from engine.domain.ids import TenantId
from engine.domain.reporting import Dimension
from engine.read.report import report
from engine.store import receipts, report_facts, reports
from engine.store.database import Database
from engine.store.tables import (
    Attempt,
    Broadcast,
    Consent,
    Delivery,
    ReportDay,
    ReportFigure,
    ReportReader,
)
from engine.workers import roll_up
from tests.workers.cast import NOW, Cast, stage

pytestmark = pytest.mark.anyio
CLOSES = NOW + timedelta(seconds=300)
OVER = CLOSES + timedelta(minutes=11)


@dataclass(slots=True)
class Watch:
    """A clock that stands where it is put."""

    at: datetime = OVER
    beats: list[str] = field(default_factory=lambda: list[str]())

    def now(self) -> datetime:
        return self.at

    def loop_time(self) -> float:
        return 0.0

    def boot_time(self) -> float:
        return 0.0

    def boot_id(self) -> str:
        return "test"


@dataclass(slots=True)
class Desk:
    """A morning of six people, two of whom got it, and the clock."""

    database: Database
    cast: Cast
    watch: Watch = field(default_factory=Watch)

    @property
    def tenant(self) -> TenantId:
        return self.cast.seeded.tenant

    async def look(self, at: datetime | None = None) -> int:
        self.watch.at = at or self.watch.at
        return await roll_up.look(self.database, self.watch)

    def do(self, work: Callable[[Session], Any]) -> Any:
        return self.database.transact_now(work)

    def figures(self) -> Any:
        day = self.cast.seeded.day
        return self.database.read_now(report, self.tenant, day, day)


def ids(session: Session) -> list[int]:
    rows = session.exec(select(col(Delivery.id)).order_by(col(Delivery.id)))
    return [row or 0 for row in rows]


def arrive(session: Session, place: int, second: int, **more: Any) -> None:
    at = NOW + timedelta(seconds=second)
    session.exec(
        update(Delivery)
        .where(col(Delivery.id) == ids(session)[place])
        .values(
            state=State.DELIVERED.value,
            accepted_at=at - timedelta(seconds=2),
            sent_at=at,
            delivered_at=at,
            attempts=1,
            **more,
        )
    )


def end(session: Session) -> None:
    session.exec(update(Broadcast).values(state="done", frozen_at=NOW - timedelta(minutes=30)))


@pytest.fixture
def desk(database: Database) -> Desk:
    def prepare(session: Session) -> Cast:
        cast = stage(session)
        end(session)
        arrive(session, 0, 10)
        arrive(session, 1, 301)
        return cast

    return Desk(database, database.transact_now(prepare))


def receipt(delivery: int, status: str, at: datetime) -> receipts.ReceiptRow:
    return receipts.ReceiptRow(
        delivery=delivery,  # pyright: ignore[reportArgumentType]
        attempt=1,
        message_id=f"wamid.{delivery}",
        status=status,
        at=at,
        received_at=at,
        webhook=None,
        error_code=None,
        detail="",
    )


async def test_a_day_is_counted_once_it_is_over(desk: Desk) -> None:
    assert await desk.look(CLOSES + timedelta(minutes=9, seconds=59)) == 0
    assert await desk.look(CLOSES + timedelta(minutes=10)) == 1
    assert await desk.look() == 0
    found = desk.figures()
    assert (found.total.planned, found.total.delivered, found.total.on_time) == (6, 2, 1)
    assert found.lags.p99 == 2
    assert found.after.p99 == 301
    assert [row.day for row in found.days] == [desk.cast.seeded.day]


async def test_no_day_is_counted_while_a_broadcast_goes_out(desk: Desk) -> None:
    desk.do(lambda s: s.exec(update(Broadcast).values(state="sending")))
    assert await desk.look(CLOSES + timedelta(minutes=9)) == 0
    assert await desk.look(CLOSES + timedelta(minutes=10)) == 1


async def test_making_a_day_twice_makes_the_same_day(desk: Desk) -> None:
    await desk.look()

    def rows(session: Session) -> list[Any]:
        asked = sa.select(ReportFigure).order_by(
            *(ReportFigure.__table__.c[n] for n in ("dimension", "key"))  # pyright: ignore
        )
        return [tuple(row) for row in session.connection().execute(asked)]

    before = desk.database.read_now(rows)
    desk.do(lambda s: reports.note_news(s, [(desk.tenant, desk.cast.seeded.day)]))
    assert await desk.look(OVER + roll_up.REST) == 1
    assert desk.database.read_now(rows) == before


async def test_a_late_receipt_has_its_day_counted_again(desk: Desk) -> None:
    await desk.look()
    read_at = OVER + timedelta(minutes=1)

    def read(session: Session) -> None:
        first = ids(session)[0]
        receipts.write_receipts(session, [receipt(first, "read", read_at)])
        session.exec(
            update(Delivery).where(col(Delivery.id) == first).values(state="read", read_at=read_at)
        )

    desk.do(read)
    # Seen by one look, counted by the next: what took an earlier number may be committed later.
    desk.do(lambda s: s.exec(update(ReportDay).values(states='{"delivered": 1}')))
    assert await desk.look(OVER + timedelta(minutes=2)) == 0, "it was made a moment ago"
    assert await desk.look(OVER + roll_up.REST) == 1
    assert desk.figures().total.read == 1


async def test_news_that_come_while_a_day_is_counted_are_not_lost(desk: Desk) -> None:
    found = desk.database.read_now(roll_up.next_due, OVER)
    assert found is not None
    await roll_up.make(desk.database, desk.watch, found)
    desk.do(lambda s: reports.note_news(s, [(desk.tenant, desk.cast.seeded.day)]))
    later = desk.database.read_now(roll_up.next_due, OVER + roll_up.REST)
    assert later is not None
    desk.do(lambda s: reports.note_news(s, [(desk.tenant, desk.cast.seeded.day)]))
    await roll_up.make(desk.database, desk.watch, later)
    again = desk.database.read_now(roll_up.next_due, OVER + 2 * roll_up.REST)
    assert again is not None
    await roll_up.make(desk.database, desk.watch, again)
    assert desk.database.read_now(roll_up.next_due, OVER + 3 * roll_up.REST) is None


async def test_what_a_person_closes_is_seen_though_it_leaves_no_receipt(desk: Desk) -> None:
    await desk.look()
    desk.do(
        lambda s: s.exec(
            update(Delivery).where(col(Delivery.id) == ids(s)[5]).values(state="failed")
        )
    )
    assert await desk.look(OVER + roll_up.REST) == 1
    assert desk.figures().total.failed == 1


async def test_a_second_broadcast_of_a_day_adds_to_it(desk: Desk) -> None:
    await desk.look()
    later = timedelta(hours=5)
    desk.do(
        lambda s: s.exec(update(Broadcast).values(closes_at=CLOSES + later, opens_at=NOW + later))
    )
    assert await desk.look(CLOSES + later) == 0
    assert await desk.look(OVER + later) == 1


async def test_who_said_stop_after_the_freeze_is_told_apart(desk: Desk) -> None:
    def stop(session: Session) -> None:
        last = ids(session)[5]
        row = session.get_one(Delivery, last)
        row.state = State.CANCELLED.value
        session.add(row)
        session.add(
            Consent(
                tenant_id=desk.tenant,
                subscriber_id=row.subscriber_id or 0,
                at=NOW,
                given=False,
                source="message",
            )
        )

    desk.do(stop)
    await desk.look()
    total = desk.figures().total
    assert (total.planned, total.targeted, total.opted_out) == (6, 5, 1)


async def test_refused_attempts_are_counted_with_their_cause(desk: Desk) -> None:
    def refuse(session: Session) -> None:
        first = ids(session)[0]
        for number, outcome in ((1, "failed"), (2, "accepted")):
            session.add(
                Attempt(
                    delivery_id=first,
                    number=number,
                    sender_id=desk.cast.seeded.senders[0],
                    epoch=1,
                    ended_at=NOW,
                    outcome=outcome,
                    error_code=130429 if outcome == "failed" else None,
                )
            )
        session.exec(update(Delivery).where(col(Delivery.id) == first).values(attempts=2))

    desk.do(refuse)
    await desk.look()
    found = desk.figures()
    assert [(row.code, row.attempts, row.failed) for row in found.errors] == [(130429, 1, 0)]
    assert (found.total.refused, found.total.attempts) == (1, 3)
    assert (found.total.retried, found.total.retried_well) == (1, 1)


async def test_readers_are_noted_by_day_and_a_recount_takes_back_what_was_wrong(
    desk: Desk,
) -> None:
    await desk.look()

    def bits(session: Session) -> list[tuple[int, int]]:
        rows = session.exec(select(ReportReader).order_by(col(ReportReader.subscriber_id)))
        return [(row.delivered, row.read) for row in rows]

    day = 1 << (desk.cast.seeded.day.day - 1)
    assert desk.database.read_now(bits) == [(day, 0), (day, 0), (0, 0), (0, 0), (0, 0), (0, 0)]
    other = 1 << 2

    def once_more(session: Session) -> None:
        session.exec(update(ReportReader).values(delivered=day | other, read=other))
        session.exec(
            update(Delivery)
            .where(col(Delivery.id) == ids(session)[1])
            .values(state="failed", delivered_at=None)
        )

    desk.do(once_more)
    assert await desk.look(OVER + roll_up.REST) == 1
    assert desk.database.read_now(bits)[:2] == [(day | other, other), (other, other)]


async def test_years_of_mornings_without_figures_are_made_one_after_the_other(
    desk: Desk,
) -> None:
    def another(session: Session) -> None:
        row = session.exec(select(Broadcast)).one()
        session.add(
            Broadcast(
                **row.model_dump(exclude={"id", "service_day", "closes_at"}),
                service_day=row.service_day - timedelta(days=400),
                closes_at=row.closes_at - timedelta(days=400),
            )
        )

    desk.do(another)
    assert await desk.look() == 2
    assert await desk.look(OVER + roll_up.REST) == 0


async def test_a_report_shows_nothing_of_another_organisation(desk: Desk) -> None:
    await desk.look()
    day = desk.cast.seeded.day
    assert desk.database.read_now(reports.readers, TenantId(99), day, day, 0, 10) == []
    assert desk.database.read_now(report_facts.states, TenantId(99), day) == {}


async def test_every_dimension_of_a_day_adds_up(desk: Desk) -> None:
    await desk.look()
    found = desk.figures()
    for dimension in (Dimension.SENDER, Dimension.TIER, Dimension.LANGUAGE, Dimension.REGION):
        assert sum(row.figures.planned for row in found.groups[dimension]) == 6
    assert json.loads(desk.do(lambda s: s.exec(select(ReportDay.fading)).one())) == {}

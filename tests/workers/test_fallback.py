"""A morning that nobody approved is told of in time, and stood in for at the last call."""

from datetime import datetime, timedelta
from random import Random

import pytest
from sqlmodel import Session, col, select, update

from engine.domain.broadcast import BroadcastState
from engine.domain.cut_off import Deadlines, Fallback
from engine.domain.ids import BroadcastId
from engine.domain.schedule import service_day
from engine.domain.tenant_settings import FALLBACK
from engine.store import broadcasts, deadlines, schedules, tenant_settings
from engine.store.database import Database
from engine.store.tables import Broadcast, Content, LogEntry, Schedule
from engine.trials.tenant import SeededTenant, seed_sandbox
from engine.workers import fallback
from engine.workers.calendar import open_due
from engine.workers.freeze import freeze
from tests.workers.cast import NOW, equipment
from tests.workers.nobody import Nobody

pytestmark = pytest.mark.anyio
MINUTE = timedelta(minutes=1)
TOMORROW = service_day(NOW) + timedelta(days=1)


class At:
    """A clock that stands at an instant."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def furnish(session: Session) -> SeededTenant:
    """A firm with a daily morning, and one approved content, which is of another day."""
    seeded = seed_sandbox(
        session,
        subscribers=9,
        senders=1,
        backups=0,
        rate=80.0,
        now=NOW,
        rng=Random(7),
        password=None,
    )
    session.add(Schedule(tenant_id=seeded.tenant, name="Daily", kind="daily", created_at=NOW))
    session.flush()
    return seeded


@pytest.fixture
def seeded(database: Database) -> SeededTenant:
    return database.transact_now(furnish)


def times(database: Database, seeded: SeededTenant) -> Deadlines:
    found = database.read_now(deadlines.of_day, seeded.tenant, TOMORROW)
    assert found is not None
    return found


def told(database: Database) -> list[tuple[str, str]]:
    def question(session: Session) -> list[tuple[str, str]]:
        rows = session.exec(select(LogEntry).order_by(col(LogEntry.id)))
        return [(row.event, row.words) for row in rows]

    return database.read_now(question)


def make_evergreen(session: Session, seeded: SeededTenant) -> None:
    session.exec(update(Content).where(col(Content.id) == seeded.content).values(evergreen=True))


def opened(database: Database, at: datetime) -> Broadcast:
    assert database.transact_now(open_due, at) == 1
    return database.read_now(lambda session: session.exec(select(Broadcast)).one())


async def frozen_at(database: Database, broadcast: Broadcast, at: datetime) -> bool:
    worker = equipment(database, Nobody())
    object.__setattr__(worker, "clock", At(at))
    return await freeze(worker, BroadcastId(broadcast.id or 0))


def test_reminder_and_cut_off_are_told_once_each(database: Database, seeded: SeededTenant) -> None:
    day = times(database, seeded)
    assert database.transact_now(fallback.tell, day.reminder - MINUTE) == 0
    assert database.transact_now(fallback.tell, day.reminder) == 1
    assert database.transact_now(fallback.tell, day.reminder + MINUTE) == 0
    assert database.transact_now(fallback.tell, day.cut_off) == 1
    assert database.transact_now(fallback.tell, day.last_call - MINUTE) == 0
    events = [event for event, _ in told(database)]
    assert events == ["approval.reminder", "approval.cut_off"]
    assert "no evergreen" in told(database)[-1][1]


def test_a_day_that_is_approved_is_not_told_of(database: Database, seeded: SeededTenant) -> None:
    def approve(session: Session) -> None:
        session.exec(update(Content).where(col(Content.id) == seeded.content).values(day=TOMORROW))

    database.transact_now(approve)
    assert database.transact_now(fallback.tell, times(database, seeded).cut_off) == 0


def test_a_day_that_is_left_out_is_not_told_of(database: Database, seeded: SeededTenant) -> None:
    day = times(database, seeded)
    database.transact_now(schedules.leave_out, seeded.tenant, TOMORROW, "Diwali", NOW)
    assert database.transact_now(fallback.tell, day.reminder) == 0
    assert database.transact_now(open_due, day.cut_off) == 1, "it is recorded as skipped"
    assert database.transact_now(fallback.tell, day.cut_off) == 0
    assert told(database) == []


def test_a_day_of_the_week_without_a_morning_is_not_told_of(
    database: Database, seeded: SeededTenant
) -> None:
    day = times(database, seeded)
    others = "1234567".replace(str(TOMORROW.isoweekday()), "")
    database.transact_now(lambda session: session.exec(update(Schedule).values(weekdays=others)))
    assert database.transact_now(fallback.tell, day.reminder) == 0
    assert database.transact_now(fallback.tell, day.cut_off) == 0


async def test_the_evergreen_stands_in_at_the_last_call_and_not_before(
    database: Database, seeded: SeededTenant
) -> None:
    database.transact_now(make_evergreen, seeded)
    day = times(database, seeded)
    broadcast = opened(database, day.cut_off)
    assert not await frozen_at(database, broadcast, day.last_call - MINUTE)
    assert await frozen_at(database, broadcast, day.last_call)
    row = database.read_now(broadcasts.get, BroadcastId(broadcast.id or 0))
    assert (row.content_id, row.state) == (seeded.content, BroadcastState.FROZEN)
    assert row.content_hash == seeded.content_hash
    assert "stands in" in " ".join(words for _, words in told(database))


async def test_an_approval_that_comes_late_goes_before_the_evergreen(
    database: Database, seeded: SeededTenant
) -> None:
    def approved_late(session: Session) -> int:
        row = session.get(Content, seeded.content)
        assert row is not None
        facts = row.model_dump(exclude={"id"}) | {"day": TOMORROW, "evergreen": False}
        late = Content(**facts)
        session.add(late)
        session.flush()
        make_evergreen(session, seeded)
        return late.id or 0

    late = database.transact_now(approved_late)

    def wanted(session: Session) -> int | None:
        found = schedules.approved_for(session, seeded.tenant, TOMORROW)
        return None if found is None else found.id

    assert database.read_now(wanted) == late


def test_an_evergreen_is_no_days_own_content(database: Database, seeded: SeededTenant) -> None:
    def on_its_day(session: Session) -> Content | None:
        make_evergreen(session, seeded)
        return schedules.approved_for(session, seeded.tenant, seeded.day)

    assert database.transact_now(on_its_day) is None


async def test_without_a_stand_in_the_day_is_left_out_where_the_settings_say_so(
    database: Database, seeded: SeededTenant
) -> None:
    def skip(session: Session) -> None:
        make_evergreen(session, seeded)
        tenant_settings.write(session, seeded.tenant, FALLBACK, Fallback.SKIP.value, now=NOW)

    database.transact_now(skip)
    day = times(database, seeded)
    broadcast = opened(database, day.cut_off)
    identity = BroadcastId(broadcast.id or 0)
    assert not await frozen_at(database, broadcast, day.last_call)
    assert not database.read_now(fallback.is_left_out, identity, day.last_call - MINUTE)
    assert database.read_now(fallback.is_left_out, identity, day.last_call)
    database.transact_now(fallback.leave_out, identity, day.last_call)
    row = database.read_now(broadcasts.get, identity)
    assert (row.state, row.state_reason) == (BroadcastState.SKIPPED, fallback.LEFT_OUT)
    assert not database.read_now(fallback.is_left_out, identity, day.last_call)

"""One broadcast a day, whatever the clock does and however many engines look (spec C1, C2)."""

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlmodel import Session, col, select, update

from engine.domain.broadcast import BroadcastState
from engine.domain.ids import TenantId
from engine.store import broadcasts
from engine.store.database import Database
from engine.store.tables import Broadcast, Content, Schedule
from engine.trials.tenant import SeededTenant, seed_sandbox
from engine.workers.calendar import calendar, open_due
from tests.workers.cast import equipment
from tests.workers.nobody import Nobody
from tests.workers.patience import until

pytestmark = pytest.mark.anyio

SIX = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
"""06:00 in India; the content of this day is approved, and utility."""
OPENING = SIX - timedelta(seconds=30)
FREEZE = SIX - timedelta(minutes=30)
A_DAY = timedelta(days=1)


@pytest.fixture
def seeded(session: Session) -> SeededTenant:
    return seed(session)


def seed(session: Session) -> SeededTenant:
    return seed_sandbox(
        session,
        subscribers=1,
        senders=1,
        backups=0,
        rate=80.0,
        now=SIX,
        rng=Random(7),
        password=None,
    )


def schedule(session: Session, tenant: TenantId, **given: Any) -> Schedule:
    values = {"name": "Daily", "kind": "daily", "created_at": SIX - 7 * A_DAY}
    row = Schedule(tenant_id=tenant, **(values | given))
    session.add(row)
    session.flush()
    return row


def opened(session: Session) -> list[Broadcast]:
    query = select(Broadcast).order_by(col(Broadcast.id)).execution_options(populate_existing=True)
    return list(session.exec(query).all())


def test_a_daily_schedule_fires_once_a_day(session: Session, seeded: SeededTenant) -> None:
    schedule(session, seeded.tenant)
    for day in range(3):
        for seconds in (0, 1, 60, 1_800, 7_200):
            open_due(session, FREEZE + day * A_DAY + timedelta(seconds=seconds))

    days = [row.service_day.isoformat() for row in opened(session)]
    assert days == ["2026-11-23", "2026-11-24", "2026-11-25"]


def test_nothing_is_opened_before_its_freeze(session: Session, seeded: SeededTenant) -> None:
    schedule(session, seeded.tenant)

    assert open_due(session, FREEZE - timedelta(milliseconds=1)) == 0
    assert open_due(session, FREEZE) == 1


def test_a_clock_that_steps_back_makes_no_second_one(
    session: Session, seeded: SeededTenant
) -> None:
    schedule(session, seeded.tenant)
    assert open_due(session, FREEZE) == 1

    assert open_due(session, FREEZE - timedelta(hours=3)) == 0
    assert open_due(session, FREEZE) == 0


def test_a_schedule_has_one_broadcast_a_day_by_its_key(
    session: Session, seeded: SeededTenant
) -> None:
    """Who did not see the other's in time writes all the same, and it changes nothing."""
    schedule(session, seeded.tenant)
    assert open_due(session, FREEZE) == 1
    made = session.exec(select(Broadcast)).one().model_dump(exclude={"id"})

    assert not broadcasts.open_broadcast(session, made)
    assert len(session.exec(select(Broadcast)).all()) == 1


async def test_two_engines_open_one_broadcast(database: Database) -> None:
    def furnish(session: Session) -> None:
        schedule(session, seed(session).tenant)

    database.transact_now(furnish)
    other = Database(database.url)
    counts = await asyncio.gather(*(one.transact(open_due, FREEZE) for one in (database, other)))
    other.close()

    assert sorted(counts) == [0, 1]


def test_utility_opens_half_a_minute_before_marketing(
    session: Session, seeded: SeededTenant
) -> None:
    schedule(session, seeded.tenant)
    open_due(session, FREEZE)
    open_due(session, FREEZE + A_DAY)  # nothing is approved for that day: it may be marketing

    first, second = opened(session)
    assert (first.opens_at, second.opens_at) == (OPENING, SIX + A_DAY)
    assert first.closes_at == SIX + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        ("skip", BroadcastState.SKIPPED),
        ("ask", BroadcastState.WAITING_FOR_PERSON),
        ("send", BroadcastState.SCHEDULED),
    ],
)
def test_too_late_is_answered_by_the_schedules_policy(
    session: Session, seeded: SeededTenant, policy: str, state: BroadcastState
) -> None:
    schedule(session, seeded.tenant, late_policy=policy, late_after_seconds=600)
    open_due(session, OPENING + timedelta(minutes=20))

    (row,) = opened(session)
    assert row.state == state
    assert ("20 minutes late" in row.state_reason) == (policy != "send")


def test_a_little_late_is_not_too_late(session: Session, seeded: SeededTenant) -> None:
    schedule(session, seeded.tenant, late_policy="skip", late_after_seconds=600)
    open_due(session, OPENING + timedelta(minutes=9))

    assert opened(session)[0].state == BroadcastState.SCHEDULED


def test_a_one_off_fires_once_and_sends_its_own_content(
    session: Session, seeded: SeededTenant
) -> None:
    at = SIX + timedelta(hours=4)
    schedule(session, seeded.tenant, kind="once", once_at=at, content_id=seeded.content)
    for minutes in range(0, 600, 7):
        open_due(session, SIX + timedelta(minutes=minutes))

    (row,) = opened(session)
    assert (row.opens_at, row.content_id) == (at, seeded.content)


def test_a_schedule_that_is_switched_off_asks_for_nothing(
    session: Session, seeded: SeededTenant
) -> None:
    schedule(session, seeded.tenant, active=False)

    assert open_due(session, FREEZE) == 0


def test_every_broadcast_records_the_seed_of_its_plan(
    session: Session, seeded: SeededTenant
) -> None:
    for _ in range(2):
        schedule(session, seeded.tenant)
    open_due(session, FREEZE)

    seeds = {row.seed for row in opened(session)}
    assert len(seeds) == 2
    assert {len(seed) for seed in seeds} == {32}


def test_content_taken_back_before_the_freeze_counts_as_none(
    session: Session, seeded: SeededTenant
) -> None:
    schedule(session, seeded.tenant)
    session.exec(update(Content).values(state="rejected"))
    open_due(session, FREEZE)

    assert opened(session)[0].opens_at == SIX


async def test_the_alarm_rings_on_the_engines_own_loop(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """In debug mode asyncio complains of an Event that is set from another thread."""
    asyncio.get_running_loop().set_debug(True)
    database = Database(sqlite_url)
    mine = equipment(database, Nobody())

    def furnish(session: Session) -> None:
        tenant = seed(session).tenant
        now = mine.clock.now()
        at = now + timedelta(minutes=30, seconds=0.5)
        noon = f"Etc/GMT{now.hour - 12:+d}"  # such names count westwards: no quiet hours there now
        schedule(session, tenant, kind="once", once_at=at, zone=noon, created_at=now)

    database.transact_now(furnish)
    alarm = AsyncIOScheduler(timezone="UTC")
    alarm.start()
    async with asyncio.TaskGroup() as tasks:
        looking = tasks.create_task(calendar(mine, alarm))
        await until(lambda: bool(database.read_now(opened)))
        await until(lambda: not alarm.get_jobs())
        looking.cancel()
    alarm.shutdown(wait=False)
    database.close()

    assert [record for record in caplog.records if record.levelname == "ERROR"] == []

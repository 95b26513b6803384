"""The engine as a whole survives what befalls its parts."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.clock import MachineClock
from engine.roster import Parts
from engine.runtime import Engine, EngineThread
from engine.store import inbox, leases
from engine.store.database import Database
from engine.store.journal import MemoryJournals
from engine.store.tables import EngineRun
from engine.supervise import Heartbeat, keep_alive
from tests.workers.cast import NOW
from tests.workers.nobody import Nobody
from tests.workers.patience import until
from tests.workers.said import change

pytestmark = pytest.mark.anyio


@pytest.fixture
def database(sqlite_url: str) -> Generator[Database]:
    """One kind alone: nothing here is the database's business."""
    opened = Database(sqlite_url)
    yield opened
    opened.close()


def parts(database: Database, owner: str = "first") -> Parts:
    return Parts(
        database=database,
        gateway=Nobody(),
        journals=MemoryJournals(),
        clock=MachineClock,
        rng=Random(1),
        owner=owner,
    )


@asynccontextmanager
async def running(database: Database, owner: str = "first") -> AsyncGenerator[Engine]:
    """An engine at work, told to stop at the end."""
    engine = Engine(parts(database, owner))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.run())
        async with asyncio.timeout(10):
            await engine.running.wait()
        yield engine
        engine.stop()


def rename(database: Database, old: str, new: str) -> None:
    def statement(session: Session) -> None:
        session.connection().execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))

    database.transact_now(statement)


def runs(session: Session) -> list[tuple[int, bool]]:
    rows = session.exec(select(EngineRun).order_by(col(EngineRun.token))).all()
    return [(row.token, row.ended_at is not None) for row in rows]


async def test_an_engine_that_ends_in_good_order_gives_the_lease_back(database: Database) -> None:
    async with running(database):
        assert database.read_now(leases.holder) == ("first", True)

    assert database.read_now(leases.holder)[0] == ""
    assert database.read_now(runs) == [(1, True)]


async def test_a_worker_that_crashes_starts_again(database: Database) -> None:
    body = change("news", {})
    rename(database, "webhooks", "gone")
    async with running(database) as engine:
        await until(lambda: engine.heartbeat.crashes.get("receive", 0) > 0)
        rename(database, "gone", "webhooks")
        database.transact_now(inbox.store_webhook, body, hashlib.sha256(body).hexdigest(), NOW)
        await until(lambda: not database.read_now(inbox.count_waiting))

    assert database.read_now(runs) == [(1, True)]


async def test_an_engine_whose_database_is_away_comes_back_with_it(database: Database) -> None:
    async with running(database) as engine:
        rename(database, "broadcasts", "gone")
        await until(lambda: engine.heartbeat.crashes.get("engine", 0) > 0)
        rename(database, "gone", "broadcasts")
        await until(engine.running.is_set)
        assert database.read_now(leases.holder)[0] == "first"

    assert database.read_now(runs)[-1][1]


async def test_an_engine_that_lost_the_lease_stops_and_asks_again(database: Database) -> None:
    async with running(database) as engine:
        taken = database.transact_now(
            leases.take, owner="second", ttl=timedelta(seconds=30), even_from="first"
        )
        assert taken == 2
        await until(lambda: not engine.running.is_set())
        database.transact_now(leases.release, owner="second", token=2, now=NOW)
        await until(engine.running.is_set)

    assert [token for token, _ in database.read_now(runs)] == [1, 3]


async def test_an_engine_that_waits_for_the_lease_can_be_stopped(database: Database) -> None:
    async with running(database):
        waiting = Engine(parts(database, "second"))
        async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
            tasks.create_task(waiting.run())
            await asyncio.sleep(0.1)
            waiting.stop()
        assert not waiting.running.is_set()


async def test_a_crash_is_counted_and_the_next_start_waits_longer() -> None:
    heartbeat = Heartbeat(MachineClock())
    starts: list[float] = []

    async def worker() -> None:
        starts.append(heartbeat.clock.loop_time())
        if len(starts) < 3:
            raise ValueError("a bug")

    await keep_alive("worker", worker, heartbeat)

    assert heartbeat.crashes == {"worker": 2}
    assert 0.5 <= starts[1] - starts[0] < starts[2] - starts[1]
    assert heartbeat.oldest_seconds() is None


async def test_who_is_cancelled_is_not_started_again() -> None:
    heartbeat = Heartbeat(MachineClock())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await keep_alive("worker", lambda: asyncio.sleep(60), heartbeat)

    assert heartbeat.crashes == {}


async def test_who_fails_as_it_is_cancelled_is_not_started_again_either() -> None:
    """The group tells of the failure alone; who went on would never let the engine end."""
    heartbeat = Heartbeat(MachineClock())

    async def fails_when_told_to_end() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise ValueError("the database is away")

    async def worker() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fails_when_told_to_end())

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await keep_alive("worker", worker, heartbeat)

    assert heartbeat.crashes == {"worker": 1}


def test_the_engine_in_its_own_thread_starts_beats_and_stops(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    thread = EngineThread(lambda: parts(database))
    assert thread.oldest_heartbeat_seconds() is None
    thread.start()
    asyncio.run(until(lambda: database.read_now(leases.holder)[1]))
    asyncio.run(until(lambda: thread.oldest_heartbeat_seconds() is not None))
    thread.stop()

    assert database.read_now(leases.holder)[0] == ""
    assert thread.oldest_heartbeat_seconds() is None
    database.close()

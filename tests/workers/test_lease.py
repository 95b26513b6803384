"""Who may run the engine, and what happens to those who may not. On both databases."""

import asyncio
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from engine.clock import MachineClock
from engine.store import leases
from engine.store.database import Database
from engine.workers import lease
from engine.workers.equipment import HeldLease
from engine.workers.lease import (
    LeaseLostError,
    keep_lease,
    owner_is_alive,
    owner_is_dead,
    owner_name,
    take_lease,
)

pytestmark = pytest.mark.anyio

TTL = timedelta(seconds=30)
CLOCK = MachineClock()


async def take(
    database: Database, owner: str, *, dead: str = "", stopping: asyncio.Event | None = None
) -> HeldLease | None:
    return await take_lease(
        database,
        CLOCK,
        owner,
        lambda other: other == dead,
        stopping=stopping or asyncio.Event(),
    )


def rename(database: Database, old: str, new: str) -> None:
    def statement(session: Session) -> None:
        session.connection().execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))

    database.transact_now(statement)


async def test_a_lease_is_held_for_less_than_its_time(database: Database) -> None:
    """What passes between the last look at it and the bytes on the wire is given away."""
    before = CLOCK.boot_time()
    held = await take(database, "first")

    assert held is not None
    assert held.held()
    assert held.valid_until < before + lease.TTL.total_seconds()


async def test_the_dead_are_not_waited_for(database: Database) -> None:
    assert await take(database, "first") is not None
    async with asyncio.timeout(5):
        held = await take(database, "second", dead="first")

    assert held is not None
    assert held.token == 2


async def test_who_waits_for_a_lease_can_be_told_to_stop(database: Database) -> None:
    assert await take(database, "first") is not None
    stopping = asyncio.Event()
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(take(database, "second", stopping=stopping))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        stopping.set()

    assert waiting.result() is None


async def test_two_who_ask_at_once_for_the_first_time_get_one_lease(database: Database) -> None:
    other = Database(database.url)
    tokens = await asyncio.gather(
        *(
            each.transact(leases.take, owner=f"engine {n}", ttl=TTL, even_from=None)
            for n, each in enumerate([database, other] * 4)
        )
    )
    other.close()

    assert [token for token in tokens if token is not None] == [1]


async def test_a_lease_that_somebody_else_took_ends_the_run(database: Database) -> None:
    held = await take(database, "first")
    assert held is not None
    assert database.transact_now(leases.take, owner="second", ttl=TTL, even_from="first") == 2

    with pytest.raises(LeaseLostError):
        async with asyncio.timeout(10):
            await keep_lease(database, held)
    assert not held.held()


async def test_a_database_that_is_away_for_a_moment_costs_no_lease(database: Database) -> None:
    held = await take(database, "first")
    assert held is not None
    held.valid_until = CLOCK.boot_time() + 0.5
    rename(database, "leases", "gone")
    async with asyncio.TaskGroup() as tasks:
        keeping = tasks.create_task(keep_lease(database, held))
        await asyncio.sleep(lease.RENEW_EVERY_SECONDS + 0.5)
        assert not held.held()
        rename(database, "gone", "leases")
        async with asyncio.timeout(10):
            while not held.held():  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.05)
        keeping.cancel()

    assert held.token == 1


async def test_who_asks_a_database_that_is_away_asks_again(database: Database) -> None:
    rename(database, "leases", "gone")
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(take(database, "first"))
        await asyncio.sleep(0.2)
        rename(database, "gone", "leases")

    held = asking.result()
    assert held is not None
    assert held.held()


def test_this_process_is_alive_and_others_are_dead_only_for_certain() -> None:
    boot_id = CLOCK.boot_id()
    me = owner_name(boot_id)
    boot, namespace, _, started = me.split("/")

    assert not owner_is_dead(me, boot_id)
    assert not owner_is_dead(me, "another boot")
    assert not owner_is_dead("somebody", boot_id)
    assert not owner_is_dead(f"{boot}/elsewhere/999999/1", boot_id)
    assert owner_is_dead(f"{boot}/{namespace}/999999/{started}", boot_id)
    assert owner_is_dead(me.rpartition("/")[0] + "/1", boot_id)  # its number went to somebody else


@dataclass
class Stopwatch(MachineClock):
    """A boot-time clock that a test moves."""

    seconds: float = 0.0

    def boot_time(self) -> float:
        return self.seconds


async def test_a_lease_is_not_taken_because_somebody_set_the_clock(database: Database) -> None:
    """By the database's clock it ran out long ago; only a whole term without a renewal counts."""
    gone = timedelta(minutes=-10)
    assert database.transact_now(leases.take, owner="first", ttl=gone, even_from=None) == 1
    clock = Stopwatch()

    async def wait(seconds: float, until: asyncio.Event | None = None) -> None:
        del until
        if clock.seconds < 20:
            assert database.transact_now(leases.renew, owner="first", token=1, ttl=gone)
        clock.seconds += seconds

    held = await take_lease(
        database, clock, "second", lambda owner: False, stopping=asyncio.Event(), wait=wait
    )

    assert held is not None
    assert held.token == 2
    assert clock.seconds >= 20 + lease.TTL.total_seconds()


async def test_who_renews_at_the_last_moment_keeps_the_lease(database: Database) -> None:
    assert await take(database, "first") is not None
    seen = database.read_now(leases.standing)
    assert database.transact_now(leases.renew, owner="first", token=1, ttl=2 * TTL)

    taken = database.transact_now(
        leases.take, owner="second", ttl=TTL, even_from="first", seen=seen
    )

    assert taken is None


async def test_a_copied_database_gives_no_lease_while_the_originals_engine_lives(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Both would send: the copy's lease is renewed by nobody, so waiting proves nothing there."""
    original = Database(sqlite_url)
    me = owner_name(CLOCK.boot_id())
    assert await take(original, me) is not None
    original.close()
    copy = tmp_path / "copy.db"
    shutil.copyfile(sqlite_url.removeprefix("sqlite:///"), copy)
    assert await _waited_out(f"sqlite:///{copy}", alive={me}) is None
    assert await _waited_out(f"sqlite:///{copy}", alive=set()) == 2
    assert await _waited_out(sqlite_url, alive={me}) == 2  # frozen, perhaps: it may be taken over


async def _waited_out(url: str, *, alive: set[str]) -> int | None:
    """The token of who waits for two whole terms; None when there is none for them."""
    database, clock, stopping = Database(url), Stopwatch(), asyncio.Event()

    async def wait(seconds: float, until: asyncio.Event | None = None) -> None:
        del until
        clock.seconds += seconds
        if clock.seconds > 2 * lease.TTL.total_seconds():
            stopping.set()

    held = await take_lease(
        database,
        clock,
        "another",
        lambda owner: False,
        stopping=stopping,
        wait=wait,
        is_alive=lambda owner: owner in alive,
    )
    database.close()
    return None if held is None else held.token


def test_a_process_is_alive_only_for_certain() -> None:
    boot_id = CLOCK.boot_id()
    me = owner_name(boot_id)
    boot, namespace, _, started = me.split("/")
    assert owner_is_alive(me, boot_id)
    assert not owner_is_alive(me, "another boot")
    assert not owner_is_alive("somebody", boot_id)
    assert not owner_is_alive(f"{boot}/{namespace}/999999/{started}", boot_id)
    assert not owner_is_alive(me.rpartition("/")[0] + "/1", boot_id)

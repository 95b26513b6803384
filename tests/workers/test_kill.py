"""Somebody pulls the plug in the middle of a morning, and plugs it in again (spec R1)."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlmodel import Session, col, func, select

from engine.clock import MachineClock
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId
from engine.store.database import Database
from engine.store.tables import Delivery
from engine.trials import simulated
from engine.trials.findings import find
from engine.trials.options import MorningOptions, MorningResult
from engine.trials.simulator_process import SimulatorProcess, simulator_process
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET, WABA_ID

OPTIONS = MorningOptions(subscribers=1_000, senders=4, rate=40.0, seed=11)
KILLS = 3
LEAD = timedelta(seconds=4)
STARTED_WITHIN_SECONDS = 60.0
SETTLED_WITHIN_SECONDS = 120.0


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", [1, 2])
def test_nobody_is_lost_or_doubled_when_the_process_is_killed(
    sqlite_url: str, tmp_path: Path, seed: int
) -> None:
    result = asyncio.run(killed_morning(sqlite_url, tmp_path, replace(OPTIONS, seed=seed)))

    assert result.targeted == OPTIONS.subscribers
    assert (result.lost, result.doubled) == (0, 0)
    assert result.unknown + result.held <= OPTIONS.subscribers // 100
    assert result.handed_over >= 0.99 * OPTIONS.subscribers
    assert result.max_per_second <= OPTIONS.rate


async def killed_morning(url: str, home: Path, options: MorningOptions) -> MorningResult:
    database = Database(url)
    clock, rng = MachineClock(), Random(options.seed)
    seeded = database.transact_now(simulated.seed, options, clock.now())
    port = _free_port()
    async with simulator_process(
        numbers=database.read_now(simulated.numbers_of, seeded),
        access_token=ACCESS_TOKEN,
        app_secret=APP_SECRET,
        waba_id=WABA_ID,
        webhook_url=f"http://127.0.0.1:{port}/webhooks/whatsapp",
        seed=options.seed,
        scenario=options.scenario,
        receipts=True,
    ) as simulator:
        command = [str(home), url, simulator.url, str(port)]
        await database.transact(
            simulated.add_one_off, seeded, options.pacing, clock.now() + LEAD, clock.now()
        )
        # Not by the clock: a busy machine takes its time to start a process.
        for moment in sorted(rng.sample(range(5, options.subscribers - 100), KILLS)):
            async with serving(command):
                await _until_marked(database, moment)
                await asyncio.sleep(rng.uniform(0.0, 0.3))
        async with serving(command):
            broadcast = await _until_settled(database)
            result = await _found(database, broadcast, simulator, options)
    database.close()
    return result


@asynccontextmanager
async def serving(command: list[str]) -> AsyncGenerator[None]:
    """The serving process, ended by kill -9 and nothing milder."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.workers.serving_process", *command
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()


async def _until_marked(database: Database, count: int) -> None:
    """Until this many deliveries have been taken by a lane."""
    async with asyncio.timeout(STARTED_WITHIN_SECONDS):
        while await database.read(_marked) < count:  # noqa: ASYNC110 - another process counts
            await asyncio.sleep(0.02)


def _marked(session: Session) -> int:
    query = select(func.count()).where(col(Delivery.attempts) > 0)
    return session.exec(query).one()


async def _until_settled(database: Database) -> BroadcastId:
    """Until nothing is unsent, and what was unknown is settled but for one in a hundred: a request
    that died on its way is never receipted, and proof of that takes twenty minutes (spec E3).
    """
    async with asyncio.timeout(SETTLED_WITHIN_SECONDS):
        while True:
            await asyncio.sleep(0.5)
            found = await database.read(simulated.first_broadcast)
            assert found is not None, "the calendar opened no broadcast"
            unsent, unknown = await database.read(_open)
            if not unsent and unknown <= OPTIONS.subscribers // 100:
                return found[0]


def _open(session: Session) -> tuple[int, int]:
    unsent = (State.PLANNED, State.SENDING, State.RETRYING)
    unsent_query = select(func.count()).where(col(Delivery.state).in_(unsent))
    unknown_query = select(func.count()).where(col(Delivery.state) == State.UNKNOWN)
    return session.exec(unsent_query).one(), session.exec(unknown_query).one()


async def _found(
    database: Database, broadcast: BroadcastId, simulator: SimulatorProcess, options: MorningOptions
) -> MorningResult:
    # Receipts may be minutes late after so many refusals: what WhatsApp accepted is counted.
    return await database.read(
        find,
        broadcast,
        await simulator.truth(),
        rate=options.rate,
        seed=options.seed,
        receipts=False,
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]

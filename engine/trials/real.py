"""A whole morning in real time, over real sockets: the engine beside a web server, as it is served.

The simulator is a process of its own; the webhook route comes from the caller, since the engine
knows nothing of the app.
"""

import asyncio
import resource
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random

import uvicorn

from engine.clock import MachineClock
from engine.domain.broadcast import OVER
from engine.domain.ids import BroadcastId
from engine.runtime import EngineThread, Parts
from engine.store import migrations, receipts_waiting
from engine.store.database import Database
from engine.store.journal import FileJournals
from engine.trials import simulated
from engine.trials.door import TrialDoor, WebhookApp
from engine.trials.findings import find
from engine.trials.options import MorningOptions, MorningResult
from engine.trials.simulator_process import SimulatorProcess, simulator_process
from engine.whatsapp.cloud_api import CloudApi
from engine.workers.lease import owner_is_dead, owner_name

LEAD = timedelta(seconds=4)
LOOK_EVERY_SECONDS = 1.0
QUIET_AFTER = timedelta(seconds=75)
"""Nearly every phone that gets it at all has it by then (normal_load: p99 60 s)."""
UNTHROTTLED_RATE = 1_000_000.0


Progress = Callable[[int, int], None]
"""Told (deliveries with WhatsApp, targeted) twice a second."""


async def run_real(
    options: MorningOptions, webhook_app: WebhookApp, progress: Progress | None = None
) -> MorningResult:
    """One morning with a database and a simulator of its own. Leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="dawncast-morning-") as folder:
        home = Path(folder)
        url = f"sqlite:///{home / 'morning.db'}"
        migrations.upgrade(url)
        database = Database(url)
        try:
            return await _with_servers(options, webhook_app, database, home, progress)
        finally:
            database.close()


async def _with_servers(
    options: MorningOptions,
    webhook_app: WebhookApp,
    database: Database,
    home: Path,
    progress: Progress | None,
) -> MorningResult:
    clock = MachineClock()
    seeded = database.transact_now(simulated.seed, options, clock.now())
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(
            webhook_app(TrialDoor(database, simulated.APP_SECRET)),
            log_level="warning",
            access_log=False,
            lifespan="off",
        )
    )
    async with (
        simulator_process(
            numbers=database.read_now(simulated.numbers_of, seeded),
            access_token=simulated.ACCESS_TOKEN,
            app_secret=simulated.APP_SECRET,
            waba_id=simulated.WABA_ID,
            webhook_url=f"http://127.0.0.1:{port}/webhooks/whatsapp",
            seed=options.seed,
            scenario=options.scenario,
            receipts=options.receipts,
        ) as simulator,
        asyncio.TaskGroup() as tasks,
    ):
        serving = tasks.create_task(server.serve(sockets=[listening]))
        engine = EngineThread(lambda: _parts(options, database, home, simulator.url))
        engine.start()
        try:
            result = await _measure(options, database, seeded, simulator, progress)
        finally:
            engine.stop()
            server.should_exit = True
            with suppress(asyncio.CancelledError):
                await serving
    return result


def _parts(options: MorningOptions, database: Database, home: Path, api_url: str) -> Parts:
    clock = MachineClock()
    return Parts(
        database=database,
        gateway=CloudApi(
            api_url=api_url, token=lambda sender: simulated.ACCESS_TOKEN, sandbox=True
        ),
        journals=FileJournals(home / "journal"),
        clock=lambda: clock,
        rng=Random(options.seed),
        owner=owner_name(clock.boot_id()),
        is_dead=lambda owner: owner_is_dead(owner, clock.boot_id()),
        tuning=simulated.tuning(options),
    )


async def _measure(
    options: MorningOptions,
    database: Database,
    seeded: simulated.SeededTenant,
    simulator: SimulatorProcess,
    progress: Progress | None,
) -> MorningResult:
    clock = MachineClock()
    opens_at = clock.now() + LEAD
    await database.transact(simulated.add_one_off, seeded, options.pacing, opens_at, clock.now())
    await asyncio.sleep((opens_at - clock.now()).total_seconds() - 1.0)
    cpu, began = _cpu_seconds(), clock.loop_time()
    broadcast = await _until_settled(options, database, simulator, progress)
    cpu, took = _cpu_seconds() - cpu, clock.loop_time() - began
    truth = await simulator.truth()
    result = await database.read(
        find, broadcast, truth, rate=options.rate, seed=options.seed, receipts=options.receipts
    )
    result.wall_s = took
    result.cpu_s_per_1000 = 1_000 * cpu / max(result.targeted, 1)
    result.peak_rss_mb = _peak_rss_mb()
    return result


async def _until_settled(
    options: MorningOptions,
    database: Database,
    simulator: SimulatorProcess,
    progress: Progress | None,
) -> BroadcastId:
    """Until the engine has nothing left to do and WhatsApp has nothing left to say."""
    clock = MachineClock()
    give_up_at = clock.now() + timedelta(seconds=options.window_seconds)
    quiet_at = None
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        found = await database.read(simulated.first_broadcast)
        if found is None:
            continue
        broadcast, state = found
        waiting = await database.read(receipts_waiting.waiting, broadcast)
        if progress is not None:
            progress(waiting.targeted - waiting.open, waiting.targeted)
        now = clock.now()
        if state in OVER or now > give_up_at:
            return broadcast
        if waiting.open or not waiting.targeted:
            continue
        if not options.receipts or not waiting.undelivered:
            return broadcast
        quiet_at = quiet_at or now + QUIET_AFTER
        if now > quiet_at:
            return broadcast


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _peak_rss_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024) if sys.platform == "darwin" else peak / 1024

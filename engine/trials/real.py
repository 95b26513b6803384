"""A whole morning in real time, over real sockets: engine and webhook intake in a process of their
own, as they are served, and the simulator in another.

What is measured is the engine's process: this one only sets the stage and looks on.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from engine.clock import MachineClock
from engine.domain.broadcast import OVER
from engine.domain.ids import BroadcastId
from engine.simulator.scenarios import SCENARIOS
from engine.store import migrations, receipts_waiting
from engine.store.database import Database
from engine.trials import simulated
from engine.trials.earlier import seed_earlier
from engine.trials.findings import find
from engine.trials.moves import watchers_for
from engine.trials.options import MorningOptions, MorningResult
from engine.trials.private_postgres import free_port
from engine.trials.served_process import ServedProcess, served_process
from engine.trials.simulator_process import SimulatorProcess, simulator_process
from engine.trials.visitor import Scene, Visitor

WEBHOOKS = "/webhooks/whatsapp"
LEAD = timedelta(seconds=4)
FLOOD_LEAD_SECONDS = 4.0
"""To start the sender of a flood, and to sign what it sends."""
LEAD_FOR_EACH = timedelta(milliseconds=1)
"""Freezing and planning are done in slices, and no send waits for them; so they take their time."""
LOOK_EVERY_SECONDS = 1.0
QUIET_AFTER = timedelta(seconds=75)
"""Nearly every phone that gets it at all has it by then (normal_load: p99 60 s)."""


Progress = Callable[[int, int], None]
"""Told (deliveries with WhatsApp, targeted) once a second."""


async def run_real(
    options: MorningOptions,
    command: Sequence[str],
    progress: Progress | None = None,
    visitors: Sequence[Visitor] = (),
) -> MorningResult:
    """One morning with a database and a simulator of its own. Leaves nothing behind.

    command: starts the process that serves, see `engine.trials.served`. Raises CompanionError when
    that process or the simulator does not live to the end.
    """
    with tempfile.TemporaryDirectory(prefix="dawncast-morning-") as folder:
        home = Path(folder)
        url = f"sqlite:///{home / 'morning.db'}"
        migrations.upgrade(url)
        database = Database(url)
        everybody = [*watchers_for(options), *visitors]
        try:
            return await _with_processes(options, command, database, home, progress, everybody)
        finally:
            database.close()


async def _with_processes(
    options: MorningOptions,
    command: Sequence[str],
    database: Database,
    home: Path,
    progress: Progress | None,
    visitors: Sequence[Visitor],
) -> MorningResult:
    seeded = database.transact_now(simulated.seed, options, MachineClock().now())
    if options.flood > 0:
        now = MachineClock().now()
        database.transact_now(seed_earlier, seeded, options.subscribers, now)
    port = free_port()
    async with (
        simulator_process(
            numbers=database.read_now(simulated.numbers_of, seeded),
            access_token=simulated.ACCESS_TOKEN,
            app_secret=simulated.APP_SECRET,
            waba_id=simulated.WABA_ID,
            webhook_url=f"http://127.0.0.1:{port}{WEBHOOKS}",
            seed=options.seed,
            scenario=options.scenario,
            receipts=options.receipts,
            fault_at=options.fault_at,
        ) as simulator,
        served_process(
            command,
            options,
            database_url=database.url,
            journals=home / "journal",
            api_url=simulator.url,
            port=port,
        ) as served,
    ):
        return await _measure(options, database, seeded, simulator, served, progress, visitors)


async def _measure(
    options: MorningOptions,
    database: Database,
    seeded: simulated.SeededTenant,
    simulator: SimulatorProcess,
    served: ServedProcess,
    progress: Progress | None,
    visitors: Sequence[Visitor],
) -> MorningResult:
    clock = MachineClock()
    lead = LEAD + options.subscribers * LEAD_FOR_EACH + timedelta(seconds=options.lead_seconds)
    opens_at = clock.now() + lead
    await database.transact(
        simulated.add_one_off,
        seeded,
        options.pacing,
        opens_at,
        clock.now(),
        window_seconds=options.window_seconds,
    )
    scene = Scene(database=database, clock=clock, seeded=seeded, opens_at=opens_at, url=served.url)
    async with asyncio.TaskGroup() as beside:
        flooding = beside.create_task(_flood(options, served, opens_at))
        visits = [beside.create_task(visitor.during(scene)) for visitor in visitors]
        result = await _look_on(options, database, opens_at, simulator, served, progress)
        for visit in visits:
            visit.cancel()
    if (flood := flooding.result()) is not None:
        result.webhooks_per_second = flood["per_second"]
        result.webhooks_p99_ms = flood["p99_ms"]
        result.webhooks_refused = flood["refused"]
    broadcast = await database.read(simulated.first_broadcast)
    assert broadcast is not None
    for visitor in visitors:
        await database.read(visitor.after, broadcast[0], result)
    return result


async def _look_on(
    options: MorningOptions,
    database: Database,
    opens_at: datetime,
    simulator: SimulatorProcess,
    served: ServedProcess,
    progress: Progress | None,
) -> MorningResult:
    clock = MachineClock()
    await asyncio.sleep((opens_at - clock.now()).total_seconds() - 1.0)
    before, began = await served.usage(), clock.loop_time()
    broadcast = await _until_settled(options, database, served, progress)
    after, took = await served.usage(), clock.loop_time() - began
    truth = await simulator.truth()
    result = await database.read(
        find, broadcast, truth, rate=options.rate, seed=options.seed, receipts=options.receipts
    )
    result.wall_s = took
    result.cpu_s_per_1000 = 1_000 * (after.cpu_s - before.cpu_s) / max(result.targeted, 1)
    result.peak_rss_mb = after.peak_rss_mb
    return result


async def _flood(
    options: MorningOptions, served: ServedProcess, opens_at: datetime
) -> dict[str, Any] | None:
    """Webhooks from a process of its own, from the opening until all should be sent."""
    if options.flood <= 0:
        return None
    wait = (opens_at - MachineClock().now()).total_seconds()
    await asyncio.sleep(max(0.0, wait - FLOOD_LEAD_SECONDS))
    load = {
        "port": int(served.url.rsplit(":", 1)[1]),
        "path": WEBHOOKS,
        "messages": options.subscribers,
        "rate": options.flood,
        "seconds": max(1.0, options.subscribers / max(options.senders * options.rate, 1.0)),
        "after": min(wait, FLOOD_LEAD_SECONDS) / 2,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "engine.trials.load", json.dumps(load)),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return json.loads(said)["best"]


async def _until_settled(
    options: MorningOptions,
    database: Database,
    served: ServedProcess,
    progress: Progress | None,
) -> BroadcastId:
    """Until the engine has nothing left to do and WhatsApp has nothing left to say."""
    clock = MachineClock()
    give_up_at = clock.now() + options.patience
    everybody_reads = SCENARIOS[options.scenario].read_share == 1.0
    quiet_at = None
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        served.must_live()
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
        awaited = waiting.unread if everybody_reads else waiting.undelivered
        if not options.receipts or not options.settle or not awaited:
            return broadcast
        quiet_at = quiet_at or now + QUIET_AFTER
        if now > quiet_at:
            return broadcast

"""The half hour after a killed morning, in virtual time: what was unknown is sent again with
evidence, or held.

Proof that WhatsApp never took a request needs twenty minutes of unbroken webhook intake, and a
person is asked after thirty (spec E3): nobody waits that long for a drill. So an engine on a loop
that jumps takes over the very database and journals that the last killed process left. It sends
through a world of its own, to which nobody has been sent yet; what both worlds took is added up,
person by person. No webhook of the real morning is missing by then: it ended when all had come in.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random

from engine.clock import LoopClock, MachineClock
from engine.domain.ids import BroadcastId
from engine.roster import Parts
from engine.runtime import Engine
from engine.simulator.gateway import SimulatedWhatsApp
from engine.simulator.loop import JumpingLoop
from engine.simulator.scenarios import SCENARIOS
from engine.simulator.world import SimulatedNumber, World
from engine.store.database import Database
from engine.store.journal import FileJournals
from engine.trials import simulated
from engine.trials.findings import SimulatorTruth
from engine.trials.options import MorningOptions
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET, WABA_ID
from engine.workers.equipment import Tuning
from engine.workers.lease import owner_is_dead, owner_name

AT_MOST = timedelta(minutes=35)
LOOK_EVERY_SECONDS = 5.0
TUNING = Tuning(
    reserve=0.0,
    watch_every=timedelta(seconds=5),
    settle_every=timedelta(seconds=10),
    receive_every=timedelta(seconds=10),
    sample=False,
)
"""Half an hour in which little happens: a look now and then will do, and costs less."""


def wait_out(
    database_url: str,
    *,
    journals: Path,
    options: MorningOptions,
    numbers: Sequence[SimulatedNumber],
    broadcast: BroadcastId,
) -> SimulatorTruth:
    """Let up to 35 virtual minutes pass, less when nothing is open sooner. Returns what was sent
    meanwhile.
    """
    world = World(
        options.seed + 1, SCENARIOS[options.scenario], numbers, ACCESS_TOKEN, APP_SECRET, WABA_ID
    )
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(_wait_out(database_url, FileJournals(journals), world, broadcast))
    return simulated.truth_of(world)


def together(real: SimulatorTruth, later: SimulatorTruth) -> SimulatorTruth:
    """Both worlds' truth as one."""
    return SimulatorTruth(
        accepted_by_tracker=_sum(real.accepted_by_tracker, later.accepted_by_tracker),
        accepted_by_recipient=_sum(real.accepted_by_recipient, later.accepted_by_recipient),
        arrivals_max_per_second=real.arrivals_max_per_second,
        rate_errors=real.rate_errors + later.rate_errors,
    )


async def _wait_out(
    database_url: str, journals: FileJournals, world: World, broadcast: BroadcastId
) -> None:
    database = Database(database_url, inline=True, durable=False)
    machine = MachineClock()
    clock = LoopClock(starts_at=machine.now(), boot_id=machine.boot_id())
    engine = Engine(
        Parts(
            database=database,
            gateway=SimulatedWhatsApp(world, clock),
            journals=journals,
            clock=lambda: clock,
            rng=Random(world.seed),
            owner=owner_name(machine.boot_id()),
            is_dead=lambda owner: owner_is_dead(owner, machine.boot_id()),
            tuning=TUNING,
            alarm=False,
            foretells=False,
        )
    )
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(engine.run())
        pumping = tasks.create_task(simulated.pump_webhooks(world, database, clock))
        give_up_at = clock.now() + AT_MOST
        while clock.now() < give_up_at:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            if not database.read_now(simulated.open_deliveries, broadcast):
                break
        engine.stop()
        await running
        pumping.cancel()
    database.close()


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(one) + Counter(other))

"""One real morning of the drill: a broadcast over real sockets, whose process is killed again and
again.

Ends when WhatsApp has nothing left to say about anything it took: every webhook that was refused
while no process lived has been brought again, and read.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlmodel import Session, col, func, select

from engine.clock import MachineClock
from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import State
from engine.domain.ids import AttemptId, BroadcastId, DeliveryId, DeliveryKey
from engine.simulator.world import SimulatedNumber
from engine.store.database import Database
from engine.store.tables import Delivery
from engine.trials import simulated
from engine.trials.crew import Crew
from engine.trials.kills import DrillOptions, Kill, Phase, PlannedKill
from engine.trials.options import MorningOptions
from engine.trials.simulator_process import SimulatorProcess, simulator_process
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET, WABA_ID

LEAD = timedelta(seconds=4)
SCENARIO = "normal_load"
LOOK_EVERY_SECONDS = 0.02
REACHED_WITHIN_SECONDS = 120.0
QUIET_WITHIN_SECONDS = 420.0
"""A webhook that was refused six times in a row comes again after half a minute, one that was nine
times, after four.
"""

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """A kill, and the instants around it."""

    kill: Kill
    at: datetime
    newest: int
    """The newest token of any engine run until then."""
    resumes_from: datetime
    """The start of the process that came after; with a standby the death itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KilledMorning:
    """What a real morning leaves behind, beside its database."""

    options: MorningOptions
    numbers: Sequence[SimulatedNumber]
    broadcast: BroadcastId
    struck: Sequence[Struck]
    truth: dict[str, Any]
    """All of `/_sim/truth`."""
    crew: Crew


class DrillError(Exception):
    """The drill could not go on; the text says at what."""


async def killed_morning(
    number: int,
    plan: Sequence[PlannedKill],
    options: DrillOptions,
    *,
    command: Sequence[str],
    database: Database,
    home: Path,
    rng: Random,
    tell: Told,
) -> KilledMorning:
    """Run the morning in `database`, migrated and empty. `command` starts a serving process."""
    morning = MorningOptions(
        subscribers=options.subscribers,
        senders=options.senders,
        rate=options.rate,
        scenario=SCENARIO,
        seed=rng.randrange(2**31),
    )
    seeded = database.transact_now(simulated.seed, morning, MachineClock().now())
    numbers = database.read_now(simulated.numbers_of, seeded)
    port = _free_port()
    async with simulator_process(
        numbers=numbers,
        access_token=ACCESS_TOKEN,
        app_secret=APP_SECRET,
        waba_id=WABA_ID,
        webhook_url=f"http://127.0.0.1:{port}/webhooks/whatsapp",
        seed=morning.seed,
        scenario=SCENARIO,
        receipts=True,
    ) as simulator:
        told = {
            "database_url": database.url,
            "api_url": simulator.url,
            "port": port,
        }
        crew = Crew(
            command=command, told=told, home=home, database=database, standby=options.standby
        )
        try:
            await crew.start()
            now = MachineClock().now()
            await database.transact(simulated.add_one_off, seeded, "fastest", now + LEAD, now)
            struck = [
                await _strike(number, place, planned, now + LEAD, crew, tell)
                for place, planned in enumerate(plan, 1)
            ]
            broadcast, truth = await _until_quiet(database, simulator)
        finally:
            await asyncio.to_thread(crew.stop)
    return KilledMorning(
        options=morning, numbers=numbers, broadcast=broadcast, struck=struck, truth=truth, crew=crew
    )


async def _strike(
    morning: int, number: int, planned: PlannedKill, opens_at: datetime, crew: Crew, tell: Told
) -> Struck:
    await _until(planned, opens_at, crew.database)
    await asyncio.sleep(planned.after_s)
    death = await crew.kill()
    found = await crew.database.read(simulated.first_broadcast)
    tell(f"morning {morning}, kill {number}: {planned.phase}")
    await asyncio.sleep(planned.pause_s)
    restarted = await crew.add()
    kill = Kill(
        morning=morning,
        number=number,
        phase=planned.phase,
        instant_s=(death.at - opens_at).total_seconds(),
        state=found[1].value if found is not None else "",
        token=death.token,
    )
    return Struck(
        kill=kill,
        at=death.at,
        newest=death.newest,
        resumes_from=death.at if crew.standby else restarted,
    )


async def _until(planned: PlannedKill, opens_at: datetime, database: Database) -> None:
    """Until what the kill strikes at has begun. By what is in the database where that tells: a busy
    machine takes its time to start a process.
    """
    match planned.phase:
        case Phase.FREEZE | Phase.RECOVERY:
            return  # the process has just come up
        case Phase.OPENING:
            wait = (opens_at - MachineClock().now()).total_seconds()
            await asyncio.sleep(max(0.0, wait))
            return
        case Phase.SENDING:
            await _until_true(database, lambda session: _marked(session) >= planned.marked)
        case Phase.SETTLING:
            await _until_true(database, lambda session: not _unsent(session))


async def _until_true(database: Database, question: Callable[[Session], bool]) -> None:
    try:
        async with asyncio.timeout(REACHED_WITHIN_SECONDS):
            while not await database.read(question):  # noqa: ASYNC110 - another process answers
                await asyncio.sleep(LOOK_EVERY_SECONDS)
    except TimeoutError:
        raise DrillError(
            f"The morning came to a standstill: nothing happened for {REACHED_WITHIN_SECONDS:.0f} s"
        ) from None


def _marked(session: Session) -> int:
    return session.exec(select(func.count()).where(col(Delivery.attempts) > 0)).one()


def _unsent(session: Session) -> bool:
    """Whether the lanes have not been through yet. What waits for a retry is not counted: it may
    wait for an hour.
    """
    found = simulated.first_broadcast(session)
    if found is None or found[1] not in (BroadcastState.SENDING, BroadcastState.SETTLING):
        return True
    unsent = (State.PLANNED, State.SENDING)
    return session.exec(select(func.count()).where(col(Delivery.state).in_(unsent))).one() > 0


async def _until_quiet(
    database: Database, simulator: SimulatorProcess
) -> tuple[BroadcastId, dict[str, Any]]:
    """Until everything is sent, and everything WhatsApp took and we do not know of is settled."""
    await _until_true(database, lambda session: not _unsent(session))
    clock = MachineClock()
    give_up_at = clock.loop_time() + QUIET_WITHIN_SECONDS
    while clock.loop_time() < give_up_at:
        await asyncio.sleep(0.5)
        if await simulator.webhooks_waiting():
            continue
        truth = await simulator.whole_truth()
        taken = {message["tracker"] for message in truth["messages"]}
        if not taken & await database.read(_unknown_trackers):
            found = await database.read(simulated.first_broadcast)
            assert found is not None
            return found[0], truth
    raise DrillError(f"WhatsApp's webhooks did not all come in within {QUIET_WITHIN_SECONDS:.0f} s")


def _unknown_trackers(session: Session) -> set[str]:
    """Every tracker that a delivery of unknown outcome was ever sent under."""
    rows = session.exec(
        select(Delivery.id, Delivery.attempts, Delivery.key).where(
            col(Delivery.state) == State.UNKNOWN
        )
    )
    return {
        AttemptId(DeliveryId(delivery or 0), number).tracker(DeliveryKey(key))
        for delivery, attempts, key in rows
        for number in range(1, attempts + 1)
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]

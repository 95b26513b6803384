"""The crash drill's parts: when it kills, and the half hour that it lets pass in virtual time."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlmodel import Session, col, select

from engine.clock import LoopClock, MachineClock
from engine.domain.delivery import ACCEPTED_OR_BETTER, State
from engine.domain.ids import BroadcastId, PhoneNumberId, Tracker
from engine.domain.message import Message, Recipient
from engine.domain.outcome import Outcome, Unknown
from engine.roster import Parts
from engine.runtime import Engine
from engine.simulator.gateway import SimulatedWhatsApp
from engine.simulator.loop import JumpingLoop
from engine.simulator.scenarios import SCENARIOS
from engine.simulator.world import SimulatedNumber, World
from engine.store.database import Database
from engine.store.journal import FileJournals
from engine.store.tables import Delivery
from engine.trials import simulated
from engine.trials.aftermath import together, wait_out
from engine.trials.findings import SimulatorTruth, casualties
from engine.trials.kills import DrillOptions, Phase, plan_mornings
from engine.trials.options import MorningOptions
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET, WABA_ID
from engine.whatsapp.gateway import MayGo, always

MORNING = MorningOptions(subscribers=200, senders=1, backups=0, rate=40.0, seed=5)
FIRST, LAST = 3, 4
"""So many requests get lost on their way: at the start, and at the end of the morning."""


def test_the_kills_strike_at_everything_and_a_seed_plans_them_again() -> None:
    mornings = list(plan_mornings(DrillOptions(kills=48, seed=3), Random(3)))

    assert mornings == list(plan_mornings(DrillOptions(kills=48, seed=3), Random(3)))
    assert [len(morning) for morning in mornings] == [5] * 9 + [3]
    assert {kill.phase for morning in mornings for kill in morning} == set(Phase)
    for morning in mornings:
        marks = [kill.marked for kill in morning]
        assert marks == sorted(marks)


@pytest.mark.slow
def test_what_never_arrived_goes_again_with_evidence_and_the_rest_is_held(
    sqlite_url: str, tmp_path: Path
) -> None:
    numbers, broadcast, before = morning_with_losses(sqlite_url, tmp_path)

    after = wait_out(
        sqlite_url, journals=tmp_path, options=MORNING, numbers=numbers, broadcast=broadcast
    )

    database = Database(sqlite_url)
    states = Counter(database.read_now(states_of))
    truth = together(before, after)
    hurt = database.read_now(casualties, broadcast, truth)
    database.close()
    # Twenty later ones are receipted for the first: that is proof. For the last there are none.
    assert states[State.HELD] == LAST
    assert sum(states[state] for state in ACCEPTED_OR_BETTER) == MORNING.subscribers - LAST
    assert sum(after.accepted_by_tracker.values()) == FIRST
    assert (hurt.lost, hurt.doubled) == (frozenset(), frozenset())


def test_who_got_two_and_who_got_none_is_seen(sqlite_url: str, tmp_path: Path) -> None:
    _, broadcast, truth = morning_with_losses(sqlite_url, tmp_path)
    database = Database(sqlite_url)
    one, another = list(truth.accepted_by_recipient)[:2]
    tampered = SimulatorTruth(
        accepted_by_tracker={},
        accepted_by_recipient={**truth.accepted_by_recipient, one: 2, another: 2},
        arrivals_max_per_second=0,
        rate_errors=0,
    )

    hurt = database.read_now(casualties, broadcast, tampered)

    database.close()
    assert len(hurt.doubled) == 2
    assert len(hurt.lost) == MORNING.subscribers - FIRST - LAST


class LeakyWire:
    """Satisfies Gateway: some requests never arrive, and nobody hears so."""

    def __init__(self, whatsapp: SimulatedWhatsApp, lost: range, lost_too: range) -> None:
        self._whatsapp = whatsapp
        self._lost = {*lost, *lost_too}
        self._sent = 0

    async def send(
        self,
        sender: PhoneNumberId,
        to: Recipient,
        message: Message,
        tracker: Tracker,
        may_go: MayGo = always,
    ) -> Outcome:
        self._sent += 1
        if self._sent in self._lost:
            return Unknown("lost on its way")
        return await self._whatsapp.send(sender, to, message, tracker, may_go)

    async def warm(self, connections: int) -> int:
        return connections

    async def aclose(self) -> None:
        return None


def morning_with_losses(
    url: str, journals: Path
) -> tuple[list[SimulatedNumber], BroadcastId, SimulatorTruth]:
    """A morning in virtual time that ends while some are still unknown."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(_morning_with_losses(url, journals))


async def _morning_with_losses(
    url: str, journals: Path
) -> tuple[list[SimulatedNumber], BroadcastId, SimulatorTruth]:
    database = Database(url, inline=True, durable=False)
    machine = MachineClock()
    clock = LoopClock(starts_at=machine.now() - timedelta(seconds=25), boot_id=machine.boot_id())
    seeded = database.transact_now(simulated.seed, MORNING, clock.now())
    opens_at = clock.now() + timedelta(seconds=5)
    database.transact_now(simulated.add_one_off, seeded, "fastest", opens_at, clock.now())
    numbers = database.read_now(simulated.numbers_of, seeded)
    world = World(MORNING.seed, SCENARIOS["instant"], numbers, ACCESS_TOKEN, APP_SECRET, WABA_ID)
    count = MORNING.subscribers
    wire = LeakyWire(
        SimulatedWhatsApp(world, clock), range(1, FIRST + 1), range(count - LAST + 1, count + 1)
    )
    engine = Engine(
        Parts(
            database=database,
            gateway=wire,
            journals=FileJournals(journals),
            clock=lambda: clock,
            rng=Random(1),
            owner="before",
            alarm=False,
        )
    )
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(engine.run())
        pumping = tasks.create_task(simulated.pump_webhooks(world, database, clock))
        await asyncio.sleep(20.0)
        engine.stop()
        await running
        pumping.cancel()
    found = database.read_now(simulated.first_broadcast)
    assert found is not None
    database.close()
    return numbers, found[0], simulated.truth_of(world)


def states_of(session: Session) -> list[State]:
    return [State(state) for state in session.exec(select(col(Delivery.state)))]

"""A firm whose mornings really ran: the engine against a made-up WhatsApp, in virtual time.

Two days in a row, so that there is something to compare; the second with every kind of trouble, so
that every state a delivery can end in has people in it. The same pictures every time: fixed days,
fixed seeds.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random

from sqlmodel import Session, col, select

from engine.clock import LoopClock
from engine.commands.add_schedule import add_schedule
from engine.domain.broadcast import OVER, BroadcastState
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Role
from engine.roster import Parts
from engine.runtime import Engine
from engine.simulator.faults import DropAnswers
from engine.simulator.gateway import SimulatedWhatsApp
from engine.simulator.loop import JumpingLoop
from engine.simulator.scenarios import PlannedFault, Scenario
from engine.simulator.world import World
from engine.store.database import Database
from engine.store.journal import MemoryJournals
from engine.store.tables import Broadcast
from engine.trials.demo import todays_content
from engine.trials.simulated import numbers_of, pump_webhooks
from engine.trials.tenant import SeededTenant, seed_sandbox
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET, WABA_ID
from engine.trials.two_wordings import write_second
from engine.workers.equipment import Tuning
from engine.workers.roll_up import look

SUBSCRIBERS, SENDERS, BACKUPS, RATE = 240, 4, 2, 80.0
BEGINS = datetime(2026, 11, 24, 23, 58, tzinfo=UTC)
"""Wednesday the 25th of November, 05:28 in India."""
A_DAY = timedelta(days=1)
AT_MOST = timedelta(hours=2)
DAILY = {
    "name": "Daily 06:00",
    "kind": "daily",
    "at": "06:00",
    "zone": "Asia/Kolkata",
    "weekdays": "123456",
    "pacing": "jittered",
    "window_minutes": "",
    "late_policy": "ask",
    "late_minutes": "10",
    "canary": "",
    "wait_seconds": "10",
    "failures": "3",
    "failure_percent": "10",
}
QUIET = Scenario(name="quiet", never_delivered=0.004, failures=((131026, 0.005),))
TROUBLED = Scenario(
    name="troubled",
    never_delivered=0.01,
    failures=((131026, 0.012), (131049, 0.008), (131050, 0.004)),
    faults=(
        PlannedFault(
            after=0.0, fault=DropAnswers(accepted=False, how="timeout", probability=0.015)
        ),
    ),
)


def run_mornings(database: Database) -> SeededTenant:
    """Found the firm in a migrated, empty database, and live through its two mornings."""
    seeded = database.transact_now(
        seed_sandbox,
        subscribers=SUBSCRIBERS,
        senders=SENDERS,
        backups=BACKUPS,
        rate=RATE,
        now=BEGINS,
        rng=Random(7),
        password=None,
    )
    database.transact_now(_schedule, seeded)
    for nth, scenario in enumerate((QUIET, TROUBLED)):
        starts_at = BEGINS + nth * A_DAY
        content = database.transact_now(todays_content, seeded.tenant, starts_at)
        assert not isinstance(content, Refused), content
        if nth == 1:  # in two wordings
            database.transact_now(write_second, seeded, of=content, now=starts_at)
        with asyncio.Runner(loop_factory=JumpingLoop) as runner:
            runner.run(_morning(database, seeded, scenario, starts_at, nth))
    return seeded


def count_days(database: Database, now: datetime) -> None:
    """Make the days' figures, as the engine does once a morning is over."""

    async def counted() -> int:
        return await look(database, LoopClock(starts_at=now))

    made = asyncio.run(counted())
    assert made == 2, f"{made} days were counted"


def person(seeded: SeededTenant, role: Role) -> Actor:
    """Somebody of the firm."""
    return Actor(f"{role.value.title()}", seeded.tenant, role, seeded.users[role])


def _schedule(session: Session, seeded: SeededTenant) -> None:
    by = person(seeded, Role.OPERATOR)
    made = add_schedule(session, seeded.tenant, DAILY, by=by, now=BEGINS)
    assert not isinstance(made, Refused), made


async def _morning(
    database: Database,
    seeded: SeededTenant,
    scenario: Scenario,
    starts_at: datetime,
    seed: int,
) -> None:
    clock = LoopClock(starts_at=starts_at)
    numbers = database.read_now(numbers_of, seeded)
    world = World(seed, scenario, numbers, ACCESS_TOKEN, APP_SECRET, WABA_ID)
    engine = Engine(
        Parts(
            database=database,
            gateway=SimulatedWhatsApp(world, clock),
            journals=MemoryJournals(),
            clock=lambda: clock,
            rng=Random(seed),
            owner=f"exhibition {seed}",
            tuning=Tuning(reserve=0.1),
            draw_seed=lambda: f"{seed:032x}",
            alarm=False,
        )
    )
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(engine.run())
        pumping = tasks.create_task(pump_webhooks(world, database, clock))
        # In virtual time there is nothing to wait on but the clock.
        while database.read_now(_over) <= seed and clock.now() < starts_at + AT_MOST:  # noqa: ASYNC110
            await asyncio.sleep(5.0)
        engine.stop()
        await running
        pumping.cancel()
    assert database.read_now(_over) == seed + 1, "the morning did not end within two hours"


def _over(session: Session) -> int:
    states = session.exec(select(Broadcast.state).order_by(col(Broadcast.id))).all()
    return sum(BroadcastState(state) in OVER for state in states)

"""A whole morning in virtual time: the real engine on a loop that jumps, against the world in
process.

The same seed gives the same morning, attempt for attempt.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlmodel import Session, SQLModel, col

from engine.clock import LoopClock
from engine.domain.broadcast import OVER, BroadcastState
from engine.domain.delivery import OPEN
from engine.domain.ids import BroadcastId
from engine.roster import Parts
from engine.runtime import Engine
from engine.simulator.gateway import SimulatedWhatsApp
from engine.simulator.loop import JumpingLoop
from engine.simulator.scenarios import Scenario, scenario_named
from engine.simulator.world import SimulatedNumber, World
from engine.store import inbox, outbox, senders
from engine.store.database import Database
from engine.store.dialects import table
from engine.store.journal import MemoryJournals
from engine.store.tables import Attempt, Broadcast, Schedule
from engine.trials.earlier import EARLIER
from engine.trials.findings import SimulatorTruth, find
from engine.trials.moves import watchers_for
from engine.trials.options import MorningOptions, MorningResult
from engine.trials.tenant import SeededTenant, seed_sandbox
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET, WABA_ID
from engine.trials.visitor import Scene, Visitor
from engine.workers.equipment import Tuning

STARTS_AT = datetime(2026, 11, 23, 0, 25, tzinfo=UTC)
"""05:55 in India."""

LEAD = timedelta(seconds=5)
SETTLE_AT_MOST = timedelta(minutes=45)
"""Held for a person after 30 minutes at the latest: nothing is open after that."""


def run_simulated(
    options: MorningOptions,
    visitors: Sequence[Visitor] = (),
    *,
    scenario: Scenario | None = None,
    most: timedelta = SETTLE_AT_MOST,
    enough: Callable[[World, datetime], bool] | None = None,
) -> tuple[MorningResult, str]:
    """One morning in virtual time. Returns its figures and a digest of the attempt log.

    scenario: in place of the one that the options name. most: how long after the opening to wait at
    most. enough: is shown the world every second, and says when no more need be known.
    """
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        given = scenario or scenario_named(options.scenario, fault_at=options.fault_at)
        everybody = [*watchers_for(options), *visitors]
        return runner.run(_morning(options, given, everybody, most, enough))


async def _morning(
    options: MorningOptions,
    scenario: Scenario,
    visitors: Sequence[Visitor],
    most: timedelta,
    enough: Callable[[World, datetime], bool] | None,
) -> tuple[MorningResult, str]:
    database = Database("sqlite://", inline=True, durable=False)
    database.transact_now(_create_schema)
    clock = LoopClock(starts_at=STARTS_AT)
    seeded = database.transact_now(seed, options, clock.now())
    broadcast_opens = clock.now() + LEAD
    database.transact_now(
        add_one_off,
        seeded,
        options.pacing,
        broadcast_opens,
        clock.now(),
        window_seconds=options.window_seconds,
    )
    world = World(
        options.seed,
        scenario,
        [
            SimulatedNumber(number.phone_number_id, number.display_phone, WABA_ID, options.rate)
            for number in database.read_now(numbers_of, seeded)
        ],
        ACCESS_TOKEN,
        APP_SECRET,
        WABA_ID,
    )
    engine = Engine(
        Parts(
            database=database,
            gateway=SimulatedWhatsApp(world, clock),
            journals=MemoryJournals(),
            clock=lambda: clock,
            rng=Random(options.seed),
            owner="simulated",
            tuning=tuning(options),
            draw_seed=lambda: f"{options.seed:032x}",
            alarm=False,
            foretells=False,
        )
    )
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(engine.run())
        pumping = tasks.create_task(pump_webhooks(world, database, clock))
        scene = Scene(database=database, clock=clock, seeded=seeded, opens_at=broadcast_opens)
        visits = [tasks.create_task(visitor.during(scene)) for visitor in visitors]
        broadcast = await _until_over(
            database,
            clock,
            most,
            lambda: enough is not None and enough(world, clock.now()),
        )
        for visit in visits:
            visit.cancel()
        engine.stop()
        await running
        pumping.cancel()
    result = database.read_now(
        find,
        broadcast,
        truth_of(world),
        rate=options.rate,
        seed=options.seed,
        receipts=options.receipts,
    )
    for visitor in visitors:
        database.read_now(visitor.after, broadcast, result)
    digest = database.read_now(attempt_log_digest)
    database.close()
    return result, digest


def _create_schema(session: Session) -> None:
    SQLModel.metadata.create_all(session.connection())


def seed(session: Session, options: MorningOptions, now: datetime) -> SeededTenant:
    """The tenant a trial sends for."""
    return seed_sandbox(
        session,
        subscribers=options.subscribers,
        senders=options.senders,
        backups=options.backups,
        rate=options.rate or 1_000_000.0,
        now=now,
        rng=Random(options.seed),
        password=None,
    )


def tuning(options: MorningOptions) -> Tuning:
    """How the lanes of a trial work: the whole rate, nothing kept back."""
    return Tuning(reserve=0.0, unthrottled=options.rate <= 0, in_flight=options.in_flight)


async def pump_webhooks(world: World, database: Database, clock: LoopClock) -> None:
    """Carry the world's webhooks into the inbox, as the web server would."""
    while True:
        now = clock.now().timestamp()
        for post in world.take_webhooks(now):
            await database.transact(
                inbox.store_webhook,
                post.body,
                hashlib.sha256(post.body).hexdigest(),
                clock.now(),
            )
            world.webhook_answered(post.id, 200, clock.now().timestamp())
        at = world.next_webhook_at()
        wait = 0.25 if at is None else at - clock.now().timestamp()
        await asyncio.sleep(min(max(wait, 0.01), 0.25))


async def _until_over(
    database: Database, clock: LoopClock, most: timedelta, enough: Callable[[], bool]
) -> BroadcastId:
    give_up_at = clock.now() + LEAD + most
    while clock.now() < give_up_at:
        await asyncio.sleep(1.0)
        row = database.read_now(first_broadcast)
        if row is None:
            continue
        broadcast, state = row
        if state in OVER or enough():
            return broadcast
    row = database.read_now(first_broadcast)
    assert row is not None, "the calendar opened no broadcast"
    return row[0]


def add_one_off(
    session: Session,
    seeded: SeededTenant,
    pacing: str,
    opens_at: datetime,
    now: datetime,
    window_seconds: float | None = None,
) -> None:
    """A schedule that opens one broadcast of the seeded content."""
    session.add(
        Schedule(
            tenant_id=seeded.tenant,
            name="Trial morning",
            kind="once",
            once_at=opens_at,
            content_id=seeded.content,
            pacing=pacing,
            window_seconds=None if window_seconds is None else round(window_seconds),
            created_at=now,
        )
    )


def numbers_of(session: Session, seeded: SeededTenant) -> list[SimulatedNumber]:
    """The simulator's numbers for a seeded tenant's senders, backups too."""
    return [
        SimulatedNumber(row.phone_number_id, row.display_phone, WABA_ID, row.rate_per_second)
        for row in senders.pool(session, seeded.tenant)
    ]


def first_broadcast(session: Session) -> tuple[BroadcastId, BroadcastState] | None:
    """The only broadcast of a trial's database, once it is there; an earlier one plays no part."""
    row = session.connection().execute(_FIRST).one_or_none()
    return None if row is None else (BroadcastId(row[0]), BroadcastState(row[1]))


_broadcasts = table(Broadcast)
_FIRST = (
    select(_broadcasts.c.id, _broadcasts.c.state).where(_broadcasts.c.title != EARLIER).limit(1)
)


def open_deliveries(session: Session, broadcast: BroadcastId) -> int:
    """How many deliveries the engine has still work with."""
    counts = outbox.count_by_lane(session, broadcast)
    return sum(count for (_, state), count in counts.items() if state in OPEN)


def truth_of(world: World) -> SimulatorTruth:
    """What a trial asks of the world, read in process."""
    truth = world.truth()
    return SimulatorTruth(
        accepted_by_tracker={key: len(found) for key, found in truth.trackers.items()},
        accepted_by_recipient={key: len(found) for key, found in truth.recipients.items()},
        arrivals_max_per_second=max(
            (number.arrivals_max_per_second for number in truth.numbers.values()), default=0
        ),
        rate_errors=truth.totals.rate_errors,
    )


def attempt_log_digest(session: Session) -> str:
    """A digest over every attempt in order: equal digests mean equal mornings."""
    rows = session.connection().execute(
        select(
            col(Attempt.delivery_id),
            col(Attempt.number),
            col(Attempt.sender_id),
            col(Attempt.started_at),
            col(Attempt.outcome),
            col(Attempt.error_code),
        ).order_by(col(Attempt.started_at), col(Attempt.delivery_id), col(Attempt.number))
    )
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()

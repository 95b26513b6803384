"""One fault-free morning: rehearsed from its frozen audience, and then sent by the real engine.

The rehearsal knows the phones only by what seven earlier mornings of the same phones would have
shown in whole seconds, with other luck. Everybody's size: the 2,000 people the product is made for,
over one to four senders, all three pacings, sends that take from a quarter of a minute to two and a
half minutes at full rate; phones with a median of 1 to 4 s, of which 99 of 100 have it after 15 to
90 s, and up to 4 in 1,000 never.
"""

import asyncio
import gc
import math
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import structlog
from sqlmodel import Session

from engine.domain.broadcast import BroadcastState
from engine.domain.ids import BroadcastId, SenderId, TenantId
from engine.domain.rehearsal import Foreseen
from engine.read import audience
from engine.rehearsal.behaviour import Behaviour
from engine.rehearsal.calibrate import behaviour_of
from engine.rehearsal.foresee import Staged, foresee
from engine.rehearsal.play import LaneWorld
from engine.simulator.curves import Uniform, long_tail, measured
from engine.simulator.fates import Fates
from engine.simulator.scenarios import Scenario
from engine.simulator.world import World
from engine.store import broadcasts
from engine.store.observed import UNIT_SECONDS
from engine.trials.forecasts.trace import LOG_LEVEL, reached
from engine.trials.options import MorningOptions, MorningResult
from engine.trials.simulated import first_broadcast, run_simulated
from engine.trials.visitor import Scene
from engine.workers.fan_out import plan_of

SEEDS = range(70_000, 80_000)
PEOPLE = 2_000
EARLIER_MORNINGS = 7
ENDS_AFTER = 420.0
ASK_EVERY_SECONDS = 5


@dataclass(slots=True)
class Compared:
    """Seconds from the opening until 99 % had it: as it happened, as it was rehearsed, and as one
    would rehearse it who knows the phones' true curve. None is never.
    """

    seed: int
    truth: float | None = None
    rehearsed: float | None = None
    low: float | None = None
    high: float | None = None
    knowing: float | None = None

    def off(self, foretold: float | None) -> float:
        """By what part of the truth it was off; infinite when one of the two is never."""
        if self.truth is None or foretold is None:
            return 0.0 if self.truth == foretold else math.inf
        return abs(foretold - self.truth) / self.truth


def compare(seed: int) -> Compared:
    """Rehearse the morning of a seed, then live through it."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(LOG_LEVEL))
    options, scenario = draw(seed)
    found = Compared(seed)
    visitor = _Rehearser(found, options, scenario)

    def enough(world: World, now: datetime) -> bool:
        if visitor.opens_at is None:
            return False
        after = (now - visitor.opens_at).total_seconds()
        if int(after) % ASK_EVERY_SECONDS:
            return False
        found.truth = reached(world, visitor.opens_at, visitor.targeted)
        return found.truth is not None and found.truth <= after

    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        run_simulated(
            options,
            [visitor],
            scenario=scenario,
            most=timedelta(seconds=ENDS_AFTER),
            enough=enough,
        )
    finally:
        gc.enable()
    return found


def draw(seed: int) -> tuple[MorningOptions, Scenario]:
    """The morning of a seed."""
    rng = Random(f"rehearsal {seed}")
    senders = rng.randint(1, 4)
    lasts = rng.uniform(15.0, 150.0)
    options = MorningOptions(
        subscribers=PEOPLE,
        senders=senders,
        backups=0,
        rate=float(max(1, math.ceil(PEOPLE / senders / lasts))),
        seed=seed,
        pacing=rng.choices(("jittered", "fastest", "even"), weights=(5, 3, 2))[0],
    )
    median = 1.0 * 4.0 ** rng.random()
    p99 = max(15.0 * 6.0 ** rng.random(), 5 * median)
    scenario = Scenario(
        name="rehearsed",
        api_latency=Uniform(0.05, 0.2 * 5.0 ** rng.random()),
        delivered_lag=long_tail(median=median, p99=p99),
        never_delivered=rng.uniform(0.0, 0.004),
        failures=((131026, rng.uniform(0.0, 0.001)), (131049, rng.uniform(0.0, 0.001))),
    )
    return options, scenario


class _Rehearser:
    """Waits for the plan, and rehearses it before the window opens."""

    def __init__(self, found: Compared, options: MorningOptions, scenario: Scenario) -> None:
        self._found, self._options, self._scenario = found, options, scenario
        self.opens_at: datetime | None = None
        self.targeted = 0

    async def during(self, scene: Scene) -> None:
        """Before the opening; what comes then is the engine's."""
        row = None
        while row is None or row[1] in (BroadcastState.SCHEDULED, BroadcastState.FROZEN):
            await asyncio.sleep(0.25)
            row = scene.database.read_now(first_broadcast)
        staged = scene.database.read_now(self._staged, row[0], scene.clock.now())
        seen = self._foresee(staged, _remembered(self._options, self._scenario))
        self._found.rehearsed, self._found.low, self._found.high = (
            seen.delivered,
            seen.low,
            seen.high,
        )
        knowing = Behaviour(scenario=self._scenario, spread=1.0)
        self._found.knowing = self._foresee(staged, knowing).delivered
        self.targeted = len(staged.plan.audience)
        self.opens_at = staged.plan.opens_at

    def after(self, session: Session, broadcast: BroadcastId, result: MorningResult) -> None:
        """Nothing of the database is needed."""
        del session, broadcast, result

    def _staged(self, session: Session, broadcast: BroadcastId, now: datetime) -> Staged:
        row = broadcasts.get(session, broadcast)
        room = audience.room(session, TenantId(row.tenant_id), now)
        planned = plan_of(session, broadcast, 0.0, room, now)
        assert planned is not None, "its senders may send"
        return Staged(plan=planned.plan, worlds={}, closes_at=row.closes_at)

    def _foresee(self, staged: Staged, behaviour: Behaviour) -> Foreseen:
        world = LaneWorld(rate=self._options.rate, behaviour=behaviour)
        worlds: dict[SenderId, LaneWorld] = dict.fromkeys(staged.plan.senders, world)
        return foresee(Staged(plan=staged.plan, worlds=worlds, closes_at=staged.closes_at))


def _remembered(options: MorningOptions, scenario: Scenario) -> Behaviour:
    """What earlier mornings of these phones show in whole seconds, with other luck than today's."""
    fates, rng = Fates(options.seed + 1_000_000, scenario), Random(options.seed)
    lags: Counter[int] = Counter()
    took: Counter[int] = Counter()
    sent = EARLIER_MORNINGS * options.subscribers
    for number in range(sent):
        fate, arrived = fates.of(f"+91{number}", 0), rng.random()
        took[round(fate.latency / UNIT_SECONDS)] += 1
        if fate.delivered_lag is not None:
            answered, there = arrived + fate.latency, arrived + fate.delivered_lag
            lags[max(0, math.floor(there) - math.floor(answered))] += 1
    return behaviour_of(lags, sent, measured(took, UNIT_SECONDS))

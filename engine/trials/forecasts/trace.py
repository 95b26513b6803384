"""One morning's signs, second by second, and when 99 % of its people really had it."""

import asyncio
import gc
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from engine.domain.forecast import DELIVERED_SHARE
from engine.domain.ids import BroadcastId
from engine.domain.signs import Signs
from engine.simulator.world import World
from engine.store import broadcasts
from engine.store import signs as signs_store
from engine.store.database import Database
from engine.trials.forecasts.family import Drawn, draw
from engine.trials.options import MorningResult
from engine.trials.simulated import first_broadcast, run_simulated
from engine.trials.visitor import Scene

LOOKED_AT = (15, 30, 45, *range(60, 331, 5))
"""Seconds after the opening of which the signs are kept."""
NEVER_AFTER = 900.0
"""Not by 06:15, when the verdict is final, is never."""
ENDS_AFTER = 450.0
"""A morning is not followed for longer, in seconds: what the world has decided by then counts, the
first late retries with it.
"""
CLOSED_AFTER = 305.0
"""Whoever asks only whether it was in time needs to follow it no longer."""
ASK_EVERY_SECONDS = 5
LOG_LEVEL = 50


@dataclass(slots=True)
class Trace:
    """What was seen, and what was true. Seconds count from the opening."""

    seed: int
    drawn: Drawn
    targeted: int = 0
    closes_after: float = 300.0
    reached_after: float | None = None
    """When 99 % had it; None: never."""
    seen: dict[int, Signs] = field(default_factory=dict[int, Signs])


@dataclass(slots=True)
class _Watcher:
    """Keeps the signs of every second."""

    trace: Trace
    until: float
    opens_at: datetime | None = None

    async def during(self, scene: Scene) -> None:
        clock = scene.clock
        row = None
        while row is None:
            await asyncio.sleep(0.25)
            row = scene.database.read_now(first_broadcast)
        opens_at, closes_at = scene.database.read_now(_window, row[0])
        self.opens_at = opens_at
        self.trace.closes_after = (closes_at - opens_at).total_seconds()
        for second in LOOKED_AT:
            if second > self.until:
                break
            at = opens_at + timedelta(seconds=second)
            await asyncio.sleep(max(0.0, (at - clock.now()).total_seconds()))
            seen = _look(scene.database, row[0], clock.now())
            if seen is not None:
                self.trace.seen[second] = seen
                self.trace.targeted = seen.targeted

    def after(self, session: Session, broadcast: BroadcastId, result: MorningResult) -> None:
        """Nothing of the database is needed."""
        del session, broadcast, result


def _window(session: Session, broadcast: BroadcastId) -> tuple[datetime, datetime]:
    row = broadcasts.get(session, broadcast)
    return row.opens_at, row.closes_at


def _look(database: Database, broadcast: BroadcastId, now: datetime) -> Signs | None:
    return database.read_now(signs_store.read, broadcast, now, 0.0)


def trace(seed: int, *, latest: float, until: float, ends: float = ENDS_AFTER) -> Trace:
    """Play the morning of a seed and keep what was to be seen of it.

    latest: as `family.draw` takes it. until: seconds after the opening up to which to look; it ends
    when 99 % have it, or `ends` seconds after the opening.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(LOG_LEVEL))
    drawn = draw(seed, latest=latest)
    found = Trace(seed, drawn)
    watcher = _Watcher(found, until)

    def enough(world: World, now: datetime) -> bool:
        if watcher.opens_at is None:
            return False
        after = (now - watcher.opens_at).total_seconds()
        if int(after) % ASK_EVERY_SECONDS:
            return False
        found.reached_after = reached(world, watcher.opens_at, found.targeted)
        there = found.reached_after is not None and found.reached_after <= after
        return there and after >= until

    # A third of a morning would go on looking for garbage in what is still needed.
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        run_simulated(
            drawn.options,
            [watcher],
            scenario=drawn.scenario,
            most=timedelta(seconds=ends),
            enough=enough,
        )
    finally:
        gc.enable()
    return found


def reached(world: World, opens_at: datetime, targeted: int) -> float | None:
    """When 99 % have it, as far as the world knows already; seconds from the opening."""
    firsts = [
        min(one.delivered_at for one in messages if one.delivered_at is not None)
        for messages in world.truth().recipients.values()
        if any(one.delivered_at is not None for one in messages)
    ]
    needed = math.ceil(DELIVERED_SHARE * targeted - 1e-6)
    if not targeted or len(firsts) < needed:
        return None
    at = sorted(firsts)[needed - 1] - opens_at.timestamp()
    return at if at <= NEVER_AFTER else None

"""Holds what was foretold of many mornings against what then happened, beside a straight line."""

import math
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from statistics import median

from engine.domain.forecast import DELIVERED_SHARE, forecast, is_for_people, is_late, look
from engine.domain.signs import Signs
from engine.trials.forecasts.family import EARLY_SECONDS, LATER_SECONDS
from engine.trials.forecasts.trace import CLOSED_AFTER, NEVER_AFTER, Trace, trace

JUDGED_AT = 60
"""Seconds after the opening."""
TOLD_BEFORE = 60.0
"""A late end must be told so many seconds before the close, at least."""
EARLY_UNTIL, LATER_UNTIL = 62.0, 242.0
TOLD_TWICE = 2
"""Two looks in a row, five seconds apart: one alone is no announcement."""
NEVER = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One morning at T+60 s, all in seconds from the opening; infinity is never."""

    seed: int
    truth: float
    foretold: float
    low: float
    high: float
    line: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """Whether a morning was late, and whether that was told in time."""

    seed: int
    late: bool
    told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The figures that the goals are about. Errors are medians, in seconds."""

    mornings: int
    never: int
    error: float
    line_error: float
    inside: float


def point_of(seen: Trace) -> Point | None:
    """A morning at T+60 s; None when 99 % had it by then."""
    truth = NEVER if seen.reached_after is None else seen.reached_after
    signs = seen.seen.get(JUDGED_AT)
    model = None if signs is None else look(signs)
    if signs is None or model is None or truth <= JUDGED_AT:
        return None
    told = forecast(model)
    return Point(
        seed=seen.seed,
        truth=truth,
        foretold=_after(told.at, signs),
        low=_after(told.low, signs),
        high=_after(told.high, signs),
        line=straight_line(signs),
    )


def straight_line(signs: Signs) -> float:
    """From nothing at the opening through what is delivered now, on to 99 %."""
    needed = math.ceil(DELIVERED_SHARE * signs.targeted - 1e-6)
    if not signs.delivered:
        return NEVER
    at = (signs.now - signs.opens_at).total_seconds() * needed / signs.delivered
    return at if at <= NEVER_AFTER else NEVER


def judge(points: Sequence[Point]) -> Judgement:
    """All of them together. Never foretold and never reached is no error."""
    return Judgement(
        mornings=len(points),
        never=sum(one.truth == NEVER for one in points),
        error=median(_error(one.truth, one.foretold) for one in points),
        line_error=median(_error(one.truth, one.line) for one in points),
        inside=sum(one.low <= one.truth <= one.high for one in points) / len(points),
    )


def announced_of(seen: Trace) -> Announced:
    """Whether a late end was told soon enough, as the engine tells it."""
    late, in_a_row, told = False, 0, False
    for second in sorted(seen.seen):
        if second > seen.closes_after - TOLD_BEFORE:
            break
        signs = seen.seen[second]
        model = look(signs)
        foretold = None if model is None else forecast(model)
        late = foretold is not None and is_late(foretold, before=late)
        if foretold is None or not late:
            in_a_row = 0
        elif is_for_people(foretold.late, signs.closes_at - signs.now):
            in_a_row += 1
        told = told or in_a_row >= TOLD_TWICE
    truth = seen.reached_after
    return Announced(seed=seen.seed, late=truth is None or truth > seen.closes_after, told=told)


def points(seeds: Iterable[int], jobs: int) -> list[Point]:
    """Mornings whose faults begin before T+45 s."""
    play = partial(trace, latest=EARLY_SECONDS, until=EARLY_UNTIL)
    found = (point_of(one) for one in _played(play, seeds, jobs))
    return [one for one in found if one is not None]


def announcements(seeds: Iterable[int], jobs: int) -> list[Announced]:
    """Mornings whose faults begin before T+210 s."""
    play = partial(trace, latest=LATER_SECONDS, until=LATER_UNTIL, ends=CLOSED_AFTER)
    return [announced_of(one) for one in _played(play, seeds, jobs)]


def _played(play: "partial[Trace]", seeds: Iterable[int], jobs: int) -> Iterable[Trace]:
    if jobs == 1:
        yield from map(play, seeds)
        return
    # Spawned: a copy of this process would inherit its threads' locks without the threads.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(play, seeds)


def _after(at: datetime | None, signs: Signs) -> float:
    return NEVER if at is None else (at - signs.opens_at).total_seconds()


def _error(truth: float, told: float) -> float:
    return 0.0 if truth == told else abs(truth - told)

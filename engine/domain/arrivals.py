"""When enough of many messages will have arrived, told before any of them is sent.

For each message there is a chance that it is missing at an instant: by the curve of its phone, from
the instant it left. How many are missing in all is a sum of such chances; that it is no more than
may be missing has a chance of its own, and the instants at which that chance is small, even and
large are the band and what is foretold.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.domain.forecast_model import crossing

LOW, HALF, HIGH = 0.10, 0.50, 0.90
COUNTED_ONE_BY_ONE = 60
"""Where fewer may be missing, their distribution is Poisson's; else nobody sees a difference to the
bell curve."""


class Curve(Protocol):
    """How long messages take to their phones."""

    def within(self, seconds: float) -> float:
        """The share that arrives within so many seconds, of those that ever arrive."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Departures:
    """Messages of one kind. left: (seconds after the opening, how many). reaches: the share that
    ever arrives. spread: by what factor all their lags may be longer or shorter than the curve.
    """

    left: Sequence[tuple[float, float]]
    curve: Curve
    reaches: float
    spread: float


@dataclass(frozen=True, slots=True)
class Arrival:
    """Seconds after the opening by which enough have arrived, in the middle and in four of five
    mornings; None is never. `never`: the chance that it does not come to that.
    """

    at: float | None
    low: float | None
    high: float | None
    never: float


def arrival(
    departures: Sequence[Departures], *, people: int, share: float, lost: int, ends: float
) -> Arrival:
    """When `share` of `people` have it. lost: how many of them are not even sent to. ends: seconds
    after the opening beyond which nobody counts any more.
    """
    # To a float 0.07 x 100 is a hair above 7; the hair is no person.
    may_be_missing = people - math.ceil(share * people - 1e-6) - lost

    def chance(seconds: float) -> float:
        if may_be_missing < 0:
            return 0.0
        return sum(
            weight * _at_most(may_be_missing, *_missing(departures, seconds, side))
            for weight, side in SIDES
        )

    by_end = chance(ends)

    def instant(wanted: float) -> float | None:
        return None if by_end < wanted else crossing(chance, wanted, ends)

    return Arrival(instant(HALF), instant(LOW), instant(HIGH), 1.0 - by_end)


SIDES = ((0.25, -1), (0.5, 0), (0.25, 1))
"""Mornings that are quicker than the curve, like it, and slower: weight, power of the spread."""


def _missing(departures: Sequence[Departures], seconds: float, side: int) -> tuple[float, float]:
    """How many are missing at an instant: the mean, and the variance."""
    mean = variance = 0.0
    for one in departures:
        scale, reaches, within = one.spread**side, one.reaches, one.curve.within
        for at, count in one.left:
            gone = 1.0 - reaches * within((seconds - at) / scale) if seconds > at else 1.0
            mean += count * gone
            variance += count * gone * (1.0 - gone)
    return mean, variance


def _at_most(most: int, mean: float, variance: float) -> float:
    """The chance that no more than `most` are missing."""
    if most > COUNTED_ONE_BY_ONE:
        return 0.5 * math.erfc((mean - most - 0.5) / math.sqrt(2.0 * variance + 1e-9))
    if mean > most + 12.0 * math.sqrt(most + 1.0) + 12.0:
        return 0.0
    term = total = math.exp(-mean)
    for number in range(1, most + 1):
        term *= mean / number
        total += term
    return min(1.0, total)

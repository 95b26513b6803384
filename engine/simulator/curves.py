"""How long things take: curves that turn a number between 0 and 1 into seconds."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log
from statistics import NormalDist

_NORMAL = NormalDist()
_P99 = _NORMAL.inv_cdf(0.99)


@dataclass(frozen=True, slots=True)
class Uniform:
    """Any value from `low` to `high` seconds, each as likely."""

    low: float
    high: float

    def at(self, chance: float) -> float:
        """Seconds for a chance in (0, 1); grows with it."""
        return self.low + (self.high - self.low) * chance

    def within(self, seconds: float) -> float:
        """The share of values up to `seconds`."""
        if seconds >= self.high:
            return 1.0
        return max(0.0, (seconds - self.low) / (self.high - self.low))


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Most values near the median, and a long tail: phones. `spread` is the log's sigma."""

    median: float
    spread: float

    def at(self, chance: float) -> float:
        """Seconds for a chance in (0, 1), both ends excluded; grows with it."""
        return self.median * exp(self.spread * _NORMAL.inv_cdf(chance))

    def within(self, seconds: float) -> float:
        """The share of values up to `seconds`."""
        return 0.0 if seconds <= 0 else _NORMAL.cdf(log(seconds / self.median) / self.spread)


@dataclass(frozen=True, slots=True)
class Measured:
    """As it was seen: rising seconds, each with the share of values up to it; the last share is 1.

    Between two of them the values lie evenly.
    """

    seconds: tuple[float, ...]
    shares: tuple[float, ...]

    def at(self, chance: float) -> float:
        """Seconds for a chance in (0, 1); grows with it."""
        place = max(1, bisect_left(self.shares, chance))
        return _between(chance, self.shares, self.seconds, place)

    def within(self, seconds: float) -> float:
        """The share of values up to `seconds`."""
        if seconds <= self.seconds[0]:
            return 0.0
        if seconds >= self.seconds[-1]:
            return 1.0
        return _between(seconds, self.seconds, self.shares, bisect_right(self.seconds, seconds))


def measured(histogram: Mapping[int, int], unit: float = 1.0) -> Measured:
    """The curve of values, one at least, that were counted by whole units of so many seconds.

    A unit is the nearest one, so its values lie half a unit to either side.
    """
    whole = sum(histogram.values())
    seconds, shares, passed = [0.0], [0.0], 0
    for unit_number in sorted(histogram):
        low, high = (max(0.0, (unit_number + side) * unit) for side in (-0.5, 0.5))
        if low > seconds[-1]:
            seconds.append(low)
            shares.append(passed / whole)
        passed += histogram[unit_number]
        seconds.append(high)
        shares.append(passed / whole)
    return Measured(tuple(seconds), tuple(shares))


Curve = Uniform | LogNormal | Measured

AT_ONCE = Uniform(0.0, 0.0)


def long_tail(*, median: float, p99: float) -> LogNormal:
    """The long-tailed curve with this median and this 99th percentile, both in seconds."""
    return LogNormal(median, log(p99 / median) / _P99)


def _between(
    value: float, rising: tuple[float, ...], others: tuple[float, ...], place: int
) -> float:
    low, high = rising[place - 1], rising[place]
    part = (value - low) / (high - low) if high > low else 1.0
    return others[place - 1] + (others[place] - others[place - 1]) * part

"""How long things take: curves that turn a number between 0 and 1 into seconds."""

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


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Most values near the median, and a long tail: phones. `spread` is the log's sigma."""

    median: float
    spread: float

    def at(self, chance: float) -> float:
        """Seconds for a chance in (0, 1), both ends excluded; grows with it."""
        return self.median * exp(self.spread * _NORMAL.inv_cdf(chance))


Curve = Uniform | LogNormal

AT_ONCE = Uniform(0.0, 0.0)


def long_tail(*, median: float, p99: float) -> LogNormal:
    """The long-tailed curve with this median and this 99th percentile, both in seconds."""
    return LogNormal(median, log(p99 / median) / _P99)

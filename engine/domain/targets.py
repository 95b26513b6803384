"""The promises of spec L2, each with what it came to and whether that is enough.

Exact: shares are fractions, money is Decimal. Exactly the goal is not met, as in the day's verdict.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from engine.domain.cost import PER_MESSAGE_GOAL, Bill
from engine.domain.histogram import Times
from engine.domain.reporting import Figures


class Target(StrEnum):
    """What is promised, in the order of a report."""

    HANDED_OVER = "handed_over"
    ON_TIME = "on_time"
    DELIVERED = "delivered"
    READ = "read"
    MEAN = "mean"
    P95 = "p95"
    API_ERRORS = "api_errors"
    RETRIES = "retries"
    FAILED = "failed"
    PROCESSING = "processing"
    COST = "cost"


class Unit(StrEnum):
    """How a value is read."""

    SHARE = "share"  # 0 to 1
    SECONDS = "seconds"
    RUPEES = "rupees"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One of them. above: more than the goal is good; else less is."""

    target: Target
    unit: Unit
    goal: Fraction
    above: bool


def _percent(text: str) -> Fraction:
    return Fraction(text) / 100


PROMISES: tuple[Promise, ...] = (
    Promise(target=Target.HANDED_OVER, unit=Unit.SHARE, goal=_percent("99"), above=True),
    Promise(target=Target.ON_TIME, unit=Unit.SHARE, goal=_percent("99"), above=True),
    Promise(target=Target.DELIVERED, unit=Unit.SHARE, goal=_percent("98"), above=True),
    Promise(target=Target.READ, unit=Unit.SHARE, goal=_percent("70"), above=True),
    Promise(target=Target.MEAN, unit=Unit.SECONDS, goal=Fraction(120), above=False),
    Promise(target=Target.P95, unit=Unit.SECONDS, goal=Fraction(240), above=False),
    Promise(target=Target.API_ERRORS, unit=Unit.SHARE, goal=_percent("1"), above=False),
    Promise(target=Target.RETRIES, unit=Unit.SHARE, goal=_percent("90"), above=True),
    Promise(target=Target.FAILED, unit=Unit.SHARE, goal=_percent("0.5"), above=False),
    Promise(target=Target.PROCESSING, unit=Unit.SECONDS, goal=Fraction(5), above=False),
    Promise(target=Target.COST, unit=Unit.RUPEES, goal=Fraction(PER_MESSAGE_GOAL), above=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a promise. `value` None: nothing of that kind happened, so it says nothing.

    count, of: the numbers behind a share; 0 of 0 for what is none.
    """

    promise: Promise
    value: Fraction | None
    count: int = 0
    of: int = 0

    @property
    def met(self) -> bool | None:
        """None when there is nothing to judge."""
        if self.value is None:
            return None
        goal = self.promise.goal
        return self.value > goal if self.promise.above else self.value < goal


def outcomes(
    figures: Figures, *, lags: Times | None, bill: Bill, processing: Times | None
) -> tuple[Outcome, ...]:
    """All promises over some days. lags: WhatsApp's yes to the phone; processing: of API calls."""
    f = figures
    shares: Mapping[Target, tuple[int, int]] = {
        Target.HANDED_OVER: (f.handed_over, f.targeted),
        Target.ON_TIME: (f.on_time, f.targeted),
        Target.DELIVERED: (f.delivered, f.sent),
        Target.READ: (f.read, f.delivered),
        Target.API_ERRORS: (f.refused, f.attempts),
        Target.RETRIES: (f.retried_well, f.retried),
        Target.FAILED: (f.failed, f.targeted),
    }
    each: Decimal | None = bill.per_message
    values: Mapping[Target, Fraction | None] = {
        Target.MEAN: None if lags is None else Fraction(lags.mean),
        Target.P95: None if lags is None else Fraction(lags.p95),
        Target.PROCESSING: None if processing is None else Fraction(processing.p95),
        Target.COST: None if each is None else Fraction(each),
    }
    found: list[Outcome] = []
    for promise in PROMISES:
        if promise.target in shares:
            count, of = shares[promise.target]
            value = Fraction(count, of) if of else None
            found.append(Outcome(promise=promise, value=value, count=count, of=of))
        else:
            found.append(Outcome(promise=promise, value=values[promise.target]))
    return tuple(found)

"""What a report's promises are called, and how its values are spoken."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from engine.domain.targets import Outcome, Target, Unit

NOTHING = "–"
PROMISES: dict[Target, str] = {
    Target.HANDED_OVER: "Handed over in time",
    Target.ON_TIME: "Delivered in time",
    Target.DELIVERED: "Delivered, of those sent",
    Target.READ: "Read, of those delivered",
    Target.MEAN: "Mean time to the phone",
    Target.P95: "95 % on the phone within",
    Target.API_ERRORS: "Attempts refused",
    Target.RETRIES: "Retries that arrived",
    Target.FAILED: "Given up on",
    Target.PROCESSING: "API messages, 95 %",
    Target.COST: "Cost of a message",
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """How numbers are written for people: the words of pages, which the engine does not know."""

    number: Callable[[int | None], str]
    percent: Callable[[float | None], str]
    seconds: Callable[[float | None], str]
    rupees: Callable[[Decimal | None], str]
    day: Callable[[date], str]
    moment: Callable[[datetime], str]
    clock: Callable[[datetime], str]


def verdict_of(one: Outcome) -> str:
    """In one word: met, missed, or no data."""
    return {True: "met", False: "missed", None: "no data"}[one.met]


def value_words(one: Outcome, spoken: Spoken) -> tuple[str, str]:
    """(goal, what it came to) of a promise."""
    sign = "above" if one.promise.above else "below"
    return f"{sign} {_said(one.promise.goal, one, spoken)}", _said(one.value, one, spoken)


def _said(value: Fraction | None, one: Outcome, spoken: Spoken) -> str:
    if value is None:
        return NOTHING
    match one.promise.unit:
        case Unit.SHARE:
            return spoken.percent(100 * float(value))
        case Unit.SECONDS:
            return spoken.seconds(float(value))
        case Unit.RUPEES:
            return spoken.rupees(Decimal(value.numerator) / Decimal(value.denominator))

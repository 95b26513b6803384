"""The quality of a number over days, and what is done about a bad one, step by step (spec N5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from engine.domain.failover import Measure, recovery_plan
from engine.domain.quality import Quality, read_quality
from engine.domain.schedule import IST, service_day

STRIP_DAYS = 30
_WORST_FIRST = (Quality.RED, Quality.YELLOW, Quality.GREEN, Quality.UNKNOWN)


class Progress(StrEnum):
    """Where a step stands."""

    DONE = "done"
    OPEN = "open"  # the engine or a person has it to do
    BY_HAND = "by_hand"  # only a person can say


@dataclass(frozen=True, slots=True)
class Step:
    """One measure, and where it stands."""

    measure: Measure
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a number in trouble, and of those beside it."""

    rate_usable: float
    """What it may send now, in messages per second; 0 while it may not."""
    rate_allowed: float
    """What a person allows."""
    backups: int
    """Backups that could send now."""
    others: int
    """Other primaries that could send now."""
    told: bool
    """The change is on the board."""


def steps(quality: str, facts: Facts) -> tuple[Step, ...]:
    """The plan for a number of this quality with where each step stands; none when it is well."""
    return tuple(Step(one, _progress(one, facts)) for one in recovery_plan(quality))


def next_step(plan: Sequence[Step]) -> Step | None:
    """What is to be done now; None when all that we can do is done, and the rest is patience."""
    open_ones = [one for one in plan if one.progress is not Progress.DONE]
    open_ones.sort(key=lambda one: one.progress is Progress.BY_HAND)
    return open_ones[0] if open_ones else None


def strip(
    changes: Sequence[tuple[datetime, str, str]],
    present: str,
    now: datetime,
    *,
    days: int = STRIP_DAYS,
    zone: str = IST,
) -> tuple[tuple[date, Quality], ...]:
    """The worst quality of each of the last `days` days, the oldest first.

    changes: (when, before, after), the oldest first. What was before the first is what it says;
    without any, only today is known.
    """
    today = service_day(now, zone)
    by_day: dict[date, list[Quality]] = {}
    for at, _, after in changes:
        by_day.setdefault(service_day(at, zone), []).append(read_quality(after))
    first = today - timedelta(days=days - 1)
    holds = _at_the_start(changes, first, zone)
    found: list[tuple[date, Quality]] = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        news = by_day.get(day, [])
        seen = [holds, *news]
        if day == today:
            seen.append(read_quality(present))
        found.append((day, next(one for one in _WORST_FIRST if one in seen)))
        holds = news[-1] if news else holds
    return tuple(found)


def _at_the_start(changes: Sequence[tuple[datetime, str, str]], first: date, zone: str) -> Quality:
    earlier = [after for at, _, after in changes if service_day(at, zone) < first]
    if earlier:
        return read_quality(earlier[-1])
    return read_quality(changes[0][1]) if changes else Quality.UNKNOWN


def _progress(measure: Measure, facts: Facts) -> Progress:
    match measure:
        case Measure.SLOW_DOWN:
            done = facts.rate_usable < facts.rate_allowed or facts.rate_usable <= 50.0
        case Measure.STOP:
            done = facts.rate_usable == 0.0
        case Measure.WARM_BACKUP:
            done = facts.backups > 0
        case Measure.CALL_BACKUP:
            done = facts.backups + facts.others > 0
        case Measure.TELL:
            done = facts.told
        case Measure.CONSERVATIVE_TEMPLATES:
            return Progress.BY_HAND
    return Progress.DONE if done else Progress.OPEN

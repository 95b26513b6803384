"""Whose reading falls: the people a firm is about to lose, seen before they say stop.

A person is compared with themselves. Who read most of four weeks and hardly anything of the two
weeks after is at risk; who never read much is not, for there is nothing to lose.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

RECENT, EARLIER = timedelta(days=14), timedelta(days=28)
ENOUGH_RECENT, ENOUGH_EARLIER = 5, 10
"""Messages that reached them in each stretch: with fewer nothing can be said."""
READ_BEFORE = 0.5
"""They read at least this share before …"""
FELL_TO = 0.5
"""… and at most this share of that since."""
ALL_DAYS = 0x7FFF_FFFF


@dataclass(frozen=True, slots=True)
class Month:
    """A person's month: a bit for each day on which they were reached, and on which they read."""

    first: date
    delivered: int
    read: int


def bit_of(day: date) -> int:
    """The bit of a day in its month."""
    return 1 << (day.day - 1)


def fades(months: Iterable[Month], day: date) -> bool | None:
    """Whether a person's reading fell, as seen on `day`; None when too little is known."""
    recent, earlier = [0, 0], [0, 0]
    for month in months:
        _count(month, day - RECENT, day, recent)
        _count(month, day - RECENT - EARLIER, day - RECENT, earlier)
    if recent[0] < ENOUGH_RECENT or earlier[0] < ENOUGH_EARLIER:
        return None
    before, since = earlier[1] / earlier[0], recent[1] / recent[0]
    return before >= READ_BEFORE and since <= before * FELL_TO


def months_needed(day: date) -> tuple[date, date]:
    """The first and the last month whose bits `fades` looks at."""
    return (day - RECENT - EARLIER + timedelta(days=1)).replace(day=1), day.replace(day=1)


def _count(month: Month, after: date, until: date, into: list[int]) -> None:
    days = mask(month.first, after, until)
    into[0] += (month.delivered & days).bit_count()
    into[1] += (month.delivered & month.read & days).bit_count()


def mask(first: date, after: date, until: date) -> int:
    """The bits of a month's days that lie after one day and not after another."""
    low = max(0, (after - first).days + 1)
    high = min(31, (until - first).days + 1)
    return ((1 << high) - (1 << low)) if high > low else 0


def shares(fading: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """(people whose reading is known, people in whom it fell) over all tiers."""
    return sum(one for one, _ in fading.values()), sum(fell for _, fell in fading.values())

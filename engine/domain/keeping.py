"""Evidence packs and backups as work that waits its turn: where each stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class ChoreState(StrEnum):
    """Where a pack or a backup stands. The sentence beside each is what pages say of it."""

    WAITING = "waiting"  # made as soon as no broadcast owns the hour
    MAKING = "making"  # a process of its own is at it, with little of the machine
    DONE = "done"  # made, checked, and here
    FAILED = "failed"  # not made, with a reason
    REMOVED = "removed"  # made once, and not here any more, with a reason


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup whose file is there."""

    id: int
    at: datetime
    file_name: str


def let_go(kept: Sequence[Kept], *, daily: int, weekly: int, zone: ZoneInfo) -> list[Kept]:
    """Which backups go: all but the newest of each of the last `daily` days and `weekly` weeks.

    kept: the newest first. The newest of all never goes.
    """
    stays: set[int] = {one.id for one in kept[:1]}
    for by, most in ((_day, daily), (_week, weekly)):
        seen: set[tuple[int, ...]] = set()
        for one in kept:
            mark = by(one.at.astimezone(zone))
            if mark not in seen and len(seen) < most:
                seen.add(mark)
                stays.add(one.id)
    return [one for one in kept if one.id not in stays]


def is_due(now: datetime, at: time, zone: ZoneInfo, last: datetime | None) -> bool:
    """Whether the day's backup is to be taken: its time has come, and none was begun since.

    Where none was ever taken, or the last one is of days ago, the first chance is taken.
    """
    local = now.astimezone(zone)
    due = datetime.combine(local.date(), at, tzinfo=zone)
    if local < due:
        due -= timedelta(days=1)
    return last is None or last < due


LATE_AFTER = timedelta(hours=26)
"""Without a good backup for longer, something is wrong."""


def trouble(now: datetime, last_good: datetime | None, last_failure: str) -> str:
    """What is wrong with the backups, as a sentence; empty when nothing is."""
    if last_failure:
        return f"The last backup failed: {last_failure}"
    if last_good is None:
        return "There is no backup yet."
    if now - last_good > LATE_AFTER:
        return f"The last good backup is {(now - last_good).days} days old."
    return ""


def _day(at: datetime) -> tuple[int, ...]:
    return (at.year, at.month, at.day)


def _week(at: datetime) -> tuple[int, ...]:
    return at.isocalendar()[:2]

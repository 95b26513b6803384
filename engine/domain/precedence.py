"""The send path owns the morning: how long other heavy writers wait, and what an import is (R3)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

BEFORE_OPENING = timedelta(minutes=30)
"""From the freeze on."""
AFTER_CLOSE = timedelta(minutes=5)
"""Until 06:10, when the window closes at 06:05."""


class ImportState(StrEnum):
    """Where a staged import stands. The sentence beside each is what pages say of it."""

    STAGING = "staging"  # its rows are being written beside the list, a few at a time
    WAITING = "waiting"  # complete; taken over when no broadcast goes out, or when a person says so
    DONE = "done"  # taken over
    REFUSED = "refused"  # not taken over, with a reason
    CANCELLED = "cancelled"  # a person took it back


UNDER_WAY = frozenset({ImportState.STAGING, ImportState.WAITING})


def waits_until(now: datetime, windows: Iterable[tuple[datetime, datetime]]) -> datetime | None:
    """Until when heavy writers wait, by the (opening, close) of every broadcast that is not over.

    None when none of them owns this instant.
    """
    ends = [
        closes_at + AFTER_CLOSE
        for opens_at, closes_at in windows
        if opens_at - BEFORE_OPENING <= now < closes_at + AFTER_CLOSE
    ]
    return max(ends, default=None)

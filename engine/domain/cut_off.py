"""By when a day's content must be approved, and what happens when it is not (spec §1, the day).

    reminder ── cut-off ── last call ── opening
      05:00      05:30       05:55       06:00

Until the cut-off an approval is ordinary. From there to the last call it is late: it needs an
explicit word of the approver, and freezes the audience when it comes. At the last call the
fallback is taken: an evergreen content approved in advance, or a day without.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Fallback(StrEnum):
    """What is sent when nothing was approved in time."""

    EVERGREEN = "evergreen"  # the evergreen content approved last
    SKIP = "skip"  # nothing: a day without


class Phase(StrEnum):
    """Where a day stands that has no approval yet."""

    EARLY = "early"  # there is time
    REMINDED = "reminded"  # the reminder has gone out
    LATE = "late"  # past the cut-off: only with an explicit word
    CLOSED = "closed"  # past the last call: the fallback has been taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """The instants of one day, aware."""

    reminder: datetime
    cut_off: datetime
    last_call: datetime
    opens_at: datetime

    def phase(self, now: datetime) -> Phase:
        """Where the day stands at `now`; each instant belongs to what it begins."""
        if now >= self.last_call:
            return Phase.CLOSED
        if now >= self.cut_off:
            return Phase.LATE
        return Phase.REMINDED if now >= self.reminder else Phase.EARLY


def deadlines(
    *, at: datetime, cut_off: timedelta, reminder: timedelta, last_call: timedelta
) -> Deadlines:
    """The deadlines of a broadcast at `at` (06:00 sharp, not the utility opening before it).

    cut_off: before `at`; reminder: before the cut-off; last_call: before `at`, and never before the
    cut-off.
    """
    closes = at - cut_off
    return Deadlines(
        reminder=closes - reminder,
        cut_off=closes,
        last_call=max(closes, at - last_call),
        opens_at=at,
    )


def on_the_minute(opens_at: datetime) -> datetime:
    """The schedule's time behind an opening: utility templates open half a minute before it."""
    past = timedelta(seconds=opens_at.second, microseconds=opens_at.microsecond)
    return opens_at if not past else opens_at - past + timedelta(minutes=1)

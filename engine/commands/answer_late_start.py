"""A person answers whether a broadcast that missed its opening goes out all the same (spec C2)."""

from datetime import datetime, timedelta

from sqlmodel import Session

from engine.commands.control_broadcast import steer
from engine.domain.broadcast import BroadcastEvent
from engine.domain.content import Category
from engine.domain.ids import BroadcastId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.schedule import after_quiet_hours, service_day, strictest
from engine.store import broadcasts, schedules
from engine.store.tables import Broadcast

STARTS_IN = timedelta(seconds=10)
PRIMARY = timedelta(minutes=2, seconds=30)
CLOSES = timedelta(minutes=5)


def send_anyway(
    session: Session, broadcast: BroadcastId, *, by: Actor, now: datetime
) -> Refused | None:
    """Freeze anew and send from now, with a window of its own. Raises Forbidden.

    Refused on another day, and in the hours in which marketing rests.
    """
    require(by, Permission.BROADCAST_CONTROL)
    row = broadcasts.find(session, broadcast, by.tenant)
    if row is not None and (why := _too_late(session, row, now)):
        return Refused(why)
    opens_at = now + STARTS_IN
    result = steer(
        session,
        broadcast,
        BroadcastEvent.SEND_ANYWAY,
        words="Sent late",
        by=by,
        now=now,
        opens_at=opens_at,
        window_ends_at=opens_at + PRIMARY,
        closes_at=opens_at + CLOSES,
        state_reason="Sent late",
    )
    return result if isinstance(result, Refused) else None


def skip_day(
    session: Session, broadcast: BroadcastId, *, by: Actor, now: datetime
) -> Refused | None:
    """Leave this day out. Raises Forbidden."""
    result = steer(
        session,
        broadcast,
        BroadcastEvent.SKIP,
        words="Skipped",
        by=by,
        now=now,
        state_reason=f"Skipped by {by.name}",
        finished_at=now,
    )
    return result if isinstance(result, Refused) else None


def _too_late(session: Session, row: Broadcast, now: datetime) -> str:
    """Why it cannot go out any more, or not now; empty when it can."""
    by = schedules.schedule_of(session, row)
    if service_day(now, by.zone) != row.service_day:
        return "Its day is over: leave it out."
    wanted = schedules.categories_of(session, by, row.service_day)
    category = strictest(Category(one) for one in wanted)
    if category is Category.MARKETING and after_quiet_hours(now, by.zone) != now:
        return "Marketing messages rest from 22:00 to 06:00. Answer after that, or leave it out."
    return ""

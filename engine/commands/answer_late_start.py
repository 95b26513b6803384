"""A person answers whether a broadcast that missed its opening goes out all the same (spec C2)."""

from datetime import datetime, timedelta

from sqlmodel import Session

from engine.commands.control_broadcast import steer
from engine.domain.broadcast import BroadcastEvent
from engine.domain.ids import BroadcastId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor

STARTS_IN = timedelta(seconds=10)
PRIMARY = timedelta(minutes=2, seconds=30)
CLOSES = timedelta(minutes=5)


def send_anyway(
    session: Session, broadcast: BroadcastId, *, by: Actor, now: datetime
) -> Refused | None:
    """Freeze anew and send from now, with a window of its own. Raises Forbidden."""
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

"""A person stops the lanes; nothing is lost, and what is on its way arrives (spec P5)."""

from datetime import datetime

from sqlmodel import Session

from engine.commands.control_broadcast import steer
from engine.domain.broadcast import BroadcastEvent
from engine.domain.ids import BroadcastId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor


def pause_broadcast(
    session: Session, broadcast: BroadcastId, *, by: Actor, now: datetime
) -> Refused | None:
    """Lanes take nothing new until a person resumes. Returns None, or why not. Raises Forbidden."""
    result = steer(
        session,
        broadcast,
        BroadcastEvent.PAUSE,
        words="Paused",
        by=by,
        now=now,
        state_reason=f"Paused by {by.name}",
    )
    return result if isinstance(result, Refused) else None

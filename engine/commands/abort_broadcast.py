"""A person ends a broadcast: what is unsent is cancelled, what is on its way cannot be called back
(P5).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.commands.control_broadcast import steer
from engine.domain.broadcast import BroadcastEvent
from engine.domain.ids import BroadcastId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor
from engine.store import outbox


@dataclass(frozen=True, slots=True)
class Aborted:
    """What the abort came to. `cancelled` never went out; the rest is on its way."""

    cancelled: int


def abort_broadcast(
    session: Session, broadcast: BroadcastId, *, by: Actor, now: datetime
) -> Aborted | Refused:
    """End it for good. Returns how many were cancelled, or why not. Raises Forbidden."""
    result = steer(
        session,
        broadcast,
        BroadcastEvent.ABORT,
        words="Aborted",
        by=by,
        now=now,
        state_reason=f"Aborted by {by.name}",
        finished_at=now,
    )
    if isinstance(result, Refused):
        return result
    return Aborted(
        outbox.cancel_unsent_of(session, broadcast, reason=f"Aborted by {by.name}", now=now)
    )

"""A person lets a paused broadcast go on, from where it stopped (spec P5)."""

from datetime import datetime

from sqlmodel import Session

from engine.commands.control_broadcast import steer
from engine.domain.broadcast import BroadcastEvent
from engine.domain.canary import CanaryState
from engine.domain.ids import BroadcastId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor
from engine.store import canaries


def resume_broadcast(
    session: Session, broadcast: BroadcastId, *, by: Actor, now: datetime
) -> Refused | None:
    """The lanes open again; each delivery goes once. After a canary that halted it, the rest goes.

    Returns None, or why not. Raises Forbidden.
    """
    result = steer(
        session,
        broadcast,
        BroadcastEvent.RESUME,
        words="Resumed",
        by=by,
        now=now,
        state_reason="",
    )
    if isinstance(result, Refused):
        return result
    if result.canary == CanaryState.HALTED:
        canaries.move(session, broadcast, CanaryState.PASSED)
    return None

"""A person wants a step before the window done again (spec §1)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.broadcast import BroadcastState
from engine.domain.day_steps import RETRIED, Step, StepEvent, StepState
from engine.domain.ids import BroadcastId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, broadcasts, day_steps

WORDS = {
    Step.MEDIA: "Files are uploaded again",
    Step.TEMPLATES: "Templates are looked at again",
    Step.CONNECTIONS: "Connections are opened again",
}


def retry_step(
    session: Session, broadcast: BroadcastId, step: str, *, by: Actor, now: datetime
) -> Refused | None:
    """Have the engine do it once more; None, or why not. Raises Forbidden.

    Refused once the window is open: the lanes have read what this would change.
    """
    require(by, Permission.BROADCAST_CONTROL)
    row = broadcasts.find(session, broadcast, by.tenant)
    if row is None:
        return Refused("There is no such broadcast.")
    if step not in {one.value for one in RETRIED}:
        return Refused("This step cannot be done again.")
    if (why := _too_late(BroadcastState(row.state), row.opens_at, now)) is not None:
        return Refused(why)
    which = Step(step)
    known = day_steps.of_broadcast(session, broadcast).get(which)
    before = StepState.WAITS.value if known is None else known.state
    if not day_steps.advance(session, broadcast, which, StepEvent.ASK, by=by.label, now=now):
        return Refused("It has not ended yet: look again in a moment.")
    audit.append(
        session,
        by=by,
        action="broadcast.step_asked",
        subject=f"broadcast:{broadcast}",
        before={"step": step, "state": before},
        after={"step": step, "state": StepState.WAITS.value},
        now=now,
        tenant=TenantId(row.tenant_id),
    )
    broadcasts.log(
        session,
        tenant=TenantId(row.tenant_id),
        broadcast=broadcast,
        event="broadcast.step_asked",
        words=f"{WORDS[which]}, asked by {by.name}",
        now=now,
    )
    return None


def _too_late(state: BroadcastState, opens_at: datetime, now: datetime) -> str | None:
    if state not in day_steps.BEFORE_WINDOW:
        if state is BroadcastState.SCHEDULED:
            return "The audience is not frozen yet: the step comes after that."
        return "The window is open or over: nothing is made ready any more."
    if now >= opens_at:
        return "The window opens this moment: nothing is made ready any more."
    return None

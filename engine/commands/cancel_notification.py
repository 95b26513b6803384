"""A program takes back a message that has not gone yet (spec I1)."""

from datetime import datetime

from sqlmodel import Session

from engine.commands.request_notification import ORIGIN, NotTaken
from engine.domain.api_access import Caller, Scope
from engine.domain.delivery import UNSENT, Event, advance
from engine.domain.roles import ENGINE, Actor
from engine.store import held, notifications
from engine.store.notifications import Row

REASON = "Its caller took it back."


def cancel_notification(
    session: Session, caller: Caller, public_id: str, *, by: Actor, now: datetime
) -> Row | NotTaken:
    """Cancel it where it still waits; the message as it is then, or why not."""
    assert by is ENGINE, "a program asks, not a person"
    if Scope.DELETE not in caller.scopes:
        return NotTaken("FORBIDDEN", "This key may not cancel. An administrator can make another.")
    row = notifications.by_public_id(session, caller.tenant, ORIGIN, public_id)
    if row is None:
        return NotTaken("NOT_FOUND", "There is no such notification.")
    if row.state not in UNSENT or not held.move(
        session,
        row.delivery,
        old=row.state,
        new=advance(row.state, Event.CANCEL),
        reason=REASON,
        now=now,
    ):
        return NotTaken("ALREADY_SENT", "It is on its way, or at its end: too late to cancel.")
    after = notifications.by_public_id(session, caller.tenant, ORIGIN, public_id)
    assert after is not None
    return after

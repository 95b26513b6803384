"""A person takes a sender out of the pool, at once and until a person resumes it (spec P5)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import SenderId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, senders


def rest_sender(
    session: Session, sender: SenderId, *, reason: str = "", by: Actor, now: datetime
) -> Refused | None:
    """Its lanes take nothing new; what they were to send goes by the other senders.

    Returns None, or why not. Raises Forbidden.
    """
    require(by, Permission.SENDERS_WRITE)
    row = senders.get(session, sender, by.tenant)
    if row is None:
        return Refused("This sender is not in your pool any more.")
    before = {"state": row.state, "reason": row.state_reason}
    if row.state == "resting":
        return Refused(f"{row.display_phone} is already resting.")
    words = f"Rested by {by.name}" + (f": {reason.strip()}" if reason.strip() else "")
    if not senders.set_state(
        session, sender, was=row.state, state="resting", reason=words, now=now, by_person=True
    ):
        return Refused("Somebody else has just changed this sender. Look again.")
    audit.append(
        session,
        by=by,
        action="sender.rested",
        subject=f"sender:{sender}",
        before=before,
        after={"state": "resting", "reason": words},
        now=now,
    )
    return None

"""A person puts a resting or stopped sender back into the pool (spec P5)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import SenderId
from engine.domain.quality import CANNOT_SEND
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, senders


def resume_sender(
    session: Session, sender: SenderId, *, by: Actor, now: datetime
) -> Refused | None:
    """Its lanes may take deliveries again. Returns None, or why not. Raises Forbidden."""
    require(by, Permission.SENDERS_WRITE)
    row = senders.get(session, sender, by.tenant)
    if row is None:
        return Refused("This sender is not in your pool any more.")
    if row.state == "active":
        return Refused(f"{row.display_phone} is in the pool already.")
    if row.status in CANNOT_SEND:
        return Refused(
            f"WhatsApp says {row.display_phone} is {row.status.lower()}: it would only collect "
            "refusals. Mend it in WhatsApp Manager first."
        )
    before = {"state": row.state, "reason": row.state_reason}
    if not senders.set_state(
        session, sender, was=row.state, state="active", reason="", now=now, by_person=True
    ):
        return Refused("Somebody else has just changed this sender. Look again.")
    audit.append(
        session,
        by=by,
        action="sender.resumed",
        subject=f"sender:{sender}",
        before=before,
        after={"state": "active"},
        now=now,
    )
    return None

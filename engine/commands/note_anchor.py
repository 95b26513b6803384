"""An anchor was taken by a person: the trail tells of it, so that all see how fresh the last is."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.audit import Anchor
from engine.domain.roles import Actor, Permission, require
from engine.store import audit


def note_anchor(session: Session, anchor: Anchor, file: str, *, by: Actor, now: datetime) -> None:
    """Note it. `file`: the name it was given. Raises Forbidden."""
    require(by, Permission.AUDIT_READ)
    audit.append(
        session,
        by=by,
        action="audit.anchored",
        subject="audit",
        after={"number": anchor.number, "hash": anchor.hash, "file": file},
        now=now,
    )

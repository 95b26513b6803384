"""A person chooses their own password; every session opened with the old one ends (spec X2)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.roles import Actor, Permission, require
from engine.store import audit, users


def change_password(session: Session, password_hash: str, *, by: Actor, now: datetime) -> None:
    """Set it; the caller has checked the old one, which is too slow for a transaction.

    The person's sessions end, this one too: whoever else had one is out. Raises Forbidden.
    """
    require(by, Permission.VIEW)
    assert by.user is not None, "only people have passwords"
    users.set_password(session, by.user, password_hash)
    ended = users.revoke_all(session, by.user, now=now)
    audit.append(
        session,
        by=by,
        action="user.password_changed",
        subject=by.label,
        after={"sessions_ended": ended},
        now=now,
    )

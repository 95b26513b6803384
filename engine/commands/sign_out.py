"""A person ends their session; its token opens nothing from then on (spec X2)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.roles import Actor, Permission, require
from engine.store import audit, users


def sign_out(session: Session, token_hash: str, *, by: Actor, now: datetime) -> bool:
    """End the session behind the token's hash. False when it had ended before. Raises Forbidden."""
    require(by, Permission.VIEW)
    if not users.revoke(session, token_hash, now=now):
        return False
    audit.append(
        session,
        by=by,
        action="user.signed_out",
        subject=by.label,
        before={},
        after={},
        now=now,
    )
    return True

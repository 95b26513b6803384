"""A person whose password was found right is given a session (spec X2)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import UserId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.tenant_settings import absolute_limit
from engine.store import audit, tenant_settings, users


def sign_in(
    session: Session, token_hash: str, *, agent: str = "", by: Actor, now: datetime
) -> datetime | Refused:
    """Open a session for `by` under the hash of its token.

    Returns when it ends at the latest, or why not: between the check of the password and now the
    user may have been deactivated. Raises Forbidden.
    """
    require(by, Permission.VIEW)
    assert by.user is not None, "only people sign in"
    user = users.get(session, UserId(by.user), by.tenant)
    if user is None or not user.active:
        return Refused("This user may no longer sign in. Ask an administrator.")
    assert by.tenant is not None, "a user has an organisation"
    until = now + absolute_limit(tenant_settings.values(session, by.tenant))
    users.open_session(
        session,
        by.user,
        token_hash=token_hash,
        expires_at=until,
        ip=by.ip,
        agent=agent,
        now=now,
    )
    audit.append(
        session,
        by=by,
        action="user.signed_in",
        subject=f"user:{by.user}",
        before={},
        after={"until": until},
        now=now,
    )
    return until

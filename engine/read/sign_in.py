"""Who is behind a session's token, and who is behind an e-mail address."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import TenantId, UserId
from engine.domain.roles import Actor, Role
from engine.domain.sign_in import is_live, wants_touch
from engine.store import users


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A person with a live session. `stale`: it is time to note that they are active."""

    actor: Actor
    email: str
    tenant_name: str
    sandbox: bool
    must_change: bool
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a password is checked against. `actor` is None when the user may not sign in."""

    actor: Actor | None
    password_hash: str | None


def signed_in(session: Session, token_hash: str, *, ip: str, now: datetime) -> SignedIn | None:
    """Whose session it is; None when it is unknown, ended, idle or old, or its user is gone."""
    found = users.session_of(session, token_hash)
    if found is None:
        return None
    opened, user, tenant = found
    live = is_live(
        seen_at=opened.seen_at, expires_at=opened.expires_at, revoked_at=opened.revoked_at, now=now
    )
    if not live or not user.active:
        return None
    assert user.id is not None
    assert tenant.id is not None
    return SignedIn(
        actor=Actor(user.name, TenantId(tenant.id), Role(user.role), user=UserId(user.id), ip=ip),
        email=user.email,
        tenant_name=tenant.name,
        sandbox=tenant.sandbox,
        must_change=user.must_change,
        stale=wants_touch(opened.seen_at, now),
    )


def credentials(session: Session, email: str, *, ip: str) -> Credentials:
    """The hash to check a password against, and whom it would let in."""
    user = users.by_email(session, email)
    if user is None:
        return Credentials(actor=None, password_hash=None)
    actor = None
    if user.active:
        assert user.id is not None
        actor = Actor(
            user.name, TenantId(user.tenant_id), Role(user.role), user=UserId(user.id), ip=ip
        )
    return Credentials(actor=actor, password_hash=user.password_hash)

"""Who is behind a session's token, and who is behind an e-mail address."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import TenantId, UserId
from engine.domain.roles import Actor, Role
from engine.domain.sign_in import is_live, wants_touch
from engine.domain.tenant_settings import IDLE_MINUTES, idle_limit
from engine.store import invitations, tenant_settings, tenants, users


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A person with a live session. `stale`: it is time to note that they are active."""

    actor: Actor
    email: str
    tenant_name: str
    sandbox: bool
    must_change: bool
    stale: bool
    language: str = "en"
    """In which the interface speaks to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a password is checked against. `actor` is None when the user may not sign in."""

    actor: Actor | None
    password_hash: str | None
    second_factor: bool = False
    """Whether a code is asked for after the password."""


def signed_in(session: Session, token_hash: str, *, ip: str, now: datetime) -> SignedIn | None:
    """Whose session it is; None when it is unknown, ended, idle or old, or its user is gone."""
    found = users.session_of(session, token_hash)
    if found is None:
        return None
    opened, user, tenant = found
    live = is_live(
        seen_at=opened.seen_at,
        expires_at=opened.expires_at,
        revoked_at=opened.revoked_at,
        now=now,
        idle_limit=idle_limit(_patience(session, TenantId(user.tenant_id))),
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
        language=user.language,
    )


def _patience(session: Session, tenant: TenantId) -> dict[str, str]:
    return tenant_settings.of_all(session, (IDLE_MINUTES,)).get(tenant, {})


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
    return Credentials(
        actor=actor,
        password_hash=user.password_hash,
        second_factor=user.totp_since is not None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Whom a link invites, and into which house."""

    email: str
    name: str
    role: Role
    tenant_name: str


def invited(session: Session, token_hash: str, *, now: datetime) -> Invited | None:
    """The invitation behind a link, while it is good."""
    row = invitations.by_token(session, token_hash)
    if row is None or row.ended_at is not None or now >= row.expires_at:
        return None
    return Invited(
        email=row.email,
        name=row.name,
        role=Role(row.role),
        tenant_name=tenants.name_of(session, TenantId(row.tenant_id)),
    )

"""What the Profile page shows a person of their own account (spec X2)."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import TenantId, UserId
from engine.domain.sign_in import handle_of, is_live
from engine.domain.tenant_settings import IDLE_MINUTES, idle_limit
from engine.store import second_factors, tenant_settings, users
from engine.store.tables import User


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSession:
    """One place where the person is signed in. `handle` names it; `here`: it is the one asking."""

    handle: str
    agent: str
    ip: str
    opened_at: datetime
    seen_at: datetime
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The account. `totp_begun`: a secret waits to be confirmed."""

    name: str
    email: str
    role: str
    totp_begun: bool
    totp_since: datetime | None
    recovery_codes_left: int
    sessions: tuple[OwnSession, ...]


def profile(session: Session, user: UserId, *, own: str, now: datetime) -> Profile:
    """The person's own account. `own`: the hash of the token of the session that asks."""
    row = users.get(session, user)
    assert row is not None, "whoever is signed in is a user"
    return Profile(
        name=row.name,
        email=row.email,
        role=row.role,
        totp_begun=row.totp_secret is not None and row.totp_since is None,
        totp_since=row.totp_since,
        recovery_codes_left=second_factors.codes_left(session, user),
        sessions=_sessions(session, row, own, now),
    )


def _sessions(session: Session, row: User, own: str, now: datetime) -> tuple[OwnSession, ...]:
    tenant = TenantId(row.tenant_id)
    idle = idle_limit(tenant_settings.of_all(session, (IDLE_MINUTES,)).get(tenant, {}))
    return tuple(
        OwnSession(
            handle=handle_of(one.token_hash),
            agent=one.agent,
            ip=one.ip,
            opened_at=one.created_at,
            seen_at=one.seen_at,
            here=one.token_hash == own,
        )
        for one in users.sessions(session, UserId(row.id or 0), now)
        if is_live(
            seen_at=one.seen_at,
            expires_at=one.expires_at,
            revoked_at=one.revoked_at,
            now=now,
            idle_limit=idle,
        )
    )

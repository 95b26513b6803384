"""Users and their signed-in sessions. What a session is still worth is decided elsewhere."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.ids import TenantId, UserId
from engine.domain.roles import Role
from engine.store.tables.tenants import SignIn, Tenant, User

USERS_LIMIT = 1_000
"""More people than any operations team has: a guard, not a policy."""


def by_email(session: Session, email: str) -> User | None:
    """The user who signs in as `email`, in whatever case it was typed."""
    statement = select(User).where(col(User.email) == email.strip().lower())
    return session.exec(statement).one_or_none()


def get(session: Session, user: UserId, tenant: TenantId | None = None) -> User | None:
    """One user; with `tenant`, None when they belong to another."""
    statement = select(User).where(col(User.id) == user)
    if tenant is not None:
        statement = statement.where(col(User.tenant_id) == tenant)
    return session.exec(statement).one_or_none()


def everyone(session: Session, tenant: TenantId) -> Sequence[User]:
    """The users of a tenant, by name."""
    statement = (
        select(User)
        .where(col(User.tenant_id) == tenant)
        .order_by(col(User.name), col(User.id))
        .limit(USERS_LIMIT)
    )
    return session.exec(statement).all()


def add(
    session: Session,
    tenant: TenantId,
    *,
    email: str,
    name: str,
    role: Role,
    password_hash: str,
    must_change: bool,
    now: datetime,
) -> UserId:
    """A new user. The unique key on the e-mail decides a race."""
    user = User(
        tenant_id=tenant,
        email=email.strip().lower(),
        name=name,
        role=role,
        password_hash=password_hash,
        must_change=must_change,
        created_at=now,
    )
    session.add(user)
    session.flush()
    assert user.id is not None
    return UserId(user.id)


def set_password(session: Session, user: UserId, password_hash: str) -> None:
    """The user's own password from now on: nobody else chose it."""
    session.exec(
        sa.update(User)
        .where(col(User.id) == user)
        .values(password_hash=password_hash, must_change=False)
    )


def open_session(
    session: Session,
    user: UserId,
    *,
    token_hash: str,
    expires_at: datetime,
    ip: str,
    agent: str,
    now: datetime,
) -> None:
    """A signed-in session, known only by the hash of its token."""
    session.add(
        SignIn(
            token_hash=token_hash,
            user_id=user,
            created_at=now,
            seen_at=now,
            expires_at=expires_at,
            ip=ip,
            agent=agent[:200],
        )
    )
    session.flush()


def session_of(session: Session, token_hash: str) -> tuple[SignIn, User, Tenant] | None:
    """The session behind a token's hash, with its user and tenant, whatever its age."""
    statement = (
        select(SignIn, User, Tenant)
        .join(User, col(User.id) == col(SignIn.user_id))
        .join(Tenant, col(Tenant.id) == col(User.tenant_id))
        .where(col(SignIn.token_hash) == token_hash)
    )
    return session.exec(statement).one_or_none()


def touch(session: Session, token_hash: str, *, now: datetime) -> None:
    """The person behind the session did something just now."""
    session.exec(sa.update(SignIn).where(col(SignIn.token_hash) == token_hash).values(seen_at=now))


def revoke(session: Session, token_hash: str, *, now: datetime) -> bool:
    """End one session; False when it had ended before."""
    ended = session.exec(
        sa.update(SignIn)
        .where(col(SignIn.token_hash) == token_hash, col(SignIn.revoked_at).is_(None))
        .values(revoked_at=now)
    )
    return ended.rowcount == 1


def revoke_all(session: Session, user: UserId, *, now: datetime) -> int:
    """End all sessions of a user (a new password, a new role, gone); how many there were."""
    ended = session.exec(
        sa.update(SignIn)
        .where(col(SignIn.user_id) == user, col(SignIn.revoked_at).is_(None))
        .values(revoked_at=now)
    )
    return ended.rowcount

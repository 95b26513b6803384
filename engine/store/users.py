"""Users and their signed-in sessions. What a session is still worth is decided elsewhere."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.ids import TenantId, UserId
from engine.domain.roles import Role
from engine.store.tables.tenants import SignIn, Tenant, User

SESSIONS_LIMIT = 50
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


def sessions(session: Session, user: UserId, now: datetime) -> Sequence[SignIn]:
    """The user's sessions that have not ended by themselves, the latest used first."""
    statement = (
        select(SignIn)
        .where(col(SignIn.user_id) == user, col(SignIn.revoked_at).is_(None))
        .where(col(SignIn.expires_at) > now)
        .order_by(col(SignIn.seen_at).desc())
        .limit(SESSIONS_LIMIT)
    )
    return session.exec(statement).all()


def set_role(session: Session, user: UserId, *, old: Role, new: Role) -> bool:
    """Give another role where it still is `old`; False when somebody was quicker."""
    changed = session.exec(
        sa.update(User).where(col(User.id) == user, col(User.role) == old.value).values(role=new)
    )
    return changed.rowcount == 1


def set_active(session: Session, user: UserId, active: bool) -> bool:
    """Let a user sign in, or not any more; False when it was so already."""
    changed = session.exec(
        sa.update(User)
        .where(col(User.id) == user, col(User.active).is_(not active))
        .values(active=active)
    )
    return changed.rowcount == 1


def rename(session: Session, user: UserId, name: str) -> None:
    """The name people see."""
    session.exec(sa.update(User).where(col(User.id) == user).values(name=name))


def set_language(session: Session, user: UserId, language: str) -> None:
    """In which the interface speaks to them."""
    session.exec(sa.update(User).where(col(User.id) == user).values(language=language))


def administrators(session: Session, tenant: TenantId) -> int:
    """How many active administrators a tenant has; nobody changes that until we are done."""
    # SQLite has one writer; on PostgreSQL two could each take the other's place at once.
    session.exec(select(Tenant.id).where(col(Tenant.id) == tenant).with_for_update())
    asked = select(sa.func.count()).where(
        col(User.tenant_id) == tenant,
        col(User.role) == Role.ADMINISTRATOR.value,
        col(User.active).is_(True),
    )
    return session.exec(asked).one()


def revoke_all(session: Session, user: UserId, *, now: datetime, but: str = "") -> int:
    """End all sessions of a user (a new password, a new role, gone); how many there were.

    but: the hash of the token whose session goes on.
    """
    ended = session.exec(
        sa.update(SignIn)
        .where(col(SignIn.user_id) == user, col(SignIn.revoked_at).is_(None))
        .where(col(SignIn.token_hash) != but)
        .values(revoked_at=now)
    )
    return ended.rowcount

"""Places in the house that were offered: each by a link known here only by its hash."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.ids import InvitationId, TenantId, UserId
from engine.domain.roles import Role
from engine.store.tables.tenants import Invitation

OPEN_LIMIT = 200


def add(
    session: Session,
    tenant: TenantId,
    *,
    email: str,
    name: str,
    role: Role,
    token_hash: str,
    invited_by: UserId | None,
    expires_at: datetime,
    now: datetime,
) -> InvitationId:
    """A new invitation; the open ones to the same address end."""
    session.exec(
        sa.update(Invitation)
        .where(col(Invitation.tenant_id) == tenant, col(Invitation.email) == email)
        .where(col(Invitation.ended_at).is_(None))
        .values(ended_at=now)
    )
    row = Invitation(
        tenant_id=tenant,
        email=email,
        name=name,
        role=role,
        token_hash=token_hash,
        invited_by=invited_by,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return InvitationId(row.id)


def by_token(session: Session, token_hash: str) -> Invitation | None:
    """The invitation behind a link, whatever became of it."""
    asked = select(Invitation).where(col(Invitation.token_hash) == token_hash)
    return session.exec(asked).one_or_none()


def get(session: Session, invitation: InvitationId, tenant: TenantId | None) -> Invitation | None:
    """One invitation; with `tenant`, None when it is another's."""
    found = session.get(Invitation, invitation)
    return found if found is not None and tenant in (None, found.tenant_id) else None


def still_open(session: Session, tenant: TenantId, now: datetime) -> Sequence[Invitation]:
    """The invitations that can still be accepted, the newest first."""
    asked = (
        select(Invitation)
        .where(col(Invitation.tenant_id) == tenant, col(Invitation.ended_at).is_(None))
        .where(col(Invitation.expires_at) > now)
        .order_by(col(Invitation.id).desc())
        .limit(OPEN_LIMIT)
    )
    return session.exec(asked).all()


def end(
    session: Session, invitation: InvitationId, *, now: datetime, user: UserId | None = None
) -> bool:
    """End an open one, accepted by `user` or withdrawn; False when it had ended before."""
    ended = session.exec(
        sa.update(Invitation)
        .where(col(Invitation.id) == invitation, col(Invitation.ended_at).is_(None))
        .values(ended_at=now, user_id=user)
    )
    return ended.rowcount == 1

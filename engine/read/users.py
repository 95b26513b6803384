"""What the Users page shows: who may come in, as what, and who was invited (spec X2)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.ids import InvitationId, TenantId, UserId
from engine.domain.roles import Role
from engine.store import invitations, tables, users
from engine.store.dialects import table

_sign_ins = table(tables.SignIn).c


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    """One user. `seen_at`: when they last did something here, if ever."""

    id: UserId
    name: str
    email: str
    role: Role
    active: bool
    second_factor: bool
    seen_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRow:
    """An invitation nobody has taken yet."""

    id: InvitationId
    name: str
    email: str
    role: Role
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class House:
    """Everybody who may come in, and those who are expected."""

    users: tuple[UserRow, ...]
    invited: tuple[InvitationRow, ...]


def house(session: Session, tenant: TenantId, *, now: datetime) -> House:
    """The users of a tenant by name, and its open invitations."""
    rows = users.everyone(session, tenant)
    seen = _seen(session, [row.id or 0 for row in rows])
    return House(
        users=tuple(
            UserRow(
                id=UserId(row.id or 0),
                name=row.name,
                email=row.email,
                role=Role(row.role),
                active=row.active,
                second_factor=row.totp_since is not None,
                seen_at=seen.get(row.id or 0),
            )
            for row in rows
        ),
        invited=tuple(
            InvitationRow(
                id=InvitationId(row.id or 0),
                name=row.name,
                email=row.email,
                role=Role(row.role),
                expires_at=row.expires_at,
            )
            for row in invitations.still_open(session, tenant, now)
        ),
    )


def _seen(session: Session, ids: list[int]) -> dict[int, datetime]:
    asked = (
        sa.select(_sign_ins.user_id, sa.func.max(_sign_ins.seen_at))
        .where(_sign_ins.user_id.in_(ids))
        .group_by(_sign_ins.user_id)
    )
    return {row[0]: row[1] for row in session.connection().execute(asked)}

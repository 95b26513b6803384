"""The house's people in words."""

from dataclasses import dataclass
from datetime import datetime

from app import formats
from engine.domain.roles import Role
from engine.read.users import InvitationRow, UserRow

ROLES: dict[Role, str] = {
    Role.AUTHOR: "Author: writes the day's content",
    Role.APPROVER: "Approver: approves it, reads the audit trail",
    Role.OPERATOR: "Operator: runs the morning, keeps subscribers and senders",
    Role.VIEWER: "Viewer: looks, changes nothing",
    Role.ADMINISTRATOR: "Administrator: keeps users and settings, may stand in for the others",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One user's line. `me`: it is the person who looks."""

    id: int
    name: str
    email: str
    role: str
    role_word: str
    active: bool
    second_factor: bool
    seen: str
    seen_at: str
    me: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One open invitation."""

    id: int
    name: str
    email: str
    role_word: str
    until: str


def shown(row: UserRow, me: int | None, now: datetime) -> Shown:
    """One user as the table shows them."""
    return Shown(
        id=row.id,
        name=row.name,
        email=row.email,
        role=row.role.value,
        role_word=row.role.value.capitalize(),
        active=row.active,
        second_factor=row.second_factor,
        seen=formats.ago(row.seen_at, now),
        seen_at=formats.moment(row.seen_at) if row.seen_at else "",
        me=row.id == me,
    )


def expected(row: InvitationRow) -> Expected:
    """One invitation as the table shows it."""
    return Expected(
        id=row.id,
        name=row.name,
        email=row.email,
        role_word=row.role.value.capitalize(),
        until=formats.moment(row.expires_at),
    )

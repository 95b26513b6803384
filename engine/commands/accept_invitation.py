"""A person takes the place they were offered, with a password of their own (spec X2)."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from engine.domain.audit import Personal
from engine.domain.ids import InvitationId, TenantId, UserId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Role
from engine.store import audit, invitations, users

ENDED = "This invitation has been used, withdrawn, or is too old. Ask for a new one."


def accept_invitation(
    session: Session, token_hash: str, password_hash: str, *, by: Actor, now: datetime
) -> Actor | Refused:
    """Make the user. The link alone is the right to: whoever has it is whom it was given to.

    by: the machine, with the address the request came from. Returns the new user, or why not.
    """
    row = invitations.by_token(session, token_hash)
    if row is None or row.ended_at is not None or now >= row.expires_at:
        return Refused(ENDED)
    if users.by_email(session, row.email) is not None:
        return Refused(f"{row.email} is already a user.")
    tenant, role = TenantId(row.tenant_id), Role(row.role)
    user = users.add(
        session,
        tenant,
        email=row.email,
        name=row.name,
        role=role,
        password_hash=password_hash,
        must_change=False,
        now=now,
    )
    if not invitations.end(session, InvitationId(row.id or 0), now=now, user=user):
        raise LostRaceError  # undoes the user, too
    person = Actor(row.name, tenant, role, user=UserId(user), ip=by.ip)
    audit.append(
        session,
        by=replace(person),
        action="user.joined",
        subject=f"user:{user}",
        after={
            "role": role.value,
            "name": Personal(row.name),
            "email": Personal(row.email),
            "invitation": row.id,
        },
        now=now,
    )
    return person


class LostRaceError(Exception):
    """Two took the same invitation at the same instant; the unique key let one of them."""

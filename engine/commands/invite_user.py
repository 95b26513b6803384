"""An administrator offers a person a place, by a link that is good once (spec X2)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.audit import Personal
from engine.domain.ids import InvitationId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, Role, require
from engine.domain.sign_in import INVITATION_LIFE
from engine.store import audit, invitations, users


def invite_user(
    session: Session,
    tenant: TenantId,
    *,
    email: str,
    name: str,
    role: Role,
    token_hash: str,
    by: Actor,
    now: datetime,
) -> InvitationId | Refused:
    """Invite `email`; the link carries the token behind `token_hash`.

    An open invitation to the same address ends. Returns the new one, or why not. Raises Forbidden.
    """
    require(by, Permission.USERS_WRITE, tenant)
    email, name = email.strip().lower(), " ".join(name.split())
    if why := why_not_this_person(email, name):
        return Refused(why)
    if users.by_email(session, email) is not None:
        return Refused(f"{email} is already a user.")
    invitation = invitations.add(
        session,
        tenant,
        email=email,
        name=name,
        role=role,
        token_hash=token_hash,
        invited_by=by.user,
        expires_at=now + INVITATION_LIFE,
        now=now,
    )
    audit.append(
        session,
        by=by,
        action="user.invited",
        subject=f"invitation:{invitation}",
        after={"role": role.value, "name": Personal(name), "email": Personal(email)},
        now=now,
        tenant=tenant,
    )
    return invitation


def withdraw_invitation(
    session: Session, invitation: InvitationId, *, by: Actor, now: datetime
) -> Refused | None:
    """Its link opens nothing any more. Returns None, or why not. Raises Forbidden."""
    require(by, Permission.USERS_WRITE)
    row = invitations.get(session, invitation, by.tenant)
    if row is None or not invitations.end(session, invitation, now=now):
        return Refused("This invitation has ended already.")
    audit.append(
        session,
        by=by,
        action="user.invitation_withdrawn",
        subject=f"invitation:{invitation}",
        now=now,
        tenant=TenantId(row.tenant_id),
    )
    return None


def why_not_this_person(email: str, name: str) -> str:
    """What is wrong with an e-mail address and a name; empty when nothing is."""
    if email.count("@") != 1 or email.startswith("@") or email.endswith("@") or " " in email:
        return f"“{email}” is not an e-mail address."
    if not name:
        return "A user needs a name: it stands in the audit trail."
    return ""

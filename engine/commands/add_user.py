"""An administrator, or the command line, gives a person a place in the house (spec X2)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.audit import Personal
from engine.domain.ids import TenantId, UserId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, Role, require
from engine.store import audit, users


def add_user(
    session: Session,
    tenant: TenantId,
    *,
    email: str,
    name: str,
    role: Role,
    password_hash: str,
    must_change: bool = True,
    by: Actor,
    now: datetime,
) -> UserId | Refused:
    """A new user, whose `password_hash` was made by `passwords.hash_password` beforehand.

    must_change: the password was chosen by somebody else and is good for one sign-in.
    Returns the user's id, or why not. Raises Forbidden.
    """
    require(by, Permission.USERS_WRITE, tenant)
    email, name = email.strip().lower(), name.strip()
    if email.count("@") != 1 or email.startswith("@") or email.endswith("@") or " " in email:
        return Refused(f"“{email}” is not an e-mail address.")
    if not name:
        return Refused("A user needs a name: it stands in the audit trail.")
    if users.by_email(session, email) is not None:
        return Refused(f"{email} is already a user.")
    user = users.add(
        session,
        tenant,
        email=email,
        name=name,
        role=role,
        password_hash=password_hash,
        must_change=must_change,
        now=now,
    )
    audit.append(
        session,
        by=by,
        action="user.added",
        subject=f"user:{user}",
        before={},
        after={"role": role.value, "name": Personal(name), "email": Personal(email)},
        now=now,
        tenant=tenant,
    )
    return user

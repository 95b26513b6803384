"""The first start makes an organisation and its first administrator; everybody else is added
later.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.commands.add_user import add_user
from engine.domain.ids import TenantId, UserId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, Role, require
from engine.store import audit, tenants


@dataclass(frozen=True, slots=True)
class Founded:
    """The new organisation, and who administers it."""

    tenant: TenantId
    administrator: UserId


def found_tenant(
    session: Session,
    *,
    name: str,
    sandbox: bool,
    email: str,
    password_hash: str,
    by: Actor,
    now: datetime,
) -> Founded | Refused:
    """An organisation in an empty database, with `email` as its administrator.

    password_hash: of a password good for one sign-in. Returns why not when there is an organisation
    already. Raises Forbidden.
    """
    require(by, Permission.SETTINGS_WRITE)
    if tenants.first(session) is not None:
        return Refused("There is an organisation already.")
    tenant = tenants.add(session, name=name, sandbox=sandbox, now=now)
    audit.append(
        session,
        by=by,
        action="tenant.founded",
        subject=f"tenant:{tenant}",
        after={"sandbox": sandbox},
        now=now,
        tenant=tenant,
    )
    added = add_user(
        session,
        tenant,
        email=email,
        name="Administrator",
        role=Role.ADMINISTRATOR,
        password_hash=password_hash,
        by=by,
        now=now,
    )
    if isinstance(added, Refused):
        raise TypeError(f"the first administrator was refused: {added}")
    return Founded(tenant, added)

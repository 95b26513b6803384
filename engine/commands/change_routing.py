"""A person changes how senders are chosen for people (spec N3)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.tenant_settings import ROUTING, value_of
from engine.store import audit, tenant_settings


def change_routing(
    session: Session, tenant: TenantId, routing: str, *, by: Actor, now: datetime
) -> Refused | None:
    """Holds from the next broadcast that is not opened yet. Returns None, or why not. Raises
    Forbidden.
    """
    require(by, Permission.SENDERS_WRITE, tenant)
    value = ROUTING.read(routing)
    if value is None:
        return Refused(f"There is no such way; there are {', '.join(ROUTING.choices)}.")
    before = value_of(tenant_settings.values(session, tenant), ROUTING.key)
    if value == before:
        return Refused("Senders are chosen like this already.")
    tenant_settings.write(session, tenant, ROUTING.key, value, now=now)
    audit.append(
        session,
        by=by,
        action="senders.routing_changed",
        subject=f"tenant:{tenant}",
        before={"routing": before},
        after={"routing": value},
        now=now,
        tenant=tenant,
    )
    return None

"""A person asks WhatsApp for all its templates now (spec T1)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.templates import OrderKind
from engine.store import template_orders


def sync_templates(
    session: Session, tenant: TenantId, *, by: Actor, now: datetime
) -> int | Refused:
    """Order a sync; its number, or why not. It changes nothing of ours, so nothing is audited.

    Raises Forbidden.
    """
    require(by, Permission.TEMPLATES_WRITE, tenant)
    if template_orders.is_open(session, tenant, [OrderKind.SYNC], "", ""):
        return Refused("WhatsApp is just being asked.")
    return template_orders.add(session, tenant, OrderKind.SYNC, by=by.label, now=now)

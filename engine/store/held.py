"""Deliveries that wait for a person: held ones, whose outcome nobody knows, and dead letters."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.delivery import State
from engine.domain.ids import DeliveryId, TenantId
from engine.store import tables
from engine.store.dialects import table

_deliveries = table(tables.Delivery)


def get(session: Session, tenant: TenantId | None, delivery: DeliveryId) -> tables.Delivery | None:
    """The delivery, or None when the tenant has none of that id; without a tenant, anybody's."""
    found = session.get(tables.Delivery, delivery)
    return found if found is not None and tenant in (None, found.tenant_id) else None


def move(
    session: Session,
    delivery: DeliveryId,
    *,
    old: State,
    new: State,
    reason: str,
    due_at: datetime | None = None,
    now: datetime,
) -> bool:
    """Set the state where it still is `old`; False when a receipt or somebody else was quicker."""
    values: dict[str, Any] = {"state": new.value, "reason": reason, "updated_at": now}
    if due_at is not None:
        values["due_at"] = due_at
    changed = session.exec(
        sa.update(_deliveries)
        .where(_deliveries.c.id == delivery, _deliveries.c.state == old.value)
        .values(**values)
    )
    return changed.rowcount == 1

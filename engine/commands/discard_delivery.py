"""A person closes a held delivery or a dead letter, and says why (spec E4)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.delivery import Event, State, advance, sources
from engine.domain.ids import DeliveryId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, held

REASON_LIMIT = 300


def discard_delivery(
    session: Session, delivery: DeliveryId, reason: str, *, by: Actor, now: datetime
) -> Refused | None:
    """Nothing more is sent for it; a late receipt may still tell that it came. Raises Forbidden."""
    require(by, Permission.DELIVERIES_SETTLE)
    why = " ".join(reason.split())[:REASON_LIMIT]
    if not why:
        return Refused("Say why: the reason stays with the delivery.")
    row = held.get(session, by.tenant, delivery)
    if row is None:
        return Refused("There is no such delivery.")
    old = State(row.state)
    if old not in sources(Event.DISCARD):
        return Refused("Only a held or failed delivery can be closed. Look again.")
    new = advance(old, Event.DISCARD)
    words = f"Closed by {by.name}: {why}"
    if not held.move(session, delivery, old=old, new=new, reason=words, now=now):
        return Refused("A receipt has just settled this delivery. Look again.")
    audit.append(
        session,
        by=by,
        action="delivery.discarded",
        subject=f"delivery:{delivery}",
        before={"state": old.value},
        after={"state": new.value, "reason": why},
        now=now,
        tenant=TenantId(row.tenant_id),
    )
    return None

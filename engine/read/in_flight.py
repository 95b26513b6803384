"""How much of a broadcast is on its way this very moment: asked while it stops (spec P5)."""

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, TenantId
from engine.store import tables
from engine.store.dialects import table

_d = table(tables.Delivery).c


def in_flight(session: Session, tenant: TenantId, broadcast: BroadcastId) -> int:
    """Deliveries a lane has taken and nobody has answered for yet."""
    query = (
        sa.select(sa.func.count())
        .select_from(table(tables.Delivery))
        .where(
            _d.broadcast_id == broadcast,
            _d.tenant_id == tenant,
            _d.state == State.SENDING.value,
        )
    )
    return session.connection().execute(query).scalar_one()

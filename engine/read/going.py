"""How much of a broadcast is due again or on its way: asked while a retry of failed ones runs."""

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, TenantId
from engine.store import tables
from engine.store.dialects import table

_d = table(tables.Delivery).c


def going(session: Session, tenant: TenantId, broadcast: BroadcastId) -> int:
    """Deliveries that were tried, are due again, and have no answer of their next try yet."""
    query = (
        sa.select(sa.func.count())
        .select_from(table(tables.Delivery))
        .where(
            _d.broadcast_id == broadcast,
            _d.tenant_id == tenant,
            _d.state.in_([State.RETRYING.value, State.SENDING.value]),
        )
    )
    return session.connection().execute(query).scalar_one()

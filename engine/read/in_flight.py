"""How much of a broadcast is on its way this very moment, and what the engine measured when it had
stopped: asked while it stops (spec P5).
"""

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, TenantId
from engine.store import tables
from engine.store.dialects import table

_d = table(tables.Delivery).c
_b = table(tables.Broadcast).c
_log = table(tables.LogEntry).c


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


def stopped(session: Session, tenant: TenantId, broadcast: BroadcastId) -> str:
    """The engine's words on the last pause: how long it took to stop, and how many had left by
    then. Empty until it knows.
    """
    paused_at = sa.select(_b.control_at).where(_b.id == broadcast).scalar_subquery()
    query = (
        sa.select(_log.words)
        .where(
            _log.broadcast_id == broadcast,
            _log.tenant_id == tenant,
            _log.event == "broadcast.stopped",
            _log.at >= paused_at,
        )
        .order_by(_log.id.desc())
        .limit(1)
    )
    return session.connection().execute(query).scalar() or ""

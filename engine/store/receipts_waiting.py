"""What a broadcast still waits for."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import Session, col

from engine.domain.delivery import OPEN, State
from engine.domain.ids import BroadcastId
from engine.store.tables import Delivery

_AWAITING_RECEIPTS = (State.ACCEPTED, State.PACED, State.SENT)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Deliveries the engine still works on, and those with WhatsApp that are not on the phone."""

    targeted: int
    open: int
    undelivered: int


def waiting(session: Session, broadcast: BroadcastId) -> Waiting:
    """How far a broadcast is."""
    rows = session.connection().execute(
        select(col(Delivery.state), sa.func.count())
        .where(col(Delivery.broadcast_id) == broadcast)
        .group_by(col(Delivery.state))
    )
    counts: dict[str, int] = {row[0]: row[1] for row in rows}
    return Waiting(
        sum(counts.values()),
        sum(counts.get(state.value, 0) for state in OPEN),
        sum(counts.get(state.value, 0) for state in _AWAITING_RECEIPTS),
    )

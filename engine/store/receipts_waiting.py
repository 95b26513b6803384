"""What a broadcast still waits for."""

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.delivery import OPEN, State
from engine.domain.ids import BroadcastId
from engine.store.dialects import rows_as_json, table
from engine.store.prepared import Prepared
from engine.store.tables import Delivery

_UNDELIVERED = (State.ACCEPTED, State.PACED, State.SENT)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Deliveries the engine still works on; those with WhatsApp that are not on the phone; and all
    with WhatsApp that nobody has read.
    """

    targeted: int
    open: int
    undelivered: int
    unread: int


def waiting(session: Session, broadcast: BroadcastId) -> Waiting:
    """How far a broadcast is."""
    counts: dict[str, int] = dict(json.loads(_COUNTS.text(session, broadcast=broadcast)))
    undelivered = sum(counts.get(state.value, 0) for state in _UNDELIVERED)
    return Waiting(
        sum(counts.values()),
        sum(counts.get(state.value, 0) for state in OPEN),
        undelivered,
        undelivered + counts.get(State.DELIVERED.value, 0),
    )


def _counts(dialect: str) -> Any:
    deliveries = table(Delivery)
    counts = (
        sa.select(deliveries.c.state, sa.func.count().label("many"))
        .where(deliveries.c.broadcast_id == sa.bindparam("broadcast", type_=sa.Integer()))
        .group_by(deliveries.c.state)
    )
    return rows_as_json(dialect, counts.subquery("counts"))


_COUNTS = Prepared(_counts)

"""Attempts that were made and have no record: nobody is left who waits for their outcome."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import Session

from engine.domain.delivery import State
from engine.domain.ids import AttemptId, BroadcastId, DeliveryId, SenderId
from engine.store.dialects import spelled, table
from engine.store.tables import Attempt, Broadcast, Delivery

_deliveries, _attempts, _broadcasts = table(Delivery), table(Attempt), table(Broadcast)


def find(
    session: Session, opened_since: datetime, broadcast: BroadcastId | None = None
) -> list[tuple[AttemptId, SenderId, int]]:
    """Those of one broadcast, or of all that opened since; with their sender, and the epoch of
    their delivery. Call it while nothing of them is in flight.

    A receipt told what became of a message before its answer came, and then the run died that
    still waited for the answer; the delivery may even have been sent again meanwhile.
    """
    on_record = (
        select(sa.func.count()).where(_attempts.c.delivery_id == _deliveries.c.id).scalar_subquery()
    )
    young = select(_broadcasts.c.id).where(_broadcasts.c.opens_at > opened_since)
    whose = (
        _deliveries.c.broadcast_id.in_(young)
        if broadcast is None
        else _deliveries.c.broadcast_id == broadcast
    )
    rows = (
        session.connection()
        .execute(
            select(
                _deliveries.c.id,
                _deliveries.c.attempts,
                _deliveries.c.sender_id,
                _deliveries.c.epoch,
            )
            .where(whose, _deliveries.c.attempts > 0, _deliveries.c.state != spelled(State.SENDING))
            .where(on_record < _deliveries.c.attempts)
        )
        .all()
    )
    # Those that are on record among them are left as they are when these are written.
    return [
        (AttemptId(DeliveryId(row.id), number), SenderId(row.sender_id), row.epoch)
        for row in rows
        for number in range(1, row.attempts + 1)
    ]

"""Why a message may go again after an unknown outcome: the proof, kept for evidence packs."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.delivery import State
from engine.domain.ids import AttemptId
from engine.store.dialects import insert_ignoring, table
from engine.store.tables import Delivery, Resend

_deliveries = table(Delivery)


def note(session: Session, proofs: Mapping[AttemptId, str], now: datetime) -> int:
    """Keep the proof of each of these attempts whose delivery really goes again; how many."""
    if not proofs:
        return 0
    by_delivery = {attempt.delivery: (attempt.number, why) for attempt, why in proofs.items()}
    asked = sa.select(_deliveries.c.id, _deliveries.c.attempts, _deliveries.c.reason).where(
        _deliveries.c.id.in_(list(by_delivery)), _deliveries.c.state == State.RETRYING.value
    )
    proven = [
        {"delivery_id": row.id, "attempt": row.attempts, "at": now, "reason": row.reason}
        for row in session.connection().execute(asked)
        if (row.attempts, row.reason) == by_delivery[row.id]
    ]
    if proven:
        keep = insert_ignoring(session, Resend, ["delivery_id", "attempt"])
        session.connection().execute(keep, proven)
    return len(proven)

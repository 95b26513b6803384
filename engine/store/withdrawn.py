"""Recipients who were targeted and may not be sent to any more: paused, erased, or without consent;
and deliveries frozen with other words than those that are approved.

Lanes pass them over when they mark, so somebody has to close their deliveries.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, select
from sqlmodel import Session

from engine.domain.delivery import UNSENT, Event, State, sources
from engine.domain.ids import BroadcastId, DeliveryId
from engine.domain.subscriber import Status
from engine.store.approved import has_approved_words
from engine.store.dialects import spelled, table
from engine.store.tables import Delivery, Lane, Subscriber

AT_ONCE = 500
NOT_ACTIVE = "Not active any more when their turn came."
OTHER_WORDS = "Frozen with other words than those that were approved: nothing was sent."

_deliveries, _lanes, _subscribers = table(Delivery), table(Lane), table(Subscriber)


def find(
    session: Session, broadcast: BroadcastId, *, due_before: datetime
) -> dict[str, list[DeliveryId]]:
    """Unsent deliveries that were due and may not be sent, by the reason why; some of them, when
    there are very many.
    """
    rows: Any = session.connection().execute(
        _FIND, {"broadcast": broadcast, "before": due_before, "most": AT_ONCE}
    )
    found: dict[str, list[DeliveryId]] = {}
    for delivery, is_approved in rows:
        found.setdefault(NOT_ACTIVE if is_approved else OTHER_WORDS, []).append(delivery)
    return found


def _of_state(state: State) -> Any:
    """One for each state, so that the index over what waits serves it: it is asked every second."""
    this = bindparam("broadcast", type_=sa.Integer())
    lanes = select(_lanes.c.id).where(_lanes.c.broadcast_id == this)
    is_approved = has_approved_words(this)
    return (
        select(_deliveries.c.id, is_approved.label("is_approved"))
        .join(_subscribers, _subscribers.c.id == _deliveries.c.subscriber_id)
        .where(
            _deliveries.c.lane_id.in_(lanes),
            _deliveries.c.state == spelled(state),
            _deliveries.c.due_at < bindparam("before"),
            sa.or_(
                _subscribers.c.status != Status.ACTIVE.value,
                _subscribers.c.consented.is_(False),
                ~is_approved,
            ),
        )
    )


_FIND = sa.union_all(*(_of_state(state) for state in sorted(UNSENT))).limit(bindparam("most"))


def cancel(
    session: Session, deliveries: Sequence[DeliveryId], *, reason: str, now: datetime
) -> int:
    """Close these where they are still unsent; returns how many."""
    result = session.connection().execute(
        sa.update(_deliveries)
        .where(
            _deliveries.c.id.in_(list(deliveries)),
            _deliveries.c.state.in_([state.value for state in sources(Event.CANCEL)]),
        )
        .values(state=State.CANCELLED.value, reason=reason, updated_at=now)
    )
    return result.rowcount

"""How the delivery stands that a receipt is about, found by our tracker or by WhatsApp's id."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import bindparam, select
from sqlmodel import Session

from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, DeliveryId, SubscriberId, TenantId
from engine.store.dialects import slices, table
from engine.store.tables import Attempt, Broadcast, Delivery, Receipt

LARGEST_ID = 2**31 - 1

_deliveries, _broadcasts = table(Delivery), table(Broadcast)
_attempts, _receipts = table(Attempt), table(Receipt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a receipt needs to know of the delivery it is about."""

    delivery: DeliveryId
    tenant: TenantId
    subscriber: SubscriberId | None
    broadcast: BroadcastId | None
    key: str
    state: State
    attempts: int
    message_id: str | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    error_code: int | None
    reason: str
    closes_at: datetime | None
    """The close of its broadcast's window; None for a notification."""
    broadcast_state: BroadcastState | None


_STANDING = (
    _deliveries.c.id,
    _deliveries.c.tenant_id,
    _deliveries.c.subscriber_id,
    _deliveries.c.broadcast_id,
    _deliveries.c.key,
    _deliveries.c.state,
    _deliveries.c.attempts,
    _deliveries.c.message_id,
    _deliveries.c.sent_at,
    _deliveries.c.delivered_at,
    _deliveries.c.read_at,
    _deliveries.c.error_code,
    _deliveries.c.reason,
    _broadcasts.c.closes_at,
    _broadcasts.c.state,
)


def standing_by_id(session: Session, deliveries: Iterable[DeliveryId]) -> dict[int, Standing]:
    """Deliveries by their ids; locked on PostgreSQL until the transaction ends."""
    found: dict[int, Standing] = {}
    # A foreign tracker may name a number that no row of ours can have; PostgreSQL refuses to look.
    for some in slices(sorted(one for one in deliveries if one <= LARGEST_ID)):
        rows = session.connection().execute(_STANDING_BY_ID, {"some": some})
        found.update((row[0], _standing(row)) for row in rows)
    return found


def standing_by_message(session: Session, messages: Iterable[str]) -> dict[str, Standing]:
    """Deliveries by WhatsApp's message id, for receipts that carry no tracker of ours."""
    found: dict[str, Standing] = {}
    for some in slices(sorted(messages)):
        rows = session.connection().execute(_STANDING_BY_MESSAGE, {"some": some})
        found.update((row[-1], _standing(row)) for row in rows)
        # A message of an earlier attempt is no longer on the delivery. Its attempt remembers it,
        # or, where the answer was lost, the receipts with our tracker.
        for remembers in _STANDING_BY_MEMORY:
            missing = [message for message in some if message not in found]
            if not missing:
                break
            rows = session.connection().execute(remembers, {"some": missing})
            found.update((row[-1], _standing(row)) for row in rows)
    return found


def _standings() -> Any:
    return (
        select(*_STANDING)
        .select_from(_deliveries)
        .join(_broadcasts, _broadcasts.c.id == _deliveries.c.broadcast_id, isouter=True)
        # In one order everywhere, so that two transactions never wait for each other.
        .order_by(_deliveries.c.id)
        .with_for_update(of=_deliveries)
    )


# Built once: building them costs more than running them.
_SOME = cast("Any", bindparam("some", expanding=True))
_STANDING_BY_ID = _standings().where(_deliveries.c.id.in_(_SOME))
_STANDING_BY_MESSAGE = (
    _standings().add_columns(_deliveries.c.message_id).where(_deliveries.c.message_id.in_(_SOME))
)
_STANDING_BY_MEMORY = tuple(
    _standings()
    .add_columns(remembers.c.message_id)
    .join(remembers, _deliveries.c.id == remembers.c.delivery_id)
    .where(remembers.c.message_id.in_(_SOME))
    for remembers in (_attempts, _receipts)
)


def _standing(row: Any) -> Standing:
    return Standing(
        delivery=DeliveryId(row[0]),
        tenant=TenantId(row[1]),
        subscriber=None if row[2] is None else SubscriberId(row[2]),
        broadcast=None if row[3] is None else BroadcastId(row[3]),
        key=row[4],
        state=State(row[5]),
        attempts=row[6],
        message_id=row[7],
        sent_at=row[8],
        delivered_at=row[9],
        read_at=row[10],
        error_code=row[11],
        reason=row[12],
        closes_at=row[13],
        broadcast_state=None if row[14] is None else BroadcastState(row[14]),
    )

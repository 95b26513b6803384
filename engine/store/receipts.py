"""Receipts, and the deliveries they are about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import bindparam, select
from sqlmodel import Session

from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, DeliveryId, SubscriberId, TenantId
from engine.domain.receipts import ReceiptStatus
from engine.store.dialects import insert_ignoring_from, slices, table
from engine.store.rows import INSTANT, TEXT, WHOLE, ManyRows
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRow:
    """One receipt as it is written down."""

    delivery: DeliveryId
    attempt: int | None
    message_id: str
    status: str
    at: datetime
    received_at: datetime
    webhook: int | None
    error_code: int | None = None
    detail: str = ""


@dataclass(slots=True, kw_only=True)
class Change:
    """What the receipts of one batch make of a delivery: all that is to stand in its row after."""

    delivery: DeliveryId
    state: State
    message_id: str | None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    error_code: int | None = None
    reason: str = ""
    due_at: datetime | None = None


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
_STATUSES = select(_receipts.c.message_id, _receipts.c.status).where(
    _receipts.c.message_id.in_(_SOME)
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


def statuses_of(session: Session, messages: Iterable[str]) -> dict[str, set[ReceiptStatus]]:
    """Which receipts are stored for each of these messages; an empty set for one without any."""
    heard: dict[str, set[ReceiptStatus]] = {message: set() for message in messages}
    for some in slices(sorted(heard)):
        rows = session.connection().execute(_STATUSES, {"some": some})
        for message, status in rows:
            heard[message].add(ReceiptStatus(status))
    return heard


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """An attempt on record."""

    number: int
    outcome: str
    message_id: str | None


def attempts_of(session: Session, delivery: DeliveryId) -> list[PastAttempt]:
    """Every recorded attempt of a delivery, in their order."""
    rows = session.connection().execute(
        select(_attempts.c.number, _attempts.c.outcome, _attempts.c.message_id)
        .where(_attempts.c.delivery_id == delivery)
        .order_by(_attempts.c.number)
    )
    return [PastAttempt(row[0], row[1], row[2]) for row in rows]


def messages_of(session: Session, delivery: DeliveryId) -> dict[str, set[ReceiptStatus]]:
    """What was heard of each message of a delivery; those that only receipts know included, which
    are the ones whose answer was lost.
    """
    heard: dict[str, set[ReceiptStatus]] = {
        past.message_id: set()
        for past in attempts_of(session, delivery)
        if past.message_id is not None
    }
    rows = session.connection().execute(
        select(_receipts.c.message_id, _receipts.c.status).where(
            _receipts.c.delivery_id == delivery
        )
    )
    for message, status in rows:
        heard.setdefault(message, set()).add(ReceiptStatus(status))
    return heard


def write_receipts(session: Session, rows: Sequence[ReceiptRow]) -> None:
    """Append receipts; one that is there already (the same message and status) counts once."""
    _WRITE.run(
        session,
        [
            (
                row.delivery,
                row.attempt,
                row.message_id,
                row.status,
                row.at,
                row.received_at,
                row.webhook,
                row.error_code,
                row.detail,
            )
            for row in rows
        ],
    )


_WRITE = ManyRows(
    {
        "delivery_id": WHOLE,
        "attempt": WHOLE,
        "message_id": TEXT,
        "status": TEXT,
        "at": INSTANT,
        "received_at": INSTANT,
        "webhook_id": WHOLE,
        "error_code": WHOLE,
        "detail": TEXT,
    },
    lambda dialect, rows: insert_ignoring_from(dialect, Receipt, ["message_id", "status"], rows),
)


def _changing(_dialect: str, rows: Any) -> sa.Update:
    return (
        sa.update(_deliveries)
        .where(_deliveries.c.id == rows.c.delivery)
        .values(
            state=rows.c.after,
            message_id=rows.c.message,
            sent_at=rows.c.sent,
            delivered_at=rows.c.arrived,
            read_at=rows.c.opened,
            due_at=sa.func.coalesce(rows.c.due, _deliveries.c.due_at),
            error_code=rows.c.code,
            reason=rows.c.why,
            updated_at=rows.c.at,
        )
    )


_CHANGE = ManyRows(
    {
        "delivery": WHOLE,
        "after": TEXT,
        "message": TEXT,
        "sent": INSTANT,
        "arrived": INSTANT,
        "opened": INSTANT,
        "due": INSTANT,
        "code": WHOLE,
        "why": TEXT,
        "at": INSTANT,
    },
    _changing,
)


def apply_changes(session: Session, changes: Sequence[Change], now: datetime) -> None:
    """Write what the batch made of each delivery, whose state was read in this transaction."""
    _CHANGE.run(
        session,
        [
            (
                change.delivery,
                change.state.value,
                change.message_id,
                change.sent_at,
                change.delivered_at,
                change.read_at,
                change.due_at,
                change.error_code,
                change.reason,
                now,
            )
            for change in changes
        ],
    )


def doubled(session: Session, broadcast: BroadcastId) -> int:
    """Deliveries of which WhatsApp accepted more than one message: counted openly (spec E3)."""
    messages = (
        select(_receipts.c.delivery_id)
        .join(_deliveries, _deliveries.c.id == _receipts.c.delivery_id)
        .where(_deliveries.c.broadcast_id == broadcast, _receipts.c.status != "failed")
        .group_by(_receipts.c.delivery_id)
        .having(sa.func.count(sa.distinct(_receipts.c.message_id)) > 1)
    )
    return (
        session.connection()
        .execute(select(sa.func.count()).select_from(messages.subquery()))
        .scalar_one()
    )

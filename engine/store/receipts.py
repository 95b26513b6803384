"""Receipts, and the deliveries they are about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, DeliveryId, SenderId
from engine.domain.receipts import ReceiptStatus
from engine.store.dialects import insert_ignoring, table
from engine.store.tables import Attempt, Broadcast, Delivery, ParkedReceipt, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a receipt needs to know of the delivery it is about."""

    delivery: DeliveryId
    broadcast: BroadcastId | None
    sender: SenderId | None
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
    """What the receipts of one batch make of one delivery: all that is to stand in its row after.
    What the receipts of one batch make of one delivery: all that is to stand in its row after.
    """

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
    col(Delivery.id),
    col(Delivery.broadcast_id),
    col(Delivery.sender_id),
    col(Delivery.key),
    col(Delivery.state),
    col(Delivery.attempts),
    col(Delivery.message_id),
    col(Delivery.sent_at),
    col(Delivery.delivered_at),
    col(Delivery.read_at),
    col(Delivery.error_code),
    col(Delivery.reason),
    col(Broadcast.closes_at),
)


def standing_by_id(session: Session, deliveries: Iterable[DeliveryId]) -> dict[int, Standing]:
    """Deliveries by their ids; locked on PostgreSQL until the transaction ends."""
    rows = session.connection().execute(_standings().where(col(Delivery.id).in_(list(deliveries))))
    return {row[0]: _standing(row) for row in rows}


def standing_by_message(session: Session, messages: Iterable[str]) -> dict[str, Standing]:
    """Deliveries by WhatsApp's message id, for receipts that carry no tracker of ours."""
    wanted = list(messages)
    if not wanted:
        return {}
    rows = session.connection().execute(_standings().where(col(Delivery.message_id).in_(wanted)))
    found = {row[6]: _standing(row) for row in rows}
    # A message of an earlier attempt is no longer on the delivery, but its attempt remembers it.
    missing = [message for message in wanted if message not in found]
    if missing:
        rows = session.connection().execute(
            _standings()
            .add_columns(col(Attempt.message_id))
            .join(Attempt, col(Delivery.id) == col(Attempt.delivery_id))
            .where(col(Attempt.message_id).in_(missing))
        )
        found.update({row[-1]: _standing(row) for row in rows})
    return found


def _standings() -> Any:
    return (
        select(*_STANDING)
        .select_from(Delivery)
        .join(Broadcast, col(Broadcast.id) == col(Delivery.broadcast_id), isouter=True)
        .with_for_update(of=Delivery)
    )


def _standing(row: Any) -> Standing:
    return Standing(
        delivery=DeliveryId(row[0]),
        broadcast=None if row[1] is None else BroadcastId(row[1]),
        sender=None if row[2] is None else SenderId(row[2]),
        key=row[3],
        state=State(row[4]),
        attempts=row[5],
        message_id=row[6],
        sent_at=row[7],
        delivered_at=row[8],
        read_at=row[9],
        error_code=row[10],
        reason=row[11],
        closes_at=row[12],
    )


def statuses_of(session: Session, messages: Iterable[str]) -> dict[str, set[ReceiptStatus]]:
    """Which receipts are stored already for each message; an empty set for a message without any.
    Which receipts are stored already for each message; an empty set for a message without any.
    """
    heard: dict[str, set[ReceiptStatus]] = {message: set() for message in messages}
    rows = session.connection().execute(
        select(col(Receipt.message_id), col(Receipt.status)).where(
            col(Receipt.message_id).in_(list(heard))
        )
    )
    for message, status in rows:
        heard[message].add(ReceiptStatus(status))
    return heard


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """An attempt on record, and the receipts of its message."""

    number: int
    outcome: str
    message_id: str | None
    receipts: frozenset[ReceiptStatus]


def attempts_of(session: Session, delivery: DeliveryId) -> list[PastAttempt]:
    """Every recorded attempt of a delivery with what was heard of its message."""
    rows = (
        session.connection()
        .execute(
            select(col(Attempt.number), col(Attempt.outcome), col(Attempt.message_id))
            .where(col(Attempt.delivery_id) == delivery)
            .order_by(col(Attempt.number))
        )
        .all()
    )
    heard = statuses_of(session, [row[2] for row in rows if row[2] is not None])
    return [
        PastAttempt(row[0], row[1], row[2], frozenset(heard.get(row[2] or "", set())))
        for row in rows
    ]


def write_receipts(session: Session, rows: Sequence[ReceiptRow]) -> None:
    """Append receipts; one that is there already (the same message and status) counts once."""
    if not rows:
        return
    session.connection().execute(
        insert_ignoring(session, Receipt, ["message_id", "status"]),
        [
            {
                "delivery_id": row.delivery,
                "attempt": row.attempt,
                "message_id": row.message_id,
                "status": row.status,
                "at": row.at,
                "received_at": row.received_at,
                "webhook_id": row.webhook,
                "error_code": row.error_code,
                "detail": row.detail,
            }
            for row in rows
        ],
    )


_deliveries = table(Delivery)
_CHANGE = (
    sa.update(_deliveries)
    .where(_deliveries.c.id == bindparam("delivery"))
    .values(
        state=bindparam("after"),
        message_id=bindparam("message"),
        sent_at=bindparam("sent"),
        delivered_at=bindparam("arrived"),
        read_at=bindparam("opened"),
        due_at=sa.func.coalesce(
            bindparam("due", type_=_deliveries.c.due_at.type), _deliveries.c.due_at
        ),
        error_code=bindparam("code"),
        reason=bindparam("why"),
        updated_at=bindparam("at"),
    )
)


def apply_changes(session: Session, changes: Sequence[Change], now: datetime) -> None:
    """Write what the batch made of each delivery. The caller read the states in this transaction.
    Write what the batch made of each delivery. The caller read the states in this transaction.
    """
    if not changes:
        return
    session.connection().execute(
        _CHANGE,
        [
            {
                "delivery": change.delivery,
                "after": change.state.value,
                "message": change.message_id,
                "sent": change.sent_at,
                "arrived": change.delivered_at,
                "opened": change.read_at,
                "due": change.due_at,
                "code": change.error_code,
                "why": change.reason,
                "at": now,
            }
            for change in changes
        ],
    )


def park(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Keep receipts that fit no delivery we know (yet)."""
    if rows:
        session.connection().execute(
            insert_ignoring(session, ParkedReceipt, ["message_id", "status"]), list(rows)
        )


def take_parked(session: Session, limit: int) -> list[ParkedReceipt]:
    """Parked receipts whose message has become known since; they leave the parking place."""
    known = select(col(Attempt.message_id)).where(col(Attempt.message_id).is_not(None))
    rows = list(
        session.scalars(
            select(ParkedReceipt).where(col(ParkedReceipt.message_id).in_(known)).limit(limit)
        )
    )
    if rows:
        session.connection().execute(
            sa.delete(ParkedReceipt).where(col(ParkedReceipt.id).in_([row.id for row in rows]))
        )
    return rows


def doubled(session: Session, broadcast: BroadcastId) -> int:
    """Deliveries of which WhatsApp accepted more than one message: counted openly (spec E3)."""
    messages = (
        select(col(Receipt.delivery_id))
        .join(Delivery, col(Delivery.id) == col(Receipt.delivery_id))
        .where(col(Delivery.broadcast_id) == broadcast, col(Receipt.status) != "failed")
        .group_by(col(Receipt.delivery_id))
        .having(sa.func.count(sa.distinct(col(Receipt.message_id))) > 1)
    )
    return (
        session.connection()
        .execute(select(sa.func.count()).select_from(messages.subquery()))
        .scalar_one()
    )

"""Receipts, and what they make of the deliveries they are about."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import Session

from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, DeliveryId
from engine.domain.receipts import ReceiptStatus
from engine.store.dialects import insert_ignoring_from, rows_as_json, slices, table
from engine.store.prepared import Prepared
from engine.store.rows import GIVEN, INSTANT, TEXT, WHOLE, ManyRows, among, listed
from engine.store.tables import Attempt, Delivery, Receipt

_deliveries = table(Delivery)
_attempts, _receipts = table(Attempt), table(Receipt)


class ReceiptRow(NamedTuple):
    """One receipt as it is written down, its values in the order in which they travel."""

    delivery: DeliveryId
    attempt: int | None
    message_id: str
    status: str
    at: datetime
    received_at: datetime
    webhook: int | None
    error_code: int | None
    detail: str


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
    anew: bool = True
    """Whether its message, reason or due time is another one; else only state and stamps are."""


def statuses_of(session: Session, messages: Iterable[str]) -> dict[str, set[ReceiptStatus]]:
    """Which receipts are stored for each of these messages; an empty set for one without any."""
    heard: dict[str, set[ReceiptStatus]] = {message: set() for message in messages}
    for some in slices(sorted(heard)):
        for message, status in json.loads(_STATUSES.text(session, **{GIVEN: listed(some)})):
            heard[message].add(ReceiptStatus(status))
    return heard


def _statuses(dialect: str) -> Any:
    found = select(_receipts.c.message_id, _receipts.c.status).where(
        _receipts.c.message_id.in_(among(dialect, TEXT))
    )
    return rows_as_json(dialect, found.subquery("found"))


_STATUSES = Prepared(_statuses)


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
    _WRITE.run(session, rows)


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


def _stamping(_dialect: str, rows: Any) -> sa.Update:
    # No more columns than change: each one named costs its indexes, whatever is put there.
    return (
        sa.update(_deliveries)
        .where(_deliveries.c.id == rows.c.delivery)
        .values(
            state=rows.c.after,
            sent_at=rows.c.sent,
            delivered_at=rows.c.arrived,
            read_at=rows.c.opened,
            updated_at=rows.c.at,
        )
    )


_STAMP = ManyRows(
    {
        "delivery": WHOLE,
        "after": TEXT,
        "sent": INSTANT,
        "arrived": INSTANT,
        "opened": INSTANT,
        "at": INSTANT,
    },
    _stamping,
)


def apply_changes(session: Session, changes: Sequence[Change], now: datetime) -> None:
    """Write what the batch made of each delivery, whose state was read in this transaction."""
    _STAMP.run(
        session,
        [
            (
                change.delivery,
                change.state.value,
                change.sent_at,
                change.delivered_at,
                change.read_at,
                now,
            )
            for change in changes
            if not change.anew
        ],
    )
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
            if change.anew
        ],
    )


def doubled(session: Session, broadcast: BroadcastId) -> int:
    """Deliveries of which WhatsApp accepted more than one message: counted openly (spec E3)."""
    messages = (
        select(_receipts.c.delivery_id)
        .join(_deliveries, _deliveries.c.id == _receipts.c.delivery_id)
        .where(
            _deliveries.c.broadcast_id == broadcast,
            _deliveries.c.attempts > 1,  # nearly all have one, and their receipts are not looked at
            _receipts.c.status != "failed",
        )
        .group_by(_receipts.c.delivery_id)
        .having(sa.func.count(sa.distinct(_receipts.c.message_id)) > 1)
    )
    return (
        session.connection()
        .execute(select(sa.func.count()).select_from(messages.subquery()))
        .scalar_one()
    )

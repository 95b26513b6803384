"""What came of attempts: written down once, and applied to their deliveries.

Every change is set-based and holds only where the old state still does, so a race is lost politely.
Which states an event may touch is read off the domain's table (`delivery.sources`), never written
here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import Session

from engine.domain.delivery import Event, State, sources, target
from engine.domain.ids import AttemptId, BroadcastId, DeliveryId, SenderId
from engine.store.dialects import insert_ignoring_from, spelled, table
from engine.store.rows import INSTANT, TEXT, WHOLE, ManyRows
from engine.store.tables import Attempt, Delivery, Receipt

RELEASED = "released"

_deliveries, _attempts, _receipts = table(Delivery), table(Attempt), table(Receipt)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One attempt's end, as it is written down."""

    attempt: AttemptId
    sender: SenderId
    epoch: int
    started_at: datetime | None
    ended_at: datetime
    outcome: str
    message_id: str | None = None
    error_code: int | None = None
    blame: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a failed, lost or released attempt makes of its delivery."""

    attempt: AttemptId
    event: Event
    after: State
    reason: str = ""
    error_code: int | None = None
    due_at: datetime | None = None


def record_attempts(session: Session, records: Sequence[AttemptRecord]) -> None:
    """Write the attempts' ends; one that is written already stays as it is (append-only)."""
    _RECORD.run(
        session,
        [
            (
                record.attempt.delivery,
                record.attempt.number,
                record.sender,
                record.epoch,
                record.started_at,
                record.ended_at,
                record.outcome,
                record.message_id,
                record.error_code,
                record.blame,
                record.detail,
            )
            for record in records
        ],
    )


_RECORD = ManyRows(
    {
        "delivery_id": WHOLE,
        "number": WHOLE,
        "sender_id": WHOLE,
        "epoch": WHOLE,
        "started_at": INSTANT,
        "ended_at": INSTANT,
        "outcome": TEXT,
        "message_id": TEXT,
        "error_code": WHOLE,
        "blame": TEXT,
        "detail": TEXT,
    },
    lambda dialect, rows: insert_ignoring_from(dialect, Attempt, ["delivery_id", "number"], rows),
)


def accept(
    session: Session, accepted: Sequence[tuple[AttemptId, str]], *, event: Event, now: datetime
) -> None:
    """WhatsApp took these and named them. Where a receipt was quicker, its state stays."""
    rows = [(attempt.delivery, attempt.number, message, now) for attempt, message in accepted]
    if _ACCEPT[event].run(session, rows) < len(rows):
        # Seldom: a receipt was quicker, or the answer is an old attempt's, whose delivery was
        # marked anew for want of it. That WhatsApp took it is news all the same: the retry drops.
        _ACCEPT_LATE[event].run(session, rows)


def _accepting(event: Event, *, late: bool) -> ManyRows:
    def make(_dialect: str, rows: Any) -> sa.Update:
        deliveries = _deliveries.c
        statement = (
            sa.update(_deliveries)
            .where(deliveries.id == rows.c.delivery, is_one_of(sources(event)))
            # A message on record was put there by a receipt, which knows more than the answer. Not
            # IS NULL: SQLite would go through all that have none, by their index.
            .where(sa.func.coalesce(deliveries.message_id, "") == "")
            .values(
                state=target(event).value,
                message_id=rows.c.message,
                accepted_at=rows.c.at,
                updated_at=rows.c.at,
                error_code=None,
                reason="",
            )
        )
        if not late:
            return statement.where(deliveries.attempts == rows.c.number)
        # Its receipts know more: the message may have failed since.
        heard = sa.select(_receipts.c.id).where(_receipts.c.message_id == rows.c.message)
        return statement.where(deliveries.attempts > rows.c.number, ~heard.exists())

    return ManyRows({"delivery": WHOLE, "number": WHOLE, "message": TEXT, "at": INSTANT}, make)


_ACCEPT = {event: _accepting(event, late=False) for event in (Event.ACCEPT, Event.PACE)}
_ACCEPT_LATE = {event: _accepting(event, late=True) for event in _ACCEPT}


def is_one_of(states: Iterable[State]) -> sa.ColumnElement[bool]:
    """`state IN (…)` for a delivery that is found by its key: no index over states may serve it, or
    SQLite would go through all in that state for each row it is given.
    """
    return sa.func.coalesce(table(Delivery).c.state, "").in_(
        [spelled(state) for state in sorted(states)]  # a fixed text: nothing to expand each time
    )


def conclude(session: Session, verdicts: Sequence[Verdict], now: datetime) -> int:
    """Apply what failures, losses and releases mean; returns how many deliveries really changed.

    Only the latest attempt of a delivery may speak for it, and only while the event's arrow exists.
    """
    by_event: dict[Event, list[Verdict]] = {}
    for verdict in verdicts:
        by_event.setdefault(verdict.event, []).append(verdict)
    return sum(
        _CONCLUDE[event].run(
            session,
            [
                (
                    verdict.attempt.delivery,
                    verdict.attempt.number,
                    verdict.after.value,
                    verdict.reason,
                    verdict.error_code,
                    verdict.due_at,
                    now,
                )
                for verdict in some
            ],
        )
        for event, some in by_event.items()
    )


def _concluding(event: Event) -> ManyRows:
    def make(_dialect: str, rows: Any) -> sa.Update:
        return (
            sa.update(_deliveries)
            .where(
                _deliveries.c.id == rows.c.delivery,
                _deliveries.c.attempts == rows.c.number,
                is_one_of(sources(event)),
            )
            .values(
                state=rows.c.after,
                reason=rows.c.why,
                error_code=rows.c.code,
                due_at=sa.func.coalesce(rows.c.due, _deliveries.c.due_at),
                updated_at=rows.c.now,
            )
        )

    columns = {
        "delivery": WHOLE,
        "number": WHOLE,
        "after": TEXT,
        "why": TEXT,
        "code": WHOLE,
        "due": INSTANT,
        "now": INSTANT,
    }
    return ManyRows(columns, make)


_CONCLUDE = {event: _concluding(event) for event in Event if sources(event)}


def tries(session: Session, delivery: DeliveryId) -> int:
    """How many attempts on record were really made: those given back before they began are none."""
    return (
        session.connection()
        .execute(
            select(sa.func.count()).where(
                _attempts.c.delivery_id == delivery, _attempts.c.outcome != RELEASED
            )
        )
        .scalar_one()
    )


def left_sending(
    session: Session, epoch: int, broadcast: BroadcastId | None = None
) -> list[tuple[AttemptId, SenderId, datetime | None]]:
    """What a run of this epoch marked and never recorded; of one broadcast, or of all."""
    whose = sa.true() if broadcast is None else _deliveries.c.broadcast_id == broadcast
    rows = session.connection().execute(
        select(
            _deliveries.c.id,
            _deliveries.c.attempts,
            _deliveries.c.sender_id,
            _deliveries.c.marked_at,
        ).where(whose, _deliveries.c.state == spelled(State.SENDING), _deliveries.c.epoch == epoch)
    )
    return [(AttemptId(DeliveryId(row[0]), row[1]), SenderId(row[2]), row[3]) for row in rows]

"""What came of attempts: written down once, and applied to their deliveries.

Every change is set-based and holds only where the old state still does, so a race is lost politely.
Which states an event may touch is read off the domain's table (`delivery.sources`), never written
here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam, select
from sqlmodel import Session

from engine.domain.delivery import Event, State, sources, target
from engine.domain.ids import AttemptId, BroadcastId, DeliveryId, SenderId
from engine.store.dialects import insert_ignoring_for, spelled, table
from engine.store.many import Many
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


_RECORD = Many(
    lambda dialect: insert_ignoring_for(dialect, Attempt, ["delivery_id", "number"]),
    (
        "delivery_id",
        "number",
        "sender_id",
        "epoch",
        "started_at",
        "ended_at",
        "outcome",
        "message_id",
        "error_code",
        "blame",
        "detail",
    ),
)


def accept(
    session: Session, accepted: Sequence[tuple[AttemptId, str]], *, event: Event, now: datetime
) -> None:
    """WhatsApp took these and named them. Where a receipt was quicker, its state stays."""
    if not accepted:
        return
    after = target(event).value
    rows = [
        (attempt.delivery, attempt.number, message, after, now) for attempt, message in accepted
    ]
    if _ACCEPT[event].run(session, rows) == len(rows):
        return
    # Seldom: a receipt was quicker, or the answer is an old attempt's, whose delivery was marked
    # anew for want of it. That WhatsApp took it is news all the same: the retry drops.
    _ACCEPT_LATE[event].run(session, rows)


def _accept_statement(event: Event) -> sa.Update:
    return (
        sa.update(_deliveries)
        .where(
            _deliveries.c.id == bindparam("delivery"), _deliveries.c.attempts == bindparam("number")
        )
        .where(is_one_of(sources(event)))
        # A message on record was put there by a receipt, which knows more than the answer.
        .where(_deliveries.c.message_id.is_(None))
        .values(
            state=bindparam("after"),
            message_id=bindparam("message"),
            accepted_at=bindparam("at"),
            updated_at=bindparam("at"),
            error_code=None,
            reason="",
        )
    )


def _accept_late_statement(event: Event) -> sa.Update:
    heard = sa.select(_receipts.c.id).where(_receipts.c.message_id == bindparam("message"))
    return (
        sa.update(_deliveries)
        .where(
            _deliveries.c.id == bindparam("delivery"), _deliveries.c.attempts > bindparam("number")
        )
        .where(is_one_of(sources(event)), _deliveries.c.message_id.is_(None))
        # Its receipts know more: the message may have failed since.
        .where(~heard.exists())
        .values(
            state=bindparam("after"),
            message_id=bindparam("message"),
            accepted_at=bindparam("at"),
            updated_at=bindparam("at"),
            error_code=None,
            reason="",
        )
    )


def is_one_of(states: Iterable[State]) -> sa.ColumnElement[bool]:
    """`state IN (…)` spelled so that it can stand in a statement run for many rows at once."""
    return sa.or_(*(table(Delivery).c.state == state.value for state in sorted(states)))


def _for_rows(statement: sa.Update) -> Many:
    return Many(lambda _dialect: statement, ("delivery", "number", "message", "after", "at"))


_ACCEPT = {event: _for_rows(_accept_statement(event)) for event in (Event.ACCEPT, Event.PACE)}
_ACCEPT_LATE = {event: _for_rows(_accept_late_statement(event)) for event in _ACCEPT}


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


def _conclude_statement(event: Event) -> sa.Update:
    return (
        sa.update(_deliveries)
        .where(
            _deliveries.c.id == bindparam("delivery"),
            _deliveries.c.attempts == bindparam("number"),
            is_one_of(sources(event)),
        )
        .values(
            state=bindparam("after"),
            reason=bindparam("why"),
            error_code=bindparam("code"),
            due_at=sa.func.coalesce(
                bindparam("due", type_=_deliveries.c.due_at.type), _deliveries.c.due_at
            ),
            updated_at=bindparam("now"),
        )
    )


def _concluding(statement: sa.Update) -> Many:
    return Many(
        lambda _dialect: statement, ("delivery", "number", "after", "why", "code", "due", "now")
    )


_CONCLUDE = {event: _concluding(_conclude_statement(event)) for event in Event if sources(event)}


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

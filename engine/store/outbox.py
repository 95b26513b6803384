"""The outbox: deliveries that are due, what was marked, and what became of it. The hot path, all in
Core.

Every change is set-based and holds only where the old state still does, so a race is lost politely.
Which states an event may touch is read off the domain's table (`delivery.sources`), never written
here.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from engine.domain.broadcast import LANES_OPEN, BroadcastState
from engine.domain.delivery import UNSENT, Event, State, sources
from engine.domain.ids import (
    AttemptId,
    BroadcastId,
    DeliveryId,
    DeliveryKey,
    LaneId,
    Phone,
    SenderId,
    SubscriberId,
    Tracker,
)
from engine.domain.message import Recipient
from engine.store.dialects import insert_ignoring, table
from engine.store.tables import Attempt, Broadcast, Delivery, Lane, Subscriber

_deliveries = table(Delivery)
LANE_OPEN = "sending"
"""The state of a lane in which its deliveries may be marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A delivery that a lane has taken: everything its attempt needs."""

    attempt: AttemptId
    tracker: Tracker
    lane: LaneId
    sender: SenderId
    subscriber: SubscriberId
    to: Recipient
    language: str
    parameters: tuple[str, ...]
    due_at: datetime


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


def mark_due(
    session: Session, lane: LaneId, *, epoch: int, horizon: datetime, limit: int, now: datetime
) -> list[Marked]:
    """Mark up to `limit` deliveries of a lane that are due before `horizon`, retries first.

    Marks nothing when the lane has a newer epoch (we are a ghost) or lane or broadcast are not
    sending. Whoever opted out since the freeze is not marked but left for `opted_out_of`.
    """
    if not _may_mark(session, lane, epoch):
        return []
    marked: list[Marked] = []
    for statement in _MARK.values():
        if len(marked) >= limit:
            break
        rows = session.connection().execute(
            statement,
            {
                "lane": lane,
                "horizon": horizon,
                "most": limit - len(marked),
                "run": epoch,
                "now": now,
            },
        )
        marked += [_marked(row, lane) for row in rows]
    marked.sort(key=lambda one: (one.due_at, one.attempt.delivery))
    return marked


def _may_mark(session: Session, lane: LaneId, epoch: int) -> bool:
    row = session.connection().execute(_STANDING, {"lane": lane}).one_or_none()
    if row is None or row[0] != epoch:
        return False
    return row[1] == LANE_OPEN and BroadcastState(row[2]) in LANES_OPEN


_lanes, _broadcasts, _people = table(Lane), table(Broadcast), table(Subscriber)
_STANDING = (
    select(_lanes.c.epoch, _lanes.c.state, _broadcasts.c.state)
    .join(_broadcasts, _broadcasts.c.id == _lanes.c.broadcast_id)
    .where(_lanes.c.id == bindparam("lane"))
    # On PostgreSQL a takeover waits for this mark, or this mark sees the takeover.
    .with_for_update(read=True, of=_lanes)
)


def _mark_statement(state: State) -> Any:
    """Built once: building it costs more than running it."""
    stays = (
        select(_people.c.id)
        .where(
            _people.c.id == _deliveries.c.subscriber_id,
            sa.or_(_people.c.status != "ACTIVE", _people.c.consented.is_(False)),
        )
        .exists()
    )
    due = (
        select(_deliveries.c.id)
        .where(_deliveries.c.lane_id == bindparam("lane"), _deliveries.c.state == state.value)
        .where(_deliveries.c.due_at <= bindparam("horizon"), ~stays)
        .order_by(_deliveries.c.due_at, _deliveries.c.id)
        .limit(bindparam("most"))
    )
    return (
        sa.update(_deliveries)
        .where(_deliveries.c.id.in_(due), _deliveries.c.state == state.value)
        .values(
            state=State.SENDING.value,
            attempts=_deliveries.c.attempts + 1,
            epoch=bindparam("run"),
            marked_at=bindparam("now"),
            # A receipt of this attempt may come before its answer: the record must be free for it.
            message_id=None,
            updated_at=bindparam("now"),
        )
        .returning(
            _deliveries.c.id,
            _deliveries.c.attempts,
            _deliveries.c.key,
            _deliveries.c.sender_id,
            _deliveries.c.subscriber_id,
            _deliveries.c.phone,
            _deliveries.c.bsuid,
            _deliveries.c.language,
            _deliveries.c.parameters,
            _deliveries.c.due_at,
        )
    )


_MARK = {state: _mark_statement(state) for state in (State.RETRYING, State.PLANNED)}


def _marked(row: Any, lane: LaneId) -> Marked:
    identity, number, key, sender, subscriber, phone, bsuid, language, parameters, due_at = row
    attempt = AttemptId(DeliveryId(identity), number)
    return Marked(
        attempt=attempt,
        tracker=attempt.tracker(DeliveryKey(key)),
        lane=lane,
        sender=SenderId(sender),
        subscriber=SubscriberId(subscriber),
        to=Recipient(phone=Phone(phone) if phone else None, bsuid=bsuid),
        language=language,
        parameters=tuple(json.loads(parameters)),
        due_at=due_at,
    )


def record_attempts(session: Session, records: Sequence[AttemptRecord]) -> None:
    """Write the attempts' ends; one that is written already stays as it is (append-only)."""
    if not records:
        return
    statement = insert_ignoring(session, Attempt, ["delivery_id", "number"])
    session.execute(
        statement,
        [
            {
                "delivery_id": record.attempt.delivery,
                "number": record.attempt.number,
                "sender_id": record.sender,
                "epoch": record.epoch,
                "started_at": record.started_at,
                "ended_at": record.ended_at,
                "outcome": record.outcome,
                "message_id": record.message_id,
                "error_code": record.error_code,
                "blame": record.blame,
                "detail": record.detail,
            }
            for record in records
        ],
    )


def accept(
    session: Session, accepted: Sequence[tuple[AttemptId, str]], *, event: Event, now: datetime
) -> None:
    """WhatsApp took these and named them. Where a receipt was quicker, the receipt's state stays.
    WhatsApp took these and named them. Where a receipt was quicker, the receipt's state stays.
    """
    if not accepted:
        return
    after = State.ACCEPTED if event is Event.ACCEPT else State.PACED
    session.connection().execute(
        _ACCEPT[event],
        [
            {
                "delivery": attempt.delivery,
                "number": attempt.number,
                "message": message,
                "after": after.value,
                "at": now,
            }
            for attempt, message in accepted
        ],
    )


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


def is_one_of(states: Iterable[State]) -> sa.ColumnElement[bool]:
    """`state IN (…)` spelled so that it can stand in a statement run for many rows at once."""
    return sa.or_(*(table(Delivery).c.state == state.value for state in sorted(states)))


_ACCEPT = {event: _accept_statement(event) for event in (Event.ACCEPT, Event.PACE)}


def conclude(session: Session, verdicts: Sequence[Verdict], now: datetime) -> int:
    """Apply what failures, losses and releases mean; returns how many deliveries really changed.

    Only the latest attempt of a delivery may speak for it, and only while the event's arrow exists.
    """
    changed = 0
    for verdict in verdicts:
        result = session.connection().execute(
            _CONCLUDE[verdict.event],
            {
                "delivery": verdict.attempt.delivery,
                "number": verdict.attempt.number,
                "after": verdict.after.value,
                "why": verdict.reason,
                "code": verdict.error_code,
                "due": verdict.due_at,
                "now": now,
            },
        )
        changed += result.rowcount
    return changed


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


_CONCLUDE = {event: _conclude_statement(event) for event in Event if sources(event)}


def left_sending(session: Session, epoch: int) -> list[tuple[AttemptId, SenderId, datetime | None]]:
    """What a run of this epoch marked and never recorded."""
    rows = session.execute(
        select(
            col(Delivery.id),
            col(Delivery.attempts),
            col(Delivery.sender_id),
            col(Delivery.marked_at),
        ).where(col(Delivery.state) == State.SENDING.value, col(Delivery.epoch) == epoch)
    )
    return [(AttemptId(DeliveryId(row[0]), row[1]), SenderId(row[2]), row[3]) for row in rows]


def cancel_unsent(
    session: Session, *, reason: str, now: datetime, where: sa.ColumnElement[bool]
) -> int:
    """Cancel deliveries of which nothing is with WhatsApp; returns how many."""
    result = session.connection().execute(
        sa.update(_deliveries)
        .where(where, _deliveries.c.state.in_([state.value for state in sources(Event.CANCEL)]))
        .values(state=State.CANCELLED.value, reason=reason, updated_at=now)
    )
    return result.rowcount


def count_by_lane(session: Session, broadcast: BroadcastId) -> dict[tuple[int | None, State], int]:
    """How many deliveries of a broadcast stand where, lane by lane."""
    rows = session.connection().execute(_COUNT, {"broadcast": broadcast})
    return {(lane, State(state)): count for lane, state, count in rows}


_COUNT = (
    select(_deliveries.c.lane_id, _deliveries.c.state, sa.func.count())
    .where(_deliveries.c.broadcast_id == bindparam("broadcast"))
    .group_by(_deliveries.c.lane_id, _deliveries.c.state)
)


def unsent_of(session: Session, lane: LaneId) -> list[tuple[int, int, str, datetime]]:
    """(delivery, subscriber, tier, due) of what a lane has not sent, earliest first."""
    rows = session.execute(
        select(
            col(Delivery.id),
            col(Delivery.subscriber_id),
            col(Delivery.tier),
            col(Delivery.due_at),
        )
        .where(
            col(Delivery.lane_id) == lane,
            col(Delivery.state).in_([state.value for state in UNSENT]),
        )
        .order_by(col(Delivery.due_at), col(Delivery.id))
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


_MOVE = (
    sa.update(_deliveries)
    .where(
        _deliveries.c.id == bindparam("delivery"), _deliveries.c.lane_id == bindparam("old_lane")
    )
    .where(is_one_of(UNSENT))
    .values(
        lane_id=bindparam("new_lane"), sender_id=bindparam("new_sender"), due_at=bindparam("due")
    )
)


def move(session: Session, rows: Sequence[tuple[int, LaneId, LaneId, SenderId, datetime]]) -> None:
    """Give unsent deliveries another lane: (delivery, old lane, new lane, new sender, due)."""
    if rows:
        session.connection().execute(
            _MOVE,
            [
                {
                    "delivery": delivery,
                    "old_lane": old,
                    "new_lane": new,
                    "new_sender": sender,
                    "due": due,
                }
                for delivery, old, new, sender, due in rows
            ],
        )

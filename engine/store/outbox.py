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
from functools import cache, partial
from itertools import product
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, select
from sqlmodel import Session

from engine.domain.broadcast import LANES_OPEN
from engine.domain.content import Wording
from engine.domain.delivery import UNSENT, Event, State, sources
from engine.domain.ids import (
    AttemptId,
    BroadcastId,
    ContentHash,
    DeliveryId,
    DeliveryKey,
    LaneId,
    Phone,
    SenderId,
    SubscriberId,
    Tracker,
)
from engine.domain.message import Recipient
from engine.domain.priority import Priority
from engine.store.approved import has_approved_words
from engine.store.attempts import is_one_of
from engine.store.dialects import rows_as_json, spelled, table
from engine.store.prepared import Prepared
from engine.store.rows import INSTANT, WHOLE, ManyRows, as_instant, instant, instant_text
from engine.store.tables import Broadcast, Delivery, Lane, Subscriber

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
    wording: Wording
    parameters: tuple[str, ...]
    due_at: datetime
    priority: int = Priority.NORMAL

    @property
    def passes(self) -> bool:
        """Whether it goes before all that does not (spec P4)."""
        return self.priority == Priority.HIGH


def mark_due(
    session: Session,
    lane: LaneId,
    *,
    epoch: int,
    horizon: datetime,
    limit: int,
    now: datetime,
    retries: bool = True,
    special: bool = False,
    planned_until: datetime | None = None,
) -> list[Marked]:
    """Mark up to `limit` deliveries of a lane that are due before `horizon`, retries first.

    Marks nothing when the lane has a newer epoch (we are a ghost) or lane or broadcast are not
    sending, nobody who opted out since the freeze, and nothing in other words than those its
    broadcast has approved. `retries` False: there are none to look for.
    special: some may pass the others or let them pass; what passes comes first, and need not be
    nearly due to be looked for before what is late. planned_until: only whom the plan has up to
    then, whenever they are due by now; None: everybody.
    """
    marked: list[Marked] = []
    until = {} if planned_until is None else {"planned_until": instant_text(planned_until)}
    for state, priority in _turns(retries=retries, special=special):
        if len(marked) >= limit:
            break
        due = _due_of(state, priority, first_ones=bool(until)).text(
            session,
            lane=lane,
            horizon=instant_text(horizon),
            most=limit - len(marked),
            run=epoch,
            **until,
        )
        rows = json.loads(due)
        _MARK.run(session, [(row[0], epoch, now) for row in rows])
        marked += [_marked(row, lane) for row in rows]
    marked.sort(key=lambda one: (one.priority, one.due_at, one.attempt.delivery))
    return marked


def _turns(*, retries: bool, special: bool) -> Iterable[tuple[State, Priority | None]]:
    """What is marked, in its order; without a priority: all alike."""
    states = (State.RETRYING, State.PLANNED) if retries else (State.PLANNED,)
    return product(states, (None,)) if not special else ((s, p) for p in Priority for s in states)


_lanes, _broadcasts, _people = table(Lane), table(Broadcast), table(Subscriber)
_OF_LANE = (
    select(_lanes.c.broadcast_id)
    .where(_lanes.c.id == bindparam("lane", type_=sa.Integer()))
    .scalar_subquery()
)
"""The broadcast whose lane marks."""


@cache
def _due_of(state: State, priority: Priority | None, *, first_ones: bool) -> Prepared:
    return Prepared(partial(_due, state=state, priority=priority, first_ones=first_ones))


def _due(dialect: str, state: State, priority: Priority | None, *, first_ones: bool) -> Any:
    """What may be marked, locked until it is, as one text: see `rows` for why."""
    stays = (
        select(_people.c.id)
        .where(
            _people.c.id == _deliveries.c.subscriber_id,
            sa.or_(_people.c.status != "ACTIVE", _people.c.consented.is_(False)),
        )
        .exists()
    )
    horizon = bindparam("horizon", type_=sa.String())
    due = (
        select(
            _deliveries.c.id,
            _deliveries.c.attempts,
            _deliveries.c.key,
            _deliveries.c.sender_id,
            _deliveries.c.subscriber_id,
            _deliveries.c.phone,
            _deliveries.c.bsuid,
            _deliveries.c.content_hash,
            _deliveries.c.language,
            _deliveries.c.parameters,
            _deliveries.c.due_at,
            _deliveries.c.priority,
        )
        .where(_deliveries.c.lane_id == bindparam("lane", type_=sa.Integer()))
        .where(_deliveries.c.state == spelled(state), *_of_priority(priority))
        .where(_deliveries.c.due_at <= as_instant(dialect, horizon), ~stays, _may_mark())
        .where(has_approved_words(_OF_LANE))
        .order_by(_deliveries.c.due_at, _deliveries.c.id)
        .limit(bindparam("most", type_=sa.Integer()))
        .with_for_update(of=_deliveries)
    )
    if first_ones:
        until = bindparam("planned_until", type_=sa.String())
        due = due.where(_deliveries.c.planned_at <= as_instant(dialect, until))
    return rows_as_json(dialect, due.subquery("due"))


def _of_priority(priority: Priority | None) -> list[sa.ColumnElement[bool]]:
    """Spelled as the index over the special ones is, or SQLite would not see that it serves."""
    if priority is None:
        return []
    mine = _deliveries.c.priority == sa.literal_column(str(int(priority)))
    return [mine] if priority is Priority.NORMAL else [mine, _SPECIAL]


_SPECIAL = _deliveries.c.priority != sa.literal_column(str(int(Priority.NORMAL)))


def has_special(lane: sa.ColumnElement[int]) -> Any:
    """Whether a lane has any unsent that pass or let pass, as an expression: one or two seeks."""
    waits = [
        select(_deliveries.c.id)
        .where(_deliveries.c.lane_id == lane, _SPECIAL)
        .where(_deliveries.c.state == spelled(state))
        .exists()
        for state in sorted(UNSENT)
    ]
    return sa.or_(*waits)


def _marking(_dialect: str, rows: Any) -> sa.Update:
    return (
        sa.update(_deliveries)
        .where(_deliveries.c.id == rows.c.delivery)
        .values(
            state=State.SENDING.value,
            attempts=_deliveries.c.attempts + 1,
            epoch=rows.c.run,
            marked_at=rows.c.now,
            # A receipt of this attempt may come before its answer: the record must be free for it.
            message_id=None,
            updated_at=rows.c.now,
        )
    )


_MARK = ManyRows({"delivery": WHOLE, "run": WHOLE, "now": INSTANT}, _marking)


def _may_mark() -> sa.ColumnElement[bool]:
    """The lane is ours and open, and so is its broadcast; a takeover waits for this or is seen."""
    return (
        select(_lanes.c.id)
        .join(_broadcasts, _broadcasts.c.id == _lanes.c.broadcast_id)
        .where(
            _lanes.c.id == bindparam("lane"),
            _lanes.c.epoch == bindparam("run"),
            _lanes.c.state == LANE_OPEN,
            _broadcasts.c.state.in_([spelled(state) for state in sorted(LANES_OPEN)]),
        )
        .with_for_update(read=True, of=_lanes)
        .exists()
    )


def _marked(row: list[Any], lane: LaneId) -> Marked:
    identity, tried, key, sender, subscriber, phone, bsuid, content, language = row[:9]
    attempt = AttemptId(DeliveryId(identity), tried + 1)
    return Marked(
        attempt=attempt,
        tracker=attempt.tracker(DeliveryKey(key)),
        lane=lane,
        sender=SenderId(sender),
        subscriber=SubscriberId(subscriber),
        to=Recipient(phone=Phone(phone) if phone else None, bsuid=bsuid),
        wording=Wording(ContentHash(content), language),
        parameters=tuple(json.loads(row[9])),
        due_at=instant(row[10]),
        priority=row[11],
    )


def cancel_unsent_of(
    session: Session, broadcast: BroadcastId, *, reason: str, now: datetime
) -> int:
    """Cancel what a broadcast has not sent; returns how many."""
    return _cancel(session, _deliveries.c.broadcast_id == broadcast, reason, now)


def cancel_unsent_to(
    session: Session, subscriber: SubscriberId, *, reason: str, now: datetime
) -> int:
    """Cancel what is still unsent to somebody who said stop; returns how many."""
    return _cancel(session, _deliveries.c.subscriber_id == subscriber, reason, now)


def _cancel(session: Session, whose: sa.ColumnElement[bool], reason: str, now: datetime) -> int:
    result = session.connection().execute(
        sa.update(_deliveries)
        .where(whose, is_one_of(sources(Event.CANCEL)))
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
    rows: Any = session.connection().execute(_UNSENT, {"lane": lane})
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _unsent(state: State) -> Any:
    return (
        select(
            _deliveries.c.id, _deliveries.c.subscriber_id, _deliveries.c.tier, _deliveries.c.due_at
        )
        .where(_deliveries.c.lane_id == bindparam("lane"))
        .where(_deliveries.c.state == spelled(state))
    )


_UNSENT = sa.union_all(*(_unsent(state) for state in sorted(UNSENT))).order_by("due_at", "id")


def _moving(_dialect: str, rows: Any) -> sa.Update:
    return (
        sa.update(_deliveries)
        .where(_deliveries.c.id == rows.c.delivery, _deliveries.c.lane_id == rows.c.old_lane)
        .where(is_one_of(UNSENT))
        .values(lane_id=rows.c.new_lane, sender_id=rows.c.new_sender, due_at=rows.c.due)
    )


_MOVE = ManyRows(
    {
        "delivery": WHOLE,
        "old_lane": WHOLE,
        "new_lane": WHOLE,
        "new_sender": WHOLE,
        "due": INSTANT,
    },
    _moving,
)


def move(session: Session, rows: Sequence[tuple[int, LaneId, LaneId, SenderId, datetime]]) -> None:
    """Give unsent deliveries another lane: (delivery, old lane, new lane, new sender, due)."""
    _MOVE.run(session, rows)

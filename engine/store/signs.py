"""The signs of a running broadcast, read in one look: what its forecast is made of."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, case, func, select
from sqlmodel import Session

from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import ON_THE_PHONE, UNSENT, State
from engine.domain.failover import return_share
from engine.domain.ids import BroadcastId
from engine.domain.quality import effective_rate
from engine.domain.signs import HEARD_SECONDS, LaneSigns, Signs
from engine.store.dialects import epoch_second, rows_as_json, spelled, table
from engine.store.prepared import Prepared
from engine.store.tables import Attempt, Broadcast, Delivery, Lane, Sender

LOOKED_AT = 4_000
"""Of a larger audience every so-many-th is looked at: the shape is the same."""

_d, _attempts = table(Delivery), table(Attempt)
_lanes, _senders, _broadcasts = table(Lane), table(Sender), table(Broadcast)


def read(session: Session, broadcast: BroadcastId, now: datetime, reserve: float) -> Signs | None:
    """Look at a broadcast; None when it has not been planned. reserve: the part of each sender's
    rate that is kept for replies.
    """
    row = (
        session.connection()
        .execute(
            select(
                _broadcasts.c.state,
                _broadcasts.c.opens_at,
                _broadcasts.c.closes_at,
                _broadcasts.c.targeted,
            ).where(_broadcasts.c.id == broadcast)
        )
        .one_or_none()
    )
    if row is None or not row.targeted:
        return None
    found = _Found(session, broadcast, now, every=max(1, row.targeted // LOOKED_AT))
    delivered = _delivered(session, broadcast)
    lanes = _lanes_of(session, broadcast, now, reserve, found, delivered)
    return Signs(
        now=now,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        targeted=row.targeted,
        delivered=sum(delivered.values()),
        paused=row.state == BroadcastState.PAUSED.value,
        heard=found.heard,
        arrived=found.arrived,
        on_way=found.on_way,
        doubtful=found.doubtful,
        kept_back=found.kept_back,
        failed=found.failed,
        given_up=found.given_up,
        lanes=tuple(lanes),
    )


Counts = dict[int, float]


class _Found:
    """The deliveries by what became of them, each standing for `every`."""

    def __init__(
        self, session: Session, broadcast: BroadcastId, now: datetime, *, every: int
    ) -> None:
        self.arrived: Counts = {}
        self.on_way: Counts = {}
        self.doubtful: Counts = {}
        self.kept_back: Counts = {}
        self.failed: Counts = {}
        self.given_up = 0.0
        self.due_of: dict[int, Counts] = {}
        self.on_way_of: dict[int, Counts] = {}
        newest = 0
        second = int(now.timestamp())
        text = _DELIVERIES.text(session, broadcast=broadcast, every=every)
        for state, lane, key, taken, count, told in json.loads(text):
            seconds = _seconds(State(state), key, second)
            self._add(State(state), lane or 0, seconds, bool(taken), float(count * every))
            newest = max(newest, told or 0)
        self.heard = max(0.0, now.timestamp() - newest) if newest else None

    def _add(self, state: State, lane: int, seconds: int, taken: bool, count: float) -> None:
        match state:
            case State.DELIVERED | State.READ:
                _more(self.arrived, seconds, count)
            case State.PLANNED | State.RETRYING:
                _more(self.due_of.setdefault(lane, {}), seconds, count)
            case State.SENDING | State.ACCEPTED | State.SENT:
                _more(self.on_way, seconds, count)
                _more(self.on_way_of.setdefault(lane, {}), seconds, count)
            case State.UNKNOWN:
                _more(self.doubtful, seconds, count)
            case State.PACED:
                _more(self.kept_back, seconds, count)
            case State.FAILED if taken:
                _more(self.failed, seconds, count)
            case State.FAILED | State.HELD | State.CANCELLED | State.DISCARDED:
                self.given_up += count


def _seconds(state: State, key: int | None, now: int) -> int:
    """What the key of a row says: until it is due, from the send to the phone, since the send."""
    if key is None:
        return 0
    if state in UNSENT:
        return key - now
    return max(0, key if state in ON_THE_PHONE else now - key)


def _more(counts: Counts, key: int, count: float) -> None:
    counts[key] = counts.get(key, 0.0) + count


def _deliveries(dialect: str) -> Any:
    """(state, lane, key, whether it was taken, how many, the newest word of them).

    The key is the second it is due in while unsent, the seconds from the send to the phone once it
    is there, else the second it was sent in.
    """
    waits = _d.c.state.in_([spelled(state) for state in sorted(UNSENT)])
    arrived = _d.c.state.in_([spelled(state) for state in sorted(ON_THE_PHONE)])
    # Marked a little ahead of its instant; in a backlog, right before the send.
    began = case((_d.c.due_at > _d.c.marked_at, _d.c.due_at), else_=_d.c.marked_at)
    sent = epoch_second(dialect, began)
    key = case(
        (waits, epoch_second(dialect, _d.c.due_at)),
        (arrived, epoch_second(dialect, _d.c.delivered_at) - sent),
        else_=sent,
    )
    counted = (
        select(
            _d.c.state,
            _d.c.lane_id.label("lane"),
            key.label("second"),
            case((_d.c.accepted_at.is_not(None), 1), else_=0).label("taken"),
            func.count().label("count"),
            func.max(func.coalesce(_d.c.read_at, _d.c.delivered_at, _d.c.sent_at)).label("newest"),
        )
        .where(
            _d.c.broadcast_id == bindparam("broadcast", type_=Integer()),
            _d.c.id % bindparam("every", type_=Integer()) == 0,
        )
        .group_by(_d.c.state, "lane", "second", "taken")
        .subquery("counted")
    )
    columns = [one for one in counted.c if one.name != "newest"]
    told = epoch_second(dialect, counted.c.newest).label("told")
    return rows_as_json(dialect, select(*columns, told).subquery("found"))


_DELIVERIES = Prepared(_deliveries)


def _delivered(session: Session, broadcast: BroadcastId) -> dict[int, int]:
    rows = session.connection().execute(
        select(_d.c.lane_id, func.count())
        .where(
            _d.c.broadcast_id == broadcast,
            _d.c.state.in_([state.value for state in sorted(ON_THE_PHONE)]),
        )
        .group_by(_d.c.lane_id)
    )
    return {lane or 0: count for lane, count in rows}


def _lanes_of(
    session: Session,
    broadcast: BroadcastId,
    now: datetime,
    reserve: float,
    found: _Found,
    delivered: Mapping[int, int],
) -> list[LaneSigns]:
    outcomes = _outcomes(session, broadcast, now)
    return [
        _lane(row, now, reserve, found, outcomes, delivered.get(row.id, 0))
        for row in session.connection().execute(_LANES, {"broadcast": broadcast})
    ]


def _lane(
    row: Any,
    now: datetime,
    reserve: float,
    found: _Found,
    outcomes: Mapping[tuple[int, str], int],
    delivered: int,
) -> LaneSigns:
    rate = effective_rate(
        row.rate_per_second,
        row.quality,
        reserve,
        throughput=row.throughput,
        status=row.status,
    )
    able = row.sender_state == "active" and rate > 0
    sends = able and row.state in ("sending", "ready")
    back_in = None
    if able and not sends and row.returned_at is not None:
        back_in = max(0.0, (row.returned_at - now).total_seconds())
    return LaneSigns(
        lane=row.id,
        sender=row.sender_id,
        name=f"·· {row.display_phone[-4:]}",
        sends=sends,
        rate=rate,
        share=return_share(row.returned_at, now) if sends else 1.0,
        back_in=back_in,
        planned=row.planned,
        delivered=delivered,
        due=found.due_of.get(row.id, {}),
        on_way=found.on_way_of.get(row.id, {}),
        accepted=outcomes.get((row.sender_id, "accepted"), 0),
        refused=outcomes.get((row.sender_id, "failed"), 0),
        unanswered=outcomes.get((row.sender_id, "unknown"), 0),
    )


_LANES = (
    select(
        _lanes.c.id,
        _lanes.c.sender_id,
        _lanes.c.state,
        _lanes.c.planned,
        _lanes.c.returned_at,
        _senders.c.state.label("sender_state"),
        _senders.c.display_phone,
        _senders.c.rate_per_second,
        _senders.c.quality,
        _senders.c.throughput,
        _senders.c.status,
    )
    .join(_senders, _senders.c.id == _lanes.c.sender_id)
    .where(_lanes.c.broadcast_id == bindparam("broadcast"))
    .order_by(_lanes.c.id)
)


def _outcomes(
    session: Session, broadcast: BroadcastId, now: datetime
) -> dict[tuple[int, str], int]:
    """What the senders' latest attempts came to, of whatever they sent."""
    since = now - timedelta(seconds=HEARD_SECONDS)
    rows = session.connection().execute(
        select(_attempts.c.sender_id, _attempts.c.outcome, func.count())
        .where(
            _attempts.c.sender_id.in_(
                select(_lanes.c.sender_id).where(_lanes.c.broadcast_id == broadcast)
            ),
            _attempts.c.started_at >= since,
        )
        .group_by(_attempts.c.sender_id, _attempts.c.outcome)
    )
    return {(sender, outcome): count for sender, outcome, count in rows}

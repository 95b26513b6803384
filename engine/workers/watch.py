"""Watches what people and other writers decided about a running broadcast, and opens or closes its
lanes.

Also samples, once a second, what each lane did: the board's rates come from here.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, func, select
from sqlmodel import Session

from engine.domain.broadcast import LANES_OPEN, BroadcastState
from engine.domain.delivery import UNSENT, State
from engine.domain.ids import BroadcastId, LaneId, SenderId
from engine.domain.quality import CANNOT_SEND, FLAGGED, Quality, effective_rate
from engine.store import broadcasts, outbox
from engine.store import lanes as lanes_store
from engine.store.dialects import rows_as_json, spelled, table
from engine.store.prepared import Prepared
from engine.store.tables import Broadcast, Consent, Delivery, Lane, Sender
from engine.workers.equipment import Equipment
from engine.workers.lane import LaneRun


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneView:
    """A lane and its sender as the database has them now."""

    lane: LaneId
    sender: SenderId
    state: str
    sender_state: str
    rate_per_second: float
    phone_number_id: str
    phone: str
    quality: str
    status: str
    throughput: str
    daily_cap: int | None
    messaging_limit: str
    controlled_at: datetime | None
    """When a person last rested its sender, put it back, or changed its pace."""
    returned_at: datetime | None
    """Since when it comes back from a failover; still to come: when it will be tried again."""
    unsent: int
    """Deliveries of this lane that are not with WhatsApp and not on their way."""
    retrying: int
    """Those of them that have been tried."""
    taken: int
    """Those the lane has marked: on their way, or about to be."""
    special: bool = False
    """Whether any of them pass the others, or let them pass."""
    next_due_at: datetime | None = None
    """When the first of them is due."""

    @property
    def name(self) -> str:
        """How people know its sender."""
        return f"·· {self.phone[-4:]}"

    def rate(self, reserve: float, *, last_resort: bool = False) -> float:
        """Messages per second it may send now; 0 when it must stop."""
        if self.sender_state != "active":
            return 0.0
        return effective_rate(
            self.rate_per_second,
            self.quality,
            reserve,
            throughput=self.throughput,
            status=self.status,
            last_resort=last_resort,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One look at a broadcast."""

    broadcast: Broadcast
    state: BroadcastState
    counts: Mapping[State, int]
    lanes: tuple[LaneView, ...]
    spares: int
    """Backups that could be called in."""

    def rate_of(self, lane: LaneView, reserve: float) -> float:
        """What a lane of this broadcast may send per second. A RED one crawls where it is the last
        resort, and stops otherwise (spec N2).
        """
        if (rate := lane.rate(reserve)) > 0:
            return rate
        others = any(one.rate(reserve) > 0 for one in self.lanes if one.lane != lane.lane)
        return lane.rate(reserve, last_resort=not others and not self.spares)

    @property
    def bounds(self) -> tuple[object, ...]:
        """What limits its senders by the day: equal ones bind as before."""
        return tuple((one.sender, one.daily_cap, one.messaging_limit) for one in self.lanes)

    @property
    def lanes_open(self) -> bool:
        """Whether lanes may send at all."""
        return self.state in LANES_OPEN

    def count(self, *states: State) -> int:
        """How many deliveries stand in any of these states."""
        return sum(self.counts.get(state, 0) for state in states)


def see(session: Session, broadcast: BroadcastId) -> tuple[str, View]:
    """A glance and a look. The glance first: what changes after it is news again."""
    return glance(session, broadcast), look(session, broadcast)


def glance(session: Session, broadcast: BroadcastId) -> str:
    """All that people and other writers may change about a broadcast, for one small query.

    Equal glances mean that nobody changed anything: counting the deliveries can wait.
    """
    return _GLANCE.text(session, broadcast=broadcast)


def look(session: Session, broadcast: BroadcastId) -> View:
    """Read everything the watch decides by, in one transaction."""
    row = broadcasts.copy(session, broadcast)
    by_lane = outbox.count_by_lane(session, broadcast)
    counts: Counter[State] = Counter()
    for (_, state), count in by_lane.items():
        counts[state] += count
    lanes = session.connection().execute(_LANES, {"broadcast": broadcast})
    return View(
        broadcast=row,
        state=BroadcastState(row.state),
        counts=counts,
        lanes=tuple(
            LaneView(
                lane=LaneId(lane[0]),
                sender=SenderId(lane[1]),
                state=lane[2],
                sender_state=lane[3],
                rate_per_second=lane[4],
                phone_number_id=lane[5],
                phone=lane[6],
                quality=lane[7],
                status=lane[8],
                throughput=lane[9],
                daily_cap=lane[10],
                messaging_limit=lane[11],
                controlled_at=lane[12],
                returned_at=lane[13],
                unsent=sum(by_lane.get((lane[0], state), 0) for state in UNSENT),
                retrying=by_lane.get((lane[0], State.RETRYING), 0),
                taken=by_lane.get((lane[0], State.SENDING), 0),
                special=bool(lane[14]),
                next_due_at=min((due for due in lane[15:] if due is not None), default=None),
            )
            for lane in lanes
        ),
        spares=session.connection()
        .execute(_SPARES, {"broadcast": broadcast, "tenant": row.tenant_id})
        .scalar_one(),
    )


_lanes, _senders, _deliveries = table(Lane), table(Sender), table(Delivery)


def _first_due(state: State) -> Any:
    """One seek in the index that lanes take from, however many wait."""
    return (
        select(func.min(_deliveries.c.due_at))
        .where(_deliveries.c.lane_id == _lanes.c.id, _deliveries.c.state == spelled(state))
        .scalar_subquery()
    )


_LANES = (
    select(
        _lanes.c.id,
        _lanes.c.sender_id,
        _lanes.c.state,
        _senders.c.state,
        _senders.c.rate_per_second,
        _senders.c.phone_number_id,
        _senders.c.display_phone,
        _senders.c.quality,
        _senders.c.status,
        _senders.c.throughput,
        _senders.c.daily_cap,
        _senders.c.messaging_limit,
        _senders.c.controlled_at,
        _lanes.c.returned_at,
        outbox.has_special(_lanes.c.id),
        *(_first_due(state) for state in sorted(UNSENT)),
    )
    .join(_senders, _senders.c.id == _lanes.c.sender_id)
    .where(_lanes.c.broadcast_id == bindparam("broadcast"))
    .order_by(_lanes.c.id)
)
_SPARES = select(func.count()).where(
    _senders.c.tenant_id == bindparam("tenant"),
    _senders.c.role == "backup",
    _senders.c.state == "active",
    _senders.c.quality != Quality.RED.value,
    _senders.c.status.not_in(sorted({*CANNOT_SEND, FLAGGED})),
    _senders.c.id.not_in(
        select(_lanes.c.sender_id).where(_lanes.c.broadcast_id == bindparam("broadcast"))
    ),
)


_broadcasts, _consents = table(Broadcast), table(Consent)


def _glance(dialect: str) -> Any:
    changeable = (
        select(
            _broadcasts.c.state.label("broadcast"),
            _lanes.c.id,
            _lanes.c.state.label("lane"),
            _senders.c.state.label("sender"),
            _senders.c.rate_per_second,
            _senders.c.quality,
            _senders.c.status,
            _senders.c.daily_cap,
            _senders.c.messaging_limit,
            select(func.max(_consents.c.id)).scalar_subquery().label("wishes"),
        )
        .join(_lanes, _lanes.c.broadcast_id == _broadcasts.c.id, isouter=True)
        .join(_senders, _senders.c.id == _lanes.c.sender_id, isouter=True)
        .where(_broadcasts.c.id == bindparam("broadcast", type_=Integer()))
        .order_by(_lanes.c.id)
    )
    return rows_as_json(dialect, changeable.subquery("changeable"))


_GLANCE = Prepared(_glance)


async def sample_lanes(
    equipment: Equipment, lanes: Mapping[LaneId, LaneRun], second: datetime
) -> None:
    """Write what each lane did since the last sample, and start counting anew."""
    rows: list[dict[str, Any]] = []
    for lane, run in lanes.items():
        counts = run.counts
        if counts.started or counts.in_flight:
            rows.append(
                {
                    "lane_id": lane,
                    "second": second,
                    "started": counts.started,
                    "in_flight": counts.in_flight,
                    "late_ms": round(counts.worst_late_seconds * 1000),
                }
            )
        counts.started = 0
        counts.worst_late_seconds = 0.0
    if rows:
        await equipment.database.transact(lanes_store.sample, rows)


def whole_second(now: datetime) -> datetime:
    """The second that just ended."""
    return now.replace(microsecond=0) - timedelta(seconds=1)

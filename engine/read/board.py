"""What the Live page looks at: the broadcast that matters now, in one snapshot that serves every
viewer.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from engine.domain import failure, sla
from engine.domain.broadcast import BroadcastState, Moment, moment
from engine.domain.delivery import HANDED_OVER, ON_THE_PHONE, UNSENT, State
from engine.domain.forecast import Forecast, forecast
from engine.domain.ids import BroadcastId, TenantId
from engine.domain.quality import effective_rate
from engine.domain.sla import Percentiles, Standing
from engine.read.morning_ahead import Ahead, ahead
from engine.store import broadcasts
from engine.store.dialects import table, whole_second
from engine.store.tables import Broadcast, Delivery, Lane, LogEntry, Sample, Sender

_deliveries = table(Delivery)

LOG_LINES = 30
LAGS_LOOKED_AT = 5_000
SHOWN_AFTER = timedelta(hours=20)
"""A broadcast stays on the page this long after its opening, unless a newer one takes its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRow:
    """One lane as the operator sees it. Rates are messages per second."""

    sender_id: int
    label: str
    phone_tail: str
    role: str
    quality: str
    state: str
    state_reason: str
    rate_now: int
    rate_limit: float
    left: int
    delivered: int
    planned: int
    in_flight: int
    p95_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong for how many, in words, with what is done about it."""

    title: str
    words: str
    count: int
    code: int | None
    state: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log."""

    at: datetime
    event: str
    words: str


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One of the day's two verdicts."""

    name: str
    count: int
    of: int
    share: float
    met: bool
    missing: int
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything the Live page shows, as of one instant."""

    at: datetime
    moment: Moment
    ahead: Ahead
    broadcast_id: BroadcastId | None = None
    title: str = ""
    state: BroadcastState | None = None
    state_reason: str = ""
    content_hash: str = ""
    approved_at: datetime | None = None
    languages: int = 0
    opens_at: datetime | None = None
    window_ends_at: datetime | None = None
    closes_at: datetime | None = None
    finished_at: datetime | None = None
    targeted: int = 0
    excluded: int = 0
    counts: Mapping[State, int]
    handed_over: int = 0
    delivered: int = 0
    on_time_percent: float = 0.0
    """Delivered by now (or by the close) of all targeted."""
    forecast: Forecast | None = None
    time_to_delivered: Percentiles | None = None
    delivered_points: tuple[tuple[int, int], ...] = ()
    """(seconds after the opening, delivered in all by then)."""
    planned_points: tuple[tuple[int, int], ...] = ()
    lanes: tuple[LaneRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    log: tuple[LogLine, ...] = ()
    verdicts: tuple[VerdictRow, ...] = ()


def board(session: Session, tenant: TenantId, now: datetime) -> Board:
    """The snapshot for one tenant."""
    row = _current(session, tenant, now)
    coming = ahead(session, tenant, now)
    if row is None:
        return Board(at=now, moment=Moment.BEFORE, ahead=coming, counts={})
    return _of(session, row, coming, now)


def _current(session: Session, tenant: TenantId, now: datetime) -> Broadcast | None:
    """The broadcast under way, else the next one opened, else the last of the past hours."""
    rows = session.scalars(
        select(Broadcast)
        .where(col(Broadcast.tenant_id) == tenant, col(Broadcast.opens_at) > now - SHOWN_AFTER)
        .order_by(col(Broadcast.opens_at).desc(), col(Broadcast.id).desc())
        .limit(20)
    ).all()
    order = {Moment.DURING: 0, Moment.BEFORE: 1, Moment.AFTER: 2}
    return min(rows, key=lambda row: order[moment(BroadcastState(row.state))], default=None)


def _of(session: Session, row: Broadcast, coming: Ahead, now: datetime) -> Board:
    broadcast, state = BroadcastId(row.id or 0), BroadcastState(row.state)
    counts: Counter[State] = Counter()
    by_lane: dict[int, Counter[State]] = {}
    for lane, lane_state, count in _counts(session, broadcast):
        counts[lane_state] += count
        if lane is not None:
            by_lane.setdefault(lane, Counter())[lane_state] += count
    lags = _lags(session, broadcast)
    lanes = _lanes(session, broadcast, by_lane, lags, now, sending=moment(state) is Moment.DURING)
    delivered_points = _curve(session, broadcast, col(Delivery.delivered_at), row.opens_at)
    in_time = _in_time(session, row)
    running = moment(state) is Moment.DURING
    content = broadcasts.content_facts(session, row.content_id)
    return Board(
        at=now,
        moment=moment(state),
        ahead=coming,
        broadcast_id=broadcast,
        title=row.title,
        state=state,
        state_reason=row.state_reason,
        content_hash=row.content_hash,
        approved_at=content.approved_at,
        languages=content.languages,
        opens_at=row.opens_at,
        window_ends_at=row.window_ends_at,
        closes_at=row.closes_at,
        finished_at=row.finished_at,
        targeted=row.targeted,
        excluded=row.excluded,
        counts=dict(counts),
        handed_over=sum(counts[one] for one in HANDED_OVER),
        delivered=sum(counts[one] for one in ON_THE_PHONE),
        on_time_percent=100.0 * in_time.delivered / row.targeted if row.targeted else 0.0,
        forecast=_forecast(row, counts, lanes, lags, now) if running else None,
        time_to_delivered=sla.percentiles([lag for _, lag in lags]),
        delivered_points=delivered_points,
        planned_points=_curve(session, broadcast, col(Delivery.planned_at), row.opens_at),
        lanes=lanes,
        problems=_problems(session, broadcast, counts),
        log=_log(session, broadcast),
        verdicts=_verdicts(in_time, row, now) if now > row.opens_at and row.targeted else (),
    )


def _counts(session: Session, broadcast: BroadcastId) -> list[tuple[int | None, State, int]]:
    rows = session.connection().execute(
        select(col(Delivery.lane_id), col(Delivery.state), func.count())
        .where(col(Delivery.broadcast_id) == broadcast)
        .group_by(col(Delivery.lane_id), col(Delivery.state))
    )
    return [(lane, State(state), count) for lane, state, count in rows]


def _lags(session: Session, broadcast: BroadcastId) -> list[tuple[int | None, float]]:
    """(lane, seconds from WhatsApp's yes to the phone) of some of those delivered."""
    rows = session.connection().execute(
        select(_deliveries.c.lane_id, _deliveries.c.accepted_at, _deliveries.c.delivered_at)
        .where(
            _deliveries.c.broadcast_id == broadcast,
            _deliveries.c.accepted_at.is_not(None),
            _deliveries.c.delivered_at.is_not(None),
        )
        .limit(LAGS_LOOKED_AT)
    )
    # WhatsApp's seconds are whole: its stamp may lie a moment before ours.
    return [(lane, max(0.0, (there - taken).total_seconds())) for lane, taken, there in rows]


def _lanes(
    session: Session,
    broadcast: BroadcastId,
    by_lane: Mapping[int, Counter[State]],
    lags: list[tuple[int | None, float]],
    now: datetime,
    *,
    sending: bool,
) -> tuple[LaneRow, ...]:
    rows = session.exec(
        select_rows(Lane, Sender)
        .join(Sender, col(Sender.id) == col(Lane.sender_id))
        .where(col(Lane.broadcast_id) == broadcast)
        .order_by(col(Lane.id))
    ).all()
    samples = _latest_samples(session, broadcast, now) if sending else {}
    return tuple(
        _lane(lane, sender, by_lane.get(lane.id or 0, Counter()), samples, lags)
        for lane, sender in rows
    )


def _lane(
    lane: Lane,
    sender: Sender,
    counts: Counter[State],
    samples: Mapping[int, tuple[int, int]],
    lags: list[tuple[int | None, float]],
) -> LaneRow:
    started, in_flight = samples.get(lane.id or 0, (0, 0))
    times = sla.percentiles([lag for of, lag in lags if of == lane.id])
    return LaneRow(
        sender_id=sender.id or 0,
        label=sender.label,
        phone_tail=sender.display_phone[-4:],
        role=sender.role,
        quality=sender.quality,
        state=lane.state,
        state_reason=lane.state_reason,
        rate_now=started,
        rate_limit=effective_rate(sender.rate_per_second, sender.quality, 0.0),
        left=sum(counts[one] for one in UNSENT) + counts[State.SENDING],
        delivered=sum(counts[one] for one in ON_THE_PHONE),
        planned=lane.planned,
        in_flight=in_flight,
        p95_seconds=None if times is None else times.p95,
    )


def _latest_samples(
    session: Session, broadcast: BroadcastId, now: datetime
) -> dict[int, tuple[int, int]]:
    rows = session.connection().execute(
        select(col(Sample.lane_id), col(Sample.started), col(Sample.in_flight))
        .join(Lane, col(Lane.id) == col(Sample.lane_id))
        .where(
            col(Lane.broadcast_id) == broadcast, col(Sample.second) >= now - timedelta(seconds=3)
        )
        .order_by(col(Sample.second))
    )
    return {lane: (started, in_flight) for lane, started, in_flight in rows}


def _curve(
    session: Session, broadcast: BroadcastId, column: Any, since: datetime
) -> tuple[tuple[int, int], ...]:
    """(seconds after `since`, how many in all by then), a point for each second that has news."""
    second = whole_second(session, column)
    rows = session.connection().execute(
        select(second, func.count())
        .where(col(Delivery.broadcast_id) == broadcast, column.is_not(None))
        .group_by(second)
        .order_by(second)
    )
    points: list[tuple[int, int]] = []
    total = 0
    for text, count in rows:
        total += count
        at = datetime.fromisoformat(text).replace(tzinfo=UTC)
        points.append((max(0, round((at - since).total_seconds())), total))
    return tuple(points)


def _forecast(
    row: Broadcast,
    counts: Counter[State],
    lanes: tuple[LaneRow, ...],
    lags: list[tuple[int | None, float]],
    now: datetime,
) -> Forecast | None:
    paused = row.state == BroadcastState.PAUSED.value
    return forecast(
        targeted=row.targeted,
        delivered=sum(counts[one] for one in ON_THE_PHONE),
        unsent_by_lane={lane.sender_id: lane.left for lane in lanes},
        rates={
            lane.sender_id: 0.0 if paused or lane.state != "sending" else lane.rate_limit
            for lane in lanes
        },
        lag_seconds=[lag for _, lag in lags],
        now=now,
    )


def _in_time(session: Session, row: Broadcast) -> sla.Tally:
    """The morning in numbers, counted by the database; opted-out recipients are not targeted."""
    last_second = row.closes_at.replace(microsecond=0) + timedelta(seconds=1)
    handed, arrived = (
        session.connection()
        .execute(
            select(
                func.count().filter(col(Delivery.sent_at) < last_second),
                func.count().filter(col(Delivery.delivered_at) < last_second),
            ).where(col(Delivery.broadcast_id) == row.id)
        )
        .one()
    )
    return sla.Tally(targeted=row.targeted, handed_over=handed, delivered=arrived)


def _verdicts(tally: sla.Tally, row: Broadcast, now: datetime) -> tuple[VerdictRow, ...]:
    both = sla.verdicts(tally, closes_at=row.closes_at, now=now)
    return tuple(
        VerdictRow(
            name=name,
            count=verdict.count,
            of=verdict.of,
            share=verdict.share or 0.0,
            met=bool(verdict.met),
            missing=verdict.missing,
            standing=verdict.standing,
        )
        for name, verdict in (("Handed over", both.handed_over), ("Delivered", both.delivered))
    )


def _problems(
    session: Session, broadcast: BroadcastId, counts: Counter[State]
) -> tuple[Problem, ...]:
    rows = session.connection().execute(
        select(col(Delivery.error_code), col(Delivery.state), func.count())
        .where(
            col(Delivery.broadcast_id) == broadcast,
            col(Delivery.state).in_([State.FAILED.value, State.RETRYING.value]),
        )
        .group_by(col(Delivery.error_code), col(Delivery.state))
        .order_by(func.count().desc())
    )
    found = [_failed(code, state, count) for code, state, count in rows]
    if counts[State.UNKNOWN]:
        found.append(
            Problem(
                title="No answer from WhatsApp",
                words="Waiting for receipts; nothing is sent twice on a guess",
                count=counts[State.UNKNOWN],
                code=None,
                state=State.UNKNOWN.value,
            )
        )
    if counts[State.HELD]:
        found.append(
            Problem(
                title="Held for a person",
                words="Neither an answer nor a receipt came. Look, then send again or close",
                count=counts[State.HELD],
                code=None,
                state=State.HELD.value,
            )
        )
    return tuple(found)


def _failed(code: int | None, state: str, count: int) -> Problem:
    cause = failure.cause_of(code)
    return Problem(title=cause.title, words=cause.words, count=count, code=code, state=state)


def _log(session: Session, broadcast: BroadcastId) -> tuple[LogLine, ...]:
    rows = session.connection().execute(
        select(col(LogEntry.at), col(LogEntry.event), col(LogEntry.words))
        .where(col(LogEntry.broadcast_id) == broadcast)
        .order_by(col(LogEntry.id).desc())
        .limit(LOG_LINES)
    )
    return tuple(LogLine(row[0], row[1], row[2]) for row in rows)

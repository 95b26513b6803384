"""What the Live page looks at: the broadcast that matters now, in one snapshot that serves every
viewer.
"""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from engine.domain import sla
from engine.domain.broadcast import BroadcastState, Moment, moment
from engine.domain.canary import CanaryState
from engine.domain.delivery import HANDED_OVER, ON_THE_PHONE, State
from engine.domain.ids import BroadcastId, TenantId
from engine.read import board_details, board_lanes, day
from engine.read.board_rows import Board, LaneRow, LogLine, Problem, StepRow, VerdictRow
from engine.read.morning_ahead import Ahead, ahead
from engine.store import broadcasts, forecasts
from engine.store.dialects import table
from engine.store.tables import Broadcast, Delivery, Foretold

__all__ = ["Board", "LaneRow", "LogLine", "Problem", "VerdictRow", "board"]

_deliveries = table(Delivery)

SHOWN_AFTER = timedelta(hours=20)
"""A broadcast stays on the page this long after its opening, unless a newer one takes its place."""


def board(session: Session, tenant: TenantId, now: datetime) -> Board:
    """The snapshot for one tenant."""
    row = _current(session, tenant, now)
    coming = ahead(session, tenant, now)
    if row is None:
        steps: tuple[StepRow, ...] = ()
        if coming.opens_at is not None:
            steps = day.of_opening(session, tenant, coming.opens_at, coming.approved_at, now)
        return Board(at=now, moment=Moment.BEFORE, ahead=coming, counts={}, day=steps)
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
    running = moment(state) is Moment.DURING
    lags = board_lanes.lags(session, broadcast)
    foretold = forecasts.get(session, broadcast)
    # What nobody renewed is no forecast: the engine may be down.
    fresh = foretold if _is_fresh(foretold, now) and running else None
    lanes = board_lanes.lanes(
        session,
        broadcast,
        by_lane,
        lags,
        now,
        sending=running,
        expected=forecasts.lanes_of(fresh),
    )
    delivered_points = board_details.curve(
        session, broadcast, col(Delivery.delivered_at), row.opens_at
    )
    in_time = _in_time(session, row)
    content = broadcasts.content_facts(session, row.content_id)
    judged = _verdicts(in_time, row, now) if now > row.opens_at and row.targeted else ()
    return Board(
        at=now,
        moment=moment(state),
        ahead=coming,
        broadcast_id=broadcast,
        title=row.title,
        state=state,
        state_reason=row.state_reason,
        canary=CanaryState(row.canary),
        content_hash=row.content_hash,
        b_content_hash=row.b_content_hash,
        b_percent=row.b_percent,
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
        forecast=forecasts.as_forecast(fresh),
        forecast_why="" if fresh is None else fresh.why,
        levers=tuple(one.words for one in forecasts.pulled(foretold)),
        time_to_delivered=sla.percentiles([lag for _, lag in lags]),
        delivered_points=delivered_points,
        planned_points=board_details.curve(
            session, broadcast, col(Delivery.planned_at), row.opens_at
        ),
        lanes=lanes,
        problems=board_details.problems(session, broadcast, counts),
        log=board_details.log(session, broadcast),
        verdicts=judged,
        day=day.of_broadcast(session, row, judged, now),
    )


def _is_fresh(foretold: Foretold | None, now: datetime) -> bool:
    return foretold is not None and foretold.at > now - forecasts.STALE_AFTER


def _counts(session: Session, broadcast: BroadcastId) -> list[tuple[int | None, State, int]]:
    rows = session.connection().execute(
        select(col(Delivery.lane_id), col(Delivery.state), func.count())
        .where(col(Delivery.broadcast_id) == broadcast)
        .group_by(col(Delivery.lane_id), col(Delivery.state))
    )
    return [(lane, State(state), count) for lane, state, count in rows]


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

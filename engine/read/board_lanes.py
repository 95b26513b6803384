"""The lanes on the board: how fast each is, and what it has left."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from engine.domain import sla
from engine.domain.delivery import ON_THE_PHONE, UNSENT, State
from engine.domain.failover import return_share
from engine.domain.ids import BroadcastId
from engine.domain.quality import effective_rate
from engine.read.board_rows import LaneRow
from engine.store.dialects import table
from engine.store.tables import Delivery, Lane, Sample, Sender

LAGS_LOOKED_AT = 5_000

_deliveries = table(Delivery)


def lags(session: Session, broadcast: BroadcastId) -> list[tuple[int | None, float]]:
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


def lanes(
    session: Session,
    broadcast: BroadcastId,
    by_lane: Mapping[int, Counter[State]],
    lags: list[tuple[int | None, float]],
    now: datetime,
    *,
    sending: bool,
    expected: Mapping[int, datetime | None],
) -> tuple[LaneRow, ...]:
    rows = session.exec(
        select_rows(Lane, Sender)
        .join(Sender, col(Sender.id) == col(Lane.sender_id))
        .where(col(Lane.broadcast_id) == broadcast)
        .order_by(col(Lane.id))
    ).all()
    samples = _latest_samples(session, broadcast, now) if sending else {}
    return tuple(
        replace(
            _lane(lane, sender, by_lane.get(lane.id or 0, Counter()), samples, lags, now),
            expected_at=expected.get(lane.id or 0),
        )
        for lane, sender in rows
    )


def _lane(
    lane: Lane,
    sender: Sender,
    counts: Counter[State],
    samples: Mapping[int, tuple[int, int]],
    lags: list[tuple[int | None, float]],
    now: datetime,
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
        returning=return_share(lane.returned_at, now) if lane.state == "sending" else 1.0,
        rate_now=started,
        rate_limit=effective_rate(
            sender.rate_per_second,
            sender.quality,
            0.0,
            throughput=sender.throughput,
            status=sender.status,
        ),
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

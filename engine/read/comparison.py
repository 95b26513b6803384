"""Two broadcasts side by side: figures, times, senders, causes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.ids import BroadcastId, TenantId
from engine.domain.sla import Percentiles
from engine.read.board_details import curve
from engine.read.broadcast import BroadcastView, broadcast
from engine.store import tables
from engine.store.dialects import seconds_between, table

OFFERED = 90
"""Broadcasts to choose from: three months of daily ones."""
_PARTS = 10
"""Lags are counted by tenths of a second."""

_b, _d = table(tables.Broadcast).c, table(tables.Delivery).c


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two."""

    view: BroadcastView
    after_opening: Percentiles | None
    """Seconds after the opening by which half, 95 % and 99 % of the delivered were on the phone."""
    on_the_way: Percentiles | None
    """Seconds from WhatsApp's yes to the phone."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A broadcast to compare."""

    id: BroadcastId
    day: date
    title: str
    opens_at: datetime


def choices(session: Session, tenant: TenantId) -> tuple[Choice, ...]:
    """The latest broadcasts that were planned, the newest first."""
    query = (
        sa.select(_b.id, _b.service_day, _b.title, _b.opens_at)
        .where(_b.tenant_id == tenant, _b.planned_at.is_not(None))
        .order_by(_b.service_day.desc(), _b.id.desc())
        .limit(OFFERED)
    )
    return tuple(
        Choice(BroadcastId(row[0]), *row[1:]) for row in session.connection().execute(query)
    )


def side(session: Session, tenant: TenantId, which: BroadcastId, *, now: datetime) -> Side | None:
    """One broadcast as a comparison needs it; None when the tenant has none of that id."""
    view = broadcast(session, tenant, which, now=now)
    if view is None:
        return None
    on_phone = sa.func.coalesce(_d.delivered_at, _d.read_at, type_=_d.delivered_at.type)
    points = curve(session, which, on_phone, view.row.opens_at)
    return Side(
        view=view,
        after_opening=_percentiles(_steps(points)),
        on_the_way=_percentiles(_lags(session, which)),
    )


def _lags(session: Session, which: BroadcastId) -> list[tuple[float, int]]:
    dialect = session.get_bind().dialect.name
    lag: Any = seconds_between(dialect, _d.accepted_at, _d.delivered_at)
    tenths = sa.cast(sa.func.round(lag * _PARTS), sa.Integer()).label("tenths")
    rows = session.connection().execute(
        sa.select(tenths, sa.func.count())
        .where(_d.broadcast_id == which, _d.accepted_at.is_not(None), _d.delivered_at.is_not(None))
        .group_by(tenths)
        .order_by(tenths)
    )
    # WhatsApp's seconds are whole: its stamp may lie a moment before ours.
    return [(max(0.0, one / _PARTS), count) for one, count in rows]


def _steps(points: Iterable[tuple[int, int]]) -> list[tuple[float, int]]:
    """A curve of totals as (seconds, how many then)."""
    found: list[tuple[float, int]] = []
    before = 0
    for seconds, total in points:
        found.append((float(seconds), total - before))
        before = total
    return found


def _percentiles(counted: list[tuple[float, int]]) -> Percentiles | None:
    """By nearest rank, of values with how often each occurred, the smallest first."""
    whole = sum(count for _, count in counted)
    if not whole:
        return None
    return Percentiles(*(_at_rank(counted, -(-percent * whole // 100)) for percent in (50, 95, 99)))


def _at_rank(counted: list[tuple[float, int]], rank: int) -> float:
    passed = 0
    for value, count in counted:
        passed += count
        if passed >= rank:
            return value
    return counted[-1][0]

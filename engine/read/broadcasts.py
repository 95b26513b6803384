"""What the Broadcasts page shows: every morning so far, in numbers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain import sla
from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, TenantId
from engine.domain.sla import Tally, Verdicts
from engine.read.stages import Stage, stage_of
from engine.store import tables
from engine.store.dialects import table

HISTORY_PAGE = 20

_b = table(tables.Broadcast).c
_d = table(tables.Delivery).c
_consents = table(tables.Consent).c


@dataclass(frozen=True, slots=True)
class Figures:
    """A broadcast, or a part of it, in numbers. `handed_over` and `on_time` are those in time."""

    total: int = 0
    by_stage: Mapping[Stage, int] = field(default_factory=dict[Stage, int])
    handed_over: int = 0
    on_time: int = 0
    opted_out: int = 0
    """Cancelled because they said stop after the freeze: not targeted (spec §1)."""

    @property
    def targeted(self) -> int:
        return self.total - self.opted_out

    def stage(self, *stages: Stage) -> int:
        """How many stand in any of these."""
        return sum(self.by_stage.get(stage, 0) for stage in stages)


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastRow:
    """One line of the history."""

    id: BroadcastId
    day: date
    title: str
    state: BroadcastState
    state_reason: str
    opens_at: datetime
    closes_at: datetime
    excluded: int
    figures: Figures
    verdicts: Verdicts


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the history ended."""

    day: date
    id: int


@dataclass(frozen=True, slots=True)
class History:
    """A page of it, newest first; `next` is None on the last."""

    rows: tuple[BroadcastRow, ...]
    next: Place | None


def history(
    session: Session, tenant: TenantId, *, now: datetime, after: Place | None = None
) -> History:
    """The HISTORY_PAGE broadcasts that came before `after`, the newest first."""
    query = sa.select(table(tables.Broadcast)).where(_b.tenant_id == tenant)
    if after is not None:
        query = query.where(sa.tuple_(_b.service_day, _b.id) < sa.tuple_(after.day, after.id))
    query = query.order_by(_b.service_day.desc(), _b.id.desc()).limit(HISTORY_PAGE + 1)
    found = session.connection().execute(query).all()
    shown = found[:HISTORY_PAGE]
    counted = figures(session, shown)
    return History(
        rows=tuple(row_of(one, counted[one.id], now) for one in shown),
        next=Place(shown[-1].service_day, shown[-1].id) if len(found) > HISTORY_PAGE else None,
    )


def row_of(broadcast: Any, counted: Figures, now: datetime) -> BroadcastRow:
    """A broadcast's row with its figures and the verdicts as they stand `now`."""
    return BroadcastRow(
        id=BroadcastId(broadcast.id),
        day=broadcast.service_day,
        title=broadcast.title,
        state=BroadcastState(broadcast.state),
        state_reason=broadcast.state_reason,
        opens_at=broadcast.opens_at,
        closes_at=broadcast.closes_at,
        excluded=broadcast.excluded,
        figures=counted,
        verdicts=sla.verdicts(
            Tally(
                targeted=counted.targeted,
                handed_over=counted.handed_over,
                delivered=counted.on_time,
            ),
            closes_at=broadcast.closes_at,
            now=now,
        ),
    )


def figures(session: Session, broadcasts: Sequence[Any]) -> dict[int, Figures]:
    """The figures of each of these broadcasts, by id."""
    known = _figures(session, broadcasts, (_d.broadcast_id,))
    return {one.id: known.get((one.id,), Figures()) for one in broadcasts}


def lane_figures(session: Session, broadcast: Any) -> dict[int | None, Figures]:
    """The figures of each lane of a broadcast; None is the lane of what was never planned."""
    return {key[0]: one for key, one in _figures(session, [broadcast], (_d.lane_id,)).items()}


def together(parts: Iterable[Figures]) -> Figures:
    """The figures of a whole from those of its parts."""
    by_stage: dict[Stage, int] = defaultdict(int)
    total = handed_over = on_time = opted_out = 0
    for part in parts:
        for stage, count in part.by_stage.items():
            by_stage[stage] += count
        total, handed_over = total + part.total, handed_over + part.handed_over
        on_time, opted_out = on_time + part.on_time, opted_out + part.opted_out
    return Figures(total, dict(by_stage), handed_over, on_time, opted_out)


def _figures(
    session: Session, broadcasts: Sequence[Any], by: tuple[sa.ColumnElement[Any], ...]
) -> dict[tuple[Any, ...], Figures]:
    ids = [one.id for one in broadcasts]
    if not ids:
        return {}
    handed_over, on_time = _in_time(broadcasts)
    counted = (
        sa.select(*by, _d.state, sa.func.count(), sa.func.sum(handed_over), sa.func.sum(on_time))
        .where(_d.broadcast_id.in_(ids))
        .group_by(*by, _d.state)
    )
    opted_out = (
        sa.select(*by, sa.func.count())
        .where(_d.broadcast_id.in_(ids), _d.state == State.CANCELLED.value, _said_stop_in_time())
        .group_by(*by)
    )
    connection = session.connection()
    groups: dict[tuple[Any, ...], list[tuple[State, int, int, int]]] = defaultdict(list)
    wide = len(by)
    for row in connection.execute(counted).all():
        groups[tuple(row[:wide])].append((State(row[wide]), *row[wide + 1 :]))
    stopped = {tuple(row[:wide]): row[wide] for row in connection.execute(opted_out).all()}
    return {key: _sum(rows, stopped.get(key, 0)) for key, rows in groups.items()}


def _sum(rows: Iterable[tuple[State, int, int, int]], opted_out: int) -> Figures:
    by_stage: dict[Stage, int] = defaultdict(int)
    total = handed_over = on_time = 0
    for state, count, sent, delivered in rows:
        by_stage[stage_of(state)] += count
        total, handed_over, on_time = total + count, handed_over + sent, on_time + delivered
    return Figures(total, dict(by_stage), handed_over, on_time, opted_out)


def _in_time(broadcasts: Sequence[Any]) -> tuple[sa.Case[int], sa.Case[int]]:
    """1 for what was handed over, and for what was delivered, before its broadcast closed.

    The same as `sla.in_time`: WhatsApp's stamps are whole seconds, and the closing one counts.
    """
    too_late = sa.case(
        {
            one.id: sa.literal(
                one.closes_at.replace(microsecond=0) + timedelta(seconds=1), _d.sent_at.type
            )
            for one in broadcasts
        },
        value=_d.broadcast_id,
    )
    on_phone = sa.or_(_d.delivered_at < too_late, _d.read_at < too_late)
    return (
        sa.case((sa.or_(_d.sent_at < too_late, on_phone), 1), else_=0),
        sa.case((on_phone, 1), else_=0),
    )


def _said_stop_in_time() -> sa.ColumnElement[bool]:
    """Whether the recipient's stop came after the freeze and before their instant."""
    return (
        sa.select(_consents.id)
        .where(
            _consents.subscriber_id == _d.subscriber_id,
            _consents.given.is_(False),
            sa.or_(_d.planned_at.is_(None), _consents.at < _d.planned_at),
            _b.id == _d.broadcast_id,
            _consents.at >= _b.frozen_at,
        )
        .correlate(table(tables.Delivery))
        .exists()
    )

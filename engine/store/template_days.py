"""How each template did, broadcast by broadcast: counted once it is over, and read ever after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.broadcast import OVER
from engine.domain.delivery import State
from engine.domain.ids import TenantId
from engine.domain.wordings import Side
from engine.store import tables
from engine.store.dialects import insert_ignoring, spelled, table

_d, _b, _v = table(tables.Delivery), table(tables.Broadcast), table(tables.Variant)
_days = table(tables.TemplateDay)
_pack = sa.case((_d.c.wording == Side.B.value, _b.c.b_content_id), else_=_b.c.content_id)

SETTLES_IN = timedelta(hours=26)
"""Receipts still come for a day: until then a broadcast is counted anew."""
RECOUNT_AFTER = timedelta(minutes=10)
NOT_TRIED = (State.PLANNED, State.SENDING, State.CANCELLED, State.RETRYING)
NOT_ARRIVED = (State.FAILED, State.DISCARDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One broadcast with one template. `failed` of `sent` did not arrive for good."""

    tenant: TenantId
    broadcast: int
    name: str
    language: str
    day: date
    sent: int
    failed: int


def uncounted(session: Session, tenant: TenantId, since: datetime, now: datetime) -> list[int]:
    """Broadcasts that are over and were not counted yet, or not since their receipts settled."""
    counted = (
        sa.select(sa.func.max(_days.c.counted_at))
        .where(_days.c.broadcast_id == _b.c.id)
        .scalar_subquery()
    )
    asked = (
        sa.select(_b.c.id)
        .where(
            _b.c.tenant_id == tenant,
            _b.c.opens_at >= since,
            _b.c.state.in_([spelled(state) for state in sorted(OVER)]),
            _b.c.content_id.is_not(None),
            _b.c.targeted > 0,
        )
        .where(
            sa.or_(
                counted.is_(None),
                sa.and_(_b.c.opens_at > now - SETTLES_IN, counted < now - RECOUNT_AFTER),
            )
        )
        .order_by(_b.c.id)
    )
    return list(session.connection().execute(asked).scalars())


def count(session: Session, broadcast: int) -> list[Count]:
    """How a broadcast did in each language."""
    tried = sa.case((_d.c.state.in_([s.value for s in NOT_TRIED]), 0), else_=1)
    lost = sa.case((_d.c.state.in_([s.value for s in NOT_ARRIVED]), 1), else_=0)
    asked = (
        sa.select(
            _b.c.tenant_id,
            _b.c.service_day,
            _v.c.template_name,
            _v.c.template_language,
            sa.func.sum(tried),
            sa.func.sum(lost),
        )
        .select_from(_b)
        .join(_d, _d.c.broadcast_id == _b.c.id)
        .join(_v, sa.and_(_v.c.content_id == _pack, _v.c.language == _d.c.language))
        .where(_b.c.id == broadcast)
        .group_by(_b.c.tenant_id, _b.c.service_day, _v.c.template_name, _v.c.template_language)
    )
    return [
        Count(
            tenant=TenantId(row[0]),
            broadcast=broadcast,
            day=row[1],
            name=row[2],
            language=row[3],
            sent=int(row[4]),
            failed=int(row[5]),
        )
        for row in session.connection().execute(asked)
    ]


def keep(session: Session, counts: Iterable[Count], now: datetime) -> None:
    """Write them down, in place of an earlier count of the same broadcast."""
    for one in counts:
        values = {
            "tenant_id": one.tenant,
            "name": one.name,
            "day": one.day,
            "sent": one.sent,
            "failed": one.failed,
            "counted_at": now,
        }
        inserted = session.connection().execute(
            insert_ignoring(session, tables.TemplateDay, ["broadcast_id", "name", "language"])
            .values(broadcast_id=one.broadcast, language=one.language, **values)
            .returning(_days.c.id)
        )
        if inserted.scalar_one_or_none() is None:
            session.connection().execute(
                sa.update(_days)
                .where(
                    _days.c.broadcast_id == one.broadcast,
                    _days.c.name == one.name,
                    _days.c.language == one.language,
                )
                .values(**values)
            )


def since(session: Session, tenant: TenantId, day: date) -> list[Count]:
    """What was counted of the days from `day` on, oldest first."""
    asked = (
        sa.select(_days)
        .where(_days.c.tenant_id == tenant, _days.c.day >= day)
        .order_by(_days.c.day, _days.c.broadcast_id)
    )
    return [
        Count(
            tenant=TenantId(row.tenant_id),
            broadcast=row.broadcast_id,
            name=row.name,
            language=row.language,
            day=row.day,
            sent=row.sent,
            failed=row.failed,
        )
        for row in session.connection().execute(asked)
    ]

"""The plan of a broadcast as it was made, and as failovers have changed it since."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain import canary
from engine.domain.ids import BroadcastId, SenderId, TenantId
from engine.domain.planning import Pacing, Routing
from engine.domain.pool import idle_because, rate_of
from engine.domain.schedule import Window
from engine.domain.subscriber import Exclusion
from engine.domain.tenant_settings import shape_of
from engine.read.plan import Basis, NoPlan, PlanView, SenderPart
from engine.store import senders, tables, tenant_settings
from engine.store.dialects import table, whole_second
from engine.store.tables import Sender

LONGEST_SECONDS = 7_200
"""What was planned later than two hours after the opening is drawn in the last second."""

_b = table(tables.Broadcast).c
_d = table(tables.Delivery).c
_x = table(tables.Exclusion).c


def plan_made(
    session: Session, tenant: TenantId, which: BroadcastId, *, reserve: float
) -> PlanView | NoPlan | None:
    """The plan of a broadcast; None when the tenant has none of that id. reserve: the plan's."""
    query = sa.select(table(tables.Broadcast)).where(_b.id == which, _b.tenant_id == tenant)
    row = session.connection().execute(query).one_or_none()
    if row is None:
        return None
    if row.planned_at is None:
        return NoPlan("This broadcast was not planned: it ended before, or its freeze is to come.")
    usual = shape_of(tenant_settings.values(session, tenant))
    everybody = row.targeted
    return PlanView(
        basis=Basis.FROZEN,
        broadcast=which,
        title=row.title,
        day=row.service_day,
        window=Window(
            freezes_at=row.frozen_at or row.opens_at - usual.freeze_lead,
            opens_at=row.opens_at,
            primary_ends_at=row.window_ends_at,
            closes_at=row.closes_at,
        ),
        pacing=Pacing(row.pacing),
        routing=Routing(row.routing),
        has_content=True,
        senders=_parts(session, tenant, which, row.opens_at, reserve),
        left_out=_left_out(session, which),
        no_room=_without_lane(session, which),
        no_room_words="The limits of the day had no room for them.",
        first_ones=0 if row.canary == canary.CanaryState.OFF else canary.size(everybody),
    )


def _parts(
    session: Session, tenant: TenantId, which: BroadcastId, opens_at: datetime, reserve: float
) -> tuple[SenderPart, ...]:
    second = whole_second(session, _d.planned_at)
    counted = session.connection().execute(
        sa.select(
            *(_d.sender_id, second, sa.func.count()),
            *(sa.func.min(_d.planned_at), sa.func.max(_d.planned_at)),
        )
        .where(_d.broadcast_id == which, _d.sender_id.is_not(None), _d.planned_at.is_not(None))
        .group_by(_d.sender_id, second)
    )
    of_sender: dict[int, list[Any]] = {}
    for row in counted:
        of_sender.setdefault(row[0], []).append(row)
    pool = senders.pool(session, tenant)
    return tuple(_part(one, of_sender.get(one.id or 0, []), opens_at, reserve) for one in pool)


def _part(sender: Sender, rows: list[Any], opens_at: datetime, reserve: float) -> SenderPart:
    identity, phone = SenderId(sender.id or 0), sender.display_phone
    rate = rate_of(sender, reserve)
    if not rows:
        return SenderPart(
            sender=identity,
            display_phone=phone,
            role=sender.role,
            rate=rate,
            idle=idle_because(sender),
        )
    counts: Counter[int] = Counter()
    for _, text, count, _, _ in rows:
        counts[_after(text, opens_at)] += count
    seconds = [counts[second] for second in range(max(counts) + 1)]
    return SenderPart(
        sender=identity,
        display_phone=phone,
        role=sender.role,
        rate=rate,
        people=sum(seconds),
        first_at=min(row[3] for row in rows),
        last_at=max(row[4] for row in rows),
        seconds=tuple(seconds),
    )


def _after(text: str, opens_at: datetime) -> int:
    at = datetime.fromisoformat(text).replace(tzinfo=UTC)
    # The database counts by seconds of the clock; an opening by hand lies within one.
    since = at - opens_at.replace(microsecond=0)
    return min(max(0, since // timedelta(seconds=1)), LONGEST_SECONDS)


def _left_out(session: Session, which: BroadcastId) -> dict[Exclusion, int]:
    query = sa.select(_x.reason, sa.func.count()).where(_x.broadcast_id == which)
    rows = session.connection().execute(query.group_by(_x.reason))
    return {Exclusion(reason): count for reason, count in rows}


def _without_lane(session: Session, which: BroadcastId) -> int:
    query = sa.select(sa.func.count()).where(_d.broadcast_id == which, _d.lane_id.is_(None))
    return session.connection().execute(query).scalar_one()

"""Forecasts of broadcasts: the latest of each, and what was done about it (spec P7)."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.broadcast import BroadcastState
from engine.domain.forecast import NEVER_AFTER, Forecast, is_for_people
from engine.domain.ids import BroadcastId, TenantId
from engine.domain.levers import Pulled
from engine.store.dialects import table
from engine.store.tables import Broadcast, Foretold

_f, _b = table(Foretold), table(Broadcast)

RUNNING = (BroadcastState.SENDING, BroadcastState.PAUSED, BroadcastState.SETTLING)
STALE_AFTER = timedelta(seconds=10)
"""What nobody renewed for so long tells nothing any more."""


def running(session: Session, now: datetime) -> list[tuple[BroadcastId, TenantId]]:
    """The broadcasts that are foretold: under way, and not yet finally judged."""
    rows = session.connection().execute(
        sa.select(_b.c.id, _b.c.tenant_id).where(
            _b.c.state.in_([state.value for state in RUNNING]),
            _b.c.opens_at <= now,
            _b.c.closes_at > now - NEVER_AFTER,
        )
    )
    return [(BroadcastId(broadcast), TenantId(tenant)) for broadcast, tenant in rows]


def get(session: Session, broadcast: BroadcastId) -> Foretold | None:
    """The latest forecast of a broadcast, of no session."""
    row = session.connection().execute(sa.select(_f).where(_f.c.broadcast_id == broadcast))
    found = row.mappings().first()
    return None if found is None else Foretold.model_construct(**found)


def put(
    session: Session,
    broadcast: BroadcastId,
    told: Forecast,
    *,
    now: datetime,
    late_since: datetime | None,
    why: str,
    lanes: Mapping[int, datetime | None],
) -> None:
    """Write down what is foretold now; what was done about it stays."""
    values: dict[str, Any] = {
        "at": now,
        "expected_at": told.at,
        "low_at": told.low,
        "high_at": told.high,
        "late_chance": told.late,
        "never_chance": told.never,
        "late_since": late_since,
        "why": why,
        "lanes": json.dumps(
            [[lane, None if at is None else round(at.timestamp())] for lane, at in lanes.items()]
        ),
    }
    changed = session.connection().execute(
        sa.update(_f).where(_f.c.broadcast_id == broadcast).values(**values)
    )
    if changed.rowcount == 0:
        session.connection().execute(
            sa.insert(_f).values(broadcast_id=broadcast, levers="[]", **values)
        )


def pulled(row: Foretold | None) -> tuple[Pulled, ...]:
    """What was done about it, in order."""
    return () if row is None else tuple(Pulled(**one) for one in json.loads(row.levers))


def note_pulled(session: Session, broadcast: BroadcastId, levers: Sequence[Pulled]) -> None:
    """Write down all that was done about it."""
    text = json.dumps([one.as_json() for one in levers])
    session.connection().execute(
        sa.update(_f).where(_f.c.broadcast_id == broadcast).values(levers=text)
    )


def lanes_of(row: Foretold | None) -> dict[int, datetime | None]:
    """When 99 % of each lane's own people will have it; None: never, or not foretold."""
    if row is None:
        return {}
    return {
        lane: None if second is None else datetime.fromtimestamp(second, UTC)
        for lane, second in json.loads(row.lanes)
    }


def as_forecast(row: Foretold | None) -> Forecast | None:
    """The row as the domain has it."""
    if row is None:
        return None
    return Forecast(row.expected_at, row.low_at, row.high_at, row.late_chance, row.never_chance)


def seconds_late(session: Session, tenant: TenantId, now: datetime) -> float | None:
    """By how much the worst broadcast under way is foretold to miss its close, in seconds: what an
    alert is judged by. 0: in time, or nothing is foretold; never counts up to the final verdict.
    None: late perhaps, and too early to call anybody.
    """
    rows = session.connection().execute(
        sa.select(_f.c.expected_at, _f.c.late_since, _f.c.late_chance, _b.c.closes_at)
        .join(_b, _b.c.id == _f.c.broadcast_id)
        .where(
            _b.c.tenant_id == tenant,
            _b.c.state.in_([state.value for state in RUNNING]),
            _f.c.at > now - STALE_AFTER,
        )
    )
    late = [
        (((at or closes_at + NEVER_AFTER) - closes_at).total_seconds(), chance, closes_at - now)
        for at, since, chance, closes_at in rows
        if since is not None
    ]
    told = [max(1.0, by) for by, chance, left in late if is_for_people(chance, left)]
    return max(told, default=None if late else 0.0)

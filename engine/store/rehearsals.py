"""Rehearsals as rows: due or asked for, made in their turn, and what came of each."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.broadcast import BroadcastState
from engine.domain.ids import BroadcastId, TenantId
from engine.domain.keeping import ChoreState
from engine.store.dialects import insert_ignoring, table
from engine.store.tables import Broadcast, Rehearsal

FROZEN = (BroadcastState.FROZEN, BroadcastState.PLANNED)
UNDER_WAY = (ChoreState.WAITING.value, ChoreState.MAKING.value)

_r, _broadcasts = table(Rehearsal), table(Broadcast)


def note(
    session: Session,
    tenant: TenantId,
    *,
    broadcast: BroadcastId | None,
    occasion: str,
    by: str,
    now: datetime,
) -> int | None:
    """A rehearsal that waits for its turn; its number, None when that occasion has one already."""
    insert = insert_ignoring(session, Rehearsal, ["broadcast_id", "occasion"]).values(
        tenant_id=tenant,
        broadcast_id=broadcast,
        occasion=occasion,
        state=ChoreState.WAITING.value,
        words="",
        asked_by=by,
        asked_at=now,
        failing=0,
        result="{}",
    )
    return session.connection().execute(insert.returning(_r.c.id)).scalar()


def frozen(
    session: Session, since: datetime, opens_after: datetime
) -> list[tuple[BroadcastId, TenantId, datetime]]:
    """Broadcasts that were frozen by `since` and open after the other: with the freeze's instant.

    Those that have no rehearsal of that freeze; `note` alone decides.
    """
    b = _broadcasts.c
    rows = session.connection().execute(
        sa.select(b.id, b.tenant_id, b.frozen_at).where(
            b.state.in_([state.value for state in FROZEN]),
            b.frozen_at <= since,
            b.opens_at > opens_after,
        )
    )
    known = {(row.broadcast_id, row.occasion) for row in session.connection().execute(_KNOWN)}
    return [
        (BroadcastId(row[0]), TenantId(row[1]), row[2])
        for row in rows
        if (row[0], occasion_of(row[2])) not in known
    ]


_KNOWN = (
    sa.select(_r.c.broadcast_id, _r.c.occasion)
    .where(_r.c.broadcast_id.is_not(None))
    .order_by(_r.c.id.desc())
    .limit(200)
)


def occasion_of(frozen_at: datetime) -> str:
    """The name of a freeze: one that is frozen again is rehearsed again."""
    return f"frozen {frozen_at.isoformat(timespec='microseconds')}"


def under_way(session: Session, tenant: TenantId) -> int | None:
    """One of the tenant's that waits or is being made."""
    asked = sa.select(_r.c.id).where(_r.c.tenant_id == tenant, _r.c.state.in_(UNDER_WAY))
    return session.connection().execute(asked.limit(1)).scalar()


def first_waiting(session: Session) -> Rehearsal | None:
    """The one that waits longest."""
    asked = select(Rehearsal).where(col(Rehearsal.state) == ChoreState.WAITING.value)
    return session.exec(asked.order_by(col(Rehearsal.id)).limit(1)).one_or_none()


def move(session: Session, which: int, was: ChoreState, now_is: ChoreState, **values: Any) -> bool:
    """A new state where nobody was quicker."""
    changed = session.connection().execute(
        sa.update(_r)
        .where(_r.c.id == which, _r.c.state == was.value)
        .values(state=now_is.value, **values)
    )
    return changed.rowcount == 1


def begin_again(session: Session) -> int:
    """What an earlier engine run was at waits once more; how many."""
    changed = session.connection().execute(
        sa.update(_r)
        .where(_r.c.state == ChoreState.MAKING.value)
        .values(state=ChoreState.WAITING.value)
    )
    return changed.rowcount


def latest(session: Session, tenant: TenantId) -> Rehearsal | None:
    """The newest one that came to an end, well or not."""
    asked = (
        select(Rehearsal)
        .where(
            col(Rehearsal.tenant_id) == tenant,
            col(Rehearsal.state).in_([ChoreState.DONE.value, ChoreState.FAILED.value]),
        )
        .order_by(col(Rehearsal.id).desc())
        .limit(1)
    )
    return session.exec(asked).one_or_none()

"""Broadcasts: opening them, and where each stands."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import select, update
from sqlmodel import Session, col

from engine.domain.broadcast import OVER, TRANSITIONS, BroadcastEvent, BroadcastState
from engine.domain.delivery import UNSENT
from engine.domain.ids import BroadcastId, TenantId
from engine.store.dialects import insert_ignoring, rows_as_json, table
from engine.store.prepared import Prepared
from engine.store.tables import (
    Broadcast,
    Content,
    Delivery,
    LogEntry,
    Variant,
)

_deliveries, _broadcasts = table(Delivery), table(Broadcast)


def open_broadcast(session: Session, values: dict[str, Any]) -> bool:
    """A new broadcast; False when this schedule has one on that day already (spec C1)."""
    # By the id that comes back, not by the cursor's count, which psycopg does not know.
    insert = insert_ignoring(session, Broadcast, ["schedule_id", "service_day"]).values(**values)
    return session.connection().execute(insert.returning(_broadcasts.c.id)).first() is not None


def get(session: Session, broadcast: BroadcastId) -> Broadcast:
    """The broadcast's row. Raises LookupError when there is none."""
    row = session.get(Broadcast, broadcast)
    if row is None:
        raise LookupError(f"no broadcast {broadcast}")
    return row


_COPY = select(_broadcasts).where(_broadcasts.c.id == sa.bindparam("broadcast"))


def copy(session: Session, broadcast: BroadcastId) -> Broadcast:
    """The broadcast's row, of no session: for who looks every second and changes nothing. Raises
    LookupError when there is none.
    """
    row = session.connection().execute(_COPY, {"broadcast": broadcast}).mappings().first()
    if row is None:
        raise LookupError(f"no broadcast {broadcast}")
    return Broadcast.model_construct(**row)


def find(session: Session, broadcast: BroadcastId, tenant: TenantId | None) -> Broadcast | None:
    """The broadcast's row; with `tenant`, None when it is another's."""
    row = session.get(Broadcast, broadcast)
    return None if row is None or (tenant is not None and row.tenant_id != tenant) else row


@dataclass(frozen=True, slots=True)
class ContentFacts:
    """When a broadcast's content was approved, and in how many languages it is written."""

    approved_at: datetime | None
    languages: int


def content_facts(session: Session, content: int | None) -> ContentFacts:
    """What the board says of the content; nothing when there is none yet."""
    row = None if content is None else session.get(Content, content)
    if row is None:
        return ContentFacts(None, 0)
    languages = (
        session.connection()
        .execute(select(sa.func.count()).where(col(Variant.content_id) == content))
        .scalar_one()
    )
    return ContentFacts(row.decided_at, languages)


def any_running(session: Session, tenant: TenantId) -> bool:
    """Whether a broadcast of this tenant is anywhere between its freeze and its last send."""
    return running(session, tenant) is not None


def running(session: Session, tenant: TenantId) -> BroadcastId | None:
    """The latest broadcast of this tenant that is between its freeze and its last send."""
    under_way = (
        BroadcastState.FROZEN,
        BroadcastState.PLANNED,
        BroadcastState.SENDING,
        BroadcastState.PAUSED,
    )
    query = (
        select(_broadcasts.c.id)
        .where(_broadcasts.c.tenant_id == tenant)
        .where(_broadcasts.c.state.in_([state.value for state in under_way]))
        .order_by(_broadcasts.c.opens_at.desc())
        .limit(1)
    )
    return session.connection().execute(query).scalar_one_or_none()


def next_to_open(session: Session, tenant: TenantId, now: datetime) -> BroadcastId | None:
    """A tenant's next broadcast that was made and has not opened."""
    found = (
        select(col(Broadcast.id))
        .where(
            col(Broadcast.tenant_id) == tenant,
            col(Broadcast.opens_at) > now,
            col(Broadcast.state).not_in([state.value for state in OVER]),
        )
        .order_by(col(Broadcast.opens_at), col(Broadcast.id))
        .limit(1)
    )
    identity = session.connection().execute(found).scalar()
    return None if identity is None else BroadcastId(identity)


def closes_of(session: Session, tenant: TenantId, day: date) -> list[datetime]:
    """When the broadcasts of one service day close, or closed."""
    asked = select(_broadcasts.c.closes_at).where(
        _broadcasts.c.tenant_id == tenant, _broadcasts.c.service_day == day
    )
    return list(session.connection().execute(asked).scalars())


def not_over(session: Session) -> list[Broadcast]:
    """Broadcasts on which the engine may still have work, oldest first."""
    return list(session.scalars(_NOT_OVER))


def ids_not_over(session: Session) -> list[BroadcastId]:
    """Their ids alone, for who looks every second."""
    return [BroadcastId(row[0]) for row in json.loads(_IDS_NOT_OVER.text(session))]


def _ids_not_over(dialect: str) -> Any:
    running = (
        select(_broadcasts.c.id)
        .where(_broadcasts.c.state.not_in([state.value for state in OVER]))
        .order_by(_broadcasts.c.opens_at, _broadcasts.c.id)
    )
    return rows_as_json(dialect, running.subquery("running"))


_IDS_NOT_OVER = Prepared(_ids_not_over)


_NOT_OVER = (
    select(Broadcast)
    .where(col(Broadcast.state).not_in([state.value for state in OVER]))
    .order_by(col(Broadcast.opens_at), col(Broadcast.id))
)
ENDED_EARLY = OVER - {BroadcastState.FINISHED}


def stranded(session: Session, since: datetime) -> list[BroadcastId]:
    """Broadcasts opening after `since` that were ended early and still have something unsent."""
    unsent = select(_deliveries.c.id).where(
        _deliveries.c.broadcast_id == _broadcasts.c.id,
        _deliveries.c.state.in_([state.value for state in UNSENT]),
    )
    rows = session.connection().execute(
        select(_broadcasts.c.id)
        .where(_broadcasts.c.state.in_([state.value for state in ENDED_EARLY]))
        .where(_broadcasts.c.opens_at > since, unsent.exists())
    )
    return [BroadcastId(row[0]) for row in rows]


def advance(session: Session, broadcast: BroadcastId, event: BroadcastEvent, **values: Any) -> bool:
    """Follow the event's arrow from whatever state has one; False when none did, and nothing
    changed.
    """
    for before, arrows in TRANSITIONS.items():
        after = arrows.get(event)
        if after is None:
            continue
        result = cast(
            "sa.CursorResult[Any]",
            session.connection().execute(
                update(Broadcast)
                .where(col(Broadcast.id) == broadcast, col(Broadcast.state) == before.value)
                .values(state=after.value, **values)
                .execution_options(synchronize_session=False)
            ),
        )
        if result.rowcount == 1:
            return True
    return False


def state_of(session: Session, broadcast: BroadcastId) -> BroadcastState:
    """Where it stands now."""
    return BroadcastState(
        session.connection()
        .execute(select(col(Broadcast.state)).where(col(Broadcast.id) == broadcast))
        .scalar_one()
    )


def log(
    session: Session,
    *,
    tenant: TenantId,
    broadcast: BroadcastId | None,
    event: str,
    words: str,
    now: datetime,
) -> None:
    """One line for the board."""
    session.add(
        LogEntry(tenant_id=tenant, broadcast_id=broadcast, at=now, event=event, words=words)
    )


def bind_content(
    session: Session,
    broadcast: BroadcastId,
    content: Content,
    category: str,
    *,
    second: Content | None = None,
) -> None:
    """Tie a broadcast to the content it will send. second: what some of its people get instead."""
    b = (
        {}
        if second is None
        else {
            "b_content_id": second.id,
            "b_content_hash": second.content_hash,
            "b_percent": second.b_percent,
        }
    )
    session.connection().execute(
        update(Broadcast)
        .where(col(Broadcast.id) == broadcast)
        .values(
            content_id=content.id,
            content_hash=content.content_hash,
            title=content.title,
            category=category,
            **b,
        )
        .execution_options(synchronize_session=False)
    )

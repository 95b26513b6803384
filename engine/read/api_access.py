"""What programs that call us see, and what administrators see of them and of the webhooks."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.api_access import Caller, Scope
from engine.domain.ids import TenantId
from engine.store import api_keys, inbox, notifications, tables, users
from engine.store.dialects import table
from engine.store.notifications import Row

ORIGIN = "api"
_webhooks, _parked = table(tables.Webhook), table(tables.ParkedReceipt)
RECENT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One key, without what would open anything."""

    id: int
    name: str
    start: str
    scopes: tuple[Scope, ...]
    made_by: str
    made_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeNow:
    """How webhooks come in. `oldest_waiting`: since when something waits to be read, if it does."""

    last_at: datetime | None
    last_hour: int
    last_day: int
    waiting: int
    oldest_waiting: datetime | None
    unreadable: int
    parked: int
    slowest_seconds: float | None
    """The longest of the last hour from coming in to having been read."""


def caller(session: Session, key_hash: str) -> tuple[Caller, datetime | None] | None:
    """Whose key that is, and when it was last used; None when it opens nothing."""
    return api_keys.caller(session, key_hash)


def keys(session: Session, tenant: TenantId) -> list[KeyRow]:
    """All keys, those that work first, the newest first."""
    names = {row.id: row.name for row in users.everyone(session, tenant)}
    rows = [
        KeyRow(
            id=row.id or 0,
            name=row.name,
            start=row.start,
            scopes=tuple(Scope(word) for word in json.loads(row.scopes)),
            made_by=names.get(row.created_by, ""),
            made_at=row.created_at,
            used_at=row.last_used_at,
            revoked_at=row.revoked_at,
        )
        for row in api_keys.everyone(session, tenant)
    ]
    return sorted(rows, key=lambda row: row.revoked_at is not None)


def notification(session: Session, tenant: TenantId, public_id: str) -> Row | None:
    """One message of a caller's."""
    return notifications.by_public_id(session, tenant, ORIGIN, public_id)


def latest(session: Session, tenant: TenantId, limit: int, before: int | None = None) -> list[Row]:
    """The newest messages of callers."""
    return notifications.latest(session, tenant, ORIGIN, limit, before)


def intake(session: Session, *, now: datetime) -> IntakeNow:
    """The installation's webhooks: one address serves all organisations on it."""
    execute = session.connection().execute
    count, w = sa.func.count, _webhooks.c
    last = execute(sa.select(sa.func.max(w.received_at))).scalar_one()
    hour = execute(
        sa.select(w.received_at, w.processed_at)
        .where(w.received_at > now - timedelta(hours=1))
        .order_by(w.received_at.desc())
        .limit(2_000)
    ).all()
    waits = [row.processed_at - row.received_at for row in hour if row.processed_at is not None]
    since = sa.select(count()).select_from(_webhooks)
    return IntakeNow(
        last_at=last,
        last_hour=execute(since.where(w.received_at > now - timedelta(hours=1))).scalar_one(),
        last_day=execute(since.where(w.received_at > now - RECENT)).scalar_one(),
        waiting=inbox.count_waiting(session),
        oldest_waiting=execute(
            sa.select(sa.func.min(w.received_at)).where(w.state == inbox.WAITING)
        ).scalar_one(),
        unreadable=execute(since.where(w.state == inbox.UNREADABLE)).scalar_one(),
        parked=execute(sa.select(count()).select_from(_parked)).scalar_one(),
        slowest_seconds=max((wait.total_seconds() for wait in waits), default=None),
    )

"""The recipients of one broadcast, as searched and filtered: who they are and where each stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.documents.phones import spaced
from engine.domain import failure
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, DeliveryId, TenantId
from engine.read.paging import COUNT_LIMIT, PAGE_SIZE, Count, counted
from engine.read.stages import STATES_OF, Stage, stage_of
from engine.store import tables
from engine.store.dialects import table
from engine.store.searching import matches

_d = table(tables.Delivery).c
_s = table(tables.Subscriber).c
_senders = table(tables.Sender).c


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRecipients:
    """Which recipients somebody looks for; empty means all."""

    search: str = ""
    stage: Stage | None = None
    code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientRow:
    """One recipient, and what became of their delivery."""

    delivery: DeliveryId
    name: str
    phone: str
    language: str
    tier: str
    sender_phone: str
    state: State
    stage: Stage
    planned_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    attempts: int
    why: str
    code: int | None


@dataclass(frozen=True, slots=True)
class RecipientPage:
    """A page of recipients; `next` is the last delivery's id, None on the last page."""

    rows: tuple[RecipientRow, ...]
    next: DeliveryId | None
    found: Count


def recipients(
    session: Session,
    tenant: TenantId,
    which: BroadcastId,
    wanted: WantedRecipients,
    *,
    after: DeliveryId | None = None,
) -> RecipientPage:
    """The PAGE_SIZE recipients after `after`, in the order of the freeze."""
    conditions = _wanted(session, tenant, which, wanted)
    joined = table(tables.Delivery).join(
        table(tables.Subscriber), _s.id == _d.subscriber_id, isouter=True
    )
    some = sa.select(_d.id).select_from(joined).where(*conditions).limit(COUNT_LIMIT + 1)
    count = sa.select(sa.func.count()).select_from(some.subquery())
    query = (
        sa.select(*_RECIPIENT)
        .select_from(joined.join(table(tables.Sender), _senders.id == _d.sender_id, isouter=True))
        .where(*conditions, _d.id > (after or 0))
        .order_by(_d.id)
        .limit(PAGE_SIZE + 1)
    )
    rows = session.connection().execute(query).all()
    return RecipientPage(
        rows=tuple(_recipient(row) for row in rows[:PAGE_SIZE]),
        next=DeliveryId(rows[PAGE_SIZE - 1].id) if len(rows) > PAGE_SIZE else None,
        found=counted(session.connection().execute(count).scalar_one()),
    )


_RECIPIENT = (
    *(_d.id, _s.name, _d.phone, _d.language, _d.tier, _senders.display_phone, _d.state),
    *(_d.planned_at, _d.sent_at, _d.delivered_at, _d.read_at, _d.attempts, _d.reason),
    _d.error_code,
)


def _recipient(row: Any) -> RecipientRow:
    code = row.error_code
    return RecipientRow(
        delivery=DeliveryId(row.id),
        name=row.name or "",
        phone=spaced(row.phone) if row.phone else "",
        language=row.language,
        tier=row.tier,
        sender_phone=row.display_phone or "",
        state=State(row.state),
        stage=stage_of(State(row.state)),
        planned_at=row.planned_at,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        read_at=row.read_at,
        attempts=row.attempts,
        why=failure.cause_of(code).title if code is not None else row.reason,
        code=code,
    )


def _wanted(
    session: Session, tenant: TenantId, which: BroadcastId, wanted: WantedRecipients
) -> list[sa.ColumnElement[bool]]:
    conditions = [_d.broadcast_id == which, _d.tenant_id == tenant]
    if wanted.stage is not None:
        conditions.append(_d.state.in_([state.value for state in STATES_OF[wanted.stage]]))
    if wanted.code is not None:
        conditions.append(_d.error_code == wanted.code)
    looked_for = matches(
        session, wanted.search, names=(_s.name, _s.registration_no), phone=_d.phone
    )
    return conditions if looked_for is None else [*conditions, looked_for]

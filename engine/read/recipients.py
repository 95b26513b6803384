"""The recipients of one broadcast, as searched and filtered: who they are and where each stands."""

from bisect import bisect_right
from collections.abc import Sequence
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
class Span:
    """Between which ids a broadcast's deliveries lie: the freeze makes them one after the other."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class RecipientPage:
    """A page of recipients; `next` is the last delivery's id, None on the last page."""

    rows: tuple[RecipientRow, ...]
    next: DeliveryId | None
    found: Count
    span: Span


def recipients(
    session: Session,
    tenant: TenantId,
    which: BroadcastId,
    wanted: WantedRecipients,
    *,
    after: DeliveryId | None = None,
    span: Span | None = None,
) -> RecipientPage:
    """The PAGE_SIZE recipients after `after`, in the order of the freeze.

    span: what an earlier page of the same broadcast had, once its freeze is over: spares a look.
    """
    within = span or _span(session, which)
    asked = _wanted(session, tenant, which, wanted)
    # Counted and paged in one walk, as long as the page lies in what is counted.
    found = _ids(session, asked, within.first - 1, within.last, COUNT_LIMIT + 1)
    start = bisect_right(found, after or 0)
    mine = found[start : start + PAGE_SIZE + 1]
    if len(mine) <= PAGE_SIZE and len(found) > COUNT_LIMIT:
        mine = _ids(session, asked, after or 0, within.last, PAGE_SIZE + 1)
    rows = _rows(session, mine[:PAGE_SIZE])
    return RecipientPage(
        rows=tuple(_recipient(row) for row in rows),
        next=DeliveryId(mine[PAGE_SIZE - 1]) if len(mine) > PAGE_SIZE else None,
        found=counted(len(found)),
        span=within,
    )


def _span(session: Session, which: BroadcastId) -> Span:
    # The sums keep the planner from walking the whole key until it meets the broadcast.
    query = sa.select(sa.func.min(_d.id + 0), sa.func.max(_d.id + 0))
    first, last = session.connection().execute(query.where(_d.broadcast_id == which)).one()
    return Span(first or 1, last or 0)


def _ids(session: Session, asked: "_Asked", after: int, last: int, most: int) -> list[int]:
    some = table(tables.Delivery)
    joined = some.join(table(tables.Subscriber), _s.id == _d.subscriber_id, isouter=True)
    query = (
        sa.select(_d.id)
        .select_from(joined if asked.by_person else some)
        .where(*asked.conditions, _d.id > after, _d.id <= last)
        .order_by(_d.id)
        .limit(most)
    )
    return list(session.connection().execute(query).scalars())


def _rows(session: Session, ids: Sequence[int]) -> Sequence[Any]:
    joined = table(tables.Delivery).join(
        table(tables.Subscriber), _s.id == _d.subscriber_id, isouter=True
    )
    query = (
        sa.select(*_RECIPIENT)
        .select_from(joined.join(table(tables.Sender), _senders.id == _d.sender_id, isouter=True))
        .where(_d.id.in_(ids))
        .order_by(_d.id)
    )
    return session.connection().execute(query).all()


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


@dataclass(frozen=True, slots=True)
class _Asked:
    conditions: tuple[sa.ColumnElement[bool], ...]
    by_person: bool
    """They ask for the subscriber, too."""


def _wanted(
    session: Session, tenant: TenantId, which: BroadcastId, wanted: WantedRecipients
) -> _Asked:
    # The sum keeps the index of broadcasts out of it: its order is not the pages', and every row
    # would be fetched and sorted for one page. The span of ids leaves few strangers to pass over.
    conditions = [_d.broadcast_id + 0 == which, _d.tenant_id == tenant]
    if wanted.stage is not None:
        conditions.append(_d.state.in_([state.value for state in STATES_OF[wanted.stage]]))
    if wanted.code is not None:
        conditions.append(_d.error_code == wanted.code)
    looked_for = matches(
        session, wanted.search, names=(_s.name, _s.registration_no), phone=_d.phone
    )
    if looked_for is None:
        return _Asked(tuple(conditions), by_person=False)
    return _Asked((*conditions, looked_for), by_person=True)

"""What the Subscribers page shows: the list as searched and sorted, and one person's entry."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session, select

from engine.documents.phones import spaced
from engine.documents.subscriber_csv import write_list
from engine.domain.content import Language
from engine.domain.enrolment import Consent, Details
from engine.domain.ids import Phone, SubscriberId, TenantId
from engine.domain.subscriber import Status, Tier
from engine.read.paging import COUNT_LIMIT, PAGE_SIZE, Count, counted
from engine.store import tables
from engine.store.dialects import table
from engine.store.searching import matches

EXPORT_LIMIT = 100_000
REGIONS_LIMIT = 100
HISTORY_LIMIT = 50

_subscribers = table(tables.Subscriber)
_s = _subscribers.c
_consents = table(tables.Consent).c


class Order(StrEnum):
    """How the list may be sorted."""

    NAME = "name"
    NAME_BACKWARDS = "name backwards"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended: the next one begins after this row."""

    name: str
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody looks for; empty means all. Search finds names, registrations, phone digits."""

    search: str = ""
    status: Status | None = None
    tier: Tier | None = None
    language: Language | None = None
    region: str = ""
    order: Order = Order.NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberRow:
    """One line of the list."""

    id: SubscriberId
    name: str
    phone: str
    language: Language
    tier: Tier
    region: str
    registration_no: str
    status: Status
    consented: bool
    erased: bool
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberPage:
    """A page of the list. `next` is where the following one begins, None on the last."""

    rows: tuple[SubscriberRow, ...]
    next: Cursor | None
    found: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The whole list in numbers, and the regions one can filter by."""

    by_status: dict[Status, int]
    regions: tuple[str, ...]

    @property
    def total(self) -> int:
        return sum(self.by_status.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEvent:
    """One line of a consent history."""

    at: datetime
    given: bool
    source: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberDetails:
    """One entry in full, as the edit dialog shows it; `phone` as people read it."""

    row: SubscriberRow
    tags: str
    history: tuple[ConsentEvent, ...]


def page(
    session: Session, tenant: TenantId, wanted: Wanted, *, after: Cursor | None = None
) -> SubscriberPage:
    """The PAGE_SIZE rows after `after`."""
    conditions = _conditions(session, tenant, wanted)
    keys = [Cursor(row.name, row.id) for row in _rows(session, _keys(conditions))]
    found = counted(len(keys))
    if found.more:
        # Every hundredth row or more fits: walking in order finds a page soon.
        rows = _rows(session, _walk(conditions, wanted.order, after))
    else:
        # Few fit: in order they may lie anywhere, so look once, and sort what was found.
        ids = [key.id for key in _sorted(keys, wanted.order, after)[: PAGE_SIZE + 1]]
        some = _rows(session, _COLUMNS.where(_s.id.in_(ids)))
        rows = sorted(some, key=lambda row: ids.index(row.id))
    shown, more = rows[:PAGE_SIZE], len(rows) > PAGE_SIZE
    return SubscriberPage(
        rows=tuple(_row(row) for row in shown),
        next=Cursor(shown[-1].name, shown[-1].id) if more else None,
        found=found,
    )


def overview(session: Session, tenant: TenantId) -> Overview:
    """How many stand where, and which regions there are."""
    statuses = sa.select(_s.status, sa.func.count()).where(_s.tenant_id == tenant)
    counted = session.connection().execute(statuses.group_by(_s.status)).all()
    regions = (
        sa.select(_s.region)
        .where(_s.tenant_id == tenant, _s.region != "")
        .distinct()
        .order_by(_s.region)
        .limit(REGIONS_LIMIT)
    )
    return Overview(
        by_status=dict.fromkeys(Status, 0) | {Status(row[0]): row[1] for row in counted},
        regions=tuple(session.connection().execute(regions).scalars()),
    )


def details(
    session: Session, tenant: TenantId, subscriber: SubscriberId
) -> SubscriberDetails | None:
    """One entry with its consent history, the latest word first; None when there is none."""
    statement = _COLUMNS.where(_s.tenant_id == tenant, _s.id == subscriber)
    rows = _rows(session, statement)
    if not rows:
        return None
    history = session.exec(
        select(tables.Consent)
        .where(_consents.subscriber_id == subscriber)
        .order_by(_consents.id.desc())
        .limit(HISTORY_LIMIT)
    )
    return SubscriberDetails(
        row=_row(rows[0]),
        tags=rows[0].tags,
        history=tuple(
            ConsentEvent(at=one.at, given=one.given, source=one.source, evidence=one.evidence)
            for one in history
        ),
    )


def export_csv(session: Session, tenant: TenantId, wanted: Wanted) -> bytes:
    """What is wanted as a CSV file that the import reads back; at most EXPORT_LIMIT rows.

    Begins with a BOM: without one, Excel takes Devanagari for another encoding.
    """
    given = table(tables.Consent).alias().c
    latest = (
        sa.select(sa.func.max(given.id))
        .where(given.subscriber_id == _s.id, given.given.is_(True))
        .scalar_subquery()
    )
    query = (
        _COLUMNS.where(*_conditions(session, tenant, wanted))
        .add_columns(_consents.at, _consents.source, _consents.evidence)
        .select_from(_subscribers.outerjoin(table(tables.Consent), _consents.id == latest))
        .order_by(_s.name, _s.id)
        .limit(EXPORT_LIMIT)
    )
    rows = session.connection().execute(query.execution_options(yield_per=1_000))
    return b"\xef\xbb\xbf" + "".join(write_list(_entries(rows))).encode()


_SHOWN = (
    *(_s.id, _s.name, _s.phone, _s.language, _s.tier, _s.region, _s.registration_no),
    *(_s.status, _s.consented, _s.erased_at, _s.created_at, _s.tags),
)
_COLUMNS = cast("sa.Select[Any]", sa.select(*_SHOWN))


def _conditions(session: Session, tenant: TenantId, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    # The sum keeps SQLite from reading a whole tenant through an index, only to sort it by id.
    by_key = wanted.order not in _BY_NAME and not wanted.status
    conditions = [(_s.tenant_id + 0 if by_key else _s.tenant_id) == tenant]
    looked_for = matches(
        session, wanted.search, names=(_s.name, _s.registration_no), phone=_s.phone
    )
    if looked_for is not None:
        conditions.append(looked_for)
    filters = (
        (_s.status, wanted.status),
        (_s.tier, wanted.tier),
        (_s.language, wanted.language),
        (_s.region, wanted.region),
    )
    return conditions + [column == str(value) for column, value in filters if value]


def _keys(conditions: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    query = sa.select(_s.id, _s.name).where(*conditions).limit(COUNT_LIMIT + 1)
    return cast("sa.Select[Any]", query)


def _sorted(keys: list[Cursor], order: Order, after: Cursor | None) -> list[Cursor]:
    def place(key: Cursor) -> tuple[str, int]:
        return (key.name if order in _BY_NAME else "", key.id)

    backwards = order in _BACKWARDS
    in_order = sorted(keys, key=place, reverse=backwards)
    if after is None:
        return in_order
    reached = place(after)
    return [
        key for key in in_order if (place(key) < reached if backwards else place(key) > reached)
    ]


_BY_NAME = frozenset({Order.NAME, Order.NAME_BACKWARDS})
_BACKWARDS = frozenset({Order.NAME_BACKWARDS, Order.NEWEST})


def _walk(
    conditions: Sequence[sa.ColumnElement[bool]], order: Order, after: Cursor | None
) -> sa.Select[Any]:
    """A page in order, from `after` on: by key, so that every page costs the same."""
    backwards = order in _BACKWARDS
    columns = [_s.name, _s.id] if order in _BY_NAME else [_s.id]
    if after is not None:
        key = sa.tuple_(*columns)
        place = sa.tuple_(*((after.name, after.id) if order in _BY_NAME else (after.id,)))
        conditions = [*conditions, key < place if backwards else key > place]
    ordered = _COLUMNS.where(*conditions).order_by(
        *(column.desc() if backwards else column for column in columns)
    )
    return ordered.limit(PAGE_SIZE + 1)


def _rows(session: Session, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
    return session.connection().execute(query).all()


def _row(row: Any) -> SubscriberRow:
    return SubscriberRow(
        id=SubscriberId(row.id),
        name=row.name,
        phone=spaced(row.phone) if row.phone else "",
        language=Language(row.language),
        tier=Tier(row.tier),
        region=row.region,
        registration_no=row.registration_no,
        status=Status(row.status),
        consented=row.consented,
        erased=row.erased_at is not None,
        added_at=row.created_at,
    )


def _entries(rows: sa.CursorResult[Any]) -> Iterator[tuple[Details, str, Consent | None]]:
    for row in rows:
        person = Details(
            name=row.name,
            phone=Phone(row.phone or ""),
            language=Language(row.language),
            tier=Tier(row.tier),
            region=row.region,
            registration_no=row.registration_no,
            tags=row.tags,
        )
        agreed = row.at and Consent(at=row.at, source=row.source, evidence=row.evidence)
        yield person, row.status, agreed or None

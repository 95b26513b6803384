"""The list of subscribers a page at a time, searched, filtered and sorted, among a million.

Every page is found along an index: a count goes as far as people care, a page begins by key where
the one before ended, and only the ids of what is shown are followed to the entries themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session

from engine.documents.phones import spaced
from engine.domain.content import Language
from engine.domain.ids import SubscriberId, TenantId
from engine.domain.subscriber import Status, Tier
from engine.read.paging import COUNT_LIMIT, PAGE_SIZE, Count, counted
from engine.store import tables
from engine.store.dialects import table
from engine.store.subscriber_search import Search, how_many, search

_subscribers = table(tables.Subscriber)
_s = _subscribers.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How far which way of looking pays; what is found is the same with any.

    few: as many finds of a search are looked up one by one, and sorted; of more, the list is
    walked. very_many: of more than these not even a list of them is made, since one soon comes by.
    count: as many are counted.
    """

    few: int = 20_000
    very_many: int = 150_000
    count: int = COUNT_LIMIT


USUAL = Effort()


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


def page(
    session: Session,
    tenant: TenantId,
    wanted: Wanted,
    *,
    after: Cursor | None = None,
    effort: Effort = USUAL,
) -> SubscriberPage:
    """The PAGE_SIZE rows after `after`."""
    road = road_of(session, tenant, wanted, effort)
    keys = [Cursor(row.name, row.id) for row in _rows(session, road.keys(effort.count))]
    if road.all_at_once or len(keys) <= effort.count:
        # All there are: in order they may lie anywhere, so what was found is sorted.
        shown = _sorted(keys, wanted.order, after)[: PAGE_SIZE + 1]
    else:
        # Every hundredth entry or more fits: walking in order finds a page soon.
        walked = _rows(session, road.walk(wanted.order, after))
        shown = [Cursor(row.name, row.id) for row in walked]
    rows = entries(session, [key.id for key in shown[:PAGE_SIZE]])
    return SubscriberPage(
        rows=rows,
        next=shown[PAGE_SIZE - 1] if len(shown) > PAGE_SIZE else None,
        found=counted(len(keys)),
    )


def entries(session: Session, ids: Sequence[int]) -> tuple[SubscriberRow, ...]:
    """These subscribers' lines, in this order; who is gone is left out."""
    found = {row.id: _row(row) for row in _rows(session, COLUMNS.where(_s.id.in_(ids)))}
    return tuple(found[one] for one in ids if one in found)


def conditions_of(
    session: Session, tenant: TenantId, wanted: Wanted
) -> list[sa.ColumnElement[bool]]:
    """What is wanted, for a question of one's own that goes through all of it."""
    conditions = _filters(tenant, wanted, False, by_region=True)
    looked_for = search(session, wanted.search)
    if looked_for is None:
        return conditions
    inside = [_s.id.in_(looked_for.entries)] if looked_for.trigrams else []
    return [*conditions, *inside, looked_for.exactly]


COLUMNS = cast(
    "sa.Select[Any]",
    sa.select(
        *(_s.id, _s.name, _s.phone, _s.language, _s.tier, _s.region, _s.registration_no),
        *(_s.status, _s.consented, _s.erased_at, _s.created_at, _s.tags),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """How the entries that fit are come by: the conditions, and from which index.

    all_at_once: the keys are all that fit, however many; else no more than one beyond a limit.
    """

    conditions: Sequence[sa.ColumnElement[bool]]
    by_region: bool
    all_at_once: bool
    source: sa.FromClause

    def keys(self, limit: int) -> sa.Select[Any]:
        """The ids and names of what fits."""
        query = self._keys(self.conditions)
        if self.all_at_once:
            return query
        # By the order SQLite is told which index to walk; it need not sort for it.
        order = [_s.id] if self.by_region else [_s.name, _s.id]
        return query.order_by(*order).limit(limit + 1)

    def walk(self, order: Order, after: Cursor | None) -> sa.Select[Any]:
        """A page in order, from `after` on: by key, so that every page costs the same."""
        backwards = order in _BACKWARDS
        columns = [_s.name, _s.id] if order in _BY_NAME else [_s.id]
        conditions = self.conditions
        if after is not None:
            key = sa.tuple_(*columns)
            place = sa.tuple_(*((after.name, after.id) if order in _BY_NAME else (after.id,)))
            conditions = [*conditions, key < place if backwards else key > place]
        in_order = (column.desc() if backwards else column for column in columns)
        return self._keys(conditions).order_by(*in_order).limit(PAGE_SIZE + 1)

    def _keys(self, conditions: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
        query = sa.select(_s.id, _s.name).select_from(self.source).where(*conditions)
        return cast("sa.Select[Any]", query)


def road_of(session: Session, tenant: TenantId, wanted: Wanted, effort: Effort = USUAL) -> Road:
    """How to come by what is wanted."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    looked_for = search(session, wanted.search)
    if looked_for is None or not on_sqlite:
        return Road(
            conditions=[
                *_filters(tenant, wanted, on_sqlite, by_region=True),
                *([looked_for.exactly] if looked_for else []),
            ],
            by_region=bool(wanted.region),
            all_at_once=False,
            source=_subscribers,
        )
    return _searched(session, tenant, wanted, looked_for, effort)


def _searched(
    session: Session, tenant: TenantId, wanted: Wanted, looked_for: Search, effort: Effort
) -> Road:
    """On SQLite: from the finds, while they are few; else along the list, past who is none."""
    finds = how_many(session, looked_for, effort.very_many + 1)
    filters = _filters(tenant, wanted, True, by_region=finds > effort.few)
    if finds <= effort.few:
        # The finds first, then each one's entry by its key: never the other way about.
        filters[0] = _unindexed("tenant_id") == tenant
        found = looked_for.entries.subquery("found")
        its_own = _s.id == sa.literal_column("+found.rowid", sa.Integer())
        return Road(
            conditions=[*filters, looked_for.exactly],
            by_region=False,
            all_at_once=True,
            source=found.join(_subscribers, its_own),
        )
    inside = [_unindexed("id").in_(looked_for.entries)] if finds <= effort.very_many else []
    return Road(
        conditions=[*filters, *inside, looked_for.exactly],
        by_region=bool(wanted.region),
        all_at_once=False,
        source=_subscribers,
    )


def _filters(
    tenant: TenantId, wanted: Wanted, on_sqlite: bool, *, by_region: bool
) -> list[sa.ColumnElement[bool]]:
    filters = (
        ("status", wanted.status),
        ("tier", wanted.tier),
        ("language", wanted.language),
        ("region", wanted.region),
    )
    conditions = [_s.tenant_id == tenant]
    for name, value in filters:
        if value:
            # Without statistics SQLite takes any index over a filter for a narrow one; the region's
            # is, the others' would read nearly all entries to save a walk along the names.
            plain = not on_sqlite or (name == "region" and by_region)
            column = _s[name] if plain else _unindexed(name)
            conditions.append(column == str(value))
    return conditions


def _unindexed(name: str) -> sa.ColumnElement[Any]:
    return sa.literal_column(f"+subscribers.{name}", _s[name].type)


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

"""The list of subscribers a page at a time, searched, filtered and sorted, among a million.

Every page is found along an index: a count goes as far as people care, a page begins by key where
the one before ended, and only the ids of what is shown are followed to the entries themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from heapq import nlargest, nsmallest
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

    few: int = 25_000
    very_many: int = 150_000
    count: int = COUNT_LIMIT


USUAL = Effort()
SHORTEST_APART = 2
"""Letters: what fewer find is no part of the list, but nearly all of it."""


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
    most = max(effort.few, effort.count) if road.apart else effort.count
    keys = _pairs(session, road.keys(most))
    if road.all_at_once or len(keys) <= most:
        # All there are: in order they may lie anywhere, so the first of them are picked out.
        shown = _first(keys, wanted.order, after)
    else:
        # Every hundredth entry or more fits: walking in order finds a page soon.
        shown = _pairs(session, road.walk(wanted.order, after))
    return SubscriberPage(
        rows=entries(session, [which for _, which in shown[:PAGE_SIZE]]),
        next=Cursor(*shown[PAGE_SIZE - 1]) if len(shown) > PAGE_SIZE else None,
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
    conditions = [_s.tenant_id == tenant, *(_s[name] == value for name, value in _asked(wanted))]
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
    """How the entries that fit are come by: from which source, under which conditions.

    all_at_once: `keys` gives all that fit, however many; else no more than one beyond a limit.
    """

    source: sa.FromClause
    conditions: Sequence[sa.ColumnElement[bool]]
    in_order: Sequence[sa.ColumnElement[bool]]
    """The conditions once more, for who goes through the list in an order of its own."""
    all_at_once: bool = False
    apart: bool = False
    """Whether what fits is found before it is put in order; PostgreSQL's."""

    def keys(self, limit: int) -> sa.Select[Any]:
        """The names and ids of what fits."""
        if self.apart:
            found = self._found()
            return _names(found, []).limit(limit + 1)
        query = _keys(self.source, self.conditions)
        if self.all_at_once:
            return query
        # By the order SQLite is told which index to walk; it need not sort for it.
        ordered = query.order_by(_s.name, _s.id) if self.source is _subscribers else query
        return ordered.limit(limit + 1)

    def walk(self, order: Order, after: Cursor | None) -> sa.Select[Any]:
        """A page in order, from `after` on: by key, so that every page costs the same."""
        backwards, by_name = order in _BACKWARDS, order in _BY_NAME
        found = self._found() if self.apart else None
        named = _s if found is None else found.c
        columns = [named.name, named.id] if by_name else [named.id]
        is_listed = by_name and self.source is _subscribers
        conditions: Sequence[sa.ColumnElement[bool]] = ()
        if found is None:
            conditions = self.conditions if is_listed else self.in_order
        if after is not None:
            key = sa.tuple_(*columns)
            place = sa.tuple_(*((after.name, after.id) if by_name else (after.id,)))
            conditions = [*conditions, key < place if backwards else key > place]
        ordered = (column.desc() if backwards else column for column in columns)
        query = _keys(_subscribers, conditions) if found is None else _names(found, conditions)
        return query.order_by(*ordered).limit(PAGE_SIZE + 1)

    def _found(self) -> sa.CTE:
        query = _keys(self.source, self.conditions)
        return query.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")


def road_of(session: Session, tenant: TenantId, wanted: Wanted, effort: Effort = USUAL) -> Road:
    """How to come by what is wanted."""
    looked_for = search(session, wanted.search)
    if session.get_bind().dialect.name != "sqlite":
        conditions = conditions_of(session, tenant, wanted)
        # It takes the finds for spread evenly over the list, and walks that: whoever is called so
        # stands together, often far down. What a single letter finds is anywhere, soon, and few
        # pass a narrow filter.
        is_dense = len(wanted.search.strip()) < SHORTEST_APART or bool(_narrowest(wanted))
        apart = looked_for is not None and not is_dense
        return Road(source=_subscribers, conditions=conditions, in_order=conditions, apart=apart)
    if looked_for is None:
        return Road(
            source=_subscribers,
            conditions=_filters(tenant, wanted, by=_narrowest(wanted)),
            in_order=_filters(tenant, wanted, by=""),
        )
    return _searched(session, tenant, wanted, looked_for, effort)


def _searched(
    session: Session, tenant: TenantId, wanted: Wanted, looked_for: Search, effort: Effort
) -> Road:
    """On SQLite: from the finds, while they are few; else along the list, past who is none."""
    finds = how_many(session, looked_for, effort.very_many + 1)
    inside = [_unindexed("id").in_(looked_for.entries)] if finds <= effort.very_many else []
    beside = [*inside, looked_for.exactly]
    in_order = [*_filters(tenant, wanted, by=""), *beside]
    narrowest = _narrowest(wanted)
    if finds <= effort.few or (finds <= effort.very_many and not narrowest):
        # The finds first, then each one's entry by its key: never the other way about.
        found = looked_for.entries.subquery("found")
        its_own = _s.id == sa.literal_column("+found.rowid", sa.Integer())
        filters = _filters(tenant, wanted, by="")
        filters[0] = _unindexed("tenant_id") == tenant
        return Road(
            source=found.join(_subscribers, its_own),
            conditions=[*filters, looked_for.exactly],
            in_order=in_order,
            all_at_once=finds <= effort.few,
        )
    return Road(
        source=_subscribers,
        conditions=[*_filters(tenant, wanted, by=narrowest), *beside],
        in_order=in_order,
    )


def _keys(source: sa.FromClause, conditions: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    query = sa.select(_s.name, _s.id).select_from(source).where(*conditions)
    return cast("sa.Select[Any]", query)


def _names(found: sa.CTE, conditions: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    return cast("sa.Select[Any]", sa.select(found.c.name, found.c.id).where(*conditions))


def _narrowest(wanted: Wanted) -> str:
    """The filter that fewest pass: nearly everybody is active, and a region is one of many."""
    if wanted.status not in (None, Status.ACTIVE):
        return "status"
    return "region" if wanted.region else ""


def _filters(tenant: TenantId, wanted: Wanted, *, by: str) -> list[sa.ColumnElement[bool]]:
    """What SQLite is to filter by; an index is used for `by` alone.

    Without statistics it takes any index over a filter for a narrow one, and reads nearly all the
    entries for one that nearly all pass.
    """
    return [
        _s.tenant_id == tenant,
        *(
            (_s[name] if name == by else _unindexed(name)) == str(value)
            for name, value in _asked(wanted)
        ),
    ]


def _asked(wanted: Wanted) -> list[tuple[str, str]]:
    filters = (
        ("status", wanted.status),
        ("tier", wanted.tier),
        ("language", wanted.language),
        ("region", wanted.region),
    )
    return [(name, str(value)) for name, value in filters if value]


def _unindexed(name: str) -> sa.ColumnElement[Any]:
    return sa.literal_column(f"+subscribers.{name}", _s[name].type)


def _first(
    keys: list[tuple[str, int]], order: Order, after: Cursor | None
) -> list[tuple[str, int]]:
    """The keys of the page after `after`, and one more where there is one."""
    backwards, by_name = order in _BACKWARDS, order in _BY_NAME
    if not by_name:
        keys = [("", which) for _, which in keys]
    if after is not None:
        reached = (after.name if by_name else "", after.id)
        keys = [key for key in keys if (key < reached if backwards else key > reached)]
    return (nlargest if backwards else nsmallest)(PAGE_SIZE + 1, keys)


_BY_NAME = frozenset({Order.NAME, Order.NAME_BACKWARDS})
_BACKWARDS = frozenset({Order.NAME_BACKWARDS, Order.NEWEST})


def _pairs(session: Session, query: sa.Select[Any]) -> list[tuple[str, int]]:
    """A question's answer as the driver has it: of tens of thousands, rows would cost the most."""
    answered = cast("Any", session.connection().execute(query))
    return [(name, which) for name, which in answered.cursor.fetchall()]


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

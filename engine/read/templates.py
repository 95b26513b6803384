"""What the Templates page shows: each template, how it does, what uses it, what was asked."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session

from engine.domain.ids import TenantId
from engine.domain.schedule import service_day
from engine.domain.templates import (
    ENDED,
    FAILURE_LIMIT,
    GONE,
    Draft,
    Member,
    OrderKind,
    OrderState,
    order_of_standing_in,
)
from engine.store import template_days, template_orders, template_uses, templates
from engine.store.tables import Template, TemplateOrder
from engine.store.template_uses import Use

STRIP_DAYS = 14
SHOWN_FOR = timedelta(hours=1)
"""How long an ended order stays on the page."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the strip."""

    day: date
    sent: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One template in one language. `next_up` takes over when this one may not be sent."""

    id: int
    name: str
    language: str
    category: str
    status: str
    reason: str
    status_at: datetime | None
    quality: str
    header_format: str
    header: str
    body: str
    footer: str
    buttons: tuple[str, ...]
    examples: tuple[str, ...]
    version: int
    coming_category: str
    coming_at: datetime | None
    group: str
    position: int
    fallback: bool
    conservative: bool
    days: tuple[Day, ...]
    next_up: str = ""

    @property
    def sent(self) -> int:
        """In the days of the strip."""
        return sum(day.sent for day in self.days)

    @property
    def failed(self) -> int:
        """Of those sent."""
        return sum(day.failed for day in self.days)

    @property
    def failing(self) -> bool:
        """Whether another one should take over (spec T2)."""
        return self.sent > 0 and self.failed / self.sent > FAILURE_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was asked of WhatsApp, and what came of it."""

    id: int
    kind: OrderKind
    name: str
    language: str
    state: OrderState
    words: str
    asked_at: datetime
    asked_by: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """All of it. `synced_at`: when WhatsApp last told us everything."""

    rows: list[Row]
    orders: list[Order]
    synced_at: datetime | None


def shelf(session: Session, tenant: TenantId, *, now: datetime) -> Shelf:
    """The templates by name, and the orders that are open or ended a moment ago."""
    first = service_day(now) - timedelta(days=STRIP_DAYS - 1)
    strips: defaultdict[tuple[str, str], dict[date, Day]] = defaultdict(dict)
    for one in template_days.since(session, tenant, first):
        days = strips[one.name, one.language]
        was = days.get(one.day, Day(one.day, 0, 0))
        days[one.day] = Day(one.day, was.sent + one.sent, was.failed + one.failed)
    span = [first + timedelta(days=n) for n in range(STRIP_DAYS)]
    rows = [
        _row(row, [strips[row.name, row.language].get(day, Day(day, 0, 0)) for day in span])
        for row in templates.listing(session, tenant)
        if row.status not in GONE
    ]
    orders = [
        _order(row)
        for row in template_orders.latest(session, tenant)
        if _is_fresh(row, now) and (row.kind != OrderKind.SYNC.value or row.asked_by != "engine")
    ]
    return Shelf(_with_next(rows), orders, template_orders.last_sync(session, tenant))


def uses(session: Session, tenant: TenantId, template: int, *, now: datetime) -> list[Use]:
    """What would be left without words, were it deleted."""
    row = templates.by_id(session, tenant, template)
    return [] if row is None else template_uses.of(session, tenant, row.name, row.language, now)


def draft(session: Session, tenant: TenantId, template: int) -> Draft | None:
    """A template as it may be edited."""
    row = templates.by_id(session, tenant, template)
    if row is None:
        return None
    return Draft(
        name=row.name,
        language=row.language,
        category=row.category,
        header=row.header_text,
        body=row.body,
        footer=row.footer,
        buttons=tuple(json.loads(row.buttons)),
        examples=tuple(json.loads(row.examples)),
    )


def _with_next(rows: Sequence[Row]) -> list[Row]:
    groups: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.group:
            groups[row.group, row.language].append(row)
    after: dict[int, str] = {}
    for members in groups.values():
        order = order_of_standing_in([_member(row) for row in members])
        for row in members:
            others = [member.name for member in order if member.name != row.name]
            after[row.id] = others[0] if others else ""
    return [replace(row, next_up=after.get(row.id, "")) for row in rows]


def _member(row: Row) -> Member:
    return Member(
        name=row.name,
        status=row.status,
        quality=row.quality,
        failing=row.failing,
        position=row.position,
        fallback=row.fallback,
        conservative=row.conservative,
    )


def _row(row: Template, days: Sequence[Day]) -> Row:
    return Row(
        id=row.id or 0,
        name=row.name,
        language=row.language,
        category=row.category,
        status=row.status,
        reason=row.status_reason,
        status_at=row.status_at,
        quality=row.quality,
        header_format=row.header_format,
        header=row.header_text,
        body=row.body,
        footer=row.footer,
        buttons=tuple(json.loads(row.buttons)),
        examples=tuple(json.loads(row.examples)),
        version=row.version,
        coming_category=row.coming_category,
        coming_at=row.coming_at,
        group=row.group_name,
        position=row.position,
        fallback=row.fallback,
        conservative=row.conservative,
        days=tuple(days),
    )


def _is_fresh(row: TemplateOrder, now: datetime) -> bool:
    ended = OrderState(row.state) in ENDED
    return not ended or (row.ended_at is not None and now - row.ended_at < SHOWN_FOR)


def _order(row: TemplateOrder) -> Order:
    return Order(
        id=row.id or 0,
        kind=OrderKind(row.kind),
        name=row.name,
        language=row.language,
        state=OrderState(row.state),
        words=row.words,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
    )

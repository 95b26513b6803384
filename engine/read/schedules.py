"""What the Schedule page shows: when broadcasts go out, which days are left out, what could go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from engine.domain import schedule as rules
from engine.domain.content import Category
from engine.domain.ids import BroadcastId, ContentId, ScheduleId, TenantId
from engine.domain.schedule import DayShape, Kind, Window
from engine.domain.tenant_settings import shape_of
from engine.store import content_lists, tenant_settings
from engine.store import schedules as store
from engine.store.tables import Broadcast, Content, Schedule

PACKS_LIMIT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRow:
    """One schedule: what was set, and what follows from it. Seconds where no unit is named."""

    id: ScheduleId
    version: int
    name: str
    kind: Kind
    at: str
    zone: str
    once_at: datetime | None
    weekdays: str
    content: ContentId | None
    content_title: str
    pacing: str
    window_seconds: int | None
    late_policy: str
    late_after_seconds: int
    canary: bool
    canary_wait_seconds: int
    canary_failures: int
    canary_failure_percent: int
    active: bool
    next: Window | None
    """Its next opening's instants; None when it has none."""
    moved: bool
    """The quiet hours moved that opening from its time."""
    last: BroadcastId | None
    last_day: date | None
    last_state: str


@dataclass(frozen=True, slots=True)
class Pack:
    """Something a one-off could send."""

    id: ContentId
    day: date
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class Timetable:
    """The whole page."""

    rows: tuple[ScheduleRow, ...]
    skip_days: tuple[tuple[date, str], ...]
    packs: tuple[Pack, ...]


def timetable(session: Session, tenant: TenantId, *, now: datetime) -> Timetable:
    """The tenant's schedules as of `now`, days left out from today on, and packs, newest first."""
    since = rules.service_day(now) - timedelta(days=2)
    skip_days = store.skip_days(session, since).get(tenant, {})
    usual = shape_of(tenant_settings.values(session, tenant))
    packs = _packs(session, tenant)
    titles = {pack.id: pack.title for pack in packs}
    today = rules.service_day(now)
    return Timetable(
        rows=tuple(
            _row(session, row, now, usual, skip_days, titles)
            for row in store.of_tenant(session, tenant)
        ),
        skip_days=tuple((day, why) for day, why in skip_days.items() if day >= today),
        packs=packs,
    )


def next_window(
    session: Session,
    row: Schedule,
    now: datetime,
    usual: DayShape,
    skip_days: Mapping[date, str],
) -> tuple[date, Window, Category] | None:
    """The service day and the instants of a schedule's next opening, for what is approved by now.

    None when it has none. While nothing is approved for that day it is timed as marketing.
    """
    rule = store.rule_of(row, category=Category.MARKETING, usual=usual, skip_days=skip_days)
    at = rules.next_opening(rule, now)
    if at is None:
        return None
    day = rules.service_day(row.once_at or at, row.zone)
    found = store.categories_of(session, row, day)
    category = rules.strictest(Category(one) for one in found)
    if row.kind == Kind.ONCE:
        assert row.once_at is not None
        return day, rules.window_once(row.once_at, row.zone, category, rule.shape()), category
    return day, rules.window_for(day, row.zone, rule.at, category, rule.shape()), category


def _row(
    session: Session,
    row: Schedule,
    now: datetime,
    usual: DayShape,
    skip_days: Mapping[date, str],
    titles: Mapping[ContentId, str],
) -> ScheduleRow:
    content = None if row.content_id is None else ContentId(row.content_id)
    last = _last(session, row)
    coming = next_window(session, row, now, usual, skip_days)
    if row.kind == Kind.ONCE and last is not None:
        coming = None
    return ScheduleRow(
        id=ScheduleId(row.id or 0),
        version=row.version,
        name=row.name,
        kind=Kind(row.kind),
        at=row.at,
        zone=row.zone,
        once_at=row.once_at,
        weekdays=row.weekdays,
        content=content,
        content_title="" if content is None else titles.get(content, f"pack {content}"),
        pacing=row.pacing,
        window_seconds=row.window_seconds,
        late_policy=row.late_policy,
        late_after_seconds=row.late_after_seconds,
        canary=row.canary,
        canary_wait_seconds=row.canary_wait_seconds,
        canary_failures=row.canary_failures,
        canary_failure_percent=row.canary_failure_percent,
        active=row.active,
        next=None if coming is None else coming[1],
        moved=coming is not None and _is_moved(row, coming),
        last=None if last is None else BroadcastId(last.id or 0),
        last_day=None if last is None else last.service_day,
        last_state="" if last is None else last.state,
    )


def _is_moved(row: Schedule, coming: tuple[date, Window, Category]) -> bool:
    day, window, category = coming
    if row.once_at is not None:
        return window.opens_at != row.once_at
    asked = rules.window_for(day, row.zone, rules.time_of_day(row.at), Category.UTILITY)
    return category is Category.MARKETING and window.opens_at > asked.opens_at + timedelta(
        seconds=30
    )


def _last(session: Session, row: Schedule) -> Broadcast | None:
    query = (
        sa.select(Broadcast)
        .where(col(Broadcast.schedule_id) == row.id)
        .order_by(col(Broadcast.service_day).desc(), col(Broadcast.id).desc())
        .limit(1)
    )
    return session.scalars(query).first()


def _packs(session: Session, tenant: TenantId) -> tuple[Pack, ...]:
    query = (
        sa.select(Content)
        .where(col(Content.tenant_id) == tenant, content_lists.FIRST)
        .order_by(col(Content.day).desc(), col(Content.id).desc())
        .limit(PACKS_LIMIT)
    )
    return tuple(
        Pack(ContentId(row.id or 0), row.day, row.title, row.state)
        for row in session.scalars(query)
    )

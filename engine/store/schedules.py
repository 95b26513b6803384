"""Schedules, the days they leave out, and what they have to send."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from engine.domain import schedule as rules
from engine.domain.canary import CanaryRule
from engine.domain.content import APPROVED_OR_BETTER, Category
from engine.domain.ids import ScheduleId, TenantId
from engine.domain.schedule import DayShape, Kind, LatePolicy
from engine.store.dialects import insert_ignoring, rows_as_json, table
from engine.store.prepared import Prepared
from engine.store.tables import Broadcast, Content, Schedule, SkipDay, Variant

SCHEDULES_LIMIT = 200


def active_schedules(session: Session) -> list[Schedule]:
    """Every schedule that may ask for a broadcast."""
    return list(session.scalars(_ACTIVE))


_ACTIVE = select(Schedule).where(col(Schedule.active).is_(True))


def glance(session: Session) -> str:
    """All that people may change about the active schedules, for one small query."""
    return _GLANCE.text(session)


def _glance(dialect: str) -> Any:
    schedules = table(Schedule)
    active = select(schedules).where(schedules.c.active.is_(True)).order_by(schedules.c.id)
    return rows_as_json(dialect, active.subquery("active"))


_GLANCE = Prepared(_glance)


def days_opened(session: Session, since: date) -> set[tuple[ScheduleId, date]]:
    """Which schedules have a broadcast on which service day."""
    rows = session.connection().execute(_DAYS_OPENED, {"since": since})
    return {(ScheduleId(schedule), day) for schedule, day in rows}


_DAYS_OPENED = select(col(Broadcast.schedule_id), col(Broadcast.service_day)).where(
    col(Broadcast.service_day) >= bindparam("since")
)


def of_tenant(session: Session, tenant: TenantId) -> Sequence[Schedule]:
    """All schedules of a tenant, also those that are switched off: daily ones first."""
    statement = (
        select(Schedule)
        .where(col(Schedule.tenant_id) == tenant)
        .order_by(col(Schedule.kind), col(Schedule.at), col(Schedule.once_at), col(Schedule.id))
        .limit(SCHEDULES_LIMIT)
    )
    return session.scalars(statement).all()


def find(session: Session, schedule: ScheduleId, tenant: TenantId | None) -> Schedule | None:
    """One schedule; with `tenant`, None when it is another's."""
    row = session.get(Schedule, schedule)
    return None if row is None or (tenant is not None and row.tenant_id != tenant) else row


def change(session: Session, schedule: ScheduleId, version: int, values: Mapping[str, Any]) -> bool:
    """Set columns of a schedule that is still at `version`; False when somebody was faster."""
    changed = session.exec(
        sa.update(Schedule)
        .where(col(Schedule.id) == schedule, col(Schedule.version) == version)
        .values(**values, version=version + 1)
    )
    return changed.rowcount == 1


def opened(session: Session, schedule: ScheduleId) -> bool:
    """Whether a schedule has made a broadcast already."""
    found = select(col(Broadcast.id)).where(col(Broadcast.schedule_id) == schedule).limit(1)
    return session.connection().execute(found).first() is not None


def skip_days(session: Session, since: date) -> dict[TenantId, dict[date, str]]:
    """The days every tenant leaves out from then on, with the reasons."""
    found: dict[TenantId, dict[date, str]] = {}
    for tenant, day, reason in session.connection().execute(_SKIP_DAYS, {"since": since}):
        found.setdefault(TenantId(tenant), {})[day] = reason
    return found


_SKIP_DAYS = (
    select(col(SkipDay.tenant_id), col(SkipDay.day), col(SkipDay.reason))
    .where(col(SkipDay.day) >= bindparam("since"))
    .order_by(col(SkipDay.day))
)


def leave_out(session: Session, tenant: TenantId, day: date, reason: str, now: datetime) -> bool:
    """Add a day to those left out; False when it is among them."""
    insert = insert_ignoring(session, SkipDay, ["tenant_id", "day"]).values(
        tenant_id=tenant, day=day, reason=reason, created_at=now
    )
    return session.connection().execute(insert.returning(table(SkipDay).c.id)).first() is not None


def take_in(session: Session, tenant: TenantId, day: date) -> str | None:
    """Take a day from those left out; the reason it had, None when it was not among them."""
    gone = sa.delete(SkipDay).where(col(SkipDay.tenant_id) == tenant, col(SkipDay.day) == day)
    return session.connection().execute(gone.returning(table(SkipDay).c.reason)).scalar()


def rule_of(
    row: Schedule,
    *,
    category: Category,
    usual: DayShape = rules.USUAL,
    skip_days: Mapping[date, str] | None = None,
) -> rules.Schedule:
    """A schedule as the rules see it. category: the strictest of what it would send."""
    return rules.Schedule(
        id=ScheduleId(row.id or 0),
        kind=Kind(row.kind),
        at=rules.time_of_day(row.at) if row.kind == Kind.DAILY else time(6),
        zone=row.zone,
        once_at=row.once_at,
        category=category,
        late_policy=LatePolicy(row.late_policy),
        late_after=timedelta(seconds=row.late_after_seconds),
        window=None if row.window_seconds is None else timedelta(seconds=row.window_seconds),
        weekdays=frozenset(map(int, row.weekdays)),
        skip_days=skip_days or {},
        active=row.active,
        created_at=row.holds_since or row.created_at,
        usual=usual,
    )


def canary_rule(row: Schedule) -> CanaryRule:
    """When the first ones of a schedule's broadcasts halt it, and how long the rest waits."""
    return CanaryRule(
        wait=timedelta(seconds=row.canary_wait_seconds),
        failures=row.canary_failures,
        percent=row.canary_failure_percent,
    )


def schedule_of(session: Session, row: Broadcast) -> Schedule:
    """The schedule that made a broadcast. Raises LookupError when it is gone, which the key
    forbids.
    """
    schedule = session.get(Schedule, row.schedule_id)
    if schedule is None:
        raise LookupError(f"no schedule {row.schedule_id}")
    return schedule


def approved_for(session: Session, tenant: TenantId, day: date) -> Content | None:
    """The pack that may be sent on a service day: approved or better; the latest approval wins."""
    return session.scalars(
        select(Content).where(*_approved(tenant, day)).order_by(*_LATEST_APPROVAL).limit(1)
    ).first()


def categories_of(session: Session, schedule: Schedule, day: date) -> list[str]:
    """The categories of what a schedule would send on a service day; none while nothing is
    approved. Asked every second, so it is one small query.
    """
    content = schedule.content_id
    ours = {"tenant": schedule.tenant_id}
    if content is None:
        rows = session.connection().execute(_CATEGORIES_APPROVED, ours | {"day": day})
    else:
        rows = session.connection().execute(_CATEGORIES, ours | {"content": content})
    return [row[0] for row in rows]


def _approved(tenant: Any, day: Any) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(Content.tenant_id) == tenant,
        col(Content.day) == day,
        col(Content.evergreen).is_(False),
        col(Content.b_of).is_(None),
        col(Content.state).in_([state.value for state in APPROVED_OR_BETTER]),
    )


_LATEST_APPROVAL = (col(Content.decided_at).desc(), col(Content.id).desc())


def _categories(content: Any) -> Any:
    return (
        select(col(Variant.category))
        .join(Content, col(Content.id) == Variant.content_id)
        .where(col(Variant.content_id) == content, col(Content.tenant_id) == bindparam("tenant"))
    )


_CATEGORIES = _categories(bindparam("content"))
_CATEGORIES_APPROVED = _categories(
    select(col(Content.id))
    .where(*_approved(bindparam("tenant"), bindparam("day")))
    .order_by(*_LATEST_APPROVAL)
    .limit(1)
    .scalar_subquery()
)

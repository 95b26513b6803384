"""By when a tenant's day must be approved, and what was told of days that were not."""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from engine.domain import schedule as rules
from engine.domain.broadcast import BroadcastState
from engine.domain.content import Category
from engine.domain.cut_off import Deadlines, Fallback, deadlines, on_the_minute
from engine.domain.ids import TenantId
from engine.domain.schedule import Kind
from engine.domain.tenant_settings import (
    FALLBACK,
    FREEZE_MINUTES,
    LAST_CALL_MINUTES,
    REMIND_MINUTES,
    number_of,
    shape_of,
    value_of,
)
from engine.store import schedules, tenant_settings
from engine.store.dialects import insert_ignoring, table
from engine.store.tables import Broadcast, DeadlineNotice, Schedule


def of_day(session: Session, tenant: TenantId, day: date) -> Deadlines | None:
    """The deadlines of the first daily morning of that day; None: it has none, by the week, by the
    days left out, or because nothing is scheduled daily.

    A broadcast that was opened for the day keeps the instants it was opened with; one that was
    skipped has no deadlines any more.
    """
    values = tenant_settings.values(session, tenant)
    opened = session.exec(
        select(Broadcast.opens_at, Broadcast.state, Broadcast.schedule_id)
        .join(Schedule, col(Schedule.id) == col(Broadcast.schedule_id))
        .where(
            col(Broadcast.tenant_id) == tenant,
            col(Broadcast.service_day) == day,
            col(Schedule.kind) == Kind.DAILY,
        )
        .order_by(col(Broadcast.opens_at))
    ).all()
    openings = [opens_at for opens_at, state, _ in opened if state != BroadcastState.SKIPPED]
    if not openings:
        openings = _to_come(session, tenant, day, {schedule for _, _, schedule in opened}, values)
    return of_opening(min(openings), values) if openings else None


def _to_come(
    session: Session, tenant: TenantId, day: date, done: set[int], values: dict[str, str]
) -> list[datetime]:
    """When the daily schedules that have no broadcast of that day yet will open on it."""
    if day in schedules.skip_days(session, day).get(tenant, {}):
        return []
    shape = shape_of(values)
    daily = select(Schedule).where(
        col(Schedule.tenant_id) == tenant,
        col(Schedule.active).is_(True),
        col(Schedule.kind) == Kind.DAILY,
    )
    return [
        rules.window_for(day, row.zone, rules.time_of_day(row.at), Category.UTILITY, shape).opens_at
        for row in session.exec(daily)
        if row.id not in done and str(day.isoweekday()) in row.weekdays
    ]


def of_opening(opens_at: datetime, values: dict[str, str]) -> Deadlines:
    """The deadlines of a broadcast that opens then. values: the tenant's settings."""
    return deadlines(
        at=on_the_minute(opens_at),
        cut_off=timedelta(minutes=number_of(values, FREEZE_MINUTES)),
        reminder=timedelta(minutes=number_of(values, REMIND_MINUTES)),
        last_call=timedelta(minutes=number_of(values, LAST_CALL_MINUTES)),
    )


def fallback_of(session: Session, tenant: TenantId) -> Fallback:
    """What the tenant wants when nothing was approved."""
    return Fallback(value_of(tenant_settings.values(session, tenant), FALLBACK))


def tenants_with_mornings(session: Session) -> tuple[TenantId, ...]:
    """Whose days have deadlines."""
    asked = (
        select(Schedule.tenant_id)
        .where(col(Schedule.active).is_(True), col(Schedule.kind) == Kind.DAILY)
        .distinct()
        .order_by(col(Schedule.tenant_id))
    )
    return tuple(TenantId(tenant) for tenant in session.exec(asked))


def tell_once(session: Session, tenant: TenantId, day: date, kind: str, now: datetime) -> bool:
    """Whether a day is told of for the first time: the key decides."""
    insert = insert_ignoring(session, DeadlineNotice, ["tenant_id", "day", "kind"]).values(
        tenant_id=tenant, day=day, kind=kind, at=now
    )
    told = insert.returning(table(DeadlineNotice).c.kind)
    return session.connection().execute(told).first() is not None


def told(session: Session, tenant: TenantId, day: date) -> frozenset[str]:
    """What a day was told of."""
    asked = select(DeadlineNotice.kind).where(
        col(DeadlineNotice.tenant_id) == tenant, col(DeadlineNotice.day) == day
    )
    return frozenset(session.exec(asked))

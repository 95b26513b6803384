"""Schedules, and what they have to send."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from engine.domain.content import APPROVED_OR_BETTER
from engine.domain.ids import ScheduleId, TenantId
from engine.store.dialects import rows_as_json, table
from engine.store.prepared import Prepared
from engine.store.tables import Broadcast, Content, Schedule, Variant


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

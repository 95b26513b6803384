"""Schedules, and what they have to send."""

from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from engine.domain.content import APPROVED_OR_BETTER
from engine.domain.ids import ScheduleId, TenantId
from engine.store.tables import Broadcast, Content, Schedule


def active_schedules(session: Session) -> list[Schedule]:
    """Every schedule that may ask for a broadcast."""
    return list(session.scalars(select(Schedule).where(col(Schedule.active).is_(True))))


def days_opened(session: Session, since: date) -> set[tuple[ScheduleId, date]]:
    """Which schedules have a broadcast on which service day."""
    rows = session.connection().execute(
        select(col(Broadcast.schedule_id), col(Broadcast.service_day)).where(
            col(Broadcast.service_day) >= since
        )
    )
    return {(ScheduleId(schedule), day) for schedule, day in rows}


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
        select(Content)
        .where(
            col(Content.tenant_id) == tenant,
            col(Content.day) == day,
            col(Content.state).in_([state.value for state in APPROVED_OR_BETTER]),
        )
        .order_by(col(Content.decided_at).desc(), col(Content.id).desc())
        .limit(1)
    ).first()

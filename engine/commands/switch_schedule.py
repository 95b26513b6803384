"""A person switches a schedule off, or on again; a one-off that is switched off is cancelled."""

from datetime import datetime

from sqlmodel import Session

from engine.commands.schedule_checks import GONE, OVERTAKEN
from engine.domain.ids import ScheduleId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.schedule import Kind
from engine.domain.schedule_draft import SOONEST
from engine.store import audit, schedules


def switch_schedule(
    session: Session,
    schedule: ScheduleId,
    version: int,
    *,
    active: bool,
    by: Actor,
    now: datetime,
) -> Refused | None:
    """No broadcast is opened while it is off; one that was opened goes on, and has an abort.

    On again, it begins with its next opening. Returns None, or why not. Raises Forbidden.
    """
    require(by, Permission.SCHEDULES_WRITE)
    row = schedules.find(session, schedule, by.tenant)
    if row is None:
        return Refused(GONE)
    if row.active == active:
        return Refused("It is on already." if active else "It is off already.")
    if row.kind == Kind.ONCE and schedules.opened(session, schedule):
        return Refused("This one-off has been opened: its own page has pause and abort.")
    if active and row.once_at is not None and row.once_at < now + SOONEST:
        return Refused("Its instant is past. Change it to another one first.")
    values = {"active": active, "holds_since": now if active else row.holds_since}
    if not schedules.change(session, schedule, version, values):
        return Refused(OVERTAKEN)
    audit.append(
        session,
        by=by,
        action="schedule.switched",
        subject=f"schedule:{schedule}",
        before={"active": not active},
        after={"active": active},
        now=now,
        tenant=TenantId(row.tenant_id),
    )
    return None

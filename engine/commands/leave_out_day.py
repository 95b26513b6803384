"""A person says on which days nothing is sent: market holidays, and whatever else (spec §1)."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.schedule import service_day
from engine.store import audit, schedules

LONGEST_REASON = 80
FURTHEST = timedelta(days=800)


def leave_out_day(
    session: Session, tenant: TenantId, day: date, reason: str, *, by: Actor, now: datetime
) -> Refused | None:
    """The tenant's daily schedules leave this day out. Returns None, or why not. Raises Forbidden.

    A broadcast of that day that was opened already goes on: it has an abort.
    """
    require(by, Permission.SCHEDULES_WRITE, tenant)
    why = " ".join(reason.split())
    today = service_day(now)
    if not today <= day <= today + FURTHEST:
        return Refused("A day from today on, within two years.")
    if not 2 <= len(why) <= LONGEST_REASON:
        return Refused(f"Say why, in 2 to {LONGEST_REASON} characters: people will read it.")
    if not schedules.leave_out(session, tenant, day, why, now):
        return Refused("This day is left out already.")
    audit.append(
        session,
        by=by,
        action="schedule.day_left_out",
        subject=f"day:{day.isoformat()}",
        after={"reason": why},
        now=now,
        tenant=tenant,
    )
    return None


def take_in_day(
    session: Session, tenant: TenantId, day: date, *, by: Actor, now: datetime
) -> Refused | None:
    """The day is sent on like any other again. Returns None, or why not. Raises Forbidden."""
    require(by, Permission.SCHEDULES_WRITE, tenant)
    reason = schedules.take_in(session, tenant, day)
    if reason is None:
        return Refused("This day is not left out.")
    audit.append(
        session,
        by=by,
        action="schedule.day_taken_in",
        subject=f"day:{day.isoformat()}",
        before={"reason": reason},
        now=now,
        tenant=tenant,
    )
    return None

"""A person changes a schedule; nobody writes over what they have not seen."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from engine.commands.schedule_checks import GONE, NOTHING_CHANGED, OVERTAKEN, checked, columns
from engine.domain.ids import ScheduleId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.schedule import Kind
from engine.store import audit, schedules

TIMING = ("at", "zone", "once_at", "weekdays")
"""What moves its openings: those before the change are none of its business then."""


def change_schedule(
    session: Session,
    schedule: ScheduleId,
    version: int,
    typed: Mapping[str, str],
    *,
    by: Actor,
    now: datetime,
) -> Refused | None:
    """Holds from the schedule's next broadcast on. version: the one the person looked at.

    Returns None, or why not, with a sentence for each field. Raises Forbidden.
    """
    require(by, Permission.SCHEDULES_WRITE)
    row = schedules.find(session, schedule, by.tenant)
    if row is None:
        return Refused(GONE)
    if row.kind == Kind.ONCE and schedules.opened(session, schedule):
        return Refused("This one-off has been opened: its own page has pause and abort.")
    tenant = TenantId(row.tenant_id)
    draft = checked(session, tenant, {**typed, "kind": row.kind}, now=now, but=schedule)
    if isinstance(draft, Refused):
        return draft
    before = {name: getattr(row, name) for name in columns(draft)}
    news = {name: value for name, value in columns(draft).items() if before[name] != value}
    if not news:
        return Refused(f"{NOTHING_CHANGED} It stood so already.")
    if not schedules.change(session, schedule, version, news | _moved(news, now)):
        return Refused(OVERTAKEN)
    audit.append(
        session,
        by=by,
        action="schedule.changed",
        subject=f"schedule:{schedule}",
        before={name: before[name] for name in news},
        after=news,
        now=now,
        tenant=tenant,
    )
    return None


def _moved(news: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    # Moved at seven to half past six, it must not believe that it is late.
    return {"holds_since": now} if any(name in news for name in TIMING) else {}

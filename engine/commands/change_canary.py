"""A person says whether a schedule sends to a few first, and when that halts it (spec P6)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import ScheduleId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit
from engine.store.tables import Schedule

LONGEST_WAIT_SECONDS = 120
"""Two minutes of a window of five."""


def change_canary(
    session: Session,
    schedule: ScheduleId,
    *,
    canary: bool,
    wait_seconds: int = 10,
    failures: int = 3,
    failure_percent: int = 10,
    by: Actor,
    now: datetime,
) -> Refused | None:
    """Holds from the schedule's next broadcast on. Returns None, or why not. Raises Forbidden.

    It halts when more than `failures` of the first ones fail, and more than `failure_percent` of
    them.
    """
    require(by, Permission.SCHEDULES_WRITE)
    row = session.get(Schedule, schedule)
    if row is None or (by.tenant is not None and row.tenant_id != by.tenant):
        return Refused("There is no such schedule.")
    if not 0 < wait_seconds <= LONGEST_WAIT_SECONDS:
        return Refused(f"The rest waits between 1 and {LONGEST_WAIT_SECONDS} seconds.")
    if failures < 0 or not 0 <= failure_percent < 100:
        return Refused("It halts above a count of failures from 0 and a share from 0 to 99 %.")
    before = _facts(row)
    row.canary, row.canary_wait_seconds = canary, wait_seconds
    row.canary_failures, row.canary_failure_percent = failures, failure_percent
    audit.append(
        session,
        by=by,
        action="schedule.canary_changed",
        subject=f"schedule:{schedule}",
        before=before,
        after=_facts(row),
        now=now,
        tenant=TenantId(row.tenant_id),
    )
    return None


def _facts(row: Schedule) -> dict[str, object]:
    return {
        "canary": row.canary,
        "wait_seconds": row.canary_wait_seconds,
        "failures": row.canary_failures,
        "failure_percent": row.canary_failure_percent,
    }

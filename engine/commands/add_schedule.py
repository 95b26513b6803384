"""A person makes a schedule: daily, or one broadcast at an instant (spec C1)."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from engine.commands.schedule_checks import checked, columns
from engine.domain.ids import ScheduleId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit
from engine.store.tables import Schedule


def add_schedule(
    session: Session, tenant: TenantId, typed: Mapping[str, str], *, by: Actor, now: datetime
) -> ScheduleId | Refused:
    """The new schedule, from its next opening on; or why not, with a sentence for each field.

    typed: texts by `schedule_draft.FIELDS`. Raises Forbidden.
    """
    require(by, Permission.SCHEDULES_WRITE, tenant)
    draft = checked(session, tenant, typed, now=now)
    if isinstance(draft, Refused):
        return draft
    row = Schedule(tenant_id=tenant, created_at=now, **columns(draft))
    session.add(row)
    session.flush()
    assert row.id is not None
    audit.append(
        session,
        by=by,
        action="schedule.added",
        subject=f"schedule:{row.id}",
        after=columns(draft),
        now=now,
        tenant=tenant,
    )
    return ScheduleId(row.id)

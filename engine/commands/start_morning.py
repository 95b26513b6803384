"""A one-off broadcast, set by a person or by the demonstration, to open in a moment."""

from datetime import datetime, timedelta

from sqlmodel import Session

from engine.domain.content import APPROVED_OR_BETTER, ContentState
from engine.domain.ids import ContentId, ScheduleId, TenantId
from engine.domain.planning import Pacing
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.tenant_settings import (
    LATE_MINUTES,
    LATE_POLICY,
    PACING,
    number_of,
    value_of,
)
from engine.store import audit, broadcasts, tenant_settings
from engine.store import content as contents
from engine.store.tables import Schedule

SOONEST = timedelta(seconds=3)
"""Freezing, planning and opening the lanes take a moment."""


def start_morning(
    session: Session,
    content: ContentId,
    *,
    tenant: TenantId,
    opens_at: datetime,
    pacing: Pacing | None = None,
    canary: bool = False,
    name: str = "One-off morning",
    by: Actor,
    now: datetime,
) -> ScheduleId | Refused:
    """Schedule one broadcast of an approved content, opening at `opens_at`.

    pacing: None leaves it to what the organisation set, as is what becomes of it when it is late.
    canary: a few go first, and the rest only when they did well (spec P6).

    Returns the new schedule, or why not. Raises Forbidden.
    """
    require(by, Permission.BROADCAST_CONTROL, tenant)
    pack = contents.get(session, content, tenant)
    if pack is None or ContentState(pack.state) not in APPROVED_OR_BETTER:
        return Refused("Only approved content can be sent.")
    if broadcasts.any_running(session, tenant):
        return Refused("Another broadcast is under way. Wait for it, or abort it.")
    usual = tenant_settings.values(session, tenant)
    pace = pacing or Pacing(value_of(usual, PACING))
    row = Schedule(
        tenant_id=tenant,
        name=name,
        kind="once",
        once_at=max(opens_at, now + SOONEST),
        content_id=content,
        pacing=pace.value,
        late_policy=value_of(usual, LATE_POLICY),
        late_after_seconds=60 * number_of(usual, LATE_MINUTES),
        canary=canary,
        created_at=now,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    audit.append(
        session,
        by=by,
        action="schedule.added",
        subject=f"schedule:{row.id}",
        after={"content": content, "opens_at": opens_at.isoformat(), "pacing": pace.value},
        now=now,
        tenant=tenant,
    )
    return ScheduleId(row.id)

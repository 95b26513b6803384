"""What commands about schedules share: what was typed as columns, and what the tables say of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from engine.domain.ids import ContentId, ScheduleId, TenantId
from engine.domain.refusal import Refused
from engine.domain.schedule import Kind
from engine.domain.schedule_draft import ScheduleDraft, Wrong, read_draft
from engine.store import content as contents
from engine.store import schedules

NOTHING_CHANGED = "Nothing was changed."
GONE = "There is no such schedule."
OVERTAKEN = "Somebody else has just changed this schedule. Look at it again, then change yours."


def checked(
    session: Session,
    tenant: TenantId,
    typed: Mapping[str, str],
    *,
    now: datetime,
    but: ScheduleId | None = None,
) -> ScheduleDraft | Refused:
    """What was typed as a draft the tables allow. but: the schedule it is going to be."""
    draft = read_draft(typed, now)
    if not isinstance(draft, ScheduleDraft):
        return refusal(draft)
    wrong = [*_content(session, tenant, draft), *_twin(session, tenant, draft, but)]
    return refusal(wrong) if wrong else draft


def refusal(wrong: tuple[Wrong, ...] | list[Wrong]) -> Refused:
    """All that is wrong: `field: sentence` each."""
    return Refused(NOTHING_CHANGED, tuple(f"{one.field}: {one.words}" for one in wrong))


def columns(draft: ScheduleDraft) -> dict[str, Any]:
    """A draft as the table has it."""
    return {
        "name": draft.name,
        "kind": draft.kind.value,
        "at": draft.at.isoformat("minutes" if not draft.at.second else "seconds"),
        "zone": draft.zone,
        "once_at": draft.once_at,
        "weekdays": "".join(map(str, sorted(draft.weekdays))),
        "content_id": draft.content,
        "pacing": draft.pacing.value,
        "window_seconds": None if draft.window is None else int(draft.window.total_seconds()),
        "late_policy": draft.late_policy.value,
        "late_after_seconds": int(draft.late_after.total_seconds()),
        "canary": draft.canary,
        "canary_wait_seconds": int(draft.rule.wait.total_seconds()),
        "canary_failures": draft.rule.failures,
        "canary_failure_percent": draft.rule.percent,
    }


def _content(session: Session, tenant: TenantId, draft: ScheduleDraft) -> list[Wrong]:
    if draft.content is None:
        return []
    if contents.get(session, ContentId(draft.content), tenant) is None:
        return [Wrong("content", "There is no such pack any more.")]
    return []


def _twin(
    session: Session, tenant: TenantId, draft: ScheduleDraft, but: ScheduleId | None
) -> list[Wrong]:
    """Two at one instant would write to everybody twice: hardly what anybody wants."""
    others = [one for one in schedules.of_tenant(session, tenant) if one.active and one.id != but]
    mine = columns(draft)
    if draft.kind is Kind.DAILY:
        same = [
            one
            for one in others
            if (one.kind, one.at, one.zone) == ("daily", mine["at"], draft.zone)
            and set(one.weekdays) & set(mine["weekdays"])
        ]
    else:
        same = [one for one in others if one.kind == "once" and one.once_at == draft.once_at]
    return [Wrong("at", f"“{one.name}” goes out at this time already.") for one in same[:1]]

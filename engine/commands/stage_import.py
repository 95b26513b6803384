"""A person brings in a large list while a broadcast goes out: it is staged beside the list (R3).

`begin_import`, then `stage_people` slice by slice, then `end_staging`; the worker `promote` takes
it over once the morning is over. Nothing of it is a subscriber before.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from engine.domain.digits import grouped
from engine.domain.enrolment import Enrolment
from engine.domain.ids import ImportId, TenantId
from engine.domain.precedence import ImportState
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, imports

STAGED_AT_ONCE = 100
"""Rows in one transaction: it holds the one writer for a few milliseconds, never for 20."""
UNDER_WAY_LIMIT = 3
"""Lists of one tenant that may wait at a time."""
CUT_OFF = "This import was ended meanwhile. Choose the file again."


def begin_import(
    session: Session,
    tenant: TenantId,
    *,
    file_name: str,
    rows: int,
    left_out: int,
    all_or_nothing: bool,
    by: Actor,
    now: datetime,
) -> ImportId | Refused:
    """A list of `rows` people is about to be staged. Raises Forbidden."""
    require(by, Permission.SUBSCRIBERS_WRITE, tenant)
    if not rows:
        return Refused("There is nobody new in this file.")
    if all_or_nothing and left_out:
        return Refused(
            f"{grouped(left_out)} rows cannot be imported, so nothing was. Mend them first."
        )
    if imports.under_way(session, tenant) >= UNDER_WAY_LIMIT:
        return Refused("Several lists wait already. Import them, or take one back, before this.")
    which = imports.open_import(
        session,
        {
            "tenant_id": tenant,
            "file_name": file_name,
            "asked_by": by.label,
            "state": ImportState.STAGING.value,
            "all_or_nothing": all_or_nothing,
            "rows": rows,
            "left_out": left_out,
            "created_at": now,
            "updated_at": now,
        },
    )
    audit.append(
        session,
        by=by,
        action="subscribers.import_staged",
        subject=f"import:{which}",
        after={"file": file_name, "rows": rows, "left_out": left_out},
        now=now,
        tenant=tenant,
    )
    return which


def stage_people(
    session: Session,
    which: ImportId,
    start: int,
    people: Sequence[Enrolment],
    *,
    by: Actor,
    now: datetime,
) -> Refused | None:
    """Write the rows from position `start` on; at most STAGED_AT_ONCE. Raises Forbidden."""
    require(by, Permission.SUBSCRIBERS_WRITE)
    assert len(people) <= STAGED_AT_ONCE, "a slice is what the lanes do not notice"
    if imports.get(session, which, by.tenant) is None:
        return Refused(CUT_OFF)
    end = start + len(people)
    going = imports.change(session, which, was=ImportState.STAGING, staged=end, updated_at=now)
    if not going:
        return Refused(CUT_OFF)
    imports.stage(session, which, start, people)
    return None


def end_staging(session: Session, which: ImportId, *, by: Actor, now: datetime) -> Refused | None:
    """The list is complete and waits for its turn. Raises Forbidden."""
    require(by, Permission.SUBSCRIBERS_WRITE)
    row = imports.get(session, which, by.tenant)
    if row is None or row.staged != row.rows:
        return Refused(CUT_OFF)
    waiting = ImportState.WAITING.value
    if not imports.change(session, which, was=ImportState.STAGING, state=waiting, updated_at=now):
        return Refused(CUT_OFF)
    return None

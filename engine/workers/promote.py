"""Takes staged lists of subscribers over, once no broadcast goes out; a few rows at a time (R3).

Each step is one short transaction that also remembers how far it came, so an engine run that dies
is followed by one that goes on.
"""

from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from engine.domain.ids import ImportId, TenantId
from engine.domain.precedence import ImportState, waits_until
from engine.domain.roles import ENGINE
from engine.store import audit, broadcasts, imports, subscribers
from engine.store.tables import Import
from engine.workers.equipment import Equipment

LOOK_EVERY_SECONDS = 5.0
TAKEN_AT_ONCE = 50
"""Rows in one transaction: a few milliseconds of the one writer, never 20."""
CLEARED_AT_ONCE = 500
CUT_OFF_AFTER = timedelta(hours=1)
"""A list whose staging stood still this long will not be completed any more."""

log = structlog.get_logger()


async def promote(equipment: Equipment) -> None:
    """Look for lists that wait, for ever."""
    while True:
        await equipment.doze(LOOK_EVERY_SECONDS)
        equipment.beat("promote")
        while await equipment.database.read(has_work, equipment.clock.now()):
            await equipment.database.transact(step, equipment.clock.now())
            equipment.beat("promote")


def has_work(session: Session, now: datetime) -> bool:
    """Whether `step` would do something: asked without the writer."""
    return imports.anything_left(session) and (
        _due(session, now) is not None
        or imports.abandoned(session) is not None
        or _cut_off(session, now) is not None
    )


def step(session: Session, now: datetime) -> None:
    """The next few rows of the first list that is due; or a bit of tidying up."""
    row = _due(session, now)
    if row is not None:
        _take_over(session, row, now)
    elif (left := imports.abandoned(session)) is not None:
        imports.clear(session, left, CLEARED_AT_ONCE)
    elif (stale := _cut_off(session, now)) is not None:
        _end(session, stale, ImportState.REFUSED, "Its staging was cut off.", now)


def _due(session: Session, now: datetime) -> Import | None:
    row = imports.first(session, ImportState.WAITING)
    if row is None or row.forced:
        return row
    windows = [(one.opens_at, one.closes_at) for one in broadcasts.not_over(session)]
    return row if waits_until(now, windows) is None else None


def _cut_off(session: Session, now: datetime) -> Import | None:
    row = imports.first(session, ImportState.STAGING)
    return row if row is not None and row.updated_at < now - CUT_OFF_AFTER else None


def _take_over(session: Session, row: Import, now: datetime) -> None:
    which, tenant = ImportId(row.id or 0), TenantId(row.tenant_id)
    # Whole or not at all is one transaction, which is why it is never forced into a morning.
    limit = row.rows if row.all_or_nothing else TAKEN_AT_ONCE
    people = imports.staged(session, which, limit)
    with session.begin_nested() as all_of_it:
        added = len(subscribers.insert_new(session, tenant, people, now=now))
        if row.all_or_nothing and added < row.rows:
            all_of_it.rollback()
    if row.all_or_nothing and added < row.rows:
        why = "The list changed since the preview, so nothing was imported."
        _end(session, row, ImportState.REFUSED, why, now)
        return
    imports.clear(session, which, limit)
    row.added, row.taken, row.updated_at = row.added + added, row.taken + len(people), now
    session.add(row)
    session.flush()
    if row.taken >= row.rows or not people:
        _end(session, row, ImportState.DONE, "", now)


def _end(session: Session, row: Import, state: ImportState, why: str, now: datetime) -> None:
    which = ImportId(row.id or 0)
    values = {"state": state.value, "reason": why, "updated_at": now}
    if not imports.change(session, which, was=ImportState(row.state), **values):
        return
    added = row.added if state is ImportState.DONE else 0
    audit.append(
        session,
        by=ENGINE,
        action="subscribers.imported" if state is ImportState.DONE else "subscribers.import_ended",
        subject=f"import:{which}",
        after={
            "file": row.file_name,
            "asked_by": row.asked_by,
            "added": added,
            "left_out": row.left_out + row.rows - added,
            "reason": why,
        },
        now=now,
        tenant=TenantId(row.tenant_id),
    )
    log.info("import.ended", number=which, state=state.value, added=added)

"""The staged lists of a tenant, as the import page shows them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.ids import ImportId, TenantId
from engine.domain.precedence import ImportState, waits_until
from engine.store import broadcasts, tables
from engine.store.dialects import table

SHOWN = 5
_i = table(tables.Import).c


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """One staged list: how many rows are beside the list, taken over, and added."""

    number: ImportId
    file_name: str
    state: ImportState
    reason: str
    all_or_nothing: bool
    forced: bool
    rows: int
    staged: int
    taken: int
    added: int
    updated_at: datetime


def recent(session: Session, tenant: TenantId) -> tuple[ImportRow, ...]:
    """The latest few, the newest first."""
    rows = session.connection().execute(
        sa.select(table(tables.Import))
        .where(_i.tenant_id == tenant)
        .order_by(_i.id.desc())
        .limit(SHOWN)
    )
    return tuple(
        ImportRow(
            number=ImportId(row.id),
            file_name=row.file_name,
            state=ImportState(row.state),
            reason=row.reason,
            all_or_nothing=row.all_or_nothing,
            forced=row.forced,
            rows=row.rows,
            staged=row.staged,
            taken=row.taken,
            added=row.added,
            updated_at=row.updated_at,
        )
        for row in rows
    )


def busy_until(session: Session, now: datetime) -> datetime | None:
    """Until when a broadcast owns the writer; None when a list may be written at once."""
    windows = [(one.opens_at, one.closes_at) for one in broadcasts.not_over(session)]
    return waits_until(now, windows)

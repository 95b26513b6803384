"""What the Backups page shows: the latest ones, what is wrong, and whether this is a copy."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.domain.keeping import ChoreState, trouble
from engine.store import backups, copies

SHOWN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRow:
    """One backup."""

    id: int
    state: ChoreState
    words: str
    asked_at: datetime
    file_name: str
    size_bytes: int
    rows: int
    sealed: bool
    tested_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """The page. trouble: a sentence, or empty; copy_of: since when this database is behind."""

    rows: tuple[BackupRow, ...]
    trouble: str
    copy_of: datetime | None
    in_doubt: int


def keeping(session: Session, *, now: datetime) -> Keeping:
    """How the backups stand."""
    rows = [
        BackupRow(
            id=row.id or 0,
            state=ChoreState(row.state),
            words=row.words,
            asked_at=row.asked_at,
            file_name=row.file_name,
            size_bytes=row.size_bytes,
            rows=row.rows,
            sealed=row.encrypted,
            tested_at=row.tested_at,
        )
        for row in backups.latest(session, SHOWN)
    ]
    good = (ChoreState.DONE, ChoreState.REMOVED)
    last_good = next((one.asked_at for one in rows if one.state in good), None)
    ended = [one for one in rows if one.state not in (ChoreState.WAITING, ChoreState.MAKING)]
    failed = ended[0].words if ended and ended[0].state is ChoreState.FAILED else ""
    copy = copies.unreleased(session)
    return Keeping(
        rows=tuple(rows),
        trouble=trouble(now, last_good, failed),
        copy_of=None if copy is None else copy.backed_up_at,
        in_doubt=0 if copy is None else copies.in_doubt(session),
    )

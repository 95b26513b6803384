"""Backups as rows: when each was taken, whether it holds, and which are let go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.keeping import ChoreState, Kept
from engine.store.dialects import table
from engine.store.tables import Backup

FOLDER = "backups"
"""Where they lie, below the home folder, unless a setting says otherwise."""

_backups = table(Backup)


def ask(session: Session, *, by: str, now: datetime) -> int:
    """A backup that waits for its turn; its number. One that waits already is not asked twice."""
    waiting = sa.select(_backups.c.id).where(_backups.c.state == ChoreState.WAITING.value).limit(1)
    found = session.connection().execute(waiting).scalar()
    if found is not None:
        return found
    row = Backup(state=ChoreState.WAITING.value, asked_by=by, asked_at=now)
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def first_waiting(session: Session) -> int | None:
    """The one that waits longest."""
    asked = sa.select(sa.func.min(_backups.c.id)).where(
        _backups.c.state == ChoreState.WAITING.value
    )
    return session.connection().execute(asked).scalar()


def last_asked_at(session: Session) -> datetime | None:
    """When the newest one was begun or asked for, whatever came of it."""
    asked = sa.select(_backups.c.asked_at).order_by(_backups.c.id.desc()).limit(1)
    return session.connection().execute(asked).scalar()


def move(session: Session, backup: int, was: ChoreState, now_is: ChoreState, **values: Any) -> bool:
    """A new state where nobody was quicker."""
    changed = session.connection().execute(
        sa.update(_backups)
        .where(_backups.c.id == backup, _backups.c.state == was.value)
        .values(state=now_is.value, **values)
    )
    return changed.rowcount == 1


def begin_again(session: Session) -> int:
    """What an earlier engine run was at waits once more; how many."""
    changed = session.connection().execute(
        sa.update(_backups)
        .where(_backups.c.state == ChoreState.MAKING.value)
        .values(state=ChoreState.WAITING.value)
    )
    return changed.rowcount


def latest(session: Session, limit: int) -> Sequence[Backup]:
    """The newest first."""
    return session.exec(select(Backup).order_by(col(Backup.id).desc()).limit(limit)).all()


def here(session: Session) -> list[Kept]:
    """Those whose file is kept, the newest first."""
    asked = (
        sa.select(_backups.c.id, _backups.c.asked_at, _backups.c.file_name)
        .where(_backups.c.state == ChoreState.DONE.value)
        .order_by(_backups.c.asked_at.desc(), _backups.c.id.desc())
    )
    return [Kept(*row) for row in session.connection().execute(asked)]

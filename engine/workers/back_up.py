"""Takes the day's backup and those that are asked for, and lets the old ones go (spec X4).

A process of its own does the work, in slices and at low priority: it may run while a broadcast goes
out, and then no send waits for it. The day's own one is due at night.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

import structlog
from sqlmodel import Session

from engine.domain.keeping import ChoreState, Kept, is_due, let_go
from engine.domain.precedence import waits_until
from engine.domain.roles import ENGINE
from engine.domain.schedule import IST, zone_named
from engine.store import audit, backups, broadcasts
from engine.workers.aside import FailedAsideError, aside
from engine.workers.equipment import Equipment

LOOK_EVERY_SECONDS = 5.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class BackingUp:
    """What backups need of the machine. at: the time of day in IST; None: only when asked for.
    daily, weekly: how many are kept.
    """

    url: str
    home: Path
    folder: Path
    password: str | None
    at: time | None
    daily: int
    weekly: int
    version: str


async def back_up(equipment: Equipment, how: BackingUp) -> None:
    """Look for what is due and what was asked for, for ever."""
    await equipment.database.transact(backups.begin_again)
    while True:
        equipment.beat("back_up")
        if not await back_up_next(equipment, how):
            await equipment.doze(LOOK_EVERY_SECONDS)


async def back_up_next(equipment: Equipment, how: BackingUp) -> bool:
    """Take the one that is due or waits longest; False when there is none."""
    database, now = equipment.database, equipment.clock.now()
    backup = await database.read(backups.first_waiting)
    if backup is None:
        last = await database.read(backups.last_asked_at)
        if how.at is None or not is_due(now, how.at, zone_named(IST), last):
            return False
        if await database.read(_owned, now):
            return False  # the first chance is after the window; who asks for one need not wait
        backup = await database.transact(backups.ask, by=ENGINE.label, now=now)
    if not await database.transact(backups.move, backup, ChoreState.WAITING, ChoreState.MAKING):
        return False
    name = f"dawncast-{now:%Y%m%dT%H%M%SZ}-{backup}.backup"
    told = {
        "what": "backup",
        "url": how.url,
        "home": str(how.home),
        "folder": str(how.folder),
        "name": name,
        "password": how.password or "",
        "version": how.version,
        "now": now.isoformat(),
    }
    try:
        made = await aside(told, beat=lambda: equipment.beat("back_up"))
    except FailedAsideError as error:
        await database.transact(_failed, backup, str(error), equipment.clock.now())
        log.error("backup.failed", why=str(error))  # noqa: TRY400 - a sentence says it all
        return True
    await database.transact(
        note_made, backup, name, made, sealed=bool(how.password), now=equipment.clock.now()
    )
    log.info("backup.made", file=name, size=made["size"], tested=made["tested"])
    await _rotate(equipment, how)
    return True


def _owned(session: Session, now: datetime) -> bool:
    windows = [(one.opens_at, one.closes_at) for one in broadcasts.not_over(session)]
    return waits_until(now, windows) is not None


def note_made(
    session: Session,
    backup: int,
    name: str,
    made: Mapping[str, Any],
    *,
    sealed: bool,
    now: datetime,
) -> None:
    """A backup is there, and holds."""
    words = "Checked, restored into a scratch place, its trail walked."
    backups.move(
        session,
        backup,
        ChoreState.MAKING,
        ChoreState.DONE,
        words=words if made["tested"] else "Checked to its last byte.",
        file_name=name,
        size_bytes=made["size"],
        sha256=made["sha256"],
        rows=made["rows"],
        encrypted=sealed,
        tested_at=now if made["tested"] else None,
        ended_at=now,
    )
    audit.append(
        session,
        by=ENGINE,
        action="backup.made",
        subject=f"backup:{backup}",
        after={"file": name, "sha256": made["sha256"], "rows": made["rows"]},
        now=now,
    )


def _failed(session: Session, backup: int, why: str, now: datetime) -> None:
    backups.move(session, backup, ChoreState.MAKING, ChoreState.FAILED, words=why, ended_at=now)
    audit.append(
        session,
        by=ENGINE,
        action="backup.failed",
        subject=f"backup:{backup}",
        after={"why": why},
        now=now,
    )


async def _rotate(equipment: Equipment, how: BackingUp) -> None:
    kept = await equipment.database.read(backups.here)
    for one in let_go(kept, daily=how.daily, weekly=how.weekly, zone=zone_named(IST)):
        try:
            await asyncio.to_thread((how.folder / one.file_name).unlink, missing_ok=True)
        except OSError as error:
            log.warning("backup.not_removed", file=one.file_name, why=str(error))
            continue
        await equipment.database.transact(_removed, one, equipment.clock.now())


def _removed(session: Session, one: Kept, now: datetime) -> None:
    backups.move(
        session,
        one.id,
        ChoreState.DONE,
        ChoreState.REMOVED,
        words="Newer ones took its place.",
        removed_at=now,
    )

"""The day's backup is taken once, out of the window; asked for, at once; old ones are let go."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from engine.commands.ask_backup import ask_backup
from engine.domain.broadcast import BroadcastState
from engine.domain.keeping import ChoreState
from engine.domain.roles import CLI
from engine.read.keeping import keeping
from engine.store import backups
from engine.store.database import Database
from engine.store.tables import Backup, Broadcast
from engine.workers.back_up import BackingUp, back_up_next
from tests.read.evidence_cast import a_day
from tests.workers.cast import equipment
from tests.workers.nobody import Nobody
from tests.workers.test_pack_evidence import SetClock

NIGHT = datetime(2026, 11, 25, 21, 0, tzinfo=UTC)
"""02:30 in India."""


def how(database: Database, home: Path, **given: Any) -> BackingUp:
    usual = BackingUp(
        url=database.url,
        home=home,
        folder=home / "backups",
        password=None,
        at=time(2, 30),
        daily=2,
        weekly=0,
        version="1.0",
    )
    return replace(usual, **given)


def turn(database: Database, using: BackingUp, at: datetime) -> bool:
    hands = equipment(database, Nobody(), clock=SetClock(at))
    return asyncio.run(back_up_next(hands, using))


def states(session: Session) -> list[str]:
    return list(session.exec(select(Backup.state).order_by(Backup.id)))  # pyright: ignore


@pytest.mark.sweep
def test_the_day_s_backup_is_taken_once_and_the_old_ones_go(
    database: Database, tmp_path: Path
) -> None:
    using = how(database, tmp_path)
    for day in range(3):
        night = NIGHT + timedelta(days=day)
        assert turn(database, using, night)
        assert not turn(database, using, night + timedelta(hours=3))
    assert database.read_now(states) == ["removed", "done", "done"]
    assert len(list((tmp_path / "backups").iterdir())) == 2
    assert database.read_now(keeping, now=NIGHT + timedelta(days=2, hours=1)).trouble == ""


def test_a_broadcast_s_hour_is_not_taken_but_who_asks_need_not_wait(
    database: Database, tmp_path: Path
) -> None:
    def under_way(session: Session) -> None:
        a_day(session)
        row = session.exec(select(Broadcast)).one()
        row.state = BroadcastState.SENDING.value
        row.opens_at, row.closes_at = NIGHT, NIGHT + timedelta(minutes=5)

    database.transact_now(under_way)
    using = how(database, tmp_path)
    assert not turn(database, using, NIGHT + timedelta(minutes=1))
    database.transact_now(ask_backup, by=CLI, now=NIGHT)
    assert turn(database, using, NIGHT + timedelta(minutes=1))
    assert database.read_now(states) == ["done"]


def test_one_that_fails_is_a_state_people_and_alerts_can_read(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "backups").write_text("a file where the folder should be")
    assert turn(database, how(database, tmp_path), NIGHT)
    assert database.read_now(states) == [ChoreState.FAILED.value]
    found = database.read_now(keeping, now=NIGHT)
    assert found.trouble.startswith("The last backup failed: ")
    assert database.read_now(backups.here) == []

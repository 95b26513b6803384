"""An anchor a day, whatever else happens; and none in the place of another."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from engine.clock import MachineClock
from engine.domain.audit import Intact
from engine.domain.roles import CLI
from engine.store import audit
from engine.store.anchors import AnchorFolder
from engine.store.database import Database
from engine.workers.upkeep import anchor_the_day
from tests.workers.cast import NOW, equipment
from tests.workers.nobody import Nobody


@dataclass
class CalendarClock(MachineClock):
    """A clock whose day a test sets."""

    day: datetime = NOW

    def now(self) -> datetime:
        return self.day


def write(database: Database) -> None:
    database.transact_now(audit.append, by=CLI, action="user.added", subject="user:1", now=NOW)


def anchor(database: Database, folder: AnchorFolder, day: datetime = NOW) -> str | None:
    hands = equipment(database, Nobody(), clock=CalendarClock(day))
    return asyncio.run(anchor_the_day(hands, folder))


def test_each_day_has_one_anchor_and_the_trail_tells_of_it(
    database: Database, tmp_path: Path
) -> None:
    folder = AnchorFolder(tmp_path / "anchors")
    assert anchor(database, folder) is None, "an empty trail has no end to hold"
    write(database)
    assert anchor(database, folder) == "audit-anchor-2026-11-23-000001.json"
    assert anchor(database, folder, NOW + timedelta(hours=3)) is None
    assert (
        anchor(database, folder, NOW + timedelta(days=1)) == "audit-anchor-2026-11-24-000002.json"
    )
    first, second = folder.all()
    assert (first.anchor.number, second.anchor.number) == (1, 2)
    assert second.previous == first.seal
    found = database.read_now(audit.verify, anchors=[first.anchor, second.anchor])
    assert isinstance(found, Intact)
    assert found.count == 3, "the entry, and one for each anchor"


def test_a_folder_somebody_was_at_gets_no_new_anchor_and_stops_nothing(
    database: Database, tmp_path: Path
) -> None:
    folder = AnchorFolder(tmp_path)
    write(database)
    anchor(database, folder)
    anchor(database, folder, NOW + timedelta(days=1))
    anchor(database, folder, NOW + timedelta(days=2))
    (tmp_path / "audit-anchor-2026-11-24-000002.json").unlink()
    assert anchor(database, folder, NOW + timedelta(days=3)) is None
    assert len(list(tmp_path.glob("audit-anchor-*"))) == 2


def test_a_folder_that_cannot_be_written_stops_nothing(database: Database, tmp_path: Path) -> None:
    (tmp_path / "anchors").write_text("a file is in its place")
    write(database)
    assert anchor(database, AnchorFolder(tmp_path / "anchors" / "deeper")) is None

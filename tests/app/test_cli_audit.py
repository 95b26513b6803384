"""`dawncast audit`: what was done to the trail by hand is found, and the entry is named."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.domain.roles import CLI
from engine.store import audit, migrations
from engine.store.database import Database
from tests.app.dawncast import dawncast
from tests.app.house import furnish

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A house with six entries in its trail, and an anchor kept outside of it."""
    home = tmp_path / "home"
    migrations.upgrade(url := f"sqlite:///{home}/dawncast.db")
    database = Database(url)
    database.transact_now(furnish, NOW)
    for number in (1, 2):
        database.transact_now(
            audit.append, by=CLI, action="content.approved", subject=f"content:{number}", now=NOW
        )
    database.close()
    return home


def by_hand(home: Path, *statements: str) -> None:
    """As somebody with the file would: the triggers first."""
    with closing(sqlite3.connect(home / "dawncast.db")) as connection, connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in names.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)


INSERT = (
    "INSERT INTO audit SELECT 8, tenant_id, at, actor, action, 'content:9', before, after, ip, "
    "hash, '{}' FROM audit WHERE number = 7"
).format("e" * 64)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE audit SET actor = 'user:9' WHERE number = 3", "at entry 3: it was changed"),
        ("DELETE FROM audit WHERE number = 4", "at entry 5: number 4 is missing"),
        ("DELETE FROM audit WHERE number = 7", "at entry 7: the trail once reached 7"),
        (INSERT, "at entry 8: it was changed"),
        ("UPDATE audit_values SET value = 'X' WHERE number = 2", "at entry 2: its personal value"),
    ],
    ids=["edited", "deleted", "cut off", "inserted", "a name changed"],
)
def test_what_was_done_by_hand_is_found_and_named(home: Path, statement: str, named: str) -> None:
    whole = dawncast(home, "audit", "verify")
    assert (whole.returncode, whole.stderr) == (0, "")
    assert "whole: 7 entries" in whole.stdout

    by_hand(home, statement)
    broken = dawncast(home, "audit", "verify")
    assert broken.returncode == 1
    assert named in broken.stderr
    assert "Traceback" not in broken.stderr


def test_an_anchor_kept_elsewhere_finds_a_tail_cut_off_with_all_its_traces(
    home: Path, tmp_path: Path
) -> None:
    taken = dawncast(home, "audit", "anchor")
    assert taken.returncode == 0, taken.stderr
    (file,) = (home / "anchors").iterdir()
    assert str(file) in taken.stdout
    kept = shutil.copy(file, tmp_path / "kept.json")
    end = "(SELECT max(number) FROM audit)"
    by_hand(
        home,
        "DELETE FROM audit WHERE number > 6",
        f"UPDATE audit_end SET number = {end}, "
        f"hash = (SELECT hash FROM audit WHERE number = {end})",
    )
    file.unlink()
    assert dawncast(home, "audit", "verify").returncode == 0, "here nothing shows it any more"
    found = dawncast(home, "audit", "verify", "--anchor", str(kept))
    assert found.returncode == 1
    assert "at entry 7: the trail once reached 7: its end is gone" in found.stderr


def test_an_anchor_that_was_changed_is_not_believed(home: Path) -> None:
    dawncast(home, "audit", "anchor")
    (file,) = (home / "anchors").iterdir()
    said = json.loads(file.read_text())
    file.write_text(json.dumps(said | {"number": 5}))
    done = dawncast(home, "audit", "verify")
    assert done.returncode == 1
    assert f"{file.name}: this anchor was changed" in done.stderr

"""`dawncast audit`: what was done to the trail by hand is found, and the entry is named."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from app.command_line.trail import verify
from engine.commands.add_subscriber import add_subscriber
from engine.commands.erase_subscriber import erase_subscriber
from engine.domain.enrolment import SubscriberForm
from engine.domain.refusal import Refused
from engine.domain.roles import CLI, Actor, Role
from engine.settings import load
from engine.store import audit
from engine.store.database import Database
from tests.app.dawncast import dawncast
from tests.app.house import furnish
from tests.store.test_audit import unguard

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, sqlite_url: str) -> Path:
    """A house with seven entries in its trail, and an anchor kept outside of it."""
    home = tmp_path / "home"
    home.mkdir()
    write_trail(sqlite_url)
    (tmp_path / "dawncast.db").rename(home / "dawncast.db")
    return home


def write_trail(url: str) -> None:
    database = Database(url)
    database.transact_now(furnish, NOW)
    for number in (1, 2):
        database.transact_now(
            audit.append, by=CLI, action="content.approved", subject=f"content:{number}", now=NOW
        )
    database.close()


def by_hand(url: str, *statements: str) -> None:
    """As somebody with the database's keys would: the triggers first."""
    db_engine = sa.create_engine(url, poolclass=sa.NullPool)
    with Session(db_engine) as session:
        unguard(session)
        for statement in statements:
            session.execute(sa.text(statement))
        session.commit()
    db_engine.dispose()


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
def test_what_was_done_by_hand_is_found_and_named(
    database_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    statement: str,
    named: str,
) -> None:
    write_trail(database_url)
    settings = load({"DAWNCAST_HOME": str(tmp_path / "home"), "DATABASE_URL": database_url})
    assert verify(settings, None) == 0
    assert "whole: 7 entries" in said(capsys)

    by_hand(database_url, statement)
    assert verify(settings, None) == 1
    assert named in said(capsys)


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed since the last look, on whichever stream, in one line."""
    return " ".join("".join(capsys.readouterr()).split())


def test_who_is_erased_leaves_the_trail_whole_and_is_named_nowhere(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database(database_url)
    tenant, users = database.transact_now(furnish, NOW)
    keeper = Actor("keeper", tenant, Role.ADMINISTRATOR, users[Role.ADMINISTRATOR])
    form = SubscriberForm(
        name="Zenobia Quill",
        phone="9812399955",
        consent_source="web form",
        consent_date="2026-11-01",
    )
    who = database.transact_now(add_subscriber, tenant, form, by=keeper, now=NOW)
    assert isinstance(who, int), who
    assert kept_of(database, "Zenobia"), "her name stands beside the trail until she is erased"
    done = database.transact_now(erase_subscriber, who, "T-1", by=keeper, now=NOW)
    assert not isinstance(done, Refused), done
    assert kept_of(database, "Zenobia") == kept_of(database, "9812399955") == []
    database.close()
    settings = load({"DAWNCAST_HOME": str(tmp_path / "home"), "DATABASE_URL": database_url})
    assert verify(settings, None) == 0, said(capsys)


def kept_of(database: Database, word: str) -> list[str]:
    """The tables with a row that says it."""

    def look(session: Session) -> list[str]:
        names = sa.inspect(session.connection()).get_table_names()
        plain = [name for name in names if "subscribers_search" not in name]
        rows = ((name, session.execute(sa.text(f'SELECT * FROM "{name}"'))) for name in plain)
        return [name for name, found in rows for row in found if word in str(row)]

    return database.read_now(look)


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
        f"sqlite:///{home / 'dawncast.db'}",
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

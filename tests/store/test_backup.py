"""A backup is one state of everything, whoever writes meanwhile; and comes back whole, or not at
all.
"""

import asyncio
import io
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.chores.backup import back_up
from engine.chores.restore import restore
from engine.clock import MachineClock
from engine.commands.release_copy import release_copy
from engine.documents.backup import archive
from engine.documents.backup.archive import BadBackupError
from engine.domain.audit import Intact
from engine.domain.delivery import State
from engine.domain.refusal import Refused
from engine.domain.roles import CLI
from engine.store import audit, copies
from engine.store.database import Database
from engine.store.tables import (
    Broadcast,
    Delivery,
    EngineRun,
    LogEntry,
    Media,
    Schedule,
    Subscriber,
)
from engine.trials.private_postgres import Cluster
from engine.workers.calendar import open_due
from engine.workers.lease import take_lease
from tests.workers.cast import NOW, Cast, stage

PASSWORD = "a long enough word"


def told(database: Database, home: Path, password: str = "") -> dict[str, Any]:
    return {
        "url": database.url,
        "home": str(home),
        "folder": str(home / "backups"),
        "name": "one.backup",
        "password": password,
        "version": "1.0",
        "now": NOW.isoformat(),
    }


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / "journal").mkdir(parents=True)
    (home / "journal" / "journal-1").write_bytes(b"1.1\n2.1\n")
    (home / "anchors").mkdir()
    return home


@pytest.fixture
def place(request: pytest.FixtureRequest, database: Database):
    """Where it is put back: an empty database of the same kind, or none for a file."""
    if database.dialect == "sqlite":
        yield None
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    yield cluster.create("restored")
    cluster.drop("restored")


def furnish(session: Session) -> Cast:
    cast = stage(session, people=8)
    session.add(
        Media(
            tenant_id=cast.seeded.tenant,
            sha256="0" * 64,
            type="image/png",
            name="picture",
            size_bytes=4,
            content=b"\x89PNG",
            uploaded_by=1,
            created_at=NOW,
        )
    )
    for number, state in ((1, State.SENDING), (2, State.UNKNOWN), (3, State.DELIVERED)):
        row = session.get(Delivery, number)
        assert row is not None
        row.state = state.value
    session.flush()
    return cast


def put_back(home: Path, place: str | None, **given: Any) -> Database:
    to = home.parent / "elsewhere"
    file = home / "backups" / "one.backup"
    values: dict[str, Any] = {"password": None, "now": NOW + timedelta(hours=1), **given}
    restore(file, to, url=place, **values)
    return Database(place or f"sqlite:///{to / 'dawncast.db'}")


def go_on(session: Session) -> None:
    audit.append(session, by=CLI, action="user.added", subject="user:1", now=NOW)
    session.add(LogEntry(tenant_id=1, at=NOW, event="test", words="It goes on."))
    session.flush()


def states(session: Session) -> list[str]:
    return list(session.exec(select(Delivery.state).order_by(col(Delivery.id))))


def test_what_comes_back_is_all_there_is_on_both_databases(
    database: Database, home: Path, place: str | None
) -> None:
    database.transact_now(furnish)
    made = back_up(told(database, home))
    assert made["tested"] is (database.dialect == "sqlite")
    again = put_back(home, place)
    try:
        assert again.read_now(states) == database.read_now(states)
        assert again.read_now(audit.verify) == database.read_now(audit.verify)
        assert again.read_now(lambda s: s.exec(select(Media.content)).one()) == b"\x89PNG"
        journal = home.parent / "elsewhere" / "journal" / "journal-1"
        assert journal.read_bytes() == b"1.1\n2.1\n"
        # It is a living database: what is new gets a number of its own.
        again.transact_now(go_on)
        assert isinstance(again.read_now(audit.verify), Intact)
    finally:
        again.close()


def test_a_copy_cannot_send_until_a_person_releases_it(
    database: Database, home: Path, place: str | None
) -> None:
    database.transact_now(furnish)
    back_up(told(database, home))
    again = put_back(home, place)

    async def tries(seconds: float) -> bool:
        stopping = asyncio.Event()
        asyncio.get_running_loop().call_later(seconds, stopping.set)
        held = await take_lease(again, MachineClock(), "new", lambda _: True, stopping=stopping)
        return held is not None

    try:
        assert not asyncio.run(tries(1.5)), "fenced"
        assert again.read_now(copies.in_doubt) == 7
        assert again.transact_now(release_copy, by=CLI, now=NOW + timedelta(hours=2)) == 7
        assert again.read_now(states) == ["held", "held", "delivered", *["held"] * 5]
        assert asyncio.run(tries(30.0)), "released"
        found = again.transact_now(release_copy, by=CLI, now=NOW + timedelta(hours=2))
        assert isinstance(found, Refused)
    finally:
        again.close()


def test_what_the_original_may_have_opened_waits_for_a_person(database: Database) -> None:
    """A morning between the backup and the release is not sent by itself, whatever its schedule."""
    cast = database.transact_now(stage, people=1)
    taken, released = NOW - timedelta(hours=2), NOW + timedelta(minutes=5)

    def one_off(session: Session) -> None:
        copies.mark(session, backed_up_at=taken, sha256="", now=NOW)
        session.add(
            Schedule(
                tenant_id=cast.seeded.tenant,
                name="Once",
                kind="once",
                once_at=NOW - timedelta(minutes=1),
                content_id=cast.seeded.content,
                late_policy="send",
                late_after_seconds=3_600,
                created_at=taken,
            )
        )

    database.transact_now(one_off)
    database.transact_now(release_copy, by=CLI, now=released)
    assert database.transact_now(open_due, released) >= 1
    titled = {"Once": "waiting_for_person"}
    found = database.read_now(
        lambda s: dict(s.exec(select(Broadcast.title, Broadcast.state)).all())
    )
    assert titled.items() <= found.items()


def test_while_others_write_the_copy_is_one_state(sqlite_url: str, home: Path) -> None:
    """Two rows are always written together: a copy that has one of them only is torn."""
    database = Database(sqlite_url)

    def pair(session: Session, number: int) -> None:
        for token in (number * 2, number * 2 + 1):
            session.add(EngineRun(token=token, owner="x" * 2_000, boot_id="", started_at=NOW))

    for number in range(2_000, 3_500):
        database.transact_now(pair, number)
    stop, written = threading.Event(), [0]

    def go_on() -> None:
        while not stop.is_set():
            database.transact_now(pair, written[0])
            written[0] += 1

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        before = written[0]
        made = back_up(told(database, home))
        during = written[0] - before
    finally:
        stop.set()
        writer.join()
    database.close()
    assert made["tested"]
    assert during > 10, "nobody waited for it"
    again = put_back(home, None)
    count = again.read_now(lambda s: s.exec(select(sa.func.count(col(EngineRun.token)))).one())
    again.close()
    assert count % 2 == 0
    assert count >= 3_000


def test_a_restore_writes_over_nothing(sqlite_url: str, home: Path) -> None:
    database = Database(sqlite_url)
    back_up(told(database, home))
    database.close()
    before = (home / "journal" / "journal-1").read_bytes()
    with pytest.raises(ValueError, match="not empty"):
        restore(home / "backups" / "one.backup", home, url=None, password=None, now=NOW)
    assert (home / "journal" / "journal-1").read_bytes() == before


def test_a_damaged_backup_is_told_and_leaves_nothing(sqlite_url: str, home: Path) -> None:
    database = Database(sqlite_url)
    database.transact_now(furnish)
    back_up(told(database, home))
    database.close()
    file = home / "backups" / "one.backup"
    whole = file.read_bytes()
    for damage in (whole[:-200], whole[: len(whole) // 2], b"", flipped(whole)):
        file.write_bytes(damage)
        with pytest.raises(BadBackupError):
            put_back(home, None)
        assert sorted(path.name for path in home.parent.iterdir()) == ["dawncast.db", "home"]


def flipped(data: bytes) -> bytes:
    changed = bytearray(data)
    changed[len(data) // 2] ^= 0x10
    return bytes(changed)


def test_a_sealed_backup_opens_with_its_password_alone(sqlite_url: str, home: Path) -> None:
    database = Database(sqlite_url)
    cast = database.transact_now(furnish)
    assert cast
    back_up(told(database, home, PASSWORD))
    names = database.read_now(lambda s: list(s.exec(select(Subscriber.name))))
    database.close()
    data = (home / "backups" / "one.backup").read_bytes()
    assert not any(name.encode() in data for name in names)
    for password, said in ((None, "sealed with a password"), ("another word..", "another one")):
        with pytest.raises(BadBackupError, match=said):
            put_back(home, None, password=password)
    for end in (len(data) - 1, len(data) // 2, 60):
        with pytest.raises((BadBackupError, ValueError)):
            archive.read(io.BytesIO(data[:end]), PASSWORD, None)
    put_back(home, None, password=PASSWORD).close()


def test_a_backup_of_a_newer_version_is_not_put_back(sqlite_url: str, home: Path) -> None:
    database = Database(sqlite_url)

    def newer(session: Session) -> None:
        session.connection().execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    database.transact_now(newer)
    database.close()
    back_up(told(database, home))
    with pytest.raises(ValueError, match="newer version"):
        put_back(home, None)


def test_what_is_no_backup_is_told(tmp_path: Path) -> None:
    for data in (b"hello", b"PK\x03\x04" + b"\0" * 500):
        with pytest.raises(BadBackupError):
            archive.read(io.BytesIO(data), None, None)

"""Puts a backup together again in a place of its own. What comes out of it cannot send (spec X4).

The fence is in the database before it gets its name: there is no instant at which an engine could
take a half restored copy for the original.
"""

import shutil
from datetime import datetime
from pathlib import Path

from alembic.util import CommandError

from engine.documents.backup import archive
from engine.documents.backup.archive import BadBackupError, Contents
from engine.domain.audit import Broken
from engine.store import audit, copies, migrations
from engine.store.backup import postgresql, sqlite
from engine.store.database import Database

DATABASE_FILE = "dawncast.db"
FOLDERS = ("journal", "anchors")


def restore(
    file: Path, home: Path, *, url: str | None, password: str | None, now: datetime
) -> Contents:
    """Put the backup into the new folder `home`; a PostgreSQL one also into the empty database at
    `url`.

    Raises ValueError in words when it cannot be, BadBackupError among them, and OSError.
    """
    if home.exists() and any(home.iterdir()):
        raise ValueError(f"{home} is not empty: a restore writes over nothing. Name a new folder.")
    home.parent.mkdir(parents=True, exist_ok=True)
    coming = home.with_name(f".{home.name}.restoring")
    shutil.rmtree(coming, ignore_errors=True)
    coming.mkdir()
    try:
        with file.open("rb") as opened:
            contents = archive.read(opened, password, coming)
        _, digest = archive.facts_of(file)
        if contents.kind == "sqlite":
            _sqlite(coming, contents, digest, now)
        else:
            _postgresql(coming, contents, digest, url, now)
        if home.exists():
            home.rmdir()
        coming.rename(home)
    finally:
        shutil.rmtree(coming, ignore_errors=True)
    return contents


def trail_of(url: str) -> str:
    """What is wrong with the audit trail of a database, as a sentence; empty when it holds."""
    database = Database(url, inline=True)
    try:
        found = database.read_now(audit.verify)
    finally:
        database.close()
    if isinstance(found, Broken):
        return f"Its audit trail is broken at entry {found.number}: {found.words}."
    return ""


def _sqlite(coming: Path, contents: Contents, digest: str, now: datetime) -> None:
    path = coming / DATABASE_FILE
    if wrong := sqlite.check(path, contents.rows):
        raise BadBackupError(wrong)
    url = f"sqlite:///{path}"
    _fence(url, contents, digest, now)
    # The last one to close it folded the log in: one file, whole.
    assert not path.with_name(f"{DATABASE_FILE}-wal").exists()


def _postgresql(
    coming: Path, contents: Contents, digest: str, url: str | None, now: datetime
) -> None:
    if url is None or url.startswith("sqlite"):
        raise ValueError(
            "This backup is of a PostgreSQL database: name an empty one with --database-url."
        )
    if not postgresql.is_empty(url):
        raise ValueError("That database is not empty: a restore writes over nothing.")
    folder = coming / postgresql.FOLDER
    try:
        wrong = postgresql.put_back(
            url, folder, contents.revision, contents.rows, contents.taken_at, digest, now
        )
    except CommandError as error:
        raise ValueError(_NEWER) from error
    if wrong:
        raise BadBackupError(wrong)
    _fence(url, contents, digest, now)
    shutil.rmtree(folder)


def _fence(url: str, contents: Contents, digest: str, now: datetime) -> None:
    try:
        migrations.upgrade(url)
    except CommandError as error:
        raise ValueError(_NEWER) from error
    database = Database(url, inline=True)
    try:
        if database.read_now(copies.unreleased) is None or contents.kind == "sqlite":
            database.transact_now(
                copies.mark, backed_up_at=contents.taken_at, sha256=digest, now=now
            )
    finally:
        database.close()


_NEWER = "This backup was made by a newer version of Dawncast: install that one to restore it."

"""Takes a backup: one state of the database, the journals, the anchors; checked before it counts.

A backup that was not restored somewhere is a hope: this one is put together again in a scratch
folder, and its audit trail walked, before it gets its name (spec X4).
"""

import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.chores.restore import DATABASE_FILE, FOLDERS, trail_of
from engine.documents.backup import archive
from engine.documents.backup.archive import Contents
from engine.store import migrations
from engine.store.backup import postgresql, sqlite


def back_up(told: Mapping[str, Any]) -> dict[str, Any]:
    """Make the file `folder`/`name`. Raises OSError and ValueError, in words; then it made none."""
    folder, url = Path(told["folder"]), str(told["url"])
    folder.mkdir(parents=True, exist_ok=True)
    final, password = folder / told["name"], told.get("password") or None
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as made:
        scratch = Path(made)
        kind, rows = _copy(url, scratch)
        _copy_folders(Path(told["home"]), scratch)
        things = sorted(
            (path.relative_to(scratch).as_posix(), path)
            for path in scratch.rglob("*")
            if path.is_file()
        )
        contents = Contents(
            taken_at=datetime.fromisoformat(told["now"]),
            version=told["version"],
            revision=migrations.current(url) or "",
            kind=kind,
            rows=rows,
            files={path: archive.facts_of(file) for path, file in things},
        )
        coming = final.with_suffix(".coming")
        try:
            with coming.open("xb") as into:
                archive.write(into, contents, things, password)
                into.flush()
                os.fsync(into.fileno())
            for _, file in things:
                file.unlink()  # room for the test
            tested = _test(coming, contents, password, scratch)
            coming.replace(final)
        finally:
            coming.unlink(missing_ok=True)
    size, digest = archive.facts_of(final)
    return {"size": size, "sha256": digest, "rows": sum(rows.values()), "tested": tested}


def _copy(url: str, scratch: Path) -> tuple[str, dict[str, int]]:
    if url.startswith("sqlite"):
        source = Path(sa.make_url(url).database or "")
        return "sqlite", sqlite.copy(source, scratch / DATABASE_FILE, _pause)
    return "postgresql", postgresql.copy(url, scratch / postgresql.FOLDER, _pause)


def _copy_folders(home: Path, scratch: Path) -> None:
    # After the database: a journal knows more then, and never less, than what was marked.
    for name in FOLDERS:
        for file in sorted((home / name).glob("*")):
            if file.is_file() and not file.name.endswith(".coming"):
                (scratch / name).mkdir(exist_ok=True)
                shutil.copyfile(file, scratch / name / file.name)


def _test(coming: Path, contents: Contents, password: str | None, scratch: Path) -> bool:
    """Put it together again; whether also the database was. Raises ValueError when it fails."""
    again = scratch / "again"
    with coming.open("rb") as file:
        archive.read(file, password, again)
    if contents.kind != "sqlite":
        return False  # its bytes are whole; a scratch database is not ours to make
    database = again / DATABASE_FILE
    if wrong := sqlite.check(database, contents.rows):
        raise ValueError(f"The backup was not kept: put together again, {wrong}.")
    if wrong := trail_of(f"sqlite:///{database}"):
        raise ValueError(f"The backup was not kept: {wrong}")
    return True


def _pause(seconds: float) -> None:
    time.sleep(seconds)  # noqa: TID251 - a process of its own, which has no loop

"""SQLite: a snapshot held by one reader, copied in slices (spec X4).

The copying connection keeps one read transaction open throughout: what others write meanwhile goes
into the log and is not seen, so the copy is one state, and no writer waits for it.
"""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

PAGES_AT_ONCE = 256
"""A megabyte: a few milliseconds of a disk."""
PAUSE_SECONDS = 0.005
BUSY_MS = 30_000


def copy(database: Path, to: Path, pause: Callable[[float], None]) -> dict[str, int]:
    """Copy the database into the new file `to`; how many rows each table has in that state."""

    def wait(_status: int, _remaining: int, _total: int) -> None:
        pause(PAUSE_SECONDS)

    with (
        closing(sqlite3.connect(database, isolation_level=None)) as source,
        closing(sqlite3.connect(to, isolation_level=None)) as target,
    ):
        source.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        source.execute("BEGIN")
        rows = _rows(source)  # the first look: from here on it is one state
        source.backup(target, pages=PAGES_AT_ONCE, progress=wait, sleep=0.0)
        source.execute("COMMIT")
        # A copy is one file: its log is folded in, and it says so itself.
        target.execute("PRAGMA journal_mode = DELETE")
    return rows


def check(database: Path, rows: Mapping[str, int]) -> str:
    """What is wrong with a copy, as a clause; empty when it is whole and has all its rows."""
    with closing(sqlite3.connect(database, isolation_level=None)) as opened:
        said = opened.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if said != "ok":
            return f"its database is damaged ({said})"
        if (stray := opened.execute("PRAGMA foreign_key_check").fetchone()) is not None:
            return f"a row of {stray[0]} belongs to nothing"
        found = _rows(opened)
    if found != dict(rows):
        name = next(name for name in {*found, *rows} if found.get(name) != rows.get(name))
        return f"{name} has {found.get(name)} rows instead of {rows.get(name)}"
    return ""


def _rows(opened: sqlite3.Connection) -> dict[str, int]:
    names = opened.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
        "AND name NOT LIKE 'subscribers_search%' ORDER BY name"
    ).fetchall()
    return {
        name: opened.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - ours
        for (name,) in names
    }

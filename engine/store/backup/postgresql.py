"""PostgreSQL: every table copied out of one repeatable-read snapshot, and in again (spec X4).

The copies are the server's own text form. pg_dump would do the same, but need not be at hand, and
must never be older than the server.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlmodel import SQLModel

from engine.store import migrations, tables

FOLDER = "tables"
CHUNK = 1024 * 1024
PAUSE_SECONDS = 0.002

assert tables.__all__, "imported for its tables"


def copy(url: str, folder: Path, pause: Callable[[float], None]) -> dict[str, int]:
    """Copy every table into a file of `folder`; how many rows each has in that state."""
    folder.mkdir(parents=True)
    rows: dict[str, int] = {}
    with _connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        for name in _names():
            table = sql.Identifier(name)
            with connection.cursor() as cursor:
                with (
                    (folder / name).open("wb") as file,
                    cursor.copy(sql.SQL("COPY {} TO STDOUT").format(table)) as out,
                ):
                    for block in out:
                        file.write(block)
                rows[name] = cursor.rowcount
            pause(PAUSE_SECONDS)
    return rows


def put_back(
    url: str,
    folder: Path,
    revision: str,
    rows: Mapping[str, int],
    taken_at: datetime,
    sha256: str,
    now: datetime,
) -> str:
    """Fill the empty database at `url` from the files of `folder`, all of it or nothing; with it
    comes the mark that it is a copy, which may not send.

    What is wrong, as a clause; empty when every row is there. Raises psycopg.Error.
    """
    migrations.upgrade(url, revision)
    with _connect(url) as connection:
        wrong = ""
        for name in _names():
            table = sql.Identifier(name)
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
                with (
                    (folder / name).open("rb") as file,
                    cursor.copy(sql.SQL("COPY {} FROM STDIN").format(table)) as into,
                ):
                    while block := file.read(CHUNK):
                        into.write(block)
                if cursor.rowcount != rows.get(name):
                    wrong = f"{name} has {cursor.rowcount} rows instead of {rows.get(name)}"
                cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))
            _set_sequence(connection, name)
        connection.execute(_FENCE, (taken_at, now, sha256))
        if wrong:
            connection.rollback()
    return wrong


_FENCE = (
    "INSERT INTO restored_copies (backed_up_at, restored_at, backup_sha256, released_by) "
    "VALUES (%s, %s, %s, '')"
)


def is_empty(url: str) -> bool:
    """Whether nobody has put a table of ours there."""
    with _connect(url) as connection:
        found = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
        return found is None or found[0] is None


def _set_sequence(connection: "psycopg.Connection[Any]", name: str) -> None:
    table = SQLModel.metadata.tables[name]
    for column in table.primary_key.columns:
        found = connection.execute(
            "SELECT pg_get_serial_sequence(%s, %s)", (f'"{name}"', column.name)
        ).fetchone()
        if found is not None and found[0] is not None:
            highest = sql.SQL("SELECT setval(%s, GREATEST((SELECT max({}) FROM {}), 1))")
            asked = highest.format(sql.Identifier(column.name), sql.Identifier(name))
            connection.execute(asked, (found[0],))


def _names() -> list[str]:
    """Our tables, each after those it refers to."""
    return [table.name for table in SQLModel.metadata.sorted_tables]


def _connect(url: str) -> "psycopg.Connection[Any]":
    return cast("psycopg.Connection[Any]", psycopg.connect(url.replace("+psycopg", "", 1)))

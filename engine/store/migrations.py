"""Brings a database to the shape the code expects. The revisions themselves are in `alembic/`."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event

SCRIPTS = Path(__file__).parents[2] / "alembic"
SEARCHING = "subscribers_search"
"""Begins the names of what only revisions know: trigrams, and what keeps them."""
LOCK_KEY = 0x6461776E63617374
"""Any number, as long as every process asks for the same one: "dawncast" in ASCII."""


def upgrade(url: str, revision: str = "head") -> None:
    """Run the revisions that the database at `url` has not had yet; none is an everyday answer.

    Everything happens in one transaction, and two processes that start at once take turns.
    """
    with connect(url) as connection:
        upgrade_on(connection, revision)


def upgrade_on(connection: sa.Connection, revision: str = "head") -> None:
    """The same on a connection with a transaction open: for a database that lives in memory."""
    command.upgrade(_config(connection), revision)


def downgrade(url: str, revision: str) -> None:
    """Back to `revision`, `base` for an empty database. What the later tables held is lost."""
    with connect(url) as connection:
        command.downgrade(_config(connection), revision)


def current(url: str) -> str | None:
    """The revision the database at `url` has; None when it has had none, or is not there yet."""
    if (path := _file(url)) is not None and not path.exists():
        return None  # merely to ask must not make an empty file
    db_engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with db_engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        db_engine.dispose()


def head() -> str | None:
    """The revision this code expects."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def is_current(url: str) -> bool:
    """Whether the database at `url` has the shape this code expects."""
    return current(url) == head()


def is_a_model_s(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether the tables in `tables` should know of it: not of what searches through them."""
    return kind not in ("table", "index") or SEARCHING not in (name or "")


@contextmanager
def connect(url: str) -> Generator[sa.Connection]:
    """A connection with a transaction open that no other process can migrate beside.

    The folder of a SQLite file is made when it is not there.
    """
    if (path := _file(url)) is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    db_engine = sa.create_engine(url, poolclass=sa.NullPool)
    if db_engine.dialect.name == "sqlite":
        # The driver would commit before every CREATE; and the write lock must be had at the start.
        event.listen(db_engine, "connect", _leave_transactions_to_us)
        event.listen(db_engine, "begin", _begin_immediate)
    try:
        with db_engine.begin() as connection:
            if db_engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_KEY)))
            yield connection
    finally:
        db_engine.dispose()


def _config(connection: sa.Connection | None = None) -> Config:
    # `alembic.ini` belongs to the `alembic` command; here the folder is all that is needed.
    config = Config(attributes={"connection": connection} if connection is not None else {})
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _file(url: str) -> Path | None:
    """The file of a SQLite database; None for one in memory, and for a server's."""
    parts = sa.make_url(url)
    if parts.get_backend_name() != "sqlite" or parts.database in (None, "", ":memory:"):
        return None
    return Path(parts.database)


def _leave_transactions_to_us(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout = 30000")


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")

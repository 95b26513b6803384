"""Where the drill's mornings get their databases: a file each, a private server, or one given."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
import sqlalchemy.exc

from engine.setting_names import read_database_url
from engine.store import migrations
from engine.trials.killed_morning import DrillError
from engine.trials.private_postgres import cluster

TEMPLATE = "drill_template"
STAYS = "alembic_version"
"""The one table that is left of a database taken back to its beginning."""


@contextmanager
def databases_of(kind: str, url: str | None) -> "Generator[Databases]":
    """What `--database` and `--database-url` ask for. Raises DrillError, MissingError."""
    with ExitStack() as files:
        if url:
            yield GivenDatabase(url)
        elif kind == "postgres":
            yield PrivatePostgres(files)
        else:
            yield SqliteDatabases()


class Databases(Protocol):
    """Where the mornings' databases come from."""

    @property
    def kind(self) -> str:
        """`sqlite` or `postgres`."""
        ...

    def fresh(self, home: Path, morning: int) -> str:
        """The URL of a migrated, empty database. The last morning's need not be kept."""
        ...

    def clear(self) -> None:
        """Nobody was lost or doubled: nothing of it is needed any more."""
        ...


class SqliteDatabases:
    """A file for each morning, in its folder."""

    kind = "sqlite"

    def fresh(self, home: Path, morning: int) -> str:
        url = f"sqlite:///{home / 'drill.db'}"
        migrations.upgrade(url)
        return url

    def clear(self) -> None:
        return None  # the folder goes


class PrivatePostgres:
    """A private server, and on it a database for each morning. Closed when `files` are."""

    kind = "postgres"

    def __init__(self, files: ExitStack) -> None:
        self._cluster = files.enter_context(cluster())
        migrations.upgrade(self._cluster.create(TEMPLATE))

    def fresh(self, home: Path, morning: int) -> str:
        return self._cluster.create(f"drill_{morning}", template=TEMPLATE)

    def clear(self) -> None:
        return None  # the server goes


class GivenDatabase:
    """One database for all mornings, emptied before each. Raises DrillError when it is not empty
    at the start: a drill destroys nothing that it did not make.
    """

    def __init__(self, url: str) -> None:
        try:
            self._url = read_database_url(url, Path())
            with _connected(self._url) as connection:
                tables = set(sa.inspect(connection).get_table_names()) - {STAYS}
        except (ValueError, sqlalchemy.exc.SQLAlchemyError) as error:
            raise DrillError(f"The database given cannot be used: {error}") from None
        if tables:
            raise DrillError(
                f"The database given is not empty: it has {len(tables)} tables. "
                "A drill needs one with nothing in it."
            )

    @property
    def kind(self) -> str:
        return "sqlite" if self._url.startswith("sqlite") else "postgres"

    def fresh(self, home: Path, morning: int) -> str:
        if morning > 1:
            self.clear()
        migrations.upgrade(self._url)
        return self._url

    def clear(self) -> None:
        migrations.downgrade(self._url, "base")


@contextmanager
def _connected(url: str) -> Generator[sa.Connection]:
    db_engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with db_engine.connect() as connection:
            yield connection
    finally:
        db_engine.dispose()

"""What every test may ask for: a migrated database of its own, on SQLite and on PostgreSQL.

database_url    the URL of one, twice: the same test runs on both databases
database        the same, opened
session         a session on it, in a transaction that is committed when the test ends
sqlite_url, postgresql_url    one kind alone, for what is not the store's business
"""

import ipaddress
import itertools
import shutil
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy import event
from sqlmodel import Session

from engine.store import migrations
from engine.store.database import Database
from engine.trials.private_postgres import Cluster, cluster

# A shared machine may stall for a second: that is not a finding.
hypothesis.settings.register_profile("house", deadline=None, print_blob=True)
hypothesis.settings.load_profile("house")

# The default draws a crash with all its variables in a box: seconds of work on the loop under test.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)

TEMPLATE = "dawncast_template"

_numbers = itertools.count(1)


def _stay_on_this_machine(action: str, arguments: tuple[Any, ...]) -> None:
    """Tests use real sockets, and only to this machine: anything else is a fault of the test."""
    if action != "socket.connect" or not isinstance(arguments[1], tuple):
        return
    host = str(arguments[1][0])
    if host != "localhost" and not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
        raise AssertionError(f"a test tried to reach {host}")


sys.addaudithook(_stay_on_this_machine)


SWEPT_ON_POSTGRESQL = {
    "read/test_evidence",
    "read/test_subscriber_list",
    "workers/test_alert_sources",
    "workers/test_back_up",
    "workers/test_notify",
    "workers/test_pack_evidence",
    "workers/test_roll_up",
}
"""What is long and not on the way of a message: at each change on SQLite, on both in the sweep."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files with long stories first: else the last of them would end alone. And the PostgreSQL
    half of some to the sweep.
    """
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)
    for item in items:
        module = f"{item.path.parent.name}/{item.path.stem}"
        if module in SWEPT_ON_POSTGRESQL and "[postgresql" in item.nodeid:
            item.add_marker("sweep")


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the engine and the server do."""
    return "asyncio"


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Generator[None]:
    """A trial turns the logs down; whichever test comes next may want to hear them."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "dawncast.db"
    migrations.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Generator[Cluster]:
    """The run's own PostgreSQL, started by the first test that needs it."""
    with cluster(fleeting=True) as running:
        yield running


@pytest.fixture(scope="session")
def _postgres_template(postgres: Cluster) -> Cluster:
    migrations.upgrade(postgres.create(TEMPLATE))
    return postgres


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file in the test's own folder."""
    path = tmp_path / "dawncast.db"
    shutil.copyfile(_sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(_postgres_template: Cluster) -> Generator[str]:
    """A migrated PostgreSQL database, dropped after the test."""
    name = f"dawncast_{next(_numbers)}"
    yield _postgres_template.create(name, template=TEMPLATE)
    _postgres_template.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of the test's own: once on SQLite, once on PostgreSQL."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def database(database_url: str) -> Generator[Database]:
    """The same, opened as the engine opens it."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def session(database_url: str) -> Generator[Session]:
    """A session in one transaction; committed at the end, so that late constraints speak up."""
    db_engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    if db_engine.dialect.name == "sqlite":
        event.listen(db_engine, "connect", _keep_foreign_keys)
    with Session(db_engine, expire_on_commit=False) as opened:
        yield opened
        opened.commit()
    db_engine.dispose()


def _keep_foreign_keys(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")

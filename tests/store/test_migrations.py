"""The revisions make exactly the tables the code has, on both databases, and can be taken back."""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import SQLModel

from engine.store import migrations, tables
from engine.trials.private_postgres import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    yield cluster.create("empty")
    cluster.drop("empty")


def test_the_revisions_make_the_tables_the_code_expects(database_url: str):
    assert tables.__all__
    with migrations.connect(database_url) as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": migrations.is_a_model_s}
        )
        assert compare_metadata(context, SQLModel.metadata) == []


def test_every_constraint_has_a_name(database_url: str):
    """Without one it could never be changed on SQLite."""
    with migrations.connect(database_url) as connection:
        inspector = sa.inspect(connection)
        for table in SQLModel.metadata.tables:
            assert inspector.get_pk_constraint(table)["name"], table
            assert all(key["name"] for key in inspector.get_foreign_keys(table)), table
            assert all(key["name"] for key in inspector.get_unique_constraints(table)), table


def test_a_fresh_database_has_no_revision_and_then_the_newest(empty_url: str):
    assert migrations.current(empty_url) is None
    assert not migrations.is_current(empty_url)
    migrations.upgrade(empty_url)
    assert migrations.current(empty_url) == migrations.head()
    assert migrations.is_current(empty_url)


def test_asking_for_the_revision_makes_no_file(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/var/dawncast.db"
    assert migrations.current(url) is None
    assert list(tmp_path.iterdir()) == []
    migrations.upgrade(url)
    assert migrations.is_current(url)


def test_an_upgrade_of_what_is_current_changes_nothing(database_url: str):
    migrations.upgrade(database_url)
    assert migrations.is_current(database_url)


def test_going_back_to_the_base_leaves_nothing_behind(empty_url: str):
    migrations.upgrade(empty_url)
    migrations.downgrade(empty_url, "base")
    assert migrations.current(empty_url) is None
    db_engine = sa.create_engine(empty_url, poolclass=sa.NullPool)
    assert sa.inspect(db_engine).get_table_names() == ["alembic_version"]
    migrations.upgrade(empty_url)
    assert migrations.is_current(empty_url)


def test_two_processes_that_start_at_once_migrate_one_after_the_other(empty_url: str):
    together = threading.Barrier(2)
    failures: list[BaseException] = []

    def start() -> None:
        together.wait()
        try:
            migrations.upgrade(empty_url)
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)

    starters = [threading.Thread(target=start) for _ in range(2)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert failures == []
    assert migrations.is_current(empty_url)


def test_a_database_in_memory_is_migrated_on_its_own_connection():
    db_engine = sa.create_engine("sqlite://")
    with db_engine.begin() as connection:
        migrations.upgrade_on(connection)
        assert "deliveries" in sa.inspect(connection).get_table_names()
    db_engine.dispose()

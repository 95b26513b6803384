"""Group commits: together when all is well, each for itself when one fails."""

import asyncio
import shutil
import sqlite3
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import exc
from sqlmodel import Session

from engine.store.database import Database
from engine.store.dialects import table
from engine.store.folding import fold
from engine.store.line import WAITING_LIMIT, OverloadedError
from engine.store.tables import Tenant

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 23, tzinfo=UTC)
tenants = table(Tenant)


def add(session: Session, name: str) -> str:
    session.add(Tenant(name=name, created_at=NOW))
    if name == "bad":
        raise ValueError("a bad name")
    return name


def names(session: Session) -> list[str]:
    return sorted(session.connection().execute(sa.select(tenants.c.name)).scalars())


def created(session: Session) -> datetime:
    return session.connection().execute(sa.select(tenants.c.created_at)).scalar_one()


async def test_many_transactions_share_a_commit_and_each_has_its_answer(database: Database) -> None:
    answers = await asyncio.gather(*(database.transact(add, f"n{i:02}") for i in range(20)))

    assert answers == [f"n{i:02}" for i in range(20)]
    assert await database.read(names) == sorted(answers)


async def test_one_that_fails_takes_no_neighbour_down(database: Database) -> None:
    async with asyncio.TaskGroup() as tasks:
        good = [tasks.create_task(database.transact(add, f"n{i}")) for i in range(5)]
        bad = tasks.create_task(_raises(database))
        good += [tasks.create_task(database.transact(add, f"m{i}")) for i in range(5)]

    assert bad.done()
    assert await database.read(names) == sorted(task.result() for task in good)


async def _raises(database: Database) -> None:
    with pytest.raises(ValueError, match="a bad name"):
        await database.transact(add, "bad")


class Doubtful(Database):
    """Commits, and is told that it could not."""

    @contextmanager
    def _transaction(self) -> Generator[Session]:
        with super()._transaction() as session:
            yield session
        raise exc.OperationalError("COMMIT", {}, Exception("disk I/O error"))


async def test_questions_of_one_instant_have_each_its_answer_and_one_that_fails_spoils_no_other(
    database: Database,
) -> None:
    answers = await asyncio.gather(
        *(
            database.peek(lambda s, n=n: s.connection().scalar(sa.select(sa.literal(n))))
            for n in range(3)
        ),
        database.peek(lambda s: s.connection().execute(sa.text("SELECT nonsense"))),
        database.peek(lambda s: s.connection().scalar(sa.select(sa.literal(9)))),
        return_exceptions=True,
    )

    assert answers[:3] == [0, 1, 2]
    assert isinstance(answers[3], exc.DBAPIError)
    assert answers[4] == 9


async def test_what_may_have_been_committed_is_not_run_again(sqlite_url: str) -> None:
    calm = Database(sqlite_url, inline=True)
    database = Doubtful(sqlite_url, inline=True)

    answers = await asyncio.gather(
        *(database.transact(add, name) for name in ("one", "two")), return_exceptions=True
    )

    assert [type(answer) for answer in answers] == [exc.OperationalError] * 2
    assert calm.read_now(names) == ["one", "two"]
    database.close()
    calm.close()


async def test_a_caller_that_gave_up_does_not_undo_the_write(database: Database) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await database.transact(add, "left")

    await database.transact(add, "stayed")

    assert await database.read(names) in (["left", "stayed"], ["stayed"])


async def test_aware_instants_come_back_as_they_went_in_and_naive_ones_are_refused(
    database: Database,
) -> None:
    await database.transact(add, "dated")
    assert await database.read(created) == NOW

    with pytest.raises(exc.StatementError, match="timezone"):
        await database.transact(
            lambda session: session.add(Tenant(name="naive", created_at=datetime(2026, 1, 1)))  # noqa: DTZ001
        )


def folding() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "fold"}


async def test_the_log_is_folded_into_the_file_beside_the_writer(sqlite_url: str) -> None:
    """The writer would leave it alone until it has four thousand pages."""
    others = folding()
    database = Database(sqlite_url)
    for number in range(20):
        await database.transact(add, f"n{number:02}")
    path = sqlite_url.removeprefix("sqlite:///")

    def in_the_file() -> int:
        # Opened as it lies there: a copy without its log.
        copy = Path(path).with_name("copy.db")
        shutil.copyfile(path, copy)
        with closing(sqlite3.connect(copy)) as connection:
            return connection.execute("SELECT count(*) FROM tenants").fetchone()[0]

    async with asyncio.timeout(20):
        while in_the_file() < 20:  # noqa: ASYNC110 - another thread folds
            await asyncio.sleep(0.05)

    database.close()
    assert folding() <= others


def test_what_cannot_be_folded_is_told_and_raises_nothing(sqlite_url: str) -> None:
    path = sqlite_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        with closing(sqlite3.connect(path, isolation_level=None)) as writer:
            writer.execute("PRAGMA journal_mode = WAL")
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM tenants").fetchone()
            writer.execute("CREATE TABLE other (number INTEGER)")
            assert not fold(writer), "somebody still reads what was before"
            reader.execute("COMMIT")
            assert fold(writer)
        with pytest.raises(sqlite3.ProgrammingError):
            writer.execute("SELECT 1")
        assert not fold(writer)


async def test_who_asks_a_database_that_does_not_keep_up_is_told_so_and_nothing_waits_for_ever(
    sqlite_url: str,
) -> None:
    """Bounded, like every queue: the webhook route answers 503 to it, and Meta calls again."""
    database = Database(sqlite_url)
    hold, held = threading.Event(), threading.Event()

    def block(_session: Session) -> None:
        held.set()
        hold.wait(30)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(database.transact(block))
        await asyncio.to_thread(held.wait, 30)
        waiting = [tasks.create_task(database.transact(names)) for _ in range(WAITING_LIMIT - 1)]
        await asyncio.sleep(0)
        assert database.line.waiting == WAITING_LIMIT
        with pytest.raises(OverloadedError):
            await database.transact(add, "one too many")
        with pytest.raises(OverloadedError):
            await database.read(names)
        hold.set()
    assert {tuple(task.result()) for task in waiting} == {()}
    assert database.line.waiting == 0
    assert await database.transact(add, "now there is room") == "now there is room"
    database.close()

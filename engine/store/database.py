"""The only bridge from async code to the database: `await database.transact(fn, …)`.

Transactions are committed in groups (spec R4): what arrives on a loop within a few milliseconds is
closed as one batch by a timer of that loop, and the one writer thread executes it as one
transaction with one fsync. A function that fails must not take its neighbours down, so a batch that
fails is rolled back and its functions are run again one by one; they therefore have no effects
outside their session.
"""

import asyncio
import queue
import threading
import weakref
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

P = ParamSpec("P")
T = TypeVar("T")

LINGER_SECONDS = 0.012
"""How long a batch stays open for company: below what a person or the pace notices (performance: 10
to 15 ms).
"""
BATCH_LIMIT = 500
READERS = 4
BUSY_TIMEOUT_MS = 5_000
READER_CACHE_KB = 512
"""Of each reader. Counting an audience goes through more than a cache holds; the system keeps it.
"""
STATEMENTS_KEPT = 40
"""By each connection, prepared: some thirty are hot. The others are lists of changing length, at
fifty kilobytes each.
"""
CHECKPOINT_PAGES = 4_000
"""16 MB of log before it is folded into the file: that stops the writer, so seldom is better."""


@dataclass(slots=True)
class _Job:
    fn: Callable[[Session], Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"


class Database:
    """One database, many readers, one writer.

    url: SQLAlchemy URL, `sqlite:///file` or `postgresql+psycopg://…`.
    inline: execute on the calling loop instead of in threads, for simulated time and short tools.
    durable: False gives up fsync; only for simulations, whose database dies with them.
    """

    def __init__(
        self,
        url: str,
        *,
        inline: bool = False,
        durable: bool = True,
        linger: float = LINGER_SECONDS,
    ) -> None:
        self.url = url
        self._inline = inline
        self._linger = linger
        self._writing = _writing_engine(url, durable=durable)
        self._reading = self._writing if _in_memory(url) else _reading_engine(url)
        self._open_batches: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, list[_Job]]
        self._open_batches = weakref.WeakKeyDictionary()
        self._write_lock = threading.Lock()
        self._batches: queue.SimpleQueue[list[_Job] | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, "read") if not inline else None
        self._writer: threading.Thread | None = None

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._writing.dialect.name

    async def transact(
        self, fn: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn(session, …)` in a transaction and return what it returned, once that is durable.

        Raises what `fn` raised; then nothing of it was written. Raises what the commit raised; then
        it was run once, and whether it was written is not known.
        """
        loop = asyncio.get_running_loop()
        job = _Job(lambda session: fn(session, *args, **kwargs), loop, loop.create_future())
        batch = self._open_batches.get(loop)
        if batch is None:
            batch = self._open_batches[loop] = []
            loop.call_later(self._linger, self._close_batch, loop)
        batch.append(job)
        if len(batch) >= BATCH_LIMIT:
            self._close_batch(loop)
        return cast("T", await job.future)

    async def read(
        self, fn: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a question that writes nothing, beside the writer."""
        if self._readers is None:
            return self.read_now(fn, *args, **kwargs)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, lambda: self.read_now(fn, *args, **kwargs))

    def transact_now(
        self, fn: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same as `transact`, for code without a loop: the command line, tests."""
        with self._transaction() as session:
            result = fn(session, *args, **kwargs)
            session.flush()
            return result

    def read_now(
        self, fn: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same as `read`, for code without a loop."""
        with self._question() as session:
            return fn(session, *args, **kwargs)

    def close(self) -> None:
        """Execute what was closed, end the threads, close the connections."""
        if self._writer is not None:
            self._batches.put(None)
            self._writer.join()
            self._writer = None
        if self._readers is not None:
            self._readers.shutdown(wait=True)
        self._writing.dispose()
        self._reading.dispose()

    @contextmanager
    def _transaction(self) -> Generator[Session]:
        """What is written in it is committed at its end, or rolled back when it raises."""
        with (
            self._write_lock,
            self._writing.begin() as connection,
            _session(connection) as session,
        ):
            yield session

    @contextmanager
    def _question(self) -> Generator[Session]:
        """A transaction that writes nothing."""
        with self._reading.connect() as connection, _session(connection) as session:
            yield session

    def _close_batch(self, loop: asyncio.AbstractEventLoop) -> None:
        batch = self._open_batches.pop(loop, None)
        if not batch:
            return
        if self._inline:
            _settle(self._execute(batch))
            return
        if self._writer is None:
            with self._write_lock:
                if self._writer is None:
                    self._writer = threading.Thread(target=self._write, name="write", daemon=True)
                    self._writer.start()
        self._batches.put(batch)

    def _write(self) -> None:
        while (batch := self._batches.get()) is not None:
            outcomes = self._execute(batch)
            loops = {id(job.loop): job.loop for job, _, _ in outcomes}
            for loop in loops.values():
                mine = [outcome for outcome in outcomes if outcome[0].loop is loop]
                try:
                    loop.call_soon_threadsafe(_settle, mine)
                except RuntimeError:  # that loop has ended; nobody waits there any more
                    continue

    def _execute(self, batch: list[_Job]) -> "list[_Executed]":
        ran = False
        try:
            with self._transaction() as session:
                results = [_run(session, job) for job in batch]
                ran = True
            return [(job, result, None) for job, result in zip(batch, results, strict=True)]
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            if ran or len(batch) == 1:
                # A commit that fails may have been done all the same: what was marked in it would
                # be marked twice, and nobody would know of the first time.
                return [(job, None, error) for job in batch]
        return [outcome for job in batch for outcome in self._execute([job])]


_Executed = tuple[_Job, Any, BaseException | None]


def _run(session: Session, job: _Job) -> Any:
    result = job.fn(session)
    session.flush()
    # The next function of the batch must read rows, not objects a neighbour happened to load.
    session.expunge_all()
    return result


def _settle(outcomes: Sequence[_Executed]) -> None:
    for job, result, error in outcomes:
        if job.future.done():  # its caller was cancelled meanwhile; what was written stays written
            continue
        if error is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(error)


def _session(connection: sa.Connection) -> Session:
    return Session(bind=connection, expire_on_commit=False, autoflush=True)


def _in_memory(url: str) -> bool:
    return url in ("sqlite://", "sqlite:///:memory:")


_SQLITE_ARGUMENTS = {"check_same_thread": False, "cached_statements": STATEMENTS_KEPT}


def _writing_engine(url: str, *, durable: bool) -> sa.Engine:
    if not url.startswith("sqlite"):
        db_engine = sa.create_engine(url, pool_size=2, max_overflow=0, pool_pre_ping=True)
        if not durable:
            event.listen(db_engine, "connect", _forget_durability)
        return db_engine
    options: dict[str, Any] = {"poolclass": StaticPool} if _in_memory(url) else {"pool_size": 1}
    db_engine = sa.create_engine(url, connect_args=_SQLITE_ARGUMENTS, **options)
    event.listen(db_engine, "connect", _sqlite_writer if durable else _sqlite_fleeting_writer)
    # One writer: take the write lock at the start, so that no transaction fails in its middle.
    event.listen(db_engine, "begin", _begin_writing)
    return db_engine


def _reading_engine(url: str) -> sa.Engine:
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_size=READERS, max_overflow=2, pool_pre_ping=True)
    db_engine = sa.create_engine(
        url, connect_args=_SQLITE_ARGUMENTS, pool_size=READERS, max_overflow=2
    )
    event.listen(db_engine, "connect", _sqlite_reader)
    event.listen(db_engine, "begin", _begin_reading)
    return db_engine


def _begin_writing(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _forget_durability(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    connection.commit()


def _sqlite_writer(connection: Any, _record: Any) -> None:
    _sqlite_pragmas(connection, "FULL")


def _sqlite_fleeting_writer(connection: Any, _record: Any) -> None:
    _sqlite_pragmas(connection, "OFF")


def _sqlite_pragmas(connection: Any, synchronous: str) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")


def _sqlite_reader(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only = ON")
    connection.execute(f"PRAGMA cache_size = -{READER_CACHE_KB}")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")

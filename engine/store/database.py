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
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import sqlalchemy as sa
from sqlmodel import Session

from engine.store.connections import (
    READERS,
    begin_writing,
    free_percent,
    in_memory,
    reading_engine,
    writing_engine,
)
from engine.store.folding import folder_of
from engine.store.line import WAITING_LIMIT, Line
from engine.store.prepared import say

P = ParamSpec("P")
T = TypeVar("T")

LINGER_SECONDS = 0.012
"""How long a batch stays open for company: below what anybody notices (performance: 10–15 ms)."""
BATCH_LIMIT = 500
PEEK_SECONDS = 0.005
"""How long a worker's question waits for those of others that wake at the same instant."""


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
        self._writing = writing_engine(url, durable=durable)
        self._reading = self._writing if in_memory(url) else reading_engine(url)
        # A file cannot hang up on us; to take its connection from the pool and to hand it back each
        # time costs more than many a transaction.
        self._keeps = self.dialect == "sqlite" and not in_memory(url)
        self._kept: Session | None = None
        self._open_batches: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, list[_Job]]
        self._open_batches = weakref.WeakKeyDictionary()
        self._peeks: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, list[_Job]]
        self._peeks = weakref.WeakKeyDictionary()
        self._write_lock = threading.Lock()
        self._batches: queue.SimpleQueue[list[_Job] | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, "read") if not inline else None
        self._writer: threading.Thread | None = None
        self._folder = None if inline or in_memory(url) else folder_of(url)
        self.line = Line()

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._writing.dialect.name

    @property
    def free_percent(self) -> float:
        """How much of its connections and of the places in its line is free, 0 to 100."""
        return min(100.0 * (1 - self.line.waiting / WAITING_LIMIT), free_percent(self._reading))

    async def transact(
        self, fn: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn(session, …)` in a transaction and return what it returned, once that is durable.

        Raises what `fn` raised; then nothing of it was written. Raises what the commit raised; then
        it was run once, and whether it was written is not known. OverloadedError: it was not run.
        """
        with self.line:
            return await self._transact(fn, *args, **kwargs)

    async def _transact(
        self, fn: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
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
        """Run a question that writes nothing, beside the writer. Raises OverloadedError, too."""
        if self._readers is None:
            return self.read_now(fn, *args, **kwargs)
        loop = asyncio.get_running_loop()
        with self.line:
            asked = partial(self.read_now, fn, *args, **kwargs)
            return await loop.run_in_executor(self._readers, asked)

    async def peek(
        self, fn: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `read`, for a worker's small question: those asked at about one time make one trip."""
        if self._readers is None:
            return self.read_now(fn, *args, **kwargs)
        loop = asyncio.get_running_loop()
        job = _Job(lambda session: fn(session, *args, **kwargs), loop, loop.create_future())
        peeks = self._peeks.get(loop)
        if peeks is None:
            peeks = self._peeks[loop] = []
            loop.call_later(PEEK_SECONDS, self._send_peeks, loop)
        peeks.append(job)
        return cast("T", await job.future)

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
        if self._folder is not None:
            self._folder.close()
        if self._readers is not None:
            self._readers.shutdown(wait=True)
        with self._write_lock:
            self._let_go()
        self._writing.dispose()
        self._reading.dispose()

    @contextmanager
    def _transaction(self) -> Generator[Session]:
        """What is written in it is committed at its end, or rolled back when it raises."""
        with self._write_lock:
            if not self._keeps:
                with self._writing.begin() as connection, _session(connection) as session:
                    yield session
                return
            kept = self._kept = self._kept or _session(self._keep())
            connection = cast("sa.Connection", kept.bind)
            try:
                begin_writing(connection)
                with kept as session:
                    yield session
                say(connection, "COMMIT")
            except BaseException:
                self._let_go()
                raise

    def _keep(self) -> sa.Connection:
        connection = self._writing.connect()
        connection.begin()  # for SQLAlchemy alone; SQLite is told of each transaction by us
        return connection

    def _let_go(self) -> None:
        """The connection that writes: the pool rolls back what is not committed."""
        kept, self._kept = self._kept, None
        if kept is not None:
            cast("sa.Connection", kept.bind).close()

    @contextmanager
    def _question(self) -> Generator[Session]:
        """A transaction that writes nothing."""
        with (
            self._reading.connect() as connection,
            connection.begin(),
            _session(connection) as session,
        ):
            yield session

    def _send_peeks(self, loop: asyncio.AbstractEventLoop) -> None:
        assert self._readers is not None
        with suppress(RuntimeError):  # closed meanwhile: nobody waits any more
            self._readers.submit(self._answer, self._peeks.pop(loop), loop)

    def _answer(self, peeks: list[_Job], loop: asyncio.AbstractEventLoop) -> None:
        outcomes = self._ask(peeks)
        with suppress(RuntimeError):  # that loop has ended; nobody waits there any more
            loop.call_soon_threadsafe(_settle, outcomes)

    def _ask(self, peeks: list[_Job]) -> "list[_Executed]":
        try:
            with self._question() as session:
                return [(job, _run(session, job), None) for job in peeks]
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            if len(peeks) == 1:
                return [(peeks[0], None, error)]
        return [outcome for job in peeks for outcome in self._ask([job])]

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
            if self._folder is not None:
                self._folder.note()
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
    if session.identity_map:
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

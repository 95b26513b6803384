"""The database of a simulated morning: one SQLite database in memory that outlives every process
that uses it, and the weather it is exposed to.

All transactions of a simulation are executed inline, one after the other, so its processes may
share one connection: it is kept open, which is most of what makes a morning quick.
"""

import asyncio
import sqlite3
import weakref
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import sqlalchemy as sa
import sqlalchemy.exc
from sqlalchemy.pool import NullPool
from sqlmodel import Session

from engine.clock import Clock
from engine.store.database import Database
from engine.trials.image import image
from engine.trials.spoken import Mouth
from engine.workers.equipment import doze

STATEMENTS_KEPT = 1_000
"""Prepared for the next time: all that a morning says."""
SHORTEST_DOZE_SECONDS = 0.5
"""Shorter ones would cost most of a morning, and show nothing more."""
SLOWER = 3.0
"""And the others are so much longer."""
LONGEST_DOZE_SECONDS = 60.0
"""How long a worker sleeps on while nothing is written; much of what it looks for is time alone."""


@dataclass(slots=True)
class Weather:
    """What befalls the database from outside. Shares are of the transactions that write."""

    rng: Random
    locked: int = 0
    """How many hold it: then nothing can be written."""
    full: int = 0
    """Then nothing can be written, and no journal line either."""
    commits_fail: float = 0.0
    commits_lie: float = 0.0
    """Those that are committed, and reported as failed."""

    @property
    def is_fair(self) -> bool:
        """Whether the database takes everything."""
        return not (self.locked or self.full or self.commits_fail or self.commits_lie)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the database says of a delivery as its request leaves."""

    state: str
    attempts: int
    content_hash: str
    opens_at: datetime
    closes_at: datetime


@dataclass(slots=True)
class Disk:
    """Where a simulated machine keeps its database."""

    clock: Clock
    weather: Weather
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    renewals: int = 0
    """Of leases: the only writes that nobody waits for."""
    _raw: sqlite3.Connection = field(init=False)
    _opened: sa.Connection = field(init=False)
    _session: "_OneSession" = field(init=False)

    def __post_init__(self) -> None:
        self._raw = sqlite3.connect(
            ":memory:",
            check_same_thread=False,
            isolation_level=None,
            cached_statements=STATEMENTS_KEPT,
        )
        image().connection.backup(self._raw)
        self._raw.create_function("strftime", 2, self._strftime)
        self._raw.create_function("strftime", 3, self._strftime)
        self._raw.execute("PRAGMA foreign_keys = ON")
        _to_be_opened.append(self._raw)
        self._opened = _db_engine().connect()
        self._opened.begin()  # says nothing: the connection is in autocommit, the disk says BEGIN
        self._session = _OneSession(self._opened, self._raw)

    @property
    def version(self) -> int:
        """Another one after each change that anybody may wait for."""
        return self._raw.total_changes - self.renewals

    @contextmanager
    def transaction(self, *, exposed: bool) -> Generator[Session]:
        """Commits at its end, if the weather allows; exposed: to the weather."""
        weather = self.weather
        if exposed and weather.locked:
            raise _refusal("database is locked")
        before = self.version
        self._raw.execute("BEGIN IMMEDIATE")
        try:
            with self._session.lent() as session:
                yield session
            if exposed and self._raw.in_transaction and self.version != before:
                self._brave(weather)
            self._raw.execute("COMMIT")
        except BaseException:
            if self._raw.in_transaction:
                self._raw.execute("ROLLBACK")
            if not self._opened.in_transaction():
                self._opened.begin()
            raise
        finally:
            if self.version != before:
                self.changed.set()
                self.changed = asyncio.Event()

    @contextmanager
    def question(self) -> Generator[Session]:
        """Reads what is committed."""
        with self._session.lent() as session:
            yield session

    def lease_owner(self) -> str:
        """Who holds the lease, or held it last."""
        row = self._raw.execute("SELECT owner FROM leases").fetchone()
        return row[0] if row else ""

    def standing(self, delivery: int) -> Standing:
        """How a delivery stands now."""
        row = self._raw.execute(
            "SELECT d.state, d.attempts, d.content_hash, b.opens_at, b.closes_at"
            " FROM deliveries d JOIN broadcasts b ON b.id = d.broadcast_id WHERE d.id = ?",
            (delivery,),
        ).fetchone()
        return Standing(row[0], row[1], row[2], _instant(row[3]), _instant(row[4]))

    def opted_out(self, phone: str) -> bool:
        """Whether this person's wish to get nothing more has been taken note of."""
        row = self._raw.execute(
            "SELECT status, consented FROM subscribers WHERE phone = ?", (phone,)
        ).fetchone()
        return row is not None and (row[0] != "ACTIVE" or not row[1])

    def close(self) -> None:
        """Nobody uses it any more."""
        self._session.close()
        self._opened.close()

    def _brave(self, weather: Weather) -> None:
        """Raises what a commit raises in this weather."""
        if weather.full:
            raise _refusal("database or disk is full")
        if weather.commits_fail and weather.rng.random() < weather.commits_fail:
            raise _refusal("disk I/O error")
        if weather.commits_lie and weather.rng.random() < weather.commits_lie:
            self._raw.execute("COMMIT")
            raise _refusal("disk I/O error")

    def _strftime(self, form: str, instant: str, later: str = "+0.000 seconds") -> str:
        """The database's clock is the machine's; all other questions are SQLite's own."""
        assert instant == "now", "nothing in a simulated morning asks for another instant"
        seconds, unit = later.split()
        assert unit == "seconds", "nothing in a simulated morning adds anything else"
        at = self.clock.now() + timedelta(seconds=float(seconds))
        milliseconds = f"{at.microsecond // 1000:03d}"
        return at.strftime(form.replace("%f", f"%S.{milliseconds}"))


class _OneSession(Session):
    """The session of all transactions of a morning: they come one after the other, and to make one
    for each would cost as much as most of their statements. Nothing that one of them loaded is
    there for the next.
    """

    def __init__(self, opened: sa.Connection, raw: sqlite3.Connection) -> None:
        super().__init__(bind=opened, expire_on_commit=False, autoflush=True)
        self._mouth = Mouth(opened, raw)

    def connection(self, *_arguments: Any, **_options: Any) -> Any:
        """The one there is; the disk says BEGIN and COMMIT on it."""
        return self._mouth

    @contextmanager
    def lent(self) -> Generator[Session]:
        """To one transaction, as good as new."""
        try:
            yield self
        except BaseException:
            self.close()
            raise
        if self.identity_map or self.new:
            self.expunge_all()


class DiskDatabase(Database):
    """A way to the disk that never fails: of the people around, and of the judge."""

    def __init__(self, disk: Disk, *, exposed: bool = False) -> None:
        super().__init__("sqlite://", inline=True, durable=False)
        self._disk = disk
        self._exposed = exposed

    @contextmanager
    def _transaction(self) -> Generator[Session]:
        with self._disk.transaction(exposed=self._exposed) as session:
            yield session

    @contextmanager
    def _question(self) -> Generator[Session]:
        with self._disk.question() as session:
            yield session


class Drowsiness:
    """Satisfies `Doze`: sleeps on while nothing was written since the sleeper last woke.

    What the workers look at is in the database, or is the time; a morning that waits for half an
    hour would look in vain ten thousand times.
    """

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._seen: weakref.WeakKeyDictionary[asyncio.Task[Any], int] = weakref.WeakKeyDictionary()

    async def __call__(self, seconds: float, until: asyncio.Event | None = None) -> None:
        """As `Doze` says, or later."""
        task = asyncio.current_task()
        assert task is not None
        await doze(max(SHORTEST_DOZE_SECONDS, seconds * SLOWER), until)
        woken = until is not None and until.is_set()
        if not woken and self._disk.version == self._seen.get(task):
            await doze(LONGEST_DOZE_SECONDS, self._disk.changed)
        self._seen[task] = self._disk.version


_to_be_opened: list[sqlite3.Connection] = []


@cache
def _db_engine() -> sa.Engine:
    """One for all mornings of this process: it remembers how each statement is spelled."""
    return sa.create_engine(
        "sqlite://", creator=_to_be_opened.pop, poolclass=NullPool, pool_reset_on_return=None
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _refusal(words: str) -> sqlalchemy.exc.OperationalError:
    return sqlalchemy.exc.OperationalError("", {}, sqlite3.OperationalError(words))

"""How the database is spoken to: who writes and who reads, and by which of its habits."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import StaticPool

from engine.store.prepared import say

READERS = 4
OVERFLOW = 2
"""Connections to read by beyond one for each reader: for who asks without a reader's thread."""
BUSY_TIMEOUT_MS = 5_000
READER_CACHE_KB = 512
"""Of each reader. Counting an audience goes through more than a cache holds; the system keeps it.
"""
STATEMENTS_KEPT = 40
"""By each connection, prepared: some thirty are hot. The others are lists of changing length, at
fifty kilobytes each.
"""
CHECKPOINT_PAGES = 4_000
"""16 MB of log before the writer begins it anew. Nearly all of it is in the file by then: see
`folding`.
"""


def in_memory(url: str) -> bool:
    return url in ("sqlite://", "sqlite:///:memory:")


_SQLITE_ARGUMENTS = {"check_same_thread": False, "cached_statements": STATEMENTS_KEPT}


def writing_engine(url: str, *, durable: bool) -> sa.Engine:
    if not url.startswith("sqlite"):
        db_engine = sa.create_engine(url, pool_size=2, max_overflow=0, pool_pre_ping=True)
        if not durable:
            event.listen(db_engine, "connect", _forget_durability)
        return db_engine
    options: dict[str, Any] = {"poolclass": StaticPool} if in_memory(url) else {"pool_size": 1}
    db_engine = sa.create_engine(url, connect_args=_SQLITE_ARGUMENTS, **options)
    event.listen(db_engine, "connect", _sqlite_writer if durable else _sqlite_fleeting_writer)
    if in_memory(url):
        event.listen(db_engine, "begin", begin_writing)
    return db_engine


def reading_engine(url: str) -> sa.Engine:
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_size=READERS, max_overflow=OVERFLOW, pool_pre_ping=True)
    db_engine = sa.create_engine(
        url, connect_args=_SQLITE_ARGUMENTS, pool_size=READERS, max_overflow=OVERFLOW
    )
    event.listen(db_engine, "connect", _sqlite_reader)
    event.listen(db_engine, "begin", _begin_reading)
    return db_engine


def begin_writing(connection: sa.Connection) -> None:
    """One writer: it takes the lock at the start, so that no transaction fails in its middle."""
    say(connection, "BEGIN IMMEDIATE")


def _begin_reading(connection: sa.Connection) -> None:
    say(connection, "BEGIN")


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


def free_percent(db_engine: sa.Engine) -> float:
    """How many of an engine's connections nobody uses, of a hundred."""
    pool = db_engine.pool
    if not isinstance(pool, sa.QueuePool):
        return 100.0
    return 100.0 * max(0.0, 1.0 - pool.checkedout() / (pool.size() + OVERFLOW))

"""The subscribers' list at a million rows, on both databases: sixty ways to look at it, timed."""

import statistics
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.clock import MachineClock
from engine.domain.ids import TenantId
from engine.domain.subscriber import Status
from engine.read.subscriber_list import page
from engine.store import migrations, subscribers, tables
from engine.store.database import Database
from engine.store.dialects import table
from engine.trials.bench import screen
from engine.trials.bench.combinations import COMBINATIONS, Combination
from engine.trials.bench.table import Row, not_measured, verdict
from engine.trials.bench.tools import Tools
from engine.trials.people import made_up_people
from engine.trials.private_postgres import MissingError, cluster

ROWS, QUICK_ROWS = 1_000_000, 20_000
ROUNDS = 3
FILLED_AT_ONCE = 20_000
P95_SECONDS = 0.2
STATUSES = {Status.PAUSED: 3, Status.OPTED_OUT: 2, Status.UNREACHABLE: 1}
"""Of a hundred; the others are active."""
TENANT = TenantId(1)


def measure(tools: Tools) -> list[Row]:
    """A row for each database."""
    rows = QUICK_ROWS if tools.quick else ROWS
    found: list[Row] = []
    with (
        tempfile.TemporaryDirectory(prefix="dawncast-bench-") as folder,
        filled(f"sqlite:///{Path(folder) / 'people.db'}", rows, tools) as database,
    ):
        found.append(_timed(database, rows, tools))
        found.append(screen.measure(tools, database.url, rows))
    try:
        with cluster() as running, filled(running.create("people"), rows, tools) as database:
            found.append(_timed(database, rows, tools))
    except MissingError as missing:
        found.append(not_measured("subscriber page on PostgreSQL", _goal(), str(missing)))
    return found


@contextmanager
def filled(url: str, rows: int, tools: Tools) -> Generator[Database]:
    """A database with one tenant and so many made-up subscribers."""
    migrations.upgrade(url)
    database = Database(url, durable=False)
    try:
        now = MachineClock().now()
        database.transact_now(_found_tenant, now)
        people = made_up_people(rows, Random(1), now=now)
        done = 0
        while some := list(islice(people, FILLED_AT_ONCE)):
            database.transact_now(subscribers.insert_new, TENANT, some, now=now)
            done += len(some)
            tools.tell(f"a list on {database.dialect}: {done:,} of {rows:,}")
        database.transact_now(_spread_statuses)
        if database.dialect == "postgresql":
            database.transact_now(_analyze)
        yield database
    finally:
        database.close()


def _found_tenant(session: Session, now: Any) -> None:
    session.add(tables.Tenant(id=TENANT, name="bench", created_at=now))


def _spread_statuses(session: Session) -> None:
    s = table(tables.Subscriber)
    # Neither in the order of names nor in that of entries: a number that jumps about, and stays one
    # that PostgreSQL's INTEGER holds.
    place, start = (s.c.id % 100 * 7_919) % 100, 0
    for status, share in STATUSES.items():
        inside = place.between(start, start + share - 1)
        session.connection().execute(sa.update(s).where(inside).values(status=status.value))
        start += share


def _analyze(session: Session) -> None:
    """As PostgreSQL does by itself, sooner or later."""
    session.connection().execute(sa.text("ANALYZE subscribers"))


def _timed(database: Database, rows: int, tools: Tools) -> Row:
    clock = MachineClock()
    took: dict[Combination, list[float]] = {one: [] for one in COMBINATIONS}
    for round_ in range(ROUNDS):
        tools.tell(f"looking at {rows:,} on {database.dialect}, round {round_ + 1} of {ROUNDS}")
        for one in COMBINATIONS:
            began = clock.loop_time()
            database.read_now(page, TENANT, one.wanted, after=one.after(rows))
            took[one].append(clock.loop_time() - began)
    every = sorted(second for seconds in took.values() for second in seconds)
    p50, p95 = _share(every, 0.5), _share(every, 0.95)
    typical = {one: statistics.median(seconds) for one, seconds in took.items()}
    slowest = max(typical, key=lambda one: typical[one])
    return Row(
        name=f"subscriber page, {rows:,} rows, {database.dialect}",
        ours=f"p95 {p95 * 1000:.0f} ms, p50 {p50 * 1000:.0f} ms",
        goal=_goal(),
        verdict=verdict(p95 <= P95_SECONDS),
        why=f"slowest: {slowest.words}: {typical[slowest] * 1000:.0f} ms",
        figures={
            f"subscribers_{database.dialect}_p50_ms": round(p50 * 1000, 1),
            f"subscribers_{database.dialect}_p95_ms": round(p95 * 1000, 1),
            "by_combination_ms": {one.words: round(s * 1000, 1) for one, s in typical.items()},
        },
    )


def _goal() -> str:
    return f"p95 ≤ {P95_SECONDS * 1000:.0f} ms"


def _share(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

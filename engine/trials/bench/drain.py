"""How long the engine takes to read what a flood of webhooks left in its inbox."""

import asyncio
import hashlib
import tempfile
from datetime import datetime
from pathlib import Path
from random import Random

from sqlmodel import Session

from engine.clock import MachineClock
from engine.loops import fast_loop
from engine.store import inbox, migrations
from engine.store.database import Database
from engine.trials import earlier, simulated
from engine.trials.bench.table import Row, verdict
from engine.trials.bench.tools import Tools
from engine.trials.options import MorningOptions
from engine.trials.statuses import STATUSES, status_body
from engine.workers.receive import BODIES, process_batch

STATUSES_WAITING = 100_000
DRAIN_SECONDS = 30.0
STORED_AT_ONCE = 2_000


def measure(tools: Tools) -> list[Row]:
    """A webhook for each status: three of each message, all `sent` first, then the others."""
    count = STATUSES_WAITING // (20 if tools.quick else 1)
    tools.tell(f"{count:,} statuses wait")
    with tempfile.TemporaryDirectory(prefix="dawncast-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'drain.db'}"
        migrations.upgrade(url)
        database = Database(url)
        try:
            _fill(database, count)
            tools.tell(f"{count:,} statuses are drained")
            clock = MachineClock()
            began = clock.loop_time()
            with asyncio.Runner(loop_factory=fast_loop) as runner:
                runner.run(drain(database))
            took = clock.loop_time() - began
            left = database.read_now(inbox.count_waiting)
        finally:
            database.close()
    goal = DRAIN_SECONDS * count / STATUSES_WAITING
    return [
        Row(
            name=f"{count:,} statuses drained, a webhook each",
            ours=f"{took:.1f} s",
            goal=f"≤ {goal:g} s",
            verdict=verdict(took <= goal and not left),
            why=f"{count / took:,.0f}/s, {left} left",
            figures={"drain_s": round(took, 2)},
        )
    ]


async def drain(database: Database) -> None:
    """Read the inbox until nothing waits, as the engine's `receive` does when much does."""
    clock, rng = MachineClock(), Random(1)
    while await database.transact(process_batch, BODIES, clock.now(), rng):
        continue


def _fill(database: Database, count: int) -> None:
    now = MachineClock().now()
    people = -(-count // len(STATUSES))
    seeded = database.transact_now(simulated.seed, MorningOptions(subscribers=people), now)
    database.transact_now(earlier.seed_earlier, seeded, people, now)
    for first in range(0, count, STORED_AT_ONCE):
        numbers = range(first, min(count, first + STORED_AT_ONCE))
        database.transact_now(_store, numbers, people, now)


def _store(session: Session, numbers: range, people: int, now: datetime) -> None:
    new: list[inbox.NewWebhook] = []
    for number in numbers:
        turn, message = divmod(number, people)
        body = status_body(earlier.message_id(message), STATUSES[turn], int(now.timestamp()))
        new.append(inbox.NewWebhook(body, hashlib.sha256(body).hexdigest(), now))
    inbox.store_webhooks(session, new)

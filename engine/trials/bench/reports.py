"""Reports over a year of 2,000 a day: 730,000 deliveries made up on the spot, counted by the worker
that counts them in the product, opened as the page opens them, and put on paper.
"""

import asyncio
import statistics
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.clock import MachineClock
from engine.documents.report_book import Format
from engine.documents.report_process import make_file
from engine.domain.ids import TenantId
from engine.read.report import report
from engine.read.report_book import book
from engine.read.report_words import Spoken
from engine.store import migrations, tables
from engine.store.database import Database
from engine.store.dialects import table
from engine.trials.bench.table import Row, verdict
from engine.trials.bench.tools import Tools
from engine.trials.tenant import SeededTenant, seed_sandbox
from engine.workers import roll_up

DAYS, PEOPLE = 365, 2_000
QUICK_DAYS = 10
LAST = date(2026, 11, 25)
OPENS = timedelta(minutes=30)  # 06:00 in India
ROUNDS = 5
OPEN_SECONDS, PAPER_SECONDS = 1.0, 5.0
SENDERS = 4


def measure(tools: Tools) -> list[Row]:
    """What opening the year takes, what a day on paper takes, and what counting the year took."""
    days = QUICK_DAYS if tools.quick else DAYS
    with tempfile.TemporaryDirectory(prefix="dawncast-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'reports.db'}"
        migrations.upgrade(url)
        database = Database(url, durable=False)
        try:
            return _measure(database, days, tools)
        finally:
            database.close()


def _measure(database: Database, days: int, tools: Tools) -> list[Row]:
    clock = MachineClock()
    seeded = database.transact_now(
        seed_sandbox,
        subscribers=PEOPLE,
        senders=SENDERS,
        backups=0,
        rate=80.0,
        now=datetime(2025, 1, 1, tzinfo=UTC),
        rng=Random(1),
        password=None,
    )
    for place in range(days):
        database.transact_now(_one_day, seeded, LAST - timedelta(days=days - 1 - place), place)
        tools.tell(f"a year of mornings, day {place + 1} of {days}")
    tools.tell(f"counting {days} days")
    began = clock.loop_time()
    asyncio.run(roll_up.look(database, clock))
    counted = clock.loop_time() - began
    tenant, first = seeded.tenant, LAST - timedelta(days=days - 1)
    opening = [_timed(database, clock, tenant, first) for _ in range(ROUNDS)]
    found = database.read_now(report, tenant, first, LAST)
    paper, size = _paper(database, clock, tenant)
    typical = statistics.median(opening)
    return [
        Row(
            name=f"report of {days} days, {found.total.planned:,} deliveries",
            ours=f"opens in {typical * 1000:.0f} ms, at worst {max(opening) * 1000:.0f} ms",
            beside=f"{counted:.1f} s to count all days once",
            goal=f"≤ {OPEN_SECONDS:.0f} s",
            verdict=verdict(max(opening) <= OPEN_SECONDS),
            figures={
                "report_open_ms": round(typical * 1000, 1),
                "report_open_worst_ms": round(max(opening) * 1000, 1),
                "report_counted_s": round(counted, 1),
                "report_deliveries": found.total.planned,
            },
        ),
        Row(
            name="report of a day on paper",
            ours=f"{paper:.1f} s, {size / 1024:.0f} kB",
            goal=f"≤ {PAPER_SECONDS:.0f} s",
            verdict=verdict(paper <= PAPER_SECONDS),
            figures={"report_pdf_s": round(paper, 2), "report_pdf_bytes": size},
        ),
    ]


def _timed(database: Database, clock: MachineClock, tenant: TenantId, first: date) -> float:
    began = clock.loop_time()
    database.read_now(report, tenant, first, LAST)
    return clock.loop_time() - began


def _paper(database: Database, clock: MachineClock, tenant: TenantId) -> tuple[float, int]:
    began = clock.loop_time()
    made = database.read_now(
        book, tenant, LAST, LAST, spoken=PLAIN, now=datetime(2026, 11, 26, tzinfo=UTC), paper=True
    )
    data = asyncio.run(make_file(made, Format.PDF))
    return clock.loop_time() - began, len(data)


PLAIN = Spoken(
    number=lambda value: "–" if value is None else f"{value:,}",
    percent=lambda value: "–" if value is None else f"{value:.1f} %",
    seconds=lambda value: "–" if value is None else f"{value:.1f} s",
    rupees=lambda amount: "–" if amount is None else f"₹{amount:.2f}",
    day=lambda day: f"{day:%a} {day.day} {day:%b} {day.year}",
    moment=lambda at: f"{at:%d %b %Y %H:%M} UTC",
    clock=lambda at: f"{at:%H:%M} UTC",
)
"""The words of pages are the app's."""


def _one_day(session: Session, seeded: SeededTenant, day: date, place: int) -> None:
    opens = datetime(day.year, day.month, day.day, tzinfo=UTC) + OPENS
    connection = session.connection()
    if place == 0:
        connection.execute(
            sa.insert(table(tables.Schedule)).values(
                id=1, tenant_id=seeded.tenant, name="Daily", kind="daily", created_at=opens
            )
        )
    connection.execute(
        sa.insert(table(tables.Broadcast)).values(
            id=place + 1,
            tenant_id=seeded.tenant,
            schedule_id=1,
            service_day=day,
            title="निफ्टी दृष्टिकोण · Nifty outlook",
            content_id=seeded.content,
            content_hash=seeded.content_hash,
            state="done",
            opens_at=opens,
            window_ends_at=opens + timedelta(seconds=150),
            closes_at=opens + timedelta(seconds=300),
            frozen_at=opens - timedelta(minutes=30),
            targeted=PEOPLE,
            created_at=opens,
        )
    )
    connection.execute(sa.insert(table(tables.Delivery)), list(_deliveries(seeded, opens, place)))


def _deliveries(seeded: SeededTenant, opens: datetime, place: int) -> Iterator[dict[str, Any]]:
    rng = Random(place)
    for number in range(PEOPLE):
        planned = opens + timedelta(seconds=rng.uniform(0, 150))
        accepted = planned + timedelta(seconds=rng.uniform(0.15, 0.3))
        lag = timedelta(seconds=min(600.0, rng.lognormvariate(0.7, 1.4)))
        arrived = (accepted + lag).replace(microsecond=0)
        fails = rng.random() < 0.004
        reads = not fails and rng.random() < 0.7
        read = arrived + timedelta(seconds=rng.expovariate(1 / 3_600)) if reads else None
        yield {
            "tenant_id": seeded.tenant,
            "broadcast_id": place + 1,
            "sender_id": seeded.senders[number % SENDERS],
            "subscriber_id": number + 1,
            "key": f"{place}/{number}",
            "content_hash": seeded.content_hash,
            "phone": "+919800000000",
            "language": ("EN", "HI", "MR")[number % 3],
            "tier": ("PREMIUM", "PRO", "BASIC")[number % 7 % 3],
            "state": "failed" if fails else "read" if reads else "delivered",
            "error_code": 131026 if fails else None,
            "planned_at": planned,
            "attempts": 1,
            "accepted_at": accepted,
            "sent_at": accepted,
            "delivered_at": None if fails else arrived,
            "read_at": read,
            "updated_at": arrived,
        }

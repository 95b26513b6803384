"""A whole simulated morning: what a report says is what really happened, to the last person."""

import asyncio
import csv
import io
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlmodel import Session, col, select

from engine.clock import LoopClock
from engine.documents.report_csv import write_csv
from engine.domain.reporting import Dimension
from engine.read.report import Report, report
from engine.read.report_book import tables_of
from engine.roster import Parts
from engine.runtime import Engine
from engine.simulator.curves import long_tail
from engine.simulator.gateway import SimulatedWhatsApp
from engine.simulator.loop import JumpingLoop
from engine.simulator.scenarios import scenario_named
from engine.simulator.truth import Truth
from engine.simulator.world import World
from engine.store.database import Database
from engine.store.journal import MemoryJournals
from engine.store.tables import Broadcast, Sender
from engine.trials import simulated
from engine.trials.options import MorningOptions
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET, WABA_ID

pytestmark = pytest.mark.slow
PEOPLE, SENDERS = 150, 3


@dataclass(frozen=True)
class Morning:
    """What the report says, what the world knows, and the numbers of the senders."""

    report: Report
    truth: Truth
    closes: float
    phone_ids: dict[str, str]


def play(scenario: str, seed: int, url: str) -> Morning:
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(_play(scenario, seed, url))


async def _play(scenario: str, seed: int, url: str) -> Morning:
    options = MorningOptions(
        subscribers=PEOPLE, senders=SENDERS, rate=20.0, scenario=scenario, seed=seed
    )
    database = Database(url, inline=True, durable=False)
    clock = LoopClock(starts_at=simulated.STARTS_AT)
    seeded = database.transact_now(simulated.seed, options, clock.now())
    database.transact_now(
        simulated.add_one_off,
        seeded,
        options.pacing,
        clock.now() + simulated.LEAD,
        clock.now(),
    )
    numbers = database.read_now(simulated.numbers_of, seeded)
    shape = replace(scenario_named(scenario), read_lag=long_tail(median=60.0, p99=500.0))
    world = World(seed, shape, numbers, ACCESS_TOKEN, APP_SECRET, WABA_ID)
    engine = Engine(
        Parts(
            database=database,
            gateway=SimulatedWhatsApp(world, clock),
            journals=MemoryJournals(),
            clock=lambda: clock,
            rng=Random(seed),
            owner="simulated",
            tuning=simulated.tuning(options),
            draw_seed=lambda: f"{seed:032x}",
            alarm=False,
            reports=True,
        )
    )
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(engine.run())
        pumping = tasks.create_task(simulated.pump_webhooks(world, database, clock))
        # Until the last has read, and the day was counted again for it.
        await asyncio.sleep(timedelta(minutes=50).total_seconds())
        assert world.next_webhook_at() is None
        engine.stop()
        await running
        pumping.cancel()
    found = database.read_now(report, seeded.tenant, seeded.day, seeded.day)

    def about(session: Session) -> tuple[float, dict[str, str]]:
        closes = session.exec(select(col(Broadcast.closes_at))).one().timestamp()
        senders = session.exec(select(Sender)).all()
        return closes, {str(row.id): row.phone_number_id for row in senders}

    closes, phone_ids = database.read_now(about)
    database.close()
    return Morning(found, world.truth(), closes, phone_ids)


def reached(truth: Truth) -> dict[str, Any]:
    """Per person, the message that reached them."""
    return {m.recipient: m for m in truth.messages if m.delivered_at is not None}


@pytest.mark.parametrize(
    ("scenario", "seed"),
    [
        pytest.param("normal_load", 1, marks=pytest.mark.sweep),
        pytest.param("phone_failure", 2, marks=pytest.mark.sweep),
        pytest.param("api_rate_limit", 3, marks=pytest.mark.sweep),
    ],
)
def test_the_figures_of_a_morning_are_what_really_happened(
    sqlite_url: str, scenario: str, seed: int
) -> None:
    morning = play(scenario, seed, sqlite_url)
    found, truth = morning.report, morning.truth
    total = found.total
    people = reached(truth)
    assert total.planned == total.targeted == PEOPLE
    assert total.delivered == len(people) > PEOPLE / 2
    assert total.on_time == len(truth.delivered_by(morning.closes))
    assert total.handed_over == len(
        truth.sent_by(morning.closes) | truth.delivered_by(morning.closes)
    )
    read = sum(m.read_at is not None for m in people.values())
    assert total.read == read > 0
    assert total.on_time + total.missed_ours + total.missed_phones == total.targeted
    assert found.bill.lines[0].delivered == len(people)
    by_sender = {row.key: row.figures.delivered for row in found.groups[Dimension.SENDER]}
    for key, count in by_sender.items():
        really = sum(m.phone_number_id == morning.phone_ids[key] for m in people.values())
        assert count == really
    seconds = sorted(max(0, int(m.delivered_at) - int(m.accepted_at)) for m in people.values())
    assert found.lags is not None
    rank = -(-95 * len(seconds) // 100) - 1
    assert abs(found.lags.p95 - seconds[rank]) <= 1, (
        "our answer comes a moment after WhatsApp's yes"
    )


@pytest.mark.sweep
def test_the_csv_says_what_the_page_says(sqlite_url: str) -> None:
    found = play("phone_failure", 4, sqlite_url).report
    (days, *_) = tables_of(found)
    rows = list(csv.reader(io.StringIO(write_csv(days).decode("utf-8-sig"))))
    head, total = rows[0], rows[-1]
    at = {name: place for place, name in enumerate(head)}
    assert total[0] == "Total"
    for name, value in (
        ("Targeted", found.total.targeted),
        ("Delivered in time", found.total.on_time),
        ("Delivered", found.total.delivered),
        ("Read", found.total.read),
        ("Given up on", found.total.failed),
        ("Attempts refused", found.total.refused),
    ):
        assert int(total[at[name]]) == value
        assert sum(int(row[at[name]]) for row in rows[1:-1]) == value
    assert float(total[at["Cost in rupees, without tax"]]) == float(found.bill.amount)

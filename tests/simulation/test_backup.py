"""A backup in the middle of a real morning, over sockets: complete, one state, and silent until
released.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.command_line.trials import SERVED
from engine.chores.backup import back_up
from engine.chores.restore import restore
from engine.clock import MachineClock
from engine.commands.release_copy import release_copy
from engine.commands.resend_held import resend_held
from engine.domain.audit import Intact
from engine.domain.delivery import ACCEPTED_OR_BETTER, OPEN, State
from engine.domain.ids import BroadcastId, DeliveryId
from engine.domain.roles import CLI
from engine.roster import Parts
from engine.runtime import Engine
from engine.store import audit
from engine.store.database import Database
from engine.store.journal import FileJournals
from engine.store.tables import Delivery
from engine.trials.options import MorningOptions, MorningResult
from engine.trials.real import run_real
from engine.trials.visitor import Scene
from tests.workers.virtual import Whatsapp

PEOPLE = 400
INTO_IT = timedelta(seconds=2)
CLOCK = MachineClock()


@dataclass
class Keeper:
    """Takes a backup while the morning goes out."""

    folder: Path
    made: dict[str, Any] = field(default_factory=dict)
    open_before: int = 0
    open_after: int = 0

    async def during(self, scene: Scene) -> None:
        wait = scene.opens_at + INTO_IT - scene.clock.now()
        await asyncio.sleep(max(0.0, wait.total_seconds()))
        self.open_before = await scene.database.read(still_open)
        home = Path(scene.database.url.removeprefix("sqlite:///")).parent
        told = {
            "url": scene.database.url,
            "home": str(home),
            "folder": str(self.folder),
            "name": "morning.backup",
            "password": "",
            "version": "1.0",
            "now": scene.clock.now().isoformat(),
        }
        # The engine is in another process anyway; the chore's own start is not what is tested.
        self.made = await asyncio.to_thread(back_up, told)
        self.open_after = await scene.database.read(still_open)

    def after(self, session: Session, broadcast: BroadcastId, result: MorningResult) -> None:
        del session, broadcast, result


def still_open(session: Session) -> int:
    states = session.exec(select(Delivery.state)).all()
    return sum(State(state) in OPEN for state in states)


def states(session: Session) -> list[State]:
    return [State(one) for one in session.exec(select(Delivery.state).order_by(col(Delivery.id)))]


async def engine_for(database: Database, home: Path, seconds: float) -> tuple[bool, Whatsapp]:
    """Whether an engine got to work on it within so many seconds, and what it sent."""
    whatsapp = Whatsapp(latency=0.02)
    engine = Engine(
        Parts(
            database=database,
            gateway=whatsapp,
            journals=FileJournals(home / "journal"),
            clock=MachineClock,
            rng=Random(1),
            owner="the copy's",
            is_dead=lambda _: True,
        )
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.run())
        await asyncio.sleep(seconds)
        ran = engine.running.is_set()
        engine.stop()
    return ran, whatsapp


@pytest.mark.slow
@pytest.mark.sweep
def test_a_backup_of_a_running_morning_is_whole_and_sends_nothing_twice(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / "backups")
    options = MorningOptions(subscribers=PEOPLE, senders=2, rate=10.0, seed=3, settle=False)
    with asyncio.Runner() as runner:
        result = runner.run(run_real(options, SERVED, visitors=[keeper]))
    assert (result.targeted, result.lost, result.doubled) == (PEOPLE, 0, 0), "the original"
    assert keeper.made["tested"], "complete, consistent, its trail walked"
    assert 0 < keeper.open_before < PEOPLE, "it was taken in the middle"

    home = tmp_path / "elsewhere"
    contents = restore(
        tmp_path / "backups" / "morning.backup", home, url=None, password=None, now=CLOCK.now()
    )
    assert contents.rows["deliveries"] == PEOPLE
    database = Database(f"sqlite:///{home / 'dawncast.db'}")
    try:
        then = database.read_now(states)
        assert any(state in ACCEPTED_OR_BETTER for state in then)
        assert any(state in OPEN for state in then)
        assert isinstance(database.read_now(audit.verify), Intact)

        ran, whatsapp = asyncio.run(engine_for(database, home, 3.0))
        assert not ran, "fenced"
        assert whatsapp.sent == []

        held = database.transact_now(release_copy, by=CLI, now=CLOCK.now())
        assert held == sum(state in OPEN for state in then)
        ran, whatsapp = asyncio.run(engine_for(database, home, 5.0))
        assert ran, "released"
        assert whatsapp.sent == [], "the original sent all of it: nobody gets a second one"

        one = DeliveryId(1 + next(i for i, state in enumerate(then) if state in OPEN))
        done = database.transact_now(resend_held, one, by=CLI, now=CLOCK.now())
        assert done is None, done
        _, whatsapp = asyncio.run(engine_for(database, home, 8.0))
        assert [sent.attempt.delivery for sent in whatsapp.sent] == [one], "a person said so"
    finally:
        database.close()

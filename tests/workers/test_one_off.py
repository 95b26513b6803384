"""A one-off that a person set goes out at its instant: by the engine, on both databases."""

import asyncio
from datetime import timedelta
from random import Random

import pytest
from sqlmodel import Session, col, select

from engine.clock import MachineClock
from engine.commands.add_schedule import add_schedule
from engine.domain.ids import BroadcastId
from engine.domain.refusal import Refused
from engine.domain.roles import CLI
from engine.domain.schedule_draft import SOONEST
from engine.store.database import Database
from engine.store.tables import Broadcast, Delivery
from engine.trials.tenant import seed_sandbox
from engine.workers.calendar import calendar
from engine.workers.conduct import conduct
from engine.workers.record import Recorder
from tests.commands.test_schedules import ONCE
from tests.workers.cast import equipment
from tests.workers.patience import until
from tests.workers.virtual import Whatsapp

pytestmark = pytest.mark.anyio
PEOPLE = 30


def states(session: Session) -> list[str]:
    return list(session.exec(select(Delivery.state)).all())


def broadcasts(session: Session) -> list[BroadcastId]:
    return [BroadcastId(one or 0) for one in session.exec(select(Broadcast.id)).all()]


async def test_a_one_off_is_frozen_planned_and_sent_to_everybody_once(database: Database) -> None:
    clock, whatsapp = MachineClock(), Whatsapp(latency=0.02)
    now = clock.now()
    opens_at = (now + timedelta(seconds=9)).replace(microsecond=0)

    def furnish(session: Session) -> None:
        seeded = seed_sandbox(
            session,
            subscribers=PEOPLE,
            senders=2,
            backups=0,
            rate=80.0,
            now=now,
            rng=Random(7),
            password=None,
        )
        typed = ONCE | {
            "day": opens_at.date().isoformat(),
            "at": opens_at.time().isoformat(),
            "zone": "UTC",
            "content": str(seeded.content),
            "pacing": "fastest",
        }
        made = add_schedule(session, seeded.tenant, typed, by=CLI, now=now - SOONEST)
        assert not isinstance(made, Refused), made

    database.transact_now(furnish)
    mine = equipment(database, whatsapp, reserve=0.0)
    recorder, stopping = Recorder(mine), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        looking = tasks.create_task(calendar(mine, None))
        await until(lambda: bool(database.read_now(broadcasts)))
        (which,) = database.read_now(broadcasts)
        recording = tasks.create_task(recorder.run())
        conducting = tasks.create_task(conduct(mine, recorder, which, stopping))
        await until(lambda: database.read_now(states) == ["accepted"] * PEOPLE)
        stopping.set()
        await conducting
        await recorder.drained()
        looking.cancel()
        recording.cancel()

    sent = [one.attempt.delivery for one in whatsapp.sent]
    assert len(sent) == len(set(sent)) == PEOPLE
    row = database.read_now(lambda s: s.exec(select(Broadcast)).one())
    assert row.opens_at == opens_at
    assert row.targeted == PEOPLE
    first = database.read_now(
        lambda s: s.exec(select(Delivery.planned_at).order_by(col(Delivery.planned_at))).first()
    )
    assert first == opens_at

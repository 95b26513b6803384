"""The recorder keeps what nobody else knows: on both databases."""

import asyncio

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from engine.store.database import Database
from engine.store.outbox import Marked, mark_due
from engine.store.tables import Attempt
from engine.workers.record import Recorder, released
from tests.workers.cast import EPOCH, NOW, equipment, stage
from tests.workers.nobody import Nobody

pytestmark = pytest.mark.anyio


def marked(session: Session) -> list[Marked]:
    lane = stage(session).lanes[0]
    return mark_due(session, lane, epoch=EPOCH, horizon=NOW, limit=1, now=NOW)


def rename(database: Database, old: str, new: str) -> None:
    text = sa.text(f"ALTER TABLE {old} RENAME TO {new}")
    database.transact_now(lambda session: session.connection().execute(text))


async def test_what_the_database_refuses_is_written_when_it_is_back(database: Database) -> None:
    (one,) = database.transact_now(marked)
    recorder = Recorder(equipment(database, Nobody()))
    rename(database, "attempts", "gone")
    async with asyncio.TaskGroup() as tasks:
        recording = tasks.create_task(recorder.run())
        recorder.put(released(one, EPOCH, NOW))
        await asyncio.sleep(1.0)
        assert recorder.waiting == 1
        rename(database, "gone", "attempts")
        async with asyncio.timeout(10):
            await recorder.drained()
        recording.cancel()

    rows = database.read_now(lambda session: session.exec(select(Attempt.outcome)).all())
    assert list(rows) == ["released"]

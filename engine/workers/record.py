"""Writes down what came of attempts, many at a time: one transaction for all that ended together.

An outcome is knowledge nobody else has, so when the database refuses, the recorder keeps it and
tries again; the deliveries stay `sending` until it succeeds, and are settled like a dead run's if
it never does.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy.exc
import structlog
from sqlmodel import Session

from engine.domain.delivery import Event, State
from engine.store import attempts
from engine.store.attempts import AttemptRecord, Verdict
from engine.store.outbox import Marked
from engine.workers.equipment import Equipment

LINGER_SECONDS = 0.2
"""An outcome may wait a little for company: were we to die meanwhile, a receipt would tell it."""
BATCH_LIMIT = 500
BACKLOG_LIMIT = 4_000
"""Endings not yet written at which lanes mark no more: a disk that falls behind must not cost
memory.
"""
PAUSE_AFTER_FAILURE_SECONDS = 0.25

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended: its record, and either an acceptance or a verdict on its delivery."""

    record: AttemptRecord
    acceptance: Event | None = None
    verdict: Verdict | None = None


def released(marked: Marked, epoch: int, now: datetime) -> Ending:
    """The ending of a mark whose request never started."""
    record = AttemptRecord(
        attempt=marked.attempt,
        sender=marked.sender,
        epoch=epoch,
        started_at=None,
        ended_at=now,
        outcome=attempts.RELEASED,
    )
    verdict = Verdict(attempt=marked.attempt, event=Event.RELEASE, after=State.PLANNED)
    return Ending(record, verdict=verdict)


class Recorder:
    """Collects endings and commits them in groups."""

    def __init__(self, equipment: Equipment) -> None:
        self._equipment = equipment
        self._endings: list[Ending] = []
        self._writing = 0
        self._arrived = asyncio.Event()
        self._written = asyncio.Event()
        self._written.set()

    @property
    def waiting(self) -> int:
        """Endings not yet durable."""
        return len(self._endings) + self._writing

    @property
    def is_full(self) -> bool:
        """Whether so much waits to be written that nothing more should be begun."""
        return self.waiting >= BACKLOG_LIMIT

    def put(self, ending: Ending) -> None:
        """Remember an ending until it is written."""
        self._endings.append(ending)
        self._written.clear()
        self._arrived.set()

    async def run(self) -> None:
        """Write endings as they come, for ever."""
        beat_every = self._equipment.tuning.beat_every.total_seconds()
        while True:
            self._equipment.beat("record")
            if not await self._arrived_within(beat_every):
                continue
            if len(self._endings) < BATCH_LIMIT:
                await asyncio.sleep(LINGER_SECONDS)
            await self._write_batch()

    async def _arrived_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        except TimeoutError:
            return False
        return True

    async def drained(self) -> None:
        """Return once everything put so far is durable."""
        await self._written.wait()

    async def _write_batch(self) -> None:
        batch, self._endings = self._endings[:BATCH_LIMIT], self._endings[BATCH_LIMIT:]
        self._writing = len(batch)
        try:
            await self._equipment.database.transact(_write, batch, self._equipment)
        except (sqlalchemy.exc.DBAPIError, OSError):
            log.exception("record.refused", endings=len(batch))
            self._endings = batch + self._endings
            self._writing = 0
            await asyncio.sleep(PAUSE_AFTER_FAILURE_SECONDS)
            return
        except BaseException:
            self._endings = batch + self._endings
            self._writing = 0
            raise
        self._writing = 0
        if not self._endings:
            self._arrived.clear()
            self._written.set()


def _write(session: Session, batch: Sequence[Ending], equipment: Equipment) -> None:
    now = equipment.clock.now()
    attempts.record_attempts(session, [ending.record for ending in batch])
    for event in (Event.ACCEPT, Event.PACE):
        accepted = [
            (ending.record.attempt, ending.record.message_id or "")
            for ending in batch
            if ending.acceptance is event
        ]
        attempts.accept(session, accepted, event=event, now=now)
    attempts.conclude(session, [e.verdict for e in batch if e.verdict is not None], now)

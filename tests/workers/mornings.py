"""A broadcast from its schedule to its end, in virtual time, with a WhatsApp as a test wants it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from engine.clock import LoopClock
from engine.domain.broadcast import BroadcastState
from engine.domain.ids import BroadcastId
from engine.domain.roles import CLI
from engine.simulator.loop import JumpingLoop
from engine.store.database import Database
from engine.store.journal import MemoryJournals
from engine.store.tables import Broadcast, Delivery, LogEntry, Schedule
from engine.supervise import Heartbeat, keep_alive
from engine.trials.tenant import SeededTenant, seed_sandbox
from engine.workers.calendar import open_due
from engine.workers.conduct import conduct
from engine.workers.equipment import Equipment, HeldLease, Tuning
from engine.workers.record import Recorder
from tests.workers.virtual import Whatsapp

STARTS_AT = datetime.fromisoformat("2026-11-23T00:28:00+00:00")
"""05:58 in India: the freeze is due, the opening two minutes away."""
OPENS_AT = STARTS_AT + timedelta(minutes=2)


@dataclass(slots=True)
class Day:
    """One day: its people, its broadcast, and the engine's conductor when it is there."""

    database: Database
    clock: LoopClock
    seeded: SeededTenant
    whatsapp: Whatsapp
    journals: MemoryJournals = field(default_factory=MemoryJournals)
    heartbeat: Heartbeat = field(init=False)
    token: int = 0
    equipment: Equipment | None = None

    def __post_init__(self) -> None:
        self.heartbeat = Heartbeat(self.clock)

    @property
    def broadcast(self) -> Broadcast:
        """The day's broadcast as it stands."""
        return self.database.read_now(lambda session: session.exec(select(Broadcast)).one())

    @property
    def state(self) -> BroadcastState:
        """Where it stands."""
        return BroadcastState(self.broadcast.state)

    @property
    def identity(self) -> BroadcastId:
        """Its number."""
        return BroadcastId(self.broadcast.id or 0)

    def states(self) -> list[str]:
        """All deliveries' states, by id."""
        return self.database.read_now(
            lambda s: list(s.exec(select(Delivery.state).order_by(col(Delivery.id))).all())
        )

    def words(self) -> str:
        """What the board's log says."""
        return "\n".join(
            self.database.read_now(
                lambda s: s.exec(select(LogEntry.words).order_by(col(LogEntry.id))).all()
            )
        )

    def read(self, asked: Any) -> list[Any]:
        """What a SELECT finds."""
        return self.database.read_now(lambda s: list(s.exec(asked).all()))

    def change(self, work: Callable[[Session], object]) -> None:
        """Somebody else writes."""
        self.database.transact_now(work)

    def person(self, command: Callable[..., Any], subject: Any = None, **given: Any) -> Any:
        """A person gives a command about the broadcast, or about `subject`."""
        subject = self.identity if subject is None else subject
        return self.database.transact_now(command, subject, by=CLI, now=self.clock.now(), **given)

    async def at(self, second: float) -> None:
        """Wait until so many seconds after the opening."""
        wait = (OPENS_AT - self.clock.now()).total_seconds() + second
        await asyncio.sleep(max(0.0, wait))

    @asynccontextmanager
    async def conducted(
        self, *workers: Callable[[Equipment], Coroutine[Any, Any, None]]
    ) -> AsyncGenerator[None]:
        """The broadcast has its conductor, as in a run of the engine; a new token each time.

        workers: who else works beside it.
        """
        self.token += 1
        self.equipment = equipment = self._equipment()
        recorder, stopping = Recorder(equipment), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            recording = tasks.create_task(recorder.run())
            others = [tasks.create_task(worker(equipment)) for worker in workers]
            conducting = tasks.create_task(
                keep_alive(
                    "conduct",
                    lambda: conduct(equipment, recorder, self.identity, stopping),
                    self.heartbeat,
                )
            )
            yield
            stopping.set()
            await conducting
            await recorder.drained()
            for one in (recording, *others):
                one.cancel()

    def _equipment(self) -> Equipment:
        name = f"journal-{self.token}"
        return Equipment(
            database=self.database,
            gateway=self.whatsapp,
            clock=self.clock,
            rng=Random(3),
            lease=HeldLease(self.clock, self.token, "test", 1e9),
            journal=self.journals.open(name),
            started=lambda among: self.journals.started(name, among),
            tuning=Tuning(reserve=0.0),
        )


def play_day(
    story: Callable[[Day], Any],
    *,
    people: int = 40,
    senders: int = 1,
    backups: int = 0,
    rate: float = 10.0,
    whatsapp: Whatsapp | None = None,
    late_policy: str = "skip",
    opened_at: datetime = STARTS_AT,
) -> None:
    """Run a story from 05:58 on. opened_at: when the calendar made the broadcast."""

    async def run() -> None:
        database = Database("sqlite://", inline=True, durable=False)
        database.transact_now(lambda session: SQLModel.metadata.create_all(session.connection()))
        clock = LoopClock(starts_at=STARTS_AT)

        def furnish(session: Session) -> SeededTenant:
            seeded = seed_sandbox(
                session,
                subscribers=people,
                senders=senders,
                backups=backups,
                rate=rate,
                now=STARTS_AT,
                rng=Random(7),
                password=None,
            )
            session.add(
                Schedule(
                    tenant_id=seeded.tenant,
                    name="Once",
                    kind="once",
                    once_at=OPENS_AT,
                    content_id=seeded.content,
                    pacing="fastest",
                    late_policy=late_policy,
                    created_at=STARTS_AT - timedelta(days=1),
                )
            )
            session.flush()
            open_due(session, opened_at, lambda: "0" * 32)
            return seeded

        seeded = database.transact_now(furnish)
        async with asyncio.timeout(8_000):  # of virtual time
            await story(Day(database, clock, seeded, whatsapp or Whatsapp()))
        database.close()

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(run())

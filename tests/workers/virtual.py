"""Workers in virtual time: a loop that jumps, a database in memory, and a WhatsApp that answers as
a test wants.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from engine.clock import LoopClock
from engine.domain.ids import AttemptId, MessageId, PhoneNumberId, Tracker, parse_tracker
from engine.domain.message import Message, Recipient
from engine.domain.outcome import Accepted, Outcome
from engine.simulator.loop import JumpingLoop
from engine.store.database import Database
from engine.store.journal import Journal, MemoryJournals
from engine.store.tables import Delivery
from engine.whatsapp.gateway import MayGo, always
from engine.workers.equipment import Equipment, HeldLease, Tuning
from tests.workers.cast import EPOCH, NOW, Cast, stage

Answer = Callable[["Sent"], Outcome]


@dataclass(frozen=True, slots=True)
class Sent:
    """One POST: when it began, by the loop's clock, and for whom."""

    at: float
    sender: PhoneNumberId
    tracker: Tracker
    nth: int
    to: Recipient
    message: Message

    @property
    def attempt(self) -> AttemptId:
        parsed = parse_tracker(self.tracker)
        assert parsed is not None
        return parsed[0]


def accepts(sent: Sent) -> Outcome:
    return Accepted(MessageId(f"wamid.{sent.tracker}"))


@dataclass(slots=True)
class Whatsapp:
    """Satisfies `Gateway`; answers after `latency` seconds what `answer` says."""

    answer: Answer = accepts
    latency: float = 0.2
    sent: list[Sent] = field(default_factory=lambda: list[Sent]())
    in_flight: int = 0
    most_in_flight: int = 0
    warmed: list[int] = field(default_factory=lambda: list[int]())
    """How many connections were asked for, each time."""

    async def send(
        self,
        sender: PhoneNumberId,
        to: Recipient,
        message: Message,
        tracker: Tracker,
        may_go: MayGo = always,
    ) -> Outcome:
        del may_go
        one = Sent(asyncio.get_running_loop().time(), sender, tracker, len(self.sent), to, message)
        self.sent.append(one)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.takes(sender))
        finally:
            self.in_flight -= 1
        return self.answer(one)

    def takes(self, sender: str) -> float:
        """Seconds until this number's answer."""
        del sender
        return self.latency

    async def warm(self, connections: int) -> int:
        self.warmed.append(connections)
        return connections

    async def aclose(self) -> None:
        return None


@dataclass(slots=True)
class Scene:
    """A broadcast in its window, at virtual second 0."""

    database: Database
    clock: LoopClock
    cast: Cast
    whatsapp: Whatsapp
    journals: MemoryJournals = field(default_factory=MemoryJournals)

    def equipment(
        self,
        *,
        token: int = EPOCH,
        journal: Journal | None = None,
        valid_until: float = 1e9,
        tuning: Tuning | None = None,
    ) -> Equipment:
        """One engine run's, with a lease that holds until `valid_until`."""
        name = f"journal-{token}"
        return Equipment(
            database=self.database,
            gateway=self.whatsapp,
            clock=self.clock,
            rng=Random(3),
            lease=HeldLease(self.clock, token, "test", valid_until),
            journal=journal or self.journals.open(name),
            started=lambda among: self.journals.started(name, among),
            tuning=tuning or Tuning(reserve=0.0),
        )

    def states(self) -> list[str]:
        """All deliveries' states, by id."""
        return self.database.read_now(_states)

    def change(self, work: Callable[[Session], object]) -> None:
        """Somebody else writes."""
        self.database.transact_now(work)


def _states(session: Session) -> list[str]:
    return list(session.exec(select(Delivery.state).order_by(col(Delivery.id))).all())


Story = Callable[[Scene], Coroutine[Any, Any, None]]


def play(
    story: Story,
    *,
    people: int = 6,
    lanes: int = 1,
    whatsapp: Whatsapp | None = None,
    at: datetime = NOW,
) -> None:
    """Run a story in virtual time on a furnished database."""

    async def run() -> None:
        database = Database("sqlite://", inline=True, durable=False)
        database.transact_now(lambda session: SQLModel.metadata.create_all(session.connection()))
        clock = LoopClock(starts_at=at)
        cast = database.transact_now(stage, people=people, lanes=lanes, now=at)
        async with asyncio.timeout(7_200):  # of virtual time
            await story(Scene(database, clock, cast, whatsapp or Whatsapp()))
        database.close()

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(run())


async def until(happened: Callable[[], bool], step: float = 0.05) -> None:
    """In virtual time, until it has."""
    while not happened():  # noqa: ASYNC110 - virtual time costs nothing
        await asyncio.sleep(step)

"""A simulated process that can be killed between any two steps of the event loop, and started anew.

What makes it a process is what dies with it: transactions that were not committed, requests whose
answers were not read, webhooks that were not answered. What outlives it is what outlives a real
one: the database, the journals, and WhatsApp.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

import sqlalchemy.exc

from engine.clock import Clock
from engine.domain.ids import AttemptId, PhoneNumberId, Tracker
from engine.domain.message import Message, Recipient
from engine.domain.outcome import Outcome
from engine.runtime import Engine, Parts
from engine.simulator.gateway import SimulatedWhatsApp
from engine.simulator.world import World
from engine.store import inbox
from engine.store.database import Database
from engine.store.journal import Journal, Journals
from engine.workers.equipment import Tuning


@dataclass(slots=True)
class Life:
    """Whether a process lives; its database, journal and connections all ask."""

    over: bool = False


@dataclass(slots=True)
class Weather:
    """What befalls the database from outside, whoever uses it."""

    refuses: bool = False
    """It is locked or full: every transaction fails."""


class MortalDatabase(Database):
    """One process's way to the database: what is not committed when it dies never is."""

    def __init__(self, url: str, life: Life, weather: Weather) -> None:
        super().__init__(url, inline=True, durable=False)
        self._life = life
        self._weather = weather

    def _close_batch(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._life.over:
            super()._close_batch(loop)

    def _execute(self, batch: Any) -> Any:
        if self._weather.refuses:
            refusal = sqlalchemy.exc.OperationalError("", {}, Exception("database is locked"))
            return [(job, None, refusal) for job in batch]
        return super()._execute(batch)


@dataclass(frozen=True, slots=True)
class Post:
    """One POST as it left: for what must never happen, and when."""

    at: datetime
    sender: str
    tracker: str


@dataclass(slots=True)
class MortalGateway:
    """Satisfies `Gateway`. The dead send nothing and hear nothing."""

    whatsapp: SimulatedWhatsApp
    clock: Clock
    life: Life
    posts: list[Post]

    async def send(
        self, sender: PhoneNumberId, to: Recipient, message: Message, tracker: Tracker
    ) -> Outcome:
        """One POST, written down before it leaves."""
        if self.life.over:
            await asyncio.Event().wait()
        self.posts.append(Post(self.clock.now(), sender, tracker))
        return await self.whatsapp.send(sender, to, message, tracker)

    async def warm(self, connections: int) -> None:
        """Nothing to open."""
        del connections

    async def aclose(self) -> None:
        """Nothing to close."""


@dataclass(slots=True)
class MortalJournals:
    """One process's way to the journals: the dead write nothing."""

    kept: Journals
    life: Life

    def open(self, name: str) -> Journal:
        """A new journal that ends with this process."""
        return _MortalJournal(self.kept.open(name), self.life)

    def started(self, name: str) -> frozenset[AttemptId] | None:
        """The attempts in it."""
        return self.kept.started(name)

    def remove(self, name: str) -> None:
        """Forget it."""
        if not self.life.over:
            self.kept.remove(name)


@dataclass(slots=True)
class _MortalJournal:
    kept: Journal
    life: Life

    def append(self, attempt: AttemptId) -> None:
        if not self.life.over:
            self.kept.append(attempt)

    def close(self) -> None:
        return None


@dataclass(slots=True, kw_only=True)
class Process:
    """An engine and the web server that takes in its webhooks, living and dying together."""

    url: str
    world: World
    journals: Journals
    clock: Clock
    rng: Random
    tuning: Tuning
    name: str
    posts: list[Post]
    weather: Weather = field(default_factory=Weather)
    life: Life = field(default_factory=Life)
    _task: asyncio.Task[None] | None = None
    _engine: Engine | None = None

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Begin to live."""
        self._task = tasks.create_task(self._live())

    def kill(self) -> None:
        """As kill -9: at this very step of the loop, without any clean-up that could matter."""
        assert self._task is not None
        self.life.over = True
        self._task.cancel()

    async def end(self) -> None:
        """End in good order."""
        assert self._task is not None
        assert self._engine is not None
        self._engine.stop()
        await self._task

    async def _live(self) -> None:
        database = MortalDatabase(self.url, self.life, self.weather)
        self._engine = Engine(
            Parts(
                database=database,
                gateway=MortalGateway(
                    SimulatedWhatsApp(self.world, self.clock), self.clock, self.life, self.posts
                ),
                journals=MortalJournals(self.journals, self.life),
                clock=lambda: self.clock,
                rng=self.rng,
                owner=self.name,
                # One process at a time: whoever held the lease before is dead.
                is_dead=lambda owner: owner != self.name,
                tuning=self.tuning,
                draw_seed=lambda: f"{self.rng.getrandbits(128):032x}",
                alarm=False,
            )
        )
        try:
            async with asyncio.TaskGroup() as tasks:
                pumping = tasks.create_task(take_in(self.world, database, self.clock))
                await self._engine.run()
                pumping.cancel()
        except asyncio.CancelledError:
            if not self.life.over:
                raise
        finally:
            database.close()


async def take_in(world: World, database: Database, clock: Clock) -> None:
    """Carry the world's webhooks into the inbox, as the web server does; for ever."""
    while True:
        unanswered = world.take_webhooks(_seconds(clock))
        try:
            while unanswered:
                answer = 200 if await _stored(database, unanswered[0].body, clock) else 503
                world.webhook_answered(unanswered.pop(0).id, answer, _seconds(clock))
        finally:
            for post in unanswered:  # the dead answer nothing: WhatsApp will call again
                world.webhook_answered(post.id, None, _seconds(clock))
        at = world.next_webhook_at()
        wait = 0.25 if at is None else at - _seconds(clock)
        await asyncio.sleep(min(max(wait, 0.01), 0.25))


async def _stored(database: Database, body: bytes, clock: Clock) -> bool:
    try:
        await database.transact(
            inbox.store_webhook, body, hashlib.sha256(body).hexdigest(), clock.now()
        )
    except sqlalchemy.exc.SQLAlchemyError:
        return False
    return True


async def refuse_all(world: World, clock: Clock, until: Callable[[], bool]) -> None:
    """Nobody is there to take WhatsApp's calls in; it calls again later."""
    while not until():
        for post in world.take_webhooks(_seconds(clock)):
            world.webhook_answered(post.id, None, _seconds(clock))
        await asyncio.sleep(0.25)


def _seconds(clock: Clock) -> float:
    return clock.now().timestamp()

"""A simulated process: an engine and the web server that takes in its webhooks, living and dying
together.
"""

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import sqlalchemy.exc

from engine.clock import Clock
from engine.roster import Parts
from engine.runtime import Engine
from engine.store import inbox, intake_gaps
from engine.store.intake_gaps import Gap
from engine.store.journal import Journals
from engine.trials.disk import Disk, Drowsiness
from engine.trials.mortal import (
    RUNS_IN,
    Life,
    MortalDatabase,
    MortalGateway,
    MortalJournals,
    Watcher,
)
from engine.trials.renewals import Renewals
from engine.whatsapp.gateway import Gateway
from engine.workers.equipment import Tuning

TUNING = Tuning(
    reserve=0.0,
    sample=False,
    mark_step=timedelta(milliseconds=500),
    prepared_at_once=60,
    longest_idle=timedelta(minutes=5),
    beat_every=timedelta(minutes=1),
)
"""The whole rate, and fewer looks than usual: a look costs more here than a second. An audience is
frozen in several slices also where it is small.
"""


@dataclass(slots=True, kw_only=True)
class Process:
    """One that can be killed, frozen, and ended in good order."""

    life: Life
    disk: Disk
    gateway: Gateway
    journals: Journals
    clock: Clock
    rng: Random
    watcher: Watcher
    is_dead: Callable[[str], bool]
    """Whether an owner of the lease is known to be dead."""
    _database: MortalDatabase = field(init=False)
    _turned_away_at: datetime | None = None
    """When it last turned away a webhook, until that is written down."""
    _task: asyncio.Task[None] | None = None
    _engine: Engine | None = None

    def __post_init__(self) -> None:
        self._database = MortalDatabase(self.disk, self.life)

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Begin to live."""
        context = copy_context()
        context.run(RUNS_IN.set, self.life)
        self._task = tasks.create_task(self._live(), context=context)
        self.life.on_death = self._task.cancel

    def kill(self) -> None:
        """As kill -9: at this very step of the loop, without any clean-up that could matter."""
        self.life.end()

    async def end(self) -> None:
        """End in good order."""
        assert self._task is not None
        if self._engine is not None:
            self._engine.stop()
        await self._task

    async def take_in(self, body: bytes) -> int:
        """A webhook comes in; what it is answered with."""
        try:
            await self._database.transact(
                inbox.store_webhook, body, hashlib.sha256(body).hexdigest(), self.clock.now()
            )
        except sqlalchemy.exc.SQLAlchemyError:
            self._turned_away_at = self.clock.now()
            return 503
        if (at := self._turned_away_at) is not None:
            with suppress(sqlalchemy.exc.SQLAlchemyError):
                await self._database.transact(intake_gaps.note, Gap(at, at, 1))
                self._turned_away_at = None
        return 200

    async def _live(self) -> None:
        self._engine = Engine(
            Parts(
                database=self._database,
                gateway=MortalGateway(self.gateway, self.life, self.watcher),
                journals=MortalJournals(self.journals, self.life, self.disk),
                clock=lambda: self.clock,
                rng=self.rng,
                owner=self.life.name,
                is_dead=self.is_dead,
                tuning=TUNING,
                draw_seed=lambda: f"{self.rng.getrandbits(128):032x}",
                doze=Drowsiness(self.disk),
                wait_to_renew=Renewals(self.life, self.disk),
                alarm=False,
                foretells=False,
            )
        )
        try:
            await self._engine.run()
        except asyncio.CancelledError:
            if not self.life.over:
                raise

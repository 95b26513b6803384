"""What every worker is handed: the doors to the world, and the right to use them."""

import asyncio
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Protocol

from engine.clock import Clock
from engine.domain.ids import AttemptId
from engine.store.database import Database
from engine.store.journal import Journal
from engine.whatsapp.gateway import Gateway
from engine.workers.pulse import Pulses
from engine.workers.quotas import QuotaBook
from engine.workers.slots import Slots
from engine.workers.stops import Stops


@dataclass(slots=True)
class HeldLease:
    """Our right to send, measured on the boot-time clock from *before* each renewal (spec R6).

    That clock counts the time a machine sleeps, so a process that was frozen and wakes up finds its
    lease run out before it can send anything.
    """

    clock: Clock
    token: int
    owner: str
    valid_until: float

    def held(self) -> bool:
        """Whether we may still send; asked right before each POST."""
        return self.clock.boot_time() < self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How the lanes work; the defaults are the measured ones."""

    reserve: float = 0.1
    """Part of each sender's rate kept for replies and API traffic during the window (spec N2)."""
    in_flight: int | None = None
    """At most this many requests at once, app-wide; None: max(100, total rate x 0.5 s) (spec P3).
    """
    unthrottled: bool = False
    """No pace at all; only for measuring."""
    mark_ahead: timedelta = timedelta(milliseconds=1200)
    """How far before its instant a delivery is marked: above a group commit, below a pause's
    patience.
    """
    mark_step: timedelta = timedelta(milliseconds=400)
    mark_limit: int = 500
    watch_every: timedelta = timedelta(milliseconds=200)
    settle_every: timedelta = timedelta(seconds=1)
    receive_every: timedelta = timedelta(milliseconds=500)
    """Receipts wait for company, well below the second in which a board may lag."""
    prepared_at_once: int = 200
    """People frozen or planned in one transaction: some eight milliseconds of the writer's time."""
    longest_idle: timedelta = timedelta(seconds=30)
    """The watch wakes a lane that has something to do; this is only for its being wrong."""
    beat_every: timedelta = timedelta(seconds=5)
    """How often a worker that waits for work shows that it lives."""
    sample: bool = True


class Doze(Protocol):
    """How a worker waits before it looks at the database again."""

    async def __call__(self, seconds: float, until: asyncio.Event | None = None) -> None:
        """Return after `seconds` at most, or as soon as `until` is set."""
        ...


async def doze(seconds: float, until: asyncio.Event | None = None) -> None:
    """The usual way: by the loop's timer. A simulation sleeps longer where nothing was written.

    It ends where all who wait as long wake: what they then ask makes one trip to the database.
    """
    seconds -= asyncio.get_running_loop().time() % seconds if seconds > 0 else 0.0
    if until is None:
        await asyncio.sleep(seconds)
        return
    try:
        async with asyncio.timeout(seconds):
            await until.wait()
    except TimeoutError:
        return


def secret_seed() -> str:
    """A seed that nobody can foresee; hex."""
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """One engine run: its epoch is the lease's token."""

    database: Database
    gateway: Gateway
    clock: Clock
    rng: Random
    lease: HeldLease
    journal: Journal
    started: Callable[[Collection[AttemptId]], frozenset[AttemptId] | None] = field(
        default=lambda among: None
    )
    """Which of these are in this run's own journal; None when nobody knows."""
    tuning: Tuning = field(default_factory=Tuning)
    beat: Callable[[str], None] = field(default=lambda name: None)
    draw_seed: Callable[[], str] = secret_seed
    """Gives each new broadcast the seed of its plan (spec P1)."""
    doze: Doze = doze
    pulses: Pulses = field(default_factory=Pulses)
    slots: Slots = field(default_factory=Slots)
    stops: Stops = field(default_factory=Stops)
    quotas: QuotaBook = field(default_factory=QuotaBook)

    @property
    def epoch(self) -> int:
        """The fencing token written on every mark."""
        return self.lease.token

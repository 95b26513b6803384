"""What alerts are judged by that is in no table: disk, connections, signs of life, callers' waits.

`Source` is how other parts of the house hand in what they know of an organisation: the forecast,
the budget, the backup, the rehearsal.
"""

import shutil
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlmodel import Session

from engine.domain.alert_rules import Watched
from engine.domain.alerting import Reading
from engine.domain.ids import TenantId
from engine.store.database import Database
from engine.store.measures import Readings

METERED_SECONDS = 60.0
METERED_CALLS = 20_000


class Source(Protocol):
    """Knows something of an organisation that a rule judges."""

    def __call__(self, session: Session, tenant: TenantId, now: datetime) -> Readings:
        """What it knows now; it leaves out what it does not know. Writes nothing."""
        ...


class Gauge(Protocol):
    """Knows something of this machine, alike for every organisation."""

    def __call__(self) -> Readings:
        """What it shows now."""
        ...


@dataclass(frozen=True, slots=True)
class Disk:
    """How full the disk is that our data lies on."""

    home: Path

    def __call__(self) -> Readings:
        """Percent free; nothing where nobody can tell."""
        try:
            usage = shutil.disk_usage(self.home)
        except OSError:
            return {}
        return {Watched.DISK: Reading(value=100.0 * usage.free / usage.total)}


@dataclass(frozen=True, slots=True)
class Connections:
    """How much of the database is free."""

    database: Database

    def __call__(self) -> Readings:
        """Percent free."""
        return {Watched.DATABASE_POOL: Reading(value=self.database.free_percent)}


@dataclass(frozen=True, slots=True)
class SignsOfLife:
    """How long each worker has been silent, but for who asks."""

    ages: Callable[[], Mapping[str, float]]

    def __call__(self) -> Readings:
        """Of the most silent one, in seconds; members: all that were silent as long as it, or
        nearly.
        """
        ages = {name: age for name, age in self.ages().items() if name not in NOT_WATCHED}
        longest = max(ages.values(), default=0.0)
        silent = sorted(name for name, age in ages.items() if age >= longest - 1.0)
        return {
            Watched.WORKER_STOPPED: Reading(
                value=longest, members=tuple(WORDS.get(name, name) for name in silent)
            )
        }


NOT_WATCHED = frozenset({"engine", "alerts"})
"""Who looks, and the loop around it all, which the health route tells of."""
WORDS = {
    "calendar": "the scheduler",
    "conduct": "the sending and its retries",
    "keep_templates": "the templates' sync",
    "make_ready": "the getting ready before a window",
    "poll_senders": "the polling of numbers",
    "promote": "the imports",
    "receive": "the reading of webhooks",
    "record": "the recording of answers",
    "rehearse": "the rehearsals",
    "remind": "the reminders",
    "settle": "the settling of unknown messages",
    "singles": "the sending of single messages",
    "test_sends": "the test messages",
    "upkeep": "the upkeep of records",
    "uploads": "the uploads of media",
}


@dataclass(slots=True)
class Callers:
    """How our own API did in the last minute. Written by the server's thread, read by ours.

    clock: seconds, monotonic.
    """

    clock: Callable[[], float]
    _calls: deque[tuple[float, float, bool]] = field(
        default_factory=lambda: deque[tuple[float, float, bool]](maxlen=METERED_CALLS)
    )
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, seconds: float, failed: bool) -> None:
        """A call took so long; failed: by our fault."""
        with self._lock:
            self._calls.append((self.clock(), seconds, failed))

    def __call__(self) -> Readings:
        """The time within which 95 % were answered, and the share that failed."""
        since = self.clock() - METERED_SECONDS
        with self._lock:
            while self._calls and self._calls[0][0] < since:
                self._calls.popleft()
            calls = list(self._calls)
        if not calls:
            return {
                Watched.CALLERS_SLOW: Reading(value=0.0),
                Watched.CALLERS_ERRORS: Reading(value=0.0),
            }
        took = sorted(seconds for _, seconds, _ in calls)
        rank = max(1, -(-95 * len(took) // 100)) - 1
        failed = sum(1 for _, _, wrong in calls if wrong)
        return {
            Watched.CALLERS_SLOW: Reading(value=1_000.0 * took[rank], of=len(calls)),
            Watched.CALLERS_ERRORS: Reading(value=100.0 * failed / len(calls), of=len(calls)),
        }

"""A plan to look at: who sends how many, when, and whom it cannot take. Made by the real planner
before the freeze, read from the deliveries afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col

from engine.domain.broadcast import BroadcastState
from engine.domain.ids import BroadcastId, SenderId
from engine.domain.planning import Pacing, Routing
from engine.domain.pool import Idle
from engine.domain.schedule import Window
from engine.domain.subscriber import Exclusion
from engine.store.tables import Broadcast


class Basis(StrEnum):
    """What a plan is made of."""

    TODAY = "today"  # today's audience and senders: nothing is frozen yet
    FROZEN = "frozen"  # what was planned, as it stands


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderPart:
    """What one sender has to do."""

    sender: SenderId
    display_phone: str
    role: str
    rate: float
    """Messages per second a broadcast may send by it; 0 while it may not."""
    people: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    seconds: tuple[int, ...] = ()
    """How many in each second after the opening."""
    most: int | None = None
    """How many its cap of the day lets it take; None: as many as come."""
    turned_away: int | None = None
    """Who would be its own, but found it full and goes by another; None: not known any more."""
    idle: Idle | None = None
    """Why it takes nobody."""

    @property
    def peak(self) -> int:
        """The most in one second."""
        return max(self.seconds, default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A plan as its page shows it."""

    basis: Basis
    broadcast: BroadcastId | None
    title: str
    day: date
    window: Window
    pacing: Pacing
    routing: Routing
    has_content: bool
    senders: tuple[SenderPart, ...]
    left_out: Mapping[Exclusion, int]
    no_room: int
    """Whom the limits of the day leave out."""
    no_room_words: str
    first_ones: int
    """Who goes first, and the rest waits for them; 0: nobody does."""

    @property
    def people(self) -> int:
        """All that are planned."""
        return sum(part.people for part in self.senders)

    @property
    def last_at(self) -> datetime | None:
        """The last instant of all."""
        return max((part.last_at for part in self.senders if part.last_at), default=None)

    @property
    def beyond_window(self) -> int:
        """How many come in whole seconds after the window's end."""
        return self._after(self.window.primary_ends_at)

    @property
    def beyond_close(self) -> int:
        """How many come in whole seconds after the close."""
        return self._after(self.window.closes_at)

    def _after(self, instant: datetime) -> int:
        second = (instant - self.window.opens_at) // timedelta(seconds=1)
        return sum(sum(part.seconds[second + 1 :]) for part in self.senders)


BUSY = "A broadcast is going out. Previews wait, to take no time from it."


@dataclass(frozen=True, slots=True)
class NoPlan:
    """There is none to show; why, as a sentence."""

    why: str


def somebody_sends(session: Session) -> bool:
    """Whether any tenant's broadcast is in its window: no work is done for looks meanwhile."""
    query = (
        sa.select(col(Broadcast.id))
        .where(col(Broadcast.state) == BroadcastState.SENDING.value)
        .limit(1)
    )
    return session.connection().execute(query).first() is not None


def by_second(slots: Sequence[int], chosen: Sequence[int], lanes: int) -> list[list[int]]:
    """How many each lane has in each second. slots: microseconds after the opening; chosen: each
    one's lane.
    """
    length = (max(slots) // 1_000_000 + 1) if slots else 0
    counts = [[0] * length for _ in range(lanes)]
    for slot, lane in zip(slots, chosen, strict=True):
        counts[lane][slot // 1_000_000] += 1
    return counts

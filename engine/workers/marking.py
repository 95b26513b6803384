"""A lane's marks: deliveries it has taken in the database, a little ahead of their requests.

A delivery is `sending` in the database before its request may start, so that a crash leaves behind
a mark and, in the journal, whether the request had begun; what is marked and not begun is given
back when the lane closes.
"""

import asyncio
import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from engine.clock import Clock
from engine.domain.ids import LaneId
from engine.store import outbox
from engine.store.outbox import Marked
from engine.workers.equipment import Equipment
from engine.workers.gate import Gate
from engine.workers.pulse import Pulse
from engine.workers.record import Recorder, released

IDLE_SECONDS = 0.25
SET = timedelta(seconds=1)
"""A wall clock that is further than this from where it should be was set; what is less is drift."""
A_DAY = timedelta(days=1)
"""Without a pace the plan's instants play no part."""


async def sleep_or(event: asyncio.Event, seconds: float) -> None:
    """Sleep, or until the event; what is short is not worth a second waiter."""
    if seconds < IDLE_SECONDS:
        await asyncio.sleep(seconds)
        return
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


@dataclass(frozen=True, slots=True)
class Bridge:
    """From the loop's clock to the wall's and back, as they once stood to each other."""

    wall: datetime
    loop: float

    @classmethod
    def now(cls, clock: Clock) -> Self:
        """As they stand now."""
        return cls(clock.now(), clock.loop_time())

    def wall_time(self, at: float) -> datetime:
        """The wall clock's instant of the loop's."""
        return self.wall + timedelta(seconds=at - self.loop)

    def loop_time(self, at: datetime) -> float:
        """The loop's instant of the wall clock's."""
        return self.loop + (at - self.wall).total_seconds()


@dataclass(slots=True)
class Marking:
    """Keeps `ready` filled with what may go next, in its order."""

    lane: LaneId
    equipment: Equipment
    recorder: Recorder
    gate: Gate
    pulse: Pulse
    ready: deque[Marked] = field(default_factory=lambda: deque[Marked]())
    more: asyncio.Event = field(default_factory=asyncio.Event)
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False
    planned_until: datetime | None = None
    """Nobody whom the plan has later is marked; None: no such bound."""
    _look: asyncio.Event = field(default_factory=asyncio.Event)
    _idle_until: float = -math.inf
    _expected: int = 1
    _retries: bool = True
    _special: bool = False
    _plan: Bridge = field(init=False)
    _stamps: Bridge = field(init=False)

    def __post_init__(self) -> None:
        # For the lane's whole life: a wall clock that is set meanwhile moves neither plan nor pace.
        self._plan = self._stamps = Bridge.now(self.equipment.clock)

    def expect(
        self, *, unsent: int, retrying: int, next_due_at: datetime | None, special: bool
    ) -> None:
        """What the watch saw of this lane's deliveries, once it has set the gate.

        A lane asks for no marks while it is empty, or before the first of them is nearly due.
        """
        self._expected = unsent
        self._retries, self._special = retrying > 0, special
        self._idle_until = -math.inf if next_due_at is None else self._markable_at(next_due_at)
        if self.gate.is_open and not self._idles():
            self._look.set()

    def end(self) -> None:
        """Mark no more."""
        self.ended = True
        self.more.set()
        self._look.set()
        self.gate.changed.set()
        self.taken.set()

    async def keep(self) -> None:
        """Mark, until told to end."""
        tuning = self.equipment.tuning
        while not self.ended:
            if not self.gate.is_open:
                await sleep_or(self.gate.changed, tuning.longest_idle.total_seconds())
                continue
            if self._idles():
                self._look.clear()
                await sleep_or(self._look, self._idle_seconds())
                continue
            marked = await self._mark()
            step = tuning.mark_step.total_seconds()
            if tuning.unthrottled and marked:
                self.taken.clear()
                while len(self.ready) > tuning.mark_limit // 2 and not self.ended:
                    self.taken.clear()
                    await sleep_or(self.taken, step)
                continue
            # On one grid for all lanes, so that their marks share a commit.
            await asyncio.sleep(step - self.equipment.clock.loop_time() % step)

    def release(self) -> None:
        """Give back everything marked and not started: free to go again at once."""
        now = self.equipment.clock.now()
        while self.ready:
            marked = self.ready.popleft()
            self.recorder.put(released(marked, self.equipment.epoch, now))

    def by_the_plan(self) -> datetime:
        """What time it is by the clock of the plan."""
        return self._plan.wall_time(self.equipment.clock.loop_time())

    def at_loop_time(self, due_at: datetime) -> float:
        """The loop's instant of one of the plan."""
        return self._plan.loop_time(due_at)

    def stamp(self, at: float) -> datetime:
        """What is written down of the loop's instant `at`, which is now.

        Stamps keep the distances that the pace kept. When somebody sets the wall clock they follow
        it: what we hear of a send is stamped by that clock, too.
        """
        stamp = self._stamps.wall_time(at)
        if abs(self.equipment.clock.now() - stamp) > SET:
            self._stamps = Bridge.now(self.equipment.clock)
            stamp = self._stamps.wall_time(at)
        return stamp

    def _idles(self) -> bool:
        return not self._expected or self._idle_until > self.equipment.clock.loop_time()

    def _idle_seconds(self) -> float:
        wait = self._idle_until - self.equipment.clock.loop_time()
        longest = self.equipment.tuning.longest_idle.total_seconds()
        return min(wait, longest) if wait > 0 else longest

    def _markable_at(self, due_at: datetime) -> float:
        return self.at_loop_time(due_at - self._ahead())

    def _ahead(self) -> timedelta:
        tuning = self.equipment.tuning
        return A_DAY if tuning.unthrottled else tuning.mark_ahead

    async def _mark(self) -> list[Marked]:
        equipment = self.equipment
        room = self._room()
        if room <= 0 or self.recorder.is_full or not equipment.lease.held():
            return []
        marked = await equipment.database.transact(
            outbox.mark_due,
            self.lane,
            epoch=equipment.epoch,
            horizon=self.by_the_plan() + self._ahead(),
            limit=room,
            now=equipment.clock.now(),
            retries=self._retries,
            special=self._special,
            planned_until=self.planned_until,
        )
        if marked:
            self._queue(marked)
            self.more.set()
        return marked

    def _queue(self, marked: list[Marked]) -> None:
        if not marked[0].passes:
            self.ready.extend(marked)
            return
        both = [*self.ready, *marked]
        self.ready.clear()
        self.ready.extend(sorted(both, key=lambda one: not one.passes))
        self.gate.poke()  # who waits for the instant of another one looks again

    def _room(self) -> int:
        """How many more to mark: what the pace lets go before the next marks can be durable."""
        tuning = self.equipment.tuning
        if not self.pulse.is_closed:
            # One tries it out; the others stay free to go through other senders.
            return 1 - len(self.ready) if self.pulse.may_send(self.equipment.clock.now()) else 0
        if tuning.unthrottled:
            return tuning.mark_limit - len(self.ready)
        ahead = max(1, round(self.pulse.pace.rate * tuning.mark_ahead.total_seconds()) + 1)
        room = min(ahead, tuning.mark_limit) - len(self.ready)
        # What passes does not wait until there is room behind the others.
        return max(1, room) if self._special else room

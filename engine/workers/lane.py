"""One lane: the deliveries of one broadcast through one sender, each at its instant, never too
fast.

Marking runs a little ahead of sending. A delivery is `sending` in the database before its request
may start, so that a crash leaves behind a mark and, in the journal, whether the request had begun;
what is marked and not begun is released again when the lane closes.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from engine.domain.ids import BroadcastId, LaneId, PhoneNumberId, SenderId
from engine.domain.message import TemplateMessage
from engine.domain.outcome import Failure
from engine.domain.pacing import LOWEST_RATE, AdaptivePace
from engine.store import outbox
from engine.store.outbox import Marked
from engine.workers.attempt import AttemptContext, make_attempt
from engine.workers.equipment import Equipment
from engine.workers.gate import Gate
from engine.workers.record import Recorder, released

ROUNDING_SECONDS = 2e-6
"""Send stamps are written in whole microseconds: this much later keeps a full second between them.
"""
IDLE_SECONDS = 0.25
A_DAY = timedelta(days=1)
"""Without a pace the plan's instants play no part."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class LanePlan:
    """What a lane is made of."""

    lane: LaneId
    broadcast: BroadcastId
    sender: SenderId
    phone_number: PhoneNumberId
    messages: Mapping[str, TemplateMessage]
    """The template to send, by the recipient's language; parameters come with each delivery."""
    rate_per_second: float
    closes_at: datetime


@dataclass(slots=True)
class LaneCounts:
    """What the lane did since the last sample."""

    started: int = 0
    in_flight: int = 0
    worst_late_seconds: float = 0.0


@dataclass(slots=True)
class LaneRun:
    """A lane at work. `run` returns when its gate is told to end and nothing is in flight."""

    plan: LanePlan
    equipment: Equipment
    recorder: Recorder
    gate: Gate
    slots: asyncio.Semaphore
    on_failure: Callable[[LanePlan, Failure], None]
    counts: LaneCounts = field(default_factory=LaneCounts)
    pace: AdaptivePace = field(init=False)
    _ready: deque[Marked] = field(default_factory=lambda: deque[Marked]())
    _more: asyncio.Event = field(default_factory=asyncio.Event)
    _taken: asyncio.Event = field(default_factory=asyncio.Event)
    _look: asyncio.Event = field(default_factory=asyncio.Event)
    _idle_until: float = -math.inf
    _contexts: dict[str, AttemptContext] = field(init=False)
    _wall: datetime = field(init=False)
    _loop: float = field(init=False)
    _expected: int = 1
    _retries: bool = True
    _ended: bool = False

    def __post_init__(self) -> None:
        reserve = 1.0 - self.equipment.tuning.reserve
        clock = self.equipment.clock
        # One bridge between the two clocks for the lane's whole life: stamps keep the distances
        # that the pace kept, and a wall clock that is set meanwhile moves neither plan nor pace.
        self._wall, self._loop = clock.now(), clock.loop_time()
        self._contexts = {
            language: AttemptContext(
                equipment=self.equipment,
                phone_number=self.plan.phone_number,
                message=message,
                closes_at=self.plan.closes_at,
            )
            for language, message in self.plan.messages.items()
        }
        self.pace = AdaptivePace(max(self.plan.rate_per_second * reserve, LOWEST_RATE))

    @property
    def has_ready(self) -> bool:
        """Whether something is marked that has not started."""
        return bool(self._ready)

    def expect(self, *, unsent: int, retrying: int, next_due_at: datetime | None = None) -> None:
        """What the watch saw of this lane's deliveries, once it has set the gate.

        A lane asks for no marks while it is empty, or before the first of them is nearly due.
        """
        self._expected = unsent
        self._retries = retrying > 0
        self._idle_until = -math.inf if next_due_at is None else self._markable_at(next_due_at)
        if self.gate.is_open and not self._idles():
            self._look.set()

    def end(self) -> None:
        """Mark no more; release what has not started; return when what is in flight has ended."""
        self._ended = True
        self._more.set()
        self._look.set()
        self.gate.changed.set()
        self._taken.set()

    async def run(self) -> None:
        """Mark, wait for each instant, send."""
        async with asyncio.TaskGroup() as tasks:
            marking = tasks.create_task(self._keep_marked())
            await self._send_all(tasks)
            await marking  # a mark may have been under way when the lane was told to end
            self._release()

    async def _keep_marked(self) -> None:
        tuning = self.equipment.tuning
        while not self._ended:
            if not self.gate.is_open:
                await self._sleep_or(self.gate.changed, tuning.longest_idle.total_seconds())
                continue
            if self._idles():
                self._look.clear()
                await self._sleep_or(self._look, self._idle_seconds())
                continue
            marked = await self._mark()
            step = tuning.mark_step.total_seconds()
            if tuning.unthrottled and marked:
                self._taken.clear()
                while len(self._ready) > tuning.mark_limit // 2 and not self._ended:
                    self._taken.clear()
                    await self._sleep_or(self._taken, step)
                continue
            # On one grid for all lanes, so that their marks share a commit.
            await asyncio.sleep(step - self.equipment.clock.loop_time() % step)

    def _idles(self) -> bool:
        return not self._expected or self._idle_until > self.equipment.clock.loop_time()

    def _idle_seconds(self) -> float:
        wait = self._idle_until - self.equipment.clock.loop_time()
        longest = self.equipment.tuning.longest_idle.total_seconds()
        return min(wait, longest) if wait > 0 else longest

    def _markable_at(self, due_at: datetime) -> float:
        return self._at_loop_time(due_at - self._mark_ahead())

    def _mark_ahead(self) -> timedelta:
        tuning = self.equipment.tuning
        return A_DAY if tuning.unthrottled else tuning.mark_ahead

    async def _mark(self) -> list[Marked]:
        equipment = self.equipment
        room = self._room()
        if room <= 0 or self.recorder.is_full or not equipment.lease.held():
            return []
        now = self._at_wall_time(equipment.clock.loop_time())
        marked = await equipment.database.transact(
            outbox.mark_due,
            self.plan.lane,
            epoch=equipment.epoch,
            horizon=now + self._mark_ahead(),
            limit=room,
            now=now,
            retries=self._retries,
        )
        if marked:
            self._ready.extend(marked)
            self._more.set()
        return marked

    def _at_wall_time(self, at: float) -> datetime:
        return self._wall + timedelta(seconds=at - self._loop)

    def _at_loop_time(self, at: datetime) -> float:
        return self._loop + (at - self._wall).total_seconds()

    def _room(self) -> int:
        """How many more to mark: what the pace lets go before the next marks can be durable."""
        tuning = self.equipment.tuning
        if tuning.unthrottled:
            return tuning.mark_limit - len(self._ready)
        ahead = max(1, round(self.pace.rate * tuning.mark_ahead.total_seconds()) + 1)
        return min(ahead, tuning.mark_limit) - len(self._ready)

    async def _send_all(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            if not self._ready:
                if self._ended:
                    return
                self._more.clear()
                await self._more.wait()
                continue
            if self._ended or not self.gate.is_open:
                self._release()
                continue
            marked = self._ready[0]
            if not await self._wait_for_turn(marked):
                continue
            await self.slots.acquire()
            if self._ended or not self.gate.is_open or not self.equipment.lease.held():
                self.slots.release()
                self._release()
                continue
            self._ready.popleft()
            self._taken.set()
            self._start(marked, tasks)

    async def _wait_for_turn(self, marked: Marked) -> bool:
        """Wait for the delivery's instant and the lane's pace; False when the gate closed
        meanwhile.
        """
        if self.equipment.tuning.unthrottled:
            return True
        planned = self._at_loop_time(marked.due_at)
        clock = self.equipment.clock
        while True:
            wait = self.pace.next_instant(planned) + ROUNDING_SECONDS - clock.loop_time()
            if wait <= 0:
                return True
            await self._sleep_or(self.gate.changed, wait)
            if self._ended or not self.gate.is_open:
                return False

    async def _sleep_or(self, event: asyncio.Event, seconds: float) -> None:
        if seconds < IDLE_SECONDS:  # short enough not to be worth a second waiter
            await asyncio.sleep(seconds)
            return
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return

    def _start(self, marked: Marked, tasks: asyncio.TaskGroup) -> None:
        clock = self.equipment.clock
        started = clock.loop_time()
        if not self._journal(marked):
            self.slots.release()
            self._ready.appendleft(marked)
            self._release()
            return
        self.pace.sent(started)
        late = started - self._at_loop_time(marked.due_at)
        self.counts.started += 1
        self.counts.in_flight += 1
        self.counts.worst_late_seconds = max(self.counts.worst_late_seconds, late)
        tasks.create_task(self._attempt(marked, started))

    def _journal(self, marked: Marked) -> bool:
        """Note the start, then look at the lease once more; False when the POST must not go.

        In this order: a process that freezes before the note finds its lease run out when it wakes,
        and one that freezes after it has left word that the request may have gone.
        """
        try:
            self.equipment.journal.append(marked.attempt)
        except OSError:
            log.exception("journal.refused", lane=self.plan.lane)
            return False
        return self.equipment.lease.held()

    async def _attempt(self, marked: Marked, started: float) -> None:
        try:
            ending, failure = await make_attempt(
                self._contexts[marked.language], marked, self._at_wall_time(started)
            )
        finally:
            self.slots.release()
            self.counts.in_flight -= 1
        self.recorder.put(ending)
        if failure is not None:
            self.on_failure(self.plan, failure)

    def _release(self) -> None:
        """Give back everything marked and not started: free to go again at once."""
        now = self.equipment.clock.now()
        while self._ready:
            marked = self._ready.popleft()
            self.recorder.put(released(marked, self.equipment.epoch, now))

"""One lane: the deliveries of one broadcast through one sender, each at its instant, never too
fast.

Marking (`marking`) runs a little ahead of sending. Right before each POST everything is asked once
more that may have changed since the mark: the gate, the lease, the circuit, the limits of the day,
and whether the person said stop.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import structlog

from engine.domain import limits
from engine.domain.content import Wording
from engine.domain.delivery import Event, State
from engine.domain.failover import SLOW_IN_A_ROW, Stop
from engine.domain.ids import AttemptId, BroadcastId, LaneId, PhoneNumberId, SenderId, SubscriberId
from engine.domain.limits import Quota
from engine.domain.message import TemplateMessage
from engine.domain.outcome import Failure, Unknown
from engine.domain.pacing import AdaptivePace
from engine.store.attempts import Verdict
from engine.store.outbox import Marked
from engine.workers.attempt import AttemptContext, make_attempt
from engine.workers.equipment import Equipment
from engine.workers.gate import Gate
from engine.workers.marking import Marking, sleep_or
from engine.workers.pulse import Pulse
from engine.workers.record import Ending, Recorder, released

ROUNDING_SECONDS = 2e-6
"""Send stamps are written in whole microseconds: this much later keeps a full second between them.
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class LanePlan:
    """What a lane is made of."""

    lane: LaneId
    broadcast: BroadcastId
    sender: SenderId
    phone_number: PhoneNumberId
    messages: Mapping[Wording, TemplateMessage]
    """The template of each approved text; parameters come with each delivery."""
    rate_per_second: float
    closes_at: datetime


@dataclass(slots=True)
class LaneCounts:
    """What the lane did since the last sample."""

    started: int = 0
    in_flight: int = 0
    worst_late_seconds: float = 0.0


@dataclass(slots=True, kw_only=True)
class LaneRun:
    """A lane at work. `run` returns when it is told to end and nothing is in flight."""

    plan: LanePlan
    equipment: Equipment
    recorder: Recorder
    gate: Gate
    on_failure: Callable[[LanePlan, Failure], None]
    on_stop: Callable[[LanePlan, Stop], None]
    """Others should do its sender's work, if any do better."""
    quotas: tuple[Quota, ...] = ()
    counts: LaneCounts = field(default_factory=LaneCounts)
    pulse: Pulse = field(init=False)
    _marks: Marking = field(init=False)
    _under_way: dict[AttemptId, float] = field(default_factory=lambda: dict[AttemptId, float]())
    _contexts: dict[Wording, AttemptContext] = field(init=False)

    def __post_init__(self) -> None:
        equipment, plan = self.equipment, self.plan
        reserve = equipment.tuning.reserve
        rate = plan.rate_per_second * (1.0 - reserve)
        self.pulse = equipment.pulses.of(plan.sender, rate, reserve)
        self._marks = Marking(plan.lane, equipment, self.recorder, self.gate, self.pulse)
        self._contexts = {
            wording: AttemptContext(
                equipment=equipment,
                phone_number=plan.phone_number,
                message=message,
                closes_at=plan.closes_at,
                pace=self.pulse.pace,
                clocks=self._marks,
            )
            for wording, message in plan.messages.items()
        }

    @property
    def pace(self) -> AdaptivePace:
        """Its sender's."""
        return self.pulse.pace

    @property
    def has_ready(self) -> bool:
        """Whether something is marked that has not started."""
        return bool(self._marks.ready)

    def not_started(self) -> list[SubscriberId]:
        """Who is marked and has not started."""
        return [marked.subscriber for marked in self._marks.ready]

    @property
    def waits_seconds(self) -> float:
        """How long the answers have been awaited that would make its sender a slow one."""
        late = next(islice(self._under_way.values(), SLOW_IN_A_ROW - 1, None), None)
        return 0.0 if late is None else self.equipment.clock.loop_time() - late

    def expect(
        self,
        *,
        unsent: int,
        retrying: int,
        next_due_at: datetime | None = None,
        special: bool = False,
    ) -> None:
        """What the watch saw of this lane's deliveries, once it has set the gate."""
        self._marks.expect(
            unsent=unsent, retrying=retrying, next_due_at=next_due_at, special=special
        )

    def hold_back(self, planned_until: datetime | None) -> None:
        """Send to nobody whom the plan has later; None: no such bound any more."""
        self._marks.planned_until = planned_until

    def end(self) -> None:
        """Mark no more; release what has not started; return when what is in flight has ended."""
        self._marks.end()

    async def run(self) -> None:
        """Mark, wait for each instant, send."""
        async with asyncio.TaskGroup() as tasks:
            marking = tasks.create_task(self._marks.keep())
            await self._send_all(tasks)
            await marking  # a mark may have been under way when the lane was told to end
            self._marks.release()

    async def _send_all(self, tasks: asyncio.TaskGroup) -> None:
        marks, slots = self._marks, self.equipment.slots
        while True:
            if not marks.ready:
                if marks.ended:
                    return
                marks.more.clear()
                await marks.more.wait()
                continue
            if marks.ended or not self.gate.is_open:
                marks.release()
                continue
            marked = marks.ready[0]
            if not await self._wait_for_turn(marked):
                continue
            waited = await slots.acquire()
            if not self._may_go(marked, waited=waited):
                slots.release()
                continue
            marks.ready.popleft()
            marks.taken.set()
            self._start(marked, tasks)

    def _may_go(self, marked: Marked, *, waited: bool) -> bool:
        """Whether it may go at this very moment; what may not go now, or not at all, is put away.

        waited: for a slot, so that others may have gone meanwhile.
        """
        marks, equipment = self._marks, self.equipment
        if marks.ended or not self.gate.is_open or not equipment.lease.held():
            marks.release()
            return False
        if waited and not (marks.ready and marks.ready[0] is marked):
            return False
        if marked.subscriber in equipment.stops:
            marks.ready.popleft()
            self.recorder.put(released(marked, equipment.epoch, equipment.clock.now()))
            return False
        if self.quotas and not self._has_room(marked):
            marks.ready.popleft()
            self._leave_out(marked)
            return False
        if not self.pulse.is_closed and not self.pulse.may_send(equipment.clock.now()):
            marks.release()
            return False
        return not waited or self._wait_seconds(marked) <= 0

    async def _wait_for_turn(self, marked: Marked) -> bool:
        """Wait for the delivery's instant and the lane's pace; False when it is not its turn any
        more.
        """
        while (wait := self._wait_seconds(marked)) > 0:
            await sleep_or(self.gate.changed, wait)
            marks = self._marks
            if marks.ended or not self.gate.is_open or marks.ready[0] is not marked:
                return False
        return True

    def _wait_seconds(self, marked: Marked) -> float:
        if self.equipment.tuning.unthrottled:
            return 0.0
        planned = self._marks.at_loop_time(marked.due_at)
        at = self.pulse.pace.next_instant(planned, passes=marked.passes)
        return at + ROUNDING_SECONDS - self.equipment.clock.loop_time()

    def _start(self, marked: Marked, tasks: asyncio.TaskGroup) -> None:
        equipment, marks = self.equipment, self._marks
        if not self._journal(marked):
            equipment.slots.release()
            marks.ready.appendleft(marked)
            marks.release()
            return
        started = equipment.clock.loop_time()  # a disk that hesitates must not make two too close
        self.pulse.pace.sent(started)
        if not self.pulse.is_closed:
            self.pulse.starting()
        for quota in self.quotas:
            quota.take(marked.subscriber, equipment.clock.now())
        counts = self.counts
        counts.started += 1
        counts.in_flight += 1
        late = started - marks.at_loop_time(marked.due_at)
        counts.worst_late_seconds = max(counts.worst_late_seconds, late)
        self._under_way[marked.attempt] = started
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
            context = self._contexts[marked.wording]
            ending, failure = await make_attempt(context, marked, started)
        except BaseException:
            self.pulse.not_answered()
            raise
        finally:
            self.equipment.slots.release()
            self.counts.in_flight -= 1
            del self._under_way[marked.attempt]
        self.recorder.put(ending)
        self._learn(ending, failure, self.equipment.clock.loop_time() - started)
        for quota in self.quotas:
            if failure is not None:
                quota.give_back(marked.subscriber)
            elif ending.acceptance is not None:
                quota.reach(marked.subscriber)

    def _learn(self, ending: Ending, failure: Failure | None, took: float) -> None:
        now = ending.record.ended_at
        if ending.acceptance is not None:
            stop = self.pulse.accepted(took, now)
        else:
            stop = self.pulse.went_wrong(
                Unknown(ending.record.detail) if failure is None else failure,
                took,
                now,
                in_window=now <= self.plan.closes_at,
            )
        if failure is not None:
            self.on_failure(self.plan, failure)
        if stop is not None:
            self.on_stop(self.plan, stop)

    def _has_room(self, marked: Marked) -> bool:
        now = self.equipment.clock.now()
        return all(quota.may(marked.subscriber, now) for quota in self.quotas)

    def _leave_out(self, marked: Marked) -> None:
        """A limit of the day is reached: no POST, and a person is told why."""
        equipment = self.equipment
        now = equipment.clock.now()
        full = next(quota for quota in self.quotas if not quota.may(marked.subscriber, now))
        verdict = Verdict(
            attempt=marked.attempt,
            event=Event.GIVE_UP,
            after=State.FAILED,
            reason=limits.full(full.most),
        )
        ending = released(marked, equipment.epoch, now)
        self.recorder.put(Ending(ending.record, verdict=verdict))

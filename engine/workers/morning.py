"""The lanes of one broadcast at work, watched: opened, closed, failed over, and ended when all is
settled.
"""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from engine.domain.broadcast import BroadcastEvent, BroadcastState
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, LaneId, PhoneNumberId, SenderId, TenantId
from engine.domain.message import TemplateMessage
from engine.domain.outcome import Blame, Failure
from engine.store import broadcasts, withdrawn
from engine.store import content as content_store
from engine.store import lanes as lanes_store
from engine.workers import failover, watch
from engine.workers.equipment import Equipment
from engine.workers.gate import Gate
from engine.workers.lane import LanePlan, LaneRun
from engine.workers.record import Recorder
from engine.workers.recover import recover_own

LEAST_IN_FLIGHT = 100
IN_FLIGHT_SECONDS = 0.5
COUNT_EVERY_SECONDS = 1.0
SETTLING_SECONDS = 4.0
UNSENT_STATES = (State.PLANNED, State.SENDING, State.RETRYING)
UNFINISHED_STATES = (*UNSENT_STATES, State.UNKNOWN)
WITH_WHATSAPP = (State.ACCEPTED, State.PACED, State.SENT)

log = structlog.get_logger()

_S = BroadcastState
_E = BroadcastEvent


class Morning:
    """One run over a broadcast whose lanes are open (or paused)."""

    def __init__(
        self,
        equipment: Equipment,
        recorder: Recorder,
        broadcast: BroadcastId,
        stopping: asyncio.Event,
    ) -> None:
        self._stopping = stopping
        self._equipment = equipment
        self._recorder = recorder
        self._broadcast = broadcast
        self._gates: dict[LaneId, Gate] = {}
        self._runs: dict[LaneId, LaneRun] = {}
        self._trouble: dict[SenderId, Failure] = {}
        self._account_trouble: Failure | None = None
        self._slots: asyncio.Semaphore | None = None
        self._messages: dict[str, TemplateMessage] = {}
        self._stopped_at: float | None = None
        self._sampled: datetime | None = None

    async def run(self) -> None:
        """Keep lanes running until the broadcast is over."""
        equipment = self._equipment
        await equipment.database.transact(lanes_store.claim_lanes, self._broadcast, equipment.epoch)
        await self._recorder.drained()
        await recover_own(equipment, self._broadcast)
        async with asyncio.TaskGroup() as lanes:
            try:
                while not self._stopping.is_set():
                    equipment.beat("conduct")
                    seen, view = await equipment.database.peek(watch.see, self._broadcast)
                    await self._open_lanes(view, lanes)
                    if self._in_trouble:
                        # Before the gates are set: by this view they would open once more.
                        await self._answer_trouble(view)
                        continue
                    self._set_gates(view)
                    await self._tend_lanes(view)
                    await self._cancel_withdrawn(view)
                    await self._tell_when_stopped(view)
                    if await self._is_over(view):
                        break
                    await self._sample()
                    await self._until_something_changed(view, seen)
            finally:
                for run in self._runs.values():
                    run.end()
        await self._recorder.drained()

    async def _until_something_changed(self, view: watch.View, seen: str) -> None:
        """A second at most; much less when somebody presses a button or a lane meets trouble."""
        peek, clock = self._equipment.database.peek, self._equipment.clock
        step = self._equipment.tuning.watch_every.total_seconds()
        until = clock.loop_time() + COUNT_EVERY_SECONDS
        if not view.count(*UNSENT_STATES):  # nothing is left that a button could stop
            step, until = COUNT_EVERY_SECONDS, clock.loop_time() + SETTLING_SECONDS
        while clock.loop_time() < until and not self._stopping.is_set():
            if self._in_trouble:
                return
            if view.state is _S.PAUSED and self._stopped_at is None:
                await asyncio.sleep(step / 4)
                return
            await self._equipment.doze(step, self._stopping)
            if clock.loop_time() < until and await peek(watch.glance, self._broadcast) != seen:
                return

    async def _sample(self) -> None:
        second = watch.whole_second(self._equipment.clock.now())
        if second != self._sampled and self._equipment.tuning.sample:
            self._sampled = second
            await watch.sample_lanes(self._equipment, self._runs, second)

    async def _open_lanes(self, view: watch.View, lanes: asyncio.TaskGroup) -> None:
        if not self._messages:
            self._messages = await self._equipment.database.read(
                _templates, view.broadcast.content_id or 0
            )
        total = sum(lane.rate_per_second for lane in view.lanes)
        if self._slots is None:
            wanted = self._equipment.tuning.in_flight or max(
                LEAST_IN_FLIGHT, round(total * IN_FLIGHT_SECONDS)
            )
            self._slots = asyncio.Semaphore(wanted)
        for lane in view.lanes:
            if lane.lane in self._runs or lane.state != "sending":
                continue
            gate = Gate(is_open=False)
            run = LaneRun(
                plan=LanePlan(
                    lane=lane.lane,
                    broadcast=self._broadcast,
                    sender=lane.sender,
                    phone_number=PhoneNumberId(lane.phone_number_id),
                    messages=self._messages,
                    rate_per_second=lane.rate_per_second,
                    closes_at=view.broadcast.closes_at,
                ),
                equipment=self._equipment,
                recorder=self._recorder,
                gate=gate,
                slots=self._slots,
                on_failure=self._note_failure,
            )
            self._gates[lane.lane], self._runs[lane.lane] = gate, run
            lanes.create_task(run.run())

    def _set_gates(self, view: watch.View) -> None:
        for lane in view.lanes:
            if lane.lane not in self._runs:
                continue
            rate = view.rate_of(lane, self._equipment.tuning.reserve)
            self._gates[lane.lane].set(view.lanes_open and lane.state == "sending" and rate > 0)
            self._runs[lane.lane].expect(
                unsent=lane.unsent, retrying=lane.retrying, next_due_at=lane.next_due_at
            )
            if rate > 0:
                pace = self._runs[lane.lane].pace
                pace.set_ceiling(rate)
                pace.speed_up(self._equipment.clock.loop_time())

    def _note_failure(self, plan: LanePlan, failure: Failure) -> None:
        """Called by a lane right after a failed attempt; acts at once where waiting would hurt."""
        match failure.blame:
            case Blame.SENDER:
                self._trouble[plan.sender] = failure
                self._gates[plan.lane].set(False)
            case Blame.ACCOUNT | Blame.TEMPLATE:
                self._account_trouble = failure
                for gate in self._gates.values():
                    gate.set(False)
            case Blame.PACE:
                self._runs[plan.lane].pace.slow_down(self._equipment.clock.loop_time())
            case Blame.PAIR | Blame.PLATFORM | Blame.RECIPIENT | Blame.OPT_OUT | Blame.US:
                pass

    @property
    def _in_trouble(self) -> bool:
        return bool(self._trouble) or self._account_trouble is not None

    async def _answer_trouble(self, view: watch.View) -> None:
        """Stop what WhatsApp refuses: a sender, or everything."""
        database, now = self._equipment.database, self._equipment.clock.now()
        if self._account_trouble is not None:
            failure, self._account_trouble = self._account_trouble, None
            await database.transact(failover.stop_all, view, failure, now)
        while self._trouble:
            sender, failure = self._trouble.popitem()
            await database.transact(failover.stop_sender, view, sender, failure, now)

    async def _tend_lanes(self, view: watch.View) -> None:
        """Stop lanes whose senders may not send, open those whose may, hand over what is left."""
        database, now = self._equipment.database, self._equipment.clock.now()
        reserve = self._equipment.tuning.reserve
        for lane in view.lanes:
            able = view.rate_of(lane, reserve) > 0
            if lane.state == "sending" and not able:
                await database.transact(failover.rest_lane, view, lane, now)
            elif lane.state == "stopped" and able:
                await database.transact(failover.reopen_lane, view, lane, now)
            # Also what was in flight when its lane stopped and came back refused.
            if lane.state == "stopped" and lane.unsent and view.lanes_open:
                await database.transact(failover.take_over, view, lane, now, reserve)

    async def _cancel_withdrawn(self, view: watch.View) -> None:
        """Close what no lane will take, because its recipient is not active any more."""
        if not view.lanes_open or not any(lane.unsent for lane in view.lanes):
            return
        database, now = self._equipment.database, self._equipment.clock.now()
        gone = await database.read(withdrawn.find, self._broadcast, due_before=now)
        if gone:
            reason = "Not active any more when their turn came."
            await database.transact(withdrawn.cancel, gone, reason=reason, now=now)

    async def _tell_when_stopped(self, view: watch.View) -> None:
        """After a pause: say, once, how long stopping took and what was already with WhatsApp."""
        if view.state is not _S.PAUSED or view.broadcast.control_at is None:
            self._stopped_at = None
            return
        if self._stopped_at is not None or any(run.has_ready for run in self._runs.values()):
            return
        clock = self._equipment.clock
        self._stopped_at = clock.loop_time()
        took = (clock.now() - view.broadcast.control_at).total_seconds()
        in_flight = sum(run.counts.in_flight for run in self._runs.values())
        if took < 60.0:
            await self._equipment.database.transact(
                _log,
                view.broadcast.tenant_id,
                self._broadcast,
                "broadcast.stopped",
                f"Stopped in {took:.1f} s, {in_flight} already on their way to WhatsApp",
                clock.now(),
            )

    async def _is_over(self, view: watch.View) -> bool:
        if view.state in (_S.ABORTED, _S.FINISHED):
            return True
        now = self._equipment.clock.now()
        unsent = view.count(*UNSENT_STATES)
        if view.state is _S.SENDING and unsent == 0 and not self._recorder.waiting:
            await self._equipment.database.transact(
                _advance, self._broadcast, _E.WINDOW_OVER, now, None
            )
        if view.count(*UNFINISHED_STATES) or view.state is not _S.SETTLING:
            return False
        if view.count(*WITH_WHATSAPP) and now < view.broadcast.closes_at + RECEIPTS_GRACE:
            return False
        return await self._equipment.database.transact(
            _advance, self._broadcast, _E.FINISH, now, "All settled"
        )


RECEIPTS_GRACE = timedelta(seconds=2)


def _templates(session: Session, content: int) -> dict[str, TemplateMessage]:
    return {
        variant.language: TemplateMessage(
            template=variant.template_name,
            language=variant.template_language,
            header_image_id=variant.header_image_id,
        )
        for variant in content_store.variants(session, content_store.ContentId(content))
    }


def _advance(
    session: Session,
    broadcast: BroadcastId,
    event: BroadcastEvent,
    now: datetime,
    words: str | None,
) -> bool:
    values = {"finished_at": now} if event is _E.FINISH else {}
    changed = broadcasts.advance(session, broadcast, event, **values)
    if changed and words is not None:
        row = broadcasts.get(session, broadcast)
        _log(session, row.tenant_id, broadcast, f"broadcast.{event.value}ed", words, now)
    return changed


def _log(
    session: Session, tenant: int, broadcast: BroadcastId, event: str, words: str, now: datetime
) -> None:
    broadcasts.log(
        session, tenant=TenantId(tenant), broadcast=broadcast, event=event, words=words, now=now
    )

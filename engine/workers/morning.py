"""The lanes of one broadcast at work, watched: opened, closed, failed over, and ended when all is
settled.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from engine.domain.broadcast import BroadcastEvent, BroadcastState
from engine.domain.content import Wording
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, LaneId, PhoneNumberId, SenderId, TenantId
from engine.domain.message import TemplateMessage
from engine.store import broadcasts, withdrawn
from engine.store import lanes as lanes_store
from engine.workers import first_ones, uploads, watch
from engine.workers.equipment import Equipment
from engine.workers.gate import Gate
from engine.workers.lane import LanePlan, LaneRun
from engine.workers.measured import Measured
from engine.workers.record import Recorder
from engine.workers.recover import recover_own
from engine.workers.tending import Tending

COUNT_EVERY_SECONDS = 1.0
SETTLING_SECONDS = 4.0
CANARY_SECONDS = 0.25
"""The first ones are judged as soon as may be: the rest waits."""
ALTERED = (
    "The stored text is not the one that was approved: somebody changed it in the database. Nobody "
    "gets it. Abort, and have a content approved anew."
)
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
        self._runs: dict[LaneId, LaneRun] = {}
        self._tending = Tending(equipment, self._runs)
        self._first_ones = first_ones.FirstOnes(equipment)
        self._measured = Measured(equipment, self._runs)
        self._messages: dict[SenderId, dict[Wording, TemplateMessage]] = {}
        self._sampled: datetime | None = None
        self._bounds: object = None

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
                    await equipment.stops.hear(equipment.database)
                    seen, view = await equipment.database.peek(watch.see, self._broadcast)
                    messages = await self._templates(view)
                    if self._is_altered(view, messages):
                        await self._pause_altered(view)
                    else:
                        self._open_lanes(view, lanes, messages)
                    if self._tending.in_trouble:
                        # Before the gates are set: by this view they would open once more.
                        await self._tending.answer(view)
                        continue
                    await self._heed_limits(view)
                    first_ones.hold_back(view, self._runs.values())
                    self._tending.set_gates(view)
                    await self._tending.hand_over(view)
                    await self._cancel_withdrawn(view)
                    await self._measured.look(view)
                    if await self._first_ones.watch(view):
                        continue
                    if await self._is_over(view):
                        break
                    await self._sample()
                    await self._until_something_changed(view, seen)
            finally:
                for run in self._runs.values():
                    run.end()
                equipment.slots.at_work(self._broadcast, 0.0)
        await self._recorder.drained()

    async def _until_something_changed(self, view: watch.View, seen: str) -> None:
        """A second at most; much less when somebody presses a button or a lane meets trouble."""
        peek, clock = self._equipment.database.peek, self._equipment.clock
        step = self._equipment.tuning.watch_every.total_seconds()
        wait = COUNT_EVERY_SECONDS
        if first_ones.waits(view):
            wait = CANARY_SECONDS
        elif not view.count(*UNSENT_STATES):  # nothing is left that a button could stop
            step, wait = COUNT_EVERY_SECONDS, SETTLING_SECONDS
        until = clock.loop_time() + wait
        while clock.loop_time() < until and not self._stopping.is_set():
            if self._tending.in_trouble:
                return
            if self._measured.waiting:
                await asyncio.sleep(step / 4)
                return
            await self._equipment.doze(step, self._stopping)
            if clock.loop_time() < until and await peek(watch.glance, self._broadcast) != seen:
                return

    async def _heed_limits(self, view: watch.View) -> None:
        bounds = (view.bounds, len(self._runs))
        if bounds != self._bounds:
            self._bounds = bounds
            await self._tending.heed_limits(TenantId(view.broadcast.tenant_id))

    async def _sample(self) -> None:
        second = watch.whole_second(self._equipment.clock.now())
        if second != self._sampled and self._equipment.tuning.sample:
            self._sampled = second
            await watch.sample_lanes(self._equipment, self._runs, second)

    async def _templates(self, view: watch.View) -> dict[SenderId, dict[Wording, TemplateMessage]]:
        """By sender: an uploaded file has an id for each; no lane opens without its own."""
        lacking = [
            lane.sender
            for lane in view.lanes
            if lane.state == "sending" and lane.sender not in self._messages
        ]
        if lacking:
            equipment = self._equipment
            self._messages |= await equipment.database.read(
                uploads.templates,
                view.broadcast.content_id or 0,
                lacking,
                equipment.clock.now(),
                view.broadcast.b_content_id,
            )
        return self._messages

    def _is_altered(
        self, view: watch.View, messages: Mapping[SenderId, Mapping[Wording, TemplateMessage]]
    ) -> bool:
        """Whether a lane would open with another text than the one that was approved (spec D2)."""
        stored = {
            wording.content
            for lane in view.lanes
            if lane.state == "sending" and lane.lane not in self._runs
            for wording in messages.get(lane.sender, ())
        }
        return not stored <= {view.broadcast.content_hash, view.broadcast.b_content_hash}

    async def _pause_altered(self, view: watch.View) -> None:
        """Nobody gets it. It is read anew on the next look: a person may have put it right."""
        self._messages.clear()
        if view.state is _S.SENDING:
            log.error("content.altered", broadcast=self._broadcast)
            now = self._equipment.clock.now()
            await self._equipment.database.transact(_pause_altered, self._broadcast, now)

    def _open_lanes(
        self,
        view: watch.View,
        lanes: asyncio.TaskGroup,
        messages: Mapping[SenderId, Mapping[Wording, TemplateMessage]],
    ) -> None:
        for lane in view.lanes:
            if lane.lane in self._runs or lane.state != "sending":
                continue
            if lane.sender not in messages:
                continue
            run = LaneRun(
                plan=LanePlan(
                    lane=lane.lane,
                    broadcast=self._broadcast,
                    sender=lane.sender,
                    phone_number=PhoneNumberId(lane.phone_number_id),
                    messages=messages[lane.sender],
                    rate_per_second=lane.rate_per_second,
                    closes_at=view.broadcast.closes_at,
                ),
                equipment=self._equipment,
                recorder=self._recorder,
                gate=Gate(is_open=False),
                on_failure=self._tending.note_failure,
                on_stop=self._tending.note_stop,
            )
            self._runs[lane.lane] = run
            lanes.create_task(run.run())

    async def _cancel_withdrawn(self, view: watch.View) -> None:
        """Close what no lane will take: its recipient is not active any more, or its words are not
        those that were approved.
        """
        if not view.lanes_open or not any(lane.unsent for lane in view.lanes):
            return
        database, now = self._equipment.database, self._equipment.clock.now()
        gone = await database.read(withdrawn.find, self._broadcast, due_before=now)
        for reason, some in gone.items():
            await database.transact(withdrawn.cancel, some, reason=reason, now=now)

    async def _is_over(self, view: watch.View) -> bool:
        if view.state in (_S.ABORTED, _S.FINISHED):
            return not self._measured.waiting
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


def _pause_altered(session: Session, broadcast: BroadcastId, now: datetime) -> bool:
    changed = broadcasts.advance(session, broadcast, _E.PAUSE, state_reason=ALTERED, control_at=now)
    if changed:
        tenant = broadcasts.get(session, broadcast).tenant_id
        _log(session, tenant, broadcast, "broadcast.paused", ALTERED, now)
    return changed


def _log(
    session: Session, tenant: int, broadcast: BroadcastId, event: str, words: str, now: datetime
) -> None:
    broadcasts.log(
        session, tenant=TenantId(tenant), broadcast=broadcast, event=event, words=words, now=now
    )

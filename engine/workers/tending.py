"""Tends the lanes of one broadcast: opens and closes their gates, hands work over, takes it back.

What a lane meets is answered at once, by closing its gate; what follows from it is written down
with the watch's next look, a moment later.
"""

import math
from collections.abc import Mapping
from datetime import datetime

import structlog

from engine.domain.failover import Stop, return_share
from engine.domain.ids import LaneId, SenderId, TenantId
from engine.domain.outcome import Blame, Failure
from engine.domain.pacing import LOWEST_RATE
from engine.workers import failover, handover
from engine.workers.equipment import Equipment
from engine.workers.lane import LanePlan, LaneRun
from engine.workers.pulse import SLOW_SECONDS
from engine.workers.quotas import Quotas
from engine.workers.watch import LaneView, View

log = structlog.get_logger()


class Tending:
    """The lanes at work, and their trouble."""

    def __init__(self, equipment: Equipment, runs: Mapping[LaneId, LaneRun]) -> None:
        self._equipment = equipment
        self._runs = runs
        self._refused: dict[SenderId, Failure] = {}
        self._stops: dict[SenderId, Stop] = {}
        self._account: Failure | None = None
        self._view: View | None = None
        self._quotas: Quotas | None = None
        self._shares: dict[LaneId, float] = {}
        self._closed: dict[LaneId, bool] = {}

    @property
    def in_trouble(self) -> bool:
        """Whether something waits for `answer`."""
        return bool(self._refused) or bool(self._stops) or self._account is not None

    def note_failure(self, plan: LanePlan, failure: Failure) -> None:
        """Called by a lane right after a failed attempt; acts at once where waiting would hurt."""
        match failure.blame:
            case Blame.SENDER:
                self._refused[plan.sender] = failure
                self._runs[plan.lane].gate.set(False)
            case Blame.ACCOUNT | Blame.TEMPLATE:
                self._account = failure
                for run in self._runs.values():
                    run.gate.set(False)
            case Blame.PACE:
                self._runs[plan.lane].pace.slow_down(self._equipment.clock.loop_time())
            case Blame.PAIR | Blame.PLATFORM | Blame.RECIPIENT | Blame.OPT_OUT | Blame.US:
                pass

    def note_stop(self, plan: LanePlan, stop: Stop) -> None:
        """Called by a lane whose sender others should stand in for, if any do better."""
        if plan.sender not in self._stops and self._others_do_better(plan.lane):
            self._stops[plan.sender] = stop
            self._runs[plan.lane].gate.set(False)

    async def answer(self, view: View) -> None:
        """Stop what WhatsApp refuses: a sender, or everything."""
        database, now = self._equipment.database, self._equipment.clock.now()
        if self._account is not None:
            failure, self._account = self._account, None
            await database.transact(failover.stop_all, view, failure, now)
        while self._refused:
            sender, refusal = self._refused.popitem()
            await database.transact(failover.stop_sender, view, sender, refusal, now)
        while self._stops:
            sender, stop = self._stops.popitem()
            for lane in view.lanes:
                if lane.sender == sender and lane.state == "sending":
                    await database.transact(failover.stop_lane, view, lane, stop, now)

    async def heed_limits(self, tenant: TenantId) -> None:
        """Bind the lanes to the limits of the day, as they are now."""
        equipment = self._equipment
        quotas = await equipment.quotas.of(equipment.database, tenant, equipment.clock.now())
        if quotas is not self._quotas:
            # A mark looks like a request to the database; these are about to be asked themselves.
            for run in self._runs.values():
                quotas.give_back(run.plan.sender, run.not_started())
        self._quotas = quotas
        for run in self._runs.values():
            run.quotas = quotas.of(run.plan.sender)

    def set_gates(self, view: View) -> None:
        """Open and close, and set the pace, by what the database says."""
        self._view = view
        clock, reserve = self._equipment.clock, self._equipment.tuning.reserve
        now = clock.now()
        at_work = 0.0
        for lane in view.lanes:
            run = self._runs.get(lane.lane)
            if run is None:
                continue
            rate = view.rate_of(lane, reserve)
            opens = view.lanes_open and lane.state == "sending" and rate > 0
            run.gate.set(opens)
            run.expect(
                unsent=lane.unsent,
                retrying=lane.retrying,
                next_due_at=lane.next_due_at,
                special=lane.special,
            )
            if rate > 0:
                at_work += rate if opens else 0.0
                run.pace.set_ceiling(max(rate * self._share(view, lane, now), LOWEST_RATE))
                run.pace.speed_up(clock.loop_time())
            stop = run.pulse.awaited(run.waits_seconds, now)
            if stop is not None and opens:
                self.note_stop(run.plan, stop)
        self._equipment.slots.at_work(view.broadcast.id or 0, at_work)

    async def hand_over(self, view: View) -> None:
        """Stop lanes whose senders may not send, open those whose may, hand over what is left."""
        database, now = self._equipment.database, self._equipment.clock.now()
        reserve = self._equipment.tuning.reserve
        for lane in view.lanes:
            able = view.rate_of(lane, reserve) > 0
            if lane.state == "sending" and not able:
                await database.transact(failover.rest_lane, view, lane, now)
            elif lane.state == "stopped" and able and _is_time(lane, now):
                if lane.lane in self._runs:
                    self._runs[lane.lane].pulse.comes_back()
                await database.transact(failover.reopen_lane, view, lane, now)
            # Also what was in flight when its lane stopped and came back refused.
            if lane.state == "stopped" and lane.unsent and view.lanes_open:
                await database.transact(handover.take_over, view, lane, now, reserve, self._quotas)
            await self._tell_circuit(view, lane, now)
            await self._give_back(view, lane, now)

    async def _tell_circuit(self, view: View, lane: LaneView, now: datetime) -> None:
        """Say when a sender's circuit opens, and when it closes again."""
        run = self._runs.get(lane.lane)
        closed = run is None or run.pulse.is_closed
        before, self._closed[lane.lane] = self._closed.get(lane.lane, True), closed
        if run is None or closed == before:
            return
        until = run.pulse.breaker.open_until
        pause = 0 if until is None else max(1, math.ceil((until - now).total_seconds()))
        why = "" if closed else f"Pauses {pause} s after failures in a row."
        words = "answers again" if closed else f"pauses {pause} s: failures in a row"
        event = "sender.circuit_closed" if closed else "sender.circuit_opened"
        await self._equipment.database.transact(
            failover.tell_circuit, view, lane, event, words, why, now
        )

    async def _give_back(self, view: View, lane: LaneView, now: datetime) -> None:
        """With each step of its return a sender takes back its part of what the others have."""
        share = return_share(lane.returned_at, now) if lane.state == "sending" else 0.0
        before, self._shares[lane.lane] = self._shares.get(lane.lane, share), share
        unsent = any(one.unsent for one in view.lanes if one.lane != lane.lane)
        if lane.returned_at is None or share <= before or not view.lanes_open or not unsent:
            return
        await self._equipment.database.transact(
            handover.give_back, view, lane, now, self._equipment.tuning.reserve, self._quotas
        )

    def _share(self, view: View, lane: LaneView, now: datetime) -> float:
        """Of its rate; all of it where nobody else could do what it leaves."""
        share = return_share(lane.returned_at, now)
        if share == 1.0 or not self._others(view, lane.lane):
            return 1.0
        return share

    def _others(self, view: View, mine: LaneId) -> list[LaneView]:
        reserve = self._equipment.tuning.reserve
        return [
            lane
            for lane in view.lanes
            if lane.lane != mine and lane.state == "sending" and view.rate_of(lane, reserve) > 0
        ]

    def _others_do_better(self, mine: LaneId) -> bool:
        view = self._view
        if view is None:
            return False
        if view.spares:
            return True
        others = (self._runs.get(lane.lane) for lane in self._others(view, mine))
        return any(
            run is not None and run.pulse.does_well() and run.waits_seconds < SLOW_SECONDS / 2
            for run in others
        )


def _is_time(lane: LaneView, now: datetime) -> bool:
    return lane.returned_at is None or now >= lane.returned_at

"""Tells, once each, how long it took until what a person asked for was felt (spec P5).

A pause or an abort stops all lanes, a rest one of them; a new pace holds from its lane's next step.
"""

from collections.abc import Mapping
from datetime import datetime

from engine.domain.broadcast import BroadcastState
from engine.domain.ids import BroadcastId, LaneId, TenantId
from engine.store import broadcasts
from engine.workers.equipment import Equipment
from engine.workers.lane import LaneRun
from engine.workers.watch import LaneView, View

TOLD_WITHIN_SECONDS = 60.0
"""An engine that comes up to find something paused hours ago has measured nothing."""
STOPPED = frozenset({BroadcastState.PAUSED, BroadcastState.ABORTED})


class Measured:
    """What was asked of the lanes, until it is felt."""

    def __init__(self, equipment: Equipment, runs: Mapping[LaneId, LaneRun]) -> None:
        self._equipment = equipment
        self._runs = runs
        self._all_since: datetime | None = None
        self._all_told = True
        self._lanes: dict[LaneId, LaneView] = {}
        self._resting: dict[LaneId, LaneView] = {}

    @property
    def waiting(self) -> bool:
        """Whether something was asked that is not felt yet."""
        return not self._all_told or bool(self._resting)

    async def look(self, view: View) -> None:
        """Hear what was asked, and tell what is felt; after the gates and paces were set."""
        await self._whole(view)
        for lane in view.lanes:
            before, self._lanes[lane.lane] = self._lanes.get(lane.lane), lane
            if before is not None and lane.controlled_at != before.controlled_at:
                await self._one(view, before, lane)
        for lane in list(self._resting.values()):
            run = self._runs.get(lane.lane)
            if run is None or not run.has_ready:
                del self._resting[lane.lane]
                on_their_way = 0 if run is None else run.counts.in_flight
                words = f"Sender {lane.name} stopped in {{}}, {_already(on_their_way)}"
                await self._tell(view, "sender.rested", words, lane.controlled_at)

    async def _whole(self, view: View) -> None:
        asked_at = view.broadcast.control_at
        if view.state not in STOPPED:
            self._all_since, self._all_told = None, True
            return
        if self._all_since is None or asked_at != self._all_since:
            self._all_since, self._all_told = asked_at, asked_at is None
        if self._all_told or any(run.has_ready for run in self._runs.values()):
            return
        self._all_told = True
        on_their_way = sum(run.counts.in_flight for run in self._runs.values())
        words = f"Stopped in {{}}, {_already(on_their_way)}"
        await self._tell(view, "broadcast.stopped", words, asked_at)

    async def _one(self, view: View, before: LaneView, lane: LaneView) -> None:
        if before.sender_state == "active" and lane.sender_state != "active":
            if lane.lane in self._runs:
                self._resting[lane.lane] = lane
        elif before.rate_per_second != lane.rate_per_second:
            words = (
                f"Sender {lane.name} keeps to {lane.rate_per_second:g} a second since {{}} after"
            )
            words += f" it was asked (was {before.rate_per_second:g})"
            await self._tell(view, "sender.paced", words, lane.controlled_at)

    async def _tell(self, view: View, event: str, words: str, asked_at: datetime | None) -> None:
        now = self._equipment.clock.now()
        took = TOLD_WITHIN_SECONDS if asked_at is None else (now - asked_at).total_seconds()
        if took >= TOLD_WITHIN_SECONDS:
            return
        await self._equipment.database.transact(
            broadcasts.log,
            tenant=TenantId(view.broadcast.tenant_id),
            broadcast=BroadcastId(view.broadcast.id or 0),
            event=event,
            words=words.format(f"{max(0.0, took):.1f} s"),
            now=now,
        )


def _already(in_flight: int) -> str:
    return f"{in_flight} already on their way to WhatsApp"

"""Watches the canary of a broadcast: a few go first, and the rest when these did well (P6)."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from engine.domain import canary
from engine.domain.canary import CanaryRule, CanaryState, Tally
from engine.domain.ids import BroadcastId, TenantId
from engine.store import broadcasts, canaries, schedules
from engine.workers import failover
from engine.workers.equipment import Equipment
from engine.workers.lane import LaneRun
from engine.workers.watch import View


def waits(view: View) -> bool:
    """Whether the rest of a broadcast waits for its first ones."""
    return view.broadcast.canary in (CanaryState.WAITING, CanaryState.HALTED)


def hold_back(view: View, runs: Iterable[LaneRun]) -> None:
    """While the rest waits, lanes mark the first ones only."""
    until = view.broadcast.canary_until if waits(view) else None
    for run in runs:
        run.hold_back(until)


class FirstOnes:
    """Lets the rest go, or halts, as soon as the first ones tell."""

    def __init__(self, equipment: Equipment) -> None:
        self._equipment = equipment
        self._last_at: datetime | None = None
        self._since = math.inf

    async def watch(self, view: View) -> bool:
        """Decide, if it is time to; True when something changed."""
        if view.broadcast.canary != CanaryState.WAITING or not view.lanes_open:
            return False
        database = self._equipment.database
        tally, rule = await database.read(_look, view)
        judgement = canary.judge(tally, rule, self._waited(tally))
        if isinstance(judgement, canary.Wait):
            return False
        return await database.transact(_decide, view, judgement, self._equipment.clock.now())

    def _waited(self, tally: Tally) -> timedelta:
        """Since the last of them was taken, or since we know of it, by the loop's clock: a wall
        clock that is set must neither hurry the rest nor keep them.
        """
        clock = self._equipment.clock
        if tally.untried:
            self._since = math.inf
            return timedelta(0)
        if tally.last_at != self._last_at or self._since == math.inf:
            self._last_at = tally.last_at
            ahead = timedelta(0) if tally.last_at is None else tally.last_at - clock.now()
            # It was marked a little before its instant.
            most = self._equipment.tuning.mark_ahead
            self._since = clock.loop_time() + min(max(ahead, timedelta(0)), most).total_seconds()
        return timedelta(seconds=clock.loop_time() - self._since)


def _look(session: Session, view: View) -> tuple[Tally, CanaryRule]:
    row = view.broadcast
    tally = canaries.tally(session, BroadcastId(row.id or 0), row.canary_until)
    return tally, schedules.canary_rule(schedules.schedule_of(session, row))


def _decide(
    session: Session,
    view: View,
    judgement: canary.Pass | canary.Halt | canary.DrawAgain,
    now: datetime,
) -> bool:
    row = view.broadcast
    broadcast = BroadcastId(row.id or 0)
    if isinstance(judgement, canary.DrawAgain):
        if canaries.draw_again(session, broadcast, row.canary_until):
            return True
        judgement = canary.Pass("Nobody was left for another canary.")
    if isinstance(judgement, canary.Halt):
        if canaries.move(session, broadcast, CanaryState.HALTED):
            failover.pause(session, view, judgement.words, now)
        return True
    if not canaries.move(session, broadcast, CanaryState.PASSED):
        return False
    broadcasts.log(
        session,
        tenant=TenantId(row.tenant_id),
        broadcast=broadcast,
        event="canary.passed",
        words=judgement.words,
        now=now,
    )
    return True

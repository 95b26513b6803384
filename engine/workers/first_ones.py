"""Watches the canary of a broadcast: a few go first, and the rest when these did well (P6)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from engine.domain import canary
from engine.domain.canary import CanaryRule, CanaryState
from engine.domain.ids import BroadcastId, TenantId
from engine.store import broadcasts, canaries, schedules
from engine.store.tables import Schedule
from engine.workers import failover
from engine.workers.equipment import Equipment
from engine.workers.lane import LaneRun
from engine.workers.watch import View


def rule_of(row: Schedule) -> CanaryRule:
    """A schedule's rule."""
    return CanaryRule(
        wait=timedelta(seconds=row.canary_wait_seconds),
        failures=row.canary_failures,
        percent=row.canary_failure_percent,
    )


def waits(view: View) -> bool:
    """Whether the rest of a broadcast waits for its first ones."""
    return view.broadcast.canary in (CanaryState.WAITING, CanaryState.HALTED)


def hold_back(view: View, runs: Iterable[LaneRun]) -> None:
    """While the rest waits, lanes mark the first ones only."""
    until = view.broadcast.canary_until if waits(view) else None
    for run in runs:
        run.hold_back(until)


async def watch(equipment: Equipment, view: View) -> bool:
    """Let the rest go, or halt, as soon as the first ones tell; True when something changed."""
    if view.broadcast.canary != CanaryState.WAITING or not view.lanes_open:
        return False
    return await equipment.database.transact(_decide, view, equipment.clock.now())


def _decide(session: Session, view: View, now: datetime) -> bool:
    row = view.broadcast
    broadcast = BroadcastId(row.id or 0)
    until = row.canary_until
    tally = canaries.tally(session, broadcast, until)
    rule = rule_of(schedules.schedule_of(session, row))
    match canary.judge(tally, rule, now):
        case canary.Wait():
            return False
        case canary.Pass(words):
            if not canaries.move(session, broadcast, CanaryState.PASSED):
                return False
            broadcasts.log(
                session,
                tenant=TenantId(row.tenant_id),
                broadcast=broadcast,
                event="canary.passed",
                words=words,
                now=now,
            )
        case canary.Halt(words):
            if canaries.move(session, broadcast, CanaryState.HALTED):
                failover.pause(session, view, words, now)
    return True

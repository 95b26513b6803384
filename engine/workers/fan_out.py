"""The fan-out: gives every recipient a lane and an instant, by the pure planner, and writes it
down.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from engine.domain import planning, quality
from engine.domain.broadcast import BroadcastEvent
from engine.domain.ids import BroadcastId, LaneId, SenderId, TenantId
from engine.store import broadcasts
from engine.store import lanes as lanes_store
from engine.store import senders as sender_store
from engine.store.tables import Broadcast, Sender
from engine.workers.equipment import Equipment

SLICE = 1_000

log = structlog.get_logger()


async def fan_out(equipment: Equipment, broadcast: BroadcastId) -> bool:
    """Plan a frozen broadcast. Returns False when no sender may send."""
    database = equipment.database
    row, pool, people = await database.read(_facts, broadcast)
    senders, lanes = able_lanes(pool, equipment.tuning.reserve)
    if not lanes:
        return False
    opens_at = max(row.opens_at, equipment.clock.now())
    plan = planning.plan(
        [
            planning.PlanRecipient(subscriber, tier, region)
            for _, subscriber, tier, region in people
        ],
        lanes,
        opens_at=opens_at,
        pacing=planning.Pacing(row.pacing),
        month=row.service_day.strftime("%Y-%m"),
        seed=row.seed,
    )
    delivery_of = {subscriber: delivery for delivery, subscriber, _, _ in people}
    for sender in senders:
        planned = plan.lanes.get(SenderId(sender.id or 0), [])
        lane = await database.transact(_open_lane, row, sender, len(planned))
        for start in range(0, len(planned), SLICE):
            chunk = [
                (delivery_of[one.subscriber], lane, SenderId(sender.id or 0), one.at)
                for one in planned[start : start + SLICE]
            ]
            await database.transact(broadcasts.assign, chunk)
            equipment.beat("conduct")
    await database.transact(_finish, row, len(people), plan.last_at, equipment.clock.now())
    return True


def able_lanes(
    pool: Sequence[Sender], reserve: float
) -> tuple[Sequence[Sender], list[planning.PlanLane]]:
    """Who sends, and how fast: the primaries that may; without any, the backups; without those, a
    RED number crawls (spec N2). The primaries that may not keep their lanes, for later.
    """
    primaries = [sender for sender in pool if sender.role == "primary"]
    backups = [sender for sender in pool if sender.role == "backup"]
    for senders, last_resort in ((primaries, False), (backups, False), (primaries, True)):
        lanes = [
            planning.PlanLane(SenderId(sender.id or 0), rate)
            for sender in senders
            if (rate := _rate(sender, reserve, last_resort)) > 0
        ]
        if lanes:
            return senders, lanes
    return primaries, []


def _rate(sender: Sender, reserve: float, last_resort: bool) -> float:
    if sender.state != "active":
        return 0.0
    return quality.effective_rate(
        sender.rate_per_second,
        sender.quality,
        reserve,
        throughput=sender.throughput,
        last_resort=last_resort,
    )


def _facts(
    session: Session, broadcast: BroadcastId
) -> tuple[Broadcast, list[Sender], list[tuple[int, int, str, str]]]:
    row = broadcasts.get(session, broadcast)
    pool = list(sender_store.pool(session, TenantId(row.tenant_id)))
    return row, pool, broadcasts.recipients(session, broadcast)


def _open_lane(session: Session, row: Broadcast, sender: Sender, planned: int) -> LaneId:
    lane = lanes_store.open_lane(
        session,
        {
            "broadcast_id": row.id,
            "sender_id": sender.id,
            "rate_per_second": sender.rate_per_second,
            "state": "ready",
            "state_reason": "",
            "epoch": 0,
            "planned": planned,
        },
    )
    lanes_store.change_lane(session, lane, planned=planned)
    return lane


def _finish(
    session: Session, row: Broadcast, people: int, last_at: datetime | None, now: datetime
) -> None:
    broadcasts.advance(session, BroadcastId(row.id or 0), BroadcastEvent.PLAN, planned_at=now)
    seconds = 0 if last_at is None else math.ceil((last_at - row.opens_at) / timedelta(seconds=1))
    broadcasts.log(
        session,
        tenant=TenantId(row.tenant_id),
        broadcast=BroadcastId(row.id or 0),
        event="broadcast.planned",
        words=f"Plan final: {people:,} recipients, the last one {seconds} s after the opening",
        now=now,
    )

"""The fan-out: gives every recipient a lane and an instant, by the pure planner, and writes it
down, in slices.

One that was cut off plans again and writes all of it again: nothing is sent before it is whole.
"""

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from engine.domain import canary, planning
from engine.domain.broadcast import BroadcastEvent
from engine.domain.canary import CanaryRule, CanaryState
from engine.domain.ids import BroadcastId, DeliveryId, LaneId, SenderId, TenantId
from engine.domain.planning import LANDING
from engine.domain.pool import able_lanes
from engine.domain.room import Room
from engine.domain.schedule import month_of
from engine.store import broadcasts, canaries, frozen, schedules, withdrawn
from engine.store import lanes as lanes_store
from engine.store import senders as sender_store
from engine.store.dialects import slices
from engine.store.tables import Broadcast, Sender
from engine.workers.equipment import Equipment
from engine.workers.room import room_of

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan, and whose it is."""

    broadcast: Broadcast
    senders: Sequence[Sender]
    deliveries: "array[int]"
    """By their recipients' places in the plan's audience."""
    plan: planning.Plan
    without: "array[int]"
    """Deliveries for which the limits of the day have no room."""
    first_until: datetime | None
    """Who is planned up to here goes first, and the rest waits for them (spec P6)."""
    rule: CanaryRule

    def at(self, instant: datetime) -> datetime:
        """An instant of the plan, once the rest waits."""
        return canary.held_back(instant, self.first_until, self.rule)


async def fan_out(equipment: Equipment, broadcast: BroadcastId) -> bool:
    """Plan a frozen broadcast. Returns False when no sender may send."""
    database, clock = equipment.database, equipment.clock
    # As one question: planning takes a second or two, and this loop may be sending for others.
    room = await _room(equipment, broadcast)
    planned = await database.read(plan_of, broadcast, equipment.tuning.reserve, room, clock.now())
    if planned is None:
        return False
    lanes = await database.transact(_open_lanes, planned)
    at_once = equipment.tuning.prepared_at_once
    for start in range(0, len(planned.deliveries), at_once):
        equipment.beat("conduct")
        await database.transact(_assign, planned, lanes, start, start + at_once)
    for some in slices(planned.without):
        await database.transact(_leave_out, some, room, clock.now())
    await database.transact(_finish, planned, room, clock.now())
    return True


async def _room(equipment: Equipment, broadcast: BroadcastId) -> Room:
    """What the limits of the day leave, as of now."""
    database, now = equipment.database, equipment.clock.now()
    row = await database.read(broadcasts.get, broadcast)
    return room_of(await equipment.quotas.of(database, TenantId(row.tenant_id), now), now)


def plan_of(
    session: Session, broadcast: BroadcastId, reserve: float, room: Room, now: datetime
) -> Planned | None:
    """The plan of a frozen broadcast as it would be now; None when no sender may send."""
    row = broadcasts.get(session, broadcast)
    pool = list(sender_store.pool(session, TenantId(row.tenant_id)))
    senders, lanes = able_lanes(pool, reserve)
    if not lanes:
        return None
    opens_at = max(row.opens_at, now)
    audience, deliveries = planning.Audience(), array("q")
    for delivery, subscriber, tier, region in frozen.recipients(session, broadcast):
        deliveries.append(delivery)
        audience.add(subscriber, tier, region)
    audience, deliveries, without = room.audience(audience, deliveries, lanes)
    rule = schedules.canary_rule(schedules.schedule_of(session, row))
    waits = row.canary == CanaryState.WAITING
    held_back = rule.wait + canary.TURN if waits else timedelta(0)
    plan = planning.plan(
        audience,
        room.lanes(audience, lanes),
        opens_at=opens_at,
        pacing=planning.Pacing(row.pacing),
        month=month_of(row.service_day),
        seed=row.seed,
        routing=planning.Routing(row.routing),
        over=max(row.window_ends_at - LANDING - held_back - opens_at, timedelta(0)),
    )
    return Planned(
        broadcast=row,
        senders=senders,
        deliveries=deliveries,
        plan=plan,
        without=without,
        first_until=_first_until(plan) if waits else None,
        rule=rule,
    )


def _first_until(plan: planning.Plan) -> datetime | None:
    people = len(plan.audience)
    return canary.ends_at((at for _, _, at in plan.planned(0, people)), people)


def _open_lanes(session: Session, planned: Planned) -> dict[SenderId, LaneId]:
    """The lanes of the plan; one that an earlier plan opened has what this one gives it."""
    broadcast, sizes = BroadcastId(planned.broadcast.id or 0), planned.plan.sizes()
    lanes: dict[SenderId, LaneId] = {}
    for lane in lanes_store.lanes_of(session, broadcast):
        sender = SenderId(lane.sender_id)
        lanes[sender] = LaneId(lane.id or 0)
        lanes_store.change_lane(session, lanes[sender], planned=sizes.get(sender, 0))
    for sender in planned.senders:
        identity = SenderId(sender.id or 0)
        if identity not in lanes:
            values = {
                "broadcast_id": broadcast,
                "sender_id": identity,
                "rate_per_second": sender.rate_per_second,
                "state": "ready",
                "state_reason": "",
                "epoch": 0,
                "planned": sizes.get(identity, 0),
            }
            lanes[identity] = lanes_store.open_lane(session, values)
    return lanes


def _assign(
    session: Session, planned: Planned, lanes: Mapping[SenderId, LaneId], start: int, stop: int
) -> None:
    frozen.assign(
        session,
        [
            (planned.deliveries[place], lanes[sender], sender, planned.at(at))
            for place, sender, at in planned.plan.planned(start, stop)
        ],
    )


def _leave_out(session: Session, deliveries: Sequence[int], room: Room, now: datetime) -> None:
    """The limits of the day have no room for these: closed before the send, with the reason."""
    some = [DeliveryId(delivery) for delivery in deliveries]
    withdrawn.cancel(session, some, reason=room.words, now=now)


def _finish(session: Session, planned: Planned, room: Room, now: datetime) -> None:
    row, last_at = planned.broadcast, planned.plan.last_at
    if last_at is not None:
        last_at = planned.at(last_at)
    if planned.first_until is not None:
        canaries.begin(session, BroadcastId(row.id or 0), planned.first_until)
    broadcasts.advance(session, BroadcastId(row.id or 0), BroadcastEvent.PLAN, planned_at=now)
    if planned.without:
        words = f"{len(planned.without):,} left out: {room.words}"
        _log(session, row, "broadcast.limited", words, now)
    seconds = 0 if last_at is None else math.ceil((last_at - row.opens_at) / timedelta(seconds=1))
    people = len(planned.deliveries)
    words = f"Plan final: {people:,} recipients, the last one {seconds} s after the opening"
    if last_at is not None and last_at > row.closes_at:
        words += (
            f", {math.ceil((last_at - row.closes_at) / timedelta(seconds=1))} s after the close"
        )
    _log(session, row, "broadcast.planned", words, now)


def _log(session: Session, row: Broadcast, event: str, words: str, now: datetime) -> None:
    broadcasts.log(
        session,
        tenant=TenantId(row.tenant_id),
        broadcast=BroadcastId(row.id or 0),
        event=event,
        words=words,
        now=now,
    )

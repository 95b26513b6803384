"""Who does the work of a sender that stopped, and what it gets back when it returns (spec N4).

Only what is unsent moves, by an UPDATE that holds while it is unsent: nothing can go out twice
here. Everybody goes to the sender that the plan's own hash names next, so that most people stay
where they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from engine.domain import limits, planning
from engine.domain.failover import return_share
from engine.domain.ids import BroadcastId, LaneId, SenderId, TenantId
from engine.domain.quality import effective_rate
from engine.domain.subscriber import TIER_ORDER, Tier
from engine.store import lanes as lanes_store
from engine.store import outbox
from engine.store import senders as sender_store
from engine.store.tables import Lane, Sender
from engine.workers.failover import note, tell
from engine.workers.quotas import Quotas
from engine.workers.watch import LaneView, View


def take_over(
    session: Session,
    view: View,
    stopped: LaneView,
    now: datetime,
    reserve: float,
    quotas: Quotas | None = None,
) -> int:
    """Move what a stopped lane has not sent to the others and a backup; returns how many."""
    epoch = max((lane.epoch for lane in lanes_store.lanes_of(session, _id(view))), default=0)
    _activate_backup(session, view, epoch, now)
    targets = _targets(session, view, reserve, now, quotas)
    return _move(
        session, view, [stopped.lane], targets, now, told="took {} from the stopped sender"
    )


def give_back(
    session: Session,
    view: View,
    lane: LaneView,
    now: datetime,
    reserve: float,
    quotas: Quotas | None = None,
) -> int:
    """Give a sender that has come back its part of what the others have not sent; how many.

    By the same hash as the plan: who was the sender's comes back to it, and nobody else moves.
    """
    targets = _targets(session, view, reserve, now, quotas)
    mine = [one for one in targets if one.lane == lane.lane]
    others = [one.lane for one in targets if one.lane != lane.lane]
    if not mine or not others:
        return 0
    return _move(session, view, others, targets, now, only=lane.lane, told="took {} back")


def reinforce(session: Session, view: View, sender: SenderId, now: datetime, reserve: float) -> str:
    """Call in a backup, although nobody stopped, and give it its part of what is unsent; in words.

    Whom the plan's own hash gives to it moves, and nobody else.
    """
    row = sender_store.get(session, sender)
    assert row is not None, "whom the forecast names is in the pool"
    epoch = max((lane.epoch for lane in lanes_store.lanes_of(session, _id(view))), default=0)
    lane = _open(session, view, row, epoch, now)
    targets = _targets(session, view, reserve, now, None)
    sources = [one.lane for one in targets if one.lane != lane]
    took = _move(session, view, sources, targets, now, only=lane, told="took {} to be in time")
    return f"Backup {_tail(row)} called in, because the end was foretold late: it took {took}"


@dataclass(frozen=True, slots=True)
class _Target:
    lane: LaneId
    sender: SenderId
    name: str
    rate: float
    most: int | None


def _move(
    session: Session,
    view: View,
    sources: Sequence[LaneId],
    targets: Sequence[_Target],
    now: datetime,
    *,
    told: str,
    only: LaneId | None = None,
) -> int:
    unsent = [(lane, *row) for lane in sources for row in outbox.unsent_of(session, lane)]
    if not targets or not unsent:
        return 0
    lanes = [planning.PlanLane(one.sender, one.rate, one.most) for one in targets]
    staying = limits.without_room(
        ((row[2], TIER_ORDER[Tier(row[3])]) for row in unsent),
        most=planning.most_of(lanes),
        reached=frozenset[int](),
    )
    going = [row for row in unsent if row[2] not in staying]
    people = [planning.PlanRecipient(row[2], row[3]) for row in going]
    routed = planning.route(people, lanes, seed="")
    target_of = {one.sender: one for one in targets}
    new = {
        person.subscriber: target_of[sender] for sender, share in routed.items() for person in share
    }
    moves = [
        (delivery, old, new[subscriber].lane, new[subscriber].sender, max(due, now))
        for old, delivery, subscriber, _, due in going
        if new[subscriber].lane != old and only in (None, new[subscriber].lane)
    ]
    outbox.move(session, moves)
    for one in targets:
        if took := sum(move[2] == one.lane for move in moves):
            tell(session, view, "sender.took_over", f"{one.name} {told.format(took)}", now)
    return len(moves)


def _activate_backup(session: Session, view: View, epoch: int, now: datetime) -> None:
    """One backup for each stopped lane, as long as there are any."""
    lanes = lanes_store.lanes_of(session, _id(view))
    used = {lane.sender_id for lane in lanes}
    pool = sender_store.pool(session, TenantId(view.broadcast.tenant_id))
    backups_used = sum(1 for sender in pool if sender.role == "backup" and sender.id in used)
    stopped = sum(1 for lane in lanes if lane.state == "stopped")
    if backups_used >= stopped:
        return
    for sender in pool:
        if _is_spare(sender) and sender.id not in used:
            _open(session, view, sender, epoch, now)
            return


def _open(session: Session, view: View, sender: Sender, epoch: int, now: datetime) -> LaneId:
    lane = lanes_store.open_lane(
        session,
        {
            "broadcast_id": view.broadcast.id,
            "sender_id": sender.id,
            "rate_per_second": sender.rate_per_second,
            "state": "sending",
            "state_reason": "backup",
            "epoch": epoch,
            "planned": 0,
        },
    )
    words = f"Backup {_tail(sender)} activated"
    tell(session, view, "sender.activated", words, now)
    note(session, view, f"sender:{sender.id}", "sender.activated", words, now)
    return lane


def _is_spare(sender: Sender) -> bool:
    return sender.role == "backup" and sender.state == "active" and _rate(sender, 0.0) > 0


def _targets(
    session: Session, view: View, reserve: float, now: datetime, quotas: Quotas | None
) -> list[_Target]:
    waiting = {one.lane: one.unsent + one.taken for one in view.lanes}
    targets: list[_Target] = []
    for lane in lanes_store.lanes_of(session, _id(view)):
        sender = sender_store.get(session, SenderId(lane.sender_id))
        if lane.state != "sending" or sender is None or sender.state != "active":
            continue
        rate = _rate(sender, reserve) * return_share(lane.returned_at, now)
        if rate > 0:
            room = None if quotas is None else quotas.room(SenderId(lane.sender_id), now)
            held = waiting.get(LaneId(lane.id or 0), 0)
            most = None if room is None else max(0, room - held)
            targets.append(_target(lane, sender, rate, most))
    return targets


def _target(lane: Lane, sender: Sender, rate: float, most: int | None) -> _Target:
    role = "Backup" if sender.role == "backup" else "Sender"
    name = f"{role} {_tail(sender)}"
    return _Target(LaneId(lane.id or 0), SenderId(lane.sender_id), name, rate, most)


def _rate(sender: Sender, reserve: float) -> float:
    return effective_rate(
        sender.rate_per_second,
        sender.quality,
        reserve,
        throughput=sender.throughput,
        status=sender.status,
    )


def _tail(sender: Sender) -> str:
    return f"·· {sender.display_phone[-4:]}"


def _id(view: View) -> BroadcastId:
    return BroadcastId(view.broadcast.id or 0)

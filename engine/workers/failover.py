"""Failover: a sender that may not send is stopped, and what it has not sent goes through the
others.

Only what is unsent moves, by an UPDATE that holds while it is unsent: nothing can go out twice
here.
"""

from datetime import datetime

from sqlmodel import Session

from engine.domain import failure as failures
from engine.domain import planning
from engine.domain.broadcast import BroadcastEvent
from engine.domain.ids import BroadcastId, LaneId, SenderId, TenantId
from engine.domain.outcome import Failure
from engine.domain.quality import Quality, effective_rate
from engine.store import broadcasts, outbox
from engine.store import lanes as lanes_store
from engine.store import senders as sender_store
from engine.store.tables import Lane, Sender
from engine.workers.watch import LaneView, View


def stop_sender(
    session: Session, view: View, sender: SenderId, failure: Failure, now: datetime
) -> None:
    """Stop a sender that WhatsApp refuses, and its lane; a person starts it again."""
    row = sender_store.get(session, sender)
    if row is None:
        return
    reason = failures.words_for(failure.code)
    sender_store.set_state(session, sender, was="active", state="stopped", reason=reason, now=now)
    sender_store.note_error(session, sender, words=reason, now=now)
    for lane in view.lanes:
        if lane.sender != sender:
            continue
        if lanes_store.set_lane_state(
            session, lane.lane, was="sending", state="stopped", reason=reason
        ):
            _log(session, view, "sender.stopped", f"Sender {_tail(row)} stopped: {reason}", now)


def take_over(
    session: Session, view: View, stopped: LaneView, now: datetime, reserve: float
) -> int:
    """Move what a stopped lane has not sent to the others and a backup; returns how many."""
    epoch = max((lane.epoch for lane in lanes_store.lanes_of(session, _id(view))), default=0)
    _activate_backup(session, view, epoch, now)
    targets = _targets(session, view, stopped.lane, reserve)
    unsent = outbox.unsent_of(session, stopped.lane)
    if not targets or not unsent:
        return 0
    lanes = [planning.PlanLane(SenderId(sender.id or 0), rate) for _, sender, rate in targets]
    people = [planning.PlanRecipient(subscriber, tier) for _, subscriber, tier, _ in unsent]
    routed = planning.route(people, lanes, seed="")
    lane_of = {
        recipient.subscriber: sender for sender, share in routed.items() for recipient in share
    }
    lane_ids = {SenderId(sender.id or 0): LaneId(lane.id or 0) for lane, sender, _ in targets}
    outbox.move(
        session,
        [
            (
                delivery,
                stopped.lane,
                lane_ids[lane_of[subscriber]],
                lane_of[subscriber],
                max(due, now),
            )
            for delivery, subscriber, _, due in unsent
        ],
    )
    for _, sender, _ in targets:
        took = len(routed[SenderId(sender.id or 0)])
        if took:
            role = "Backup" if sender.role == "backup" else "Sender"
            words = f"{role} {_tail(sender)} took {took} from the stopped sender"
            _log(session, view, "sender.took_over", words, now)
    return len(unsent)


def rest_lane(session: Session, view: View, lane: LaneView, now: datetime) -> None:
    """A person rested the sender, or its quality is too low: the others take over (spec N5)."""
    rests = lane.sender_state != "active"
    reason = "The sender rests." if rests else f"Its quality is {lane.quality}."
    stopped = lanes_store.set_lane_state(
        session, lane.lane, was="sending", state="stopped", reason=reason
    )
    sender = sender_store.get(session, lane.sender)
    if stopped and sender is not None:
        _log(session, view, "sender.stopped", f"Sender {_tail(sender)} stopped: {reason}", now)


def reopen_lane(session: Session, view: View, lane: LaneView, now: datetime) -> None:
    """The sender may send again: its lane takes part again, with what is left to it."""
    if lanes_store.set_lane_state(session, lane.lane, was="stopped", state="sending", reason=""):
        sender = sender_store.get(session, lane.sender)
        if sender is not None:
            _log(session, view, "sender.resumed", f"Sender {_tail(sender)} sends again", now)


def stop_all(session: Session, view: View, failure: Failure, now: datetime) -> None:
    """The account or the template may not send: pause everything and tell a person why."""
    reason = failures.words_for(failure.code)
    if broadcasts.advance(
        session, _id(view), BroadcastEvent.PAUSE, state_reason=reason, control_at=now
    ):
        _log(session, view, "broadcast.paused", f"Paused: {reason}", now)


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
            lanes_store.open_lane(
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
            _log(session, view, "sender.activated", f"Backup {_tail(sender)} activated", now)
            return


def _is_spare(sender: Sender) -> bool:
    return (
        sender.role == "backup" and sender.state == "active" and sender.quality != Quality.RED.value
    )


def _targets(
    session: Session, view: View, stopped: LaneId, reserve: float
) -> list[tuple[Lane, Sender, float]]:
    targets: list[tuple[Lane, Sender, float]] = []
    for lane in lanes_store.lanes_of(session, _id(view)):
        sender = sender_store.get(session, SenderId(lane.sender_id))
        if lane.id == stopped or lane.state != "sending" or sender is None:
            continue
        rate = effective_rate(
            sender.rate_per_second, sender.quality, reserve, throughput=sender.throughput
        )
        if sender.state == "active" and rate > 0:
            targets.append((lane, sender, rate))
    return targets


def _tail(sender: Sender) -> str:
    return f"·· {sender.display_phone[-4:]}"


def _id(view: View) -> BroadcastId:
    return BroadcastId(view.broadcast.id or 0)


def _log(session: Session, view: View, event: str, words: str, now: datetime) -> None:
    broadcasts.log(
        session,
        tenant=TenantId(view.broadcast.tenant_id),
        broadcast=_id(view),
        event=event,
        words=words,
        now=now,
    )

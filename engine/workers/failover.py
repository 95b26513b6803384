"""When a sender may not send any more, or does it badly: its lane stops, and comes back later.

Every step is written into the trail, and told on the board. Who does its work meanwhile is
`handover`'s.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from engine.domain import failure as failures
from engine.domain.broadcast import BroadcastEvent
from engine.domain.failover import Stop, return_share
from engine.domain.ids import BroadcastId, SenderId, TenantId
from engine.domain.outcome import Failure
from engine.domain.quality import Quality
from engine.domain.roles import ENGINE
from engine.store import audit, broadcasts
from engine.store import lanes as lanes_store
from engine.store import senders as sender_store
from engine.workers.watch import LaneView, View


def stop_sender(
    session: Session, view: View, sender: SenderId, failure: Failure, now: datetime
) -> None:
    """Stop a sender that WhatsApp refuses, and its lane; a person starts it again."""
    row = sender_store.get(session, sender)
    if row is None:
        return
    reason = failures.words_for(failure.code)
    if sender_store.set_state(
        session, sender, was="active", state="stopped", reason=reason, now=now
    ):
        note(session, view, f"sender:{sender}", "sender.stopped", reason, now)
    sender_store.note_error(session, sender, words=reason, now=now)
    for lane in view.lanes:
        if lane.sender == sender:
            _stop(session, view, lane, reason, None, now)


def stop_lane(session: Session, view: View, lane: LaneView, stop: Stop, now: datetime) -> None:
    """A sender does worse than others would; it is tried again by itself at `stop.back_at`."""
    if _stop(session, view, lane, stop.reason, stop.back_at, now):
        note(session, view, f"lane:{lane.lane}", "lane.stopped", stop.reason, now)
        sender_store.note_error(session, lane.sender, words=stop.reason, now=now)


def rest_lane(session: Session, view: View, lane: LaneView, now: datetime) -> None:
    """A person rested the sender, or what WhatsApp says of it is too bad: others take over (N5)."""
    reason = _why(lane)
    if _stop(session, view, lane, reason, None, now) and lane.sender_state == "active":
        note(session, view, f"lane:{lane.lane}", "lane.stopped", reason, now)


def reopen_lane(session: Session, view: View, lane: LaneView, now: datetime) -> None:
    """The sender may send again: its lane takes part again, step by step."""
    if not lanes_store.set_lane_state(
        session, lane.lane, was="stopped", state="sending", reason=""
    ):
        return
    lanes_store.change_lane(session, lane.lane, returned_at=now)
    part = round(100 * return_share(now, now))
    words = f"Sender {lane.name} sends again, with {part} % of its rate at first"
    tell(session, view, "sender.resumed", words, now)
    note(session, view, f"lane:{lane.lane}", "lane.resumed", words, now)


def tell_circuit(
    session: Session, view: View, lane: LaneView, event: str, words: str, why: str, now: datetime
) -> None:
    """A sender's circuit opened or closed: on the board, beside the lane, and in the trail."""
    if lane.state == "sending":
        lanes_store.change_lane(session, lane.lane, state_reason=why)
    tell(session, view, event, f"Sender {lane.name} {words}", now)
    note(session, view, f"sender:{lane.sender}", event, words, now)


def stop_all(session: Session, view: View, failure: Failure, now: datetime) -> None:
    """The account or the template may not send: pause everything and tell a person why."""
    pause(session, view, failures.words_for(failure.code), now)


def pause(session: Session, view: View, reason: str, now: datetime, **values: Any) -> bool:
    """Pause a broadcast until a person resumes it; False when it was not running."""
    if not broadcasts.advance(
        session,
        _broadcast(view),
        BroadcastEvent.PAUSE,
        state_reason=reason,
        control_at=now,
        **values,
    ):
        return False
    tell(session, view, "broadcast.paused", f"Paused: {reason}", now)
    note(session, view, f"broadcast:{_broadcast(view)}", "broadcast.pause", reason, now)
    return True


def _stop(
    session: Session,
    view: View,
    lane: LaneView,
    reason: str,
    back_at: datetime | None,
    now: datetime,
) -> bool:
    stopped = lanes_store.set_lane_state(
        session, lane.lane, was="sending", state="stopped", reason=reason
    )
    if stopped:
        lanes_store.change_lane(session, lane.lane, returned_at=back_at)
        tell(session, view, "sender.stopped", f"Sender {lane.name} stopped: {reason}", now)
    return stopped


def _why(lane: LaneView) -> str:
    if lane.sender_state != "active":
        return "The sender rests."
    if lane.quality == Quality.RED.value:
        return "Its quality is RED."
    return f"WhatsApp says it is {lane.status.lower().replace('_', ' ')}."


def _broadcast(view: View) -> BroadcastId:
    return BroadcastId(view.broadcast.id or 0)


def note(
    session: Session, view: View, subject: str, action: str, reason: str, now: datetime
) -> None:
    """What the engine decided, in the trail."""
    audit.append(
        session,
        by=ENGINE,
        action=action,
        subject=subject,
        after={"reason": reason},
        now=now,
        tenant=TenantId(view.broadcast.tenant_id),
    )


def tell(session: Session, view: View, event: str, words: str, now: datetime) -> None:
    """A line of the broadcast, on the board."""
    broadcasts.log(
        session,
        tenant=TenantId(view.broadcast.tenant_id),
        broadcast=_broadcast(view),
        event=event,
        words=words,
        now=now,
    )

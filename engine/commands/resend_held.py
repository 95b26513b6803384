"""A person sends a held delivery again, knowing that it may arrive twice (spec E3)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.broadcast import OVER, BroadcastEvent, BroadcastState
from engine.domain.delivery import Event, State, advance
from engine.domain.ids import BroadcastId, DeliveryId, SubscriberId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.subscriber import Status
from engine.store import audit, broadcasts, held, subscribers


def resend_held(
    session: Session, delivery: DeliveryId, *, by: Actor, now: datetime
) -> Refused | None:
    """Make it due at once; a lane takes it from there. Raises Forbidden.

    Refused when it is not held any more, or when the person has said stop meanwhile.
    """
    require(by, Permission.DELIVERIES_SETTLE)
    row = held.get(session, by.tenant, delivery)
    if row is None:
        return Refused("There is no such delivery.")
    if row.state != State.HELD:
        return Refused("This delivery is not held any more. Look again.")
    if row.subscriber_id is not None:
        subscriber = subscribers.get(session, by.tenant, SubscriberId(row.subscriber_id))
        if subscriber is None or subscriber.status != Status.ACTIVE or not subscriber.consented:
            return Refused("The subscriber is not active any more, so nothing is sent to them.")
    if row.broadcast_id is not None and not _lanes_will_take_it(session, row.broadcast_id):
        return Refused("Its broadcast was aborted, so nothing of it is sent any more.")
    moved = held.move(
        session,
        delivery,
        old=State.HELD,
        new=advance(State.HELD, Event.RESEND),
        reason=f"Sent again knowingly by {by.name}",
        due_at=now,
        now=now,
    )
    if not moved:
        return Refused("A receipt has just settled this delivery. Look again.")
    audit.append(
        session,
        by=by,
        action="delivery.resent_knowingly",
        subject=f"delivery:{delivery}",
        before={"state": State.HELD.value},
        after={"state": State.RETRYING.value, "attempts_so_far": row.attempts},
        now=now,
        tenant=TenantId(row.tenant_id),
    )
    return None


def _lanes_will_take_it(session: Session, broadcast: int) -> bool:
    """Open a finished broadcast again, so that its lanes run; False when it ended early."""
    identity = BroadcastId(broadcast)
    if broadcasts.state_of(session, identity) is BroadcastState.FINISHED:
        broadcasts.advance(session, identity, BroadcastEvent.REOPEN, finished_at=None)
    return broadcasts.state_of(session, identity) not in OVER

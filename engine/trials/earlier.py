"""A broadcast of an earlier day, whose people WhatsApp has not said a word about yet: what statuses
of a flood can be about.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import State
from engine.domain.ids import DeliveryKey, MessageId
from engine.store.dialects import table
from engine.store.tables import Attempt, Broadcast, Delivery, Lane, Schedule, Subscriber
from engine.trials.tenant import SeededTenant

ABOUT = "earlier"
EARLIER = "Earlier"
"""The title of its broadcast."""


def message_id(number: int) -> MessageId:
    """WhatsApp's id of the message that the n-th of them got, from 0."""
    return MessageId(f"wamid.{ABOUT}.{number}")


def seed_earlier(session: Session, seeded: SeededTenant, count: int, now: datetime) -> None:
    """Add the broadcast: `count` messages that WhatsApp accepted. The tenant has as many people."""
    opened = now - timedelta(days=1)
    lane = _lane(session, seeded, opened)
    people = session.connection().execute(
        sa.select(_subscribers.c.id, _subscribers.c.phone)
        .where(_subscribers.c.tenant_id == seeded.tenant)
        .order_by(_subscribers.c.id)
        .limit(count)
    )
    first = session.connection().execute(sa.func.max(_deliveries.c.id)).scalar() or 0
    deliveries: list[dict[str, Any]] = []
    attempts: list[dict[str, Any]] = []
    for number, (subscriber, phone) in enumerate(people):
        message = message_id(number)
        deliveries.append(
            {
                "id": first + 1 + number,
                "tenant_id": seeded.tenant,
                "broadcast_id": lane.broadcast_id,
                "lane_id": lane.id,
                "sender_id": lane.sender_id,
                "subscriber_id": subscriber,
                "key": DeliveryKey(f"{number:064x}"),
                "content_hash": seeded.content_hash,
                "phone": phone,
                "language": "EN",
                "tier": "BASIC",
                "parameters": "[]",
                "state": State.ACCEPTED.value,
                "reason": "",
                "attempts": 1,
                "epoch": 0,
                "message_id": message,
                "accepted_at": opened,
                "updated_at": opened,
            }
        )
        attempts.append(
            {
                "delivery_id": first + 1 + number,
                "number": 1,
                "sender_id": lane.sender_id,
                "epoch": 0,
                "started_at": opened,
                "ended_at": opened,
                "outcome": "accepted",
                "message_id": message,
                "detail": "",
            }
        )
    session.connection().execute(sa.insert(_deliveries), deliveries)
    session.connection().execute(sa.insert(table(Attempt)), attempts)


_deliveries, _subscribers = table(Delivery), table(Subscriber)


def _lane(session: Session, seeded: SeededTenant, opened: datetime) -> Lane:
    schedule = Schedule(
        tenant_id=seeded.tenant,
        name=EARLIER,
        kind="once",
        once_at=opened,
        active=False,
        created_at=opened,
    )
    session.add(schedule)
    session.flush()
    broadcast = Broadcast(
        tenant_id=seeded.tenant,
        schedule_id=schedule.id or 0,
        service_day=opened.date(),
        title=EARLIER,
        state=BroadcastState.FINISHED.value,
        opens_at=opened,
        window_ends_at=opened + timedelta(minutes=3),
        closes_at=opened + timedelta(minutes=5),
        created_at=opened,
    )
    session.add(broadcast)
    session.flush()
    lane = Lane(
        broadcast_id=broadcast.id or 0,
        sender_id=seeded.senders[0],
        rate_per_second=80.0,
        state="done",
    )
    session.add(lane)
    session.flush()
    return lane

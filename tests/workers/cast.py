"""A small broadcast in the middle of its window, written straight into the tables."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlmodel import Session, col, select

from engine.clock import MachineClock
from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import State
from engine.domain.ids import (
    AttemptId,
    BroadcastId,
    DeliveryId,
    DeliveryKey,
    LaneId,
    SenderId,
    Tracker,
)
from engine.store.database import Database
from engine.store.journal import Journal, MemoryJournals
from engine.store.tables import Broadcast, Delivery, Lane, Schedule, Subscriber
from engine.trials.tenant import SeededTenant, seed_sandbox
from engine.whatsapp.gateway import Gateway
from engine.workers.equipment import Equipment, HeldLease, Tuning

NOW = datetime(2026, 11, 23, 0, 31, tzinfo=UTC)
EPOCH = 1


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is on stage."""

    seeded: SeededTenant
    broadcast: BroadcastId
    lanes: tuple[LaneId, ...]


def stage(
    session: Session, *, people: int = 6, lanes: int = 1, epoch: int = EPOCH, now: datetime = NOW
) -> Cast:
    """`people` planned deliveries, a second apart, spread over `lanes` open lanes."""
    seeded = seed_sandbox(
        session,
        subscribers=people,
        senders=lanes,
        backups=1,
        rate=80.0,
        now=now,
        rng=Random(7),
        password=None,
    )
    schedule = Schedule(
        tenant_id=seeded.tenant, name="Daily", kind="daily", created_at=now - timedelta(days=1)
    )
    session.add(schedule)
    session.flush()
    broadcast = Broadcast(
        tenant_id=seeded.tenant,
        schedule_id=schedule.id or 0,
        service_day=seeded.day,
        title="Test",
        content_id=seeded.content,
        content_hash=seeded.content_hash,
        state=BroadcastState.SENDING.value,
        opens_at=now,
        window_ends_at=now + timedelta(seconds=150),
        closes_at=now + timedelta(seconds=300),
        targeted=people,
        created_at=now,
    )
    session.add(broadcast)
    session.flush()
    made = [_lane(session, broadcast, sender, epoch) for sender in seeded.senders]
    subscribers = session.exec(select(Subscriber).order_by(col(Subscriber.id))).all()
    for place, person in enumerate(subscribers):
        _delivery(session, broadcast, made[place % lanes], person, place, now)
    session.flush()
    return Cast(seeded, BroadcastId(broadcast.id or 0), tuple(LaneId(row.id or 0) for row in made))


def _lane(session: Session, broadcast: Broadcast, sender: SenderId, epoch: int) -> Lane:
    lane = Lane(
        broadcast_id=broadcast.id or 0,
        sender_id=sender,
        epoch=epoch,
        rate_per_second=80.0,
        state="sending",
    )
    session.add(lane)
    session.flush()
    return lane


def _delivery(
    session: Session,
    broadcast: Broadcast,
    lane: Lane,
    person: Subscriber,
    place: int,
    now: datetime,
) -> None:
    session.add(
        Delivery(
            tenant_id=broadcast.tenant_id,
            broadcast_id=broadcast.id,
            lane_id=lane.id,
            sender_id=lane.sender_id,
            subscriber_id=person.id,
            key=hashlib.sha256(f"{broadcast.id}/{person.id}".encode()).hexdigest(),
            content_hash=broadcast.content_hash,
            phone=person.phone,
            language=person.language,
            parameters=json.dumps([person.name]),
            state=State.PLANNED.value,
            planned_at=now + timedelta(seconds=place),
            due_at=now + timedelta(seconds=place),
            updated_at=now,
        )
    )


def delivery(session: Session, identity: int) -> Delivery:
    """A delivery as the database has it now."""
    row = session.exec(
        select(Delivery)
        .where(col(Delivery.id) == identity)
        .execution_options(populate_existing=True)
    ).one()
    session.expunge(row)
    return row


def tracker(session: Session, attempt: AttemptId) -> Tracker:
    """The text WhatsApp echoes for this attempt."""
    return attempt.tracker(DeliveryKey(delivery(session, attempt.delivery).key))


def first(cast: Cast, session: Session) -> DeliveryId:
    """The delivery that is due first."""
    row = session.exec(
        select(col(Delivery.id))
        .where(col(Delivery.broadcast_id) == cast.broadcast)
        .order_by(col(Delivery.due_at))
    ).first()
    assert row is not None
    return DeliveryId(row)


def equipment(
    database: Database, gateway: Gateway, *, token: int = EPOCH, **given: Any
) -> Equipment:
    """What a worker is handed, with a lease that holds."""
    clock = given.pop("clock", None) or MachineClock()
    journal: Journal = given.pop("journal", None) or MemoryJournals().open("journal")
    return Equipment(
        database=database,
        gateway=gateway,
        clock=clock,
        rng=Random(1),
        lease=HeldLease(clock, token, "test", clock.boot_time() + 60),
        journal=journal,
        tuning=Tuning(**given),
    )

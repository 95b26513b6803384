"""How long a full inbox takes to become states: the receipts of a broadcast, all waiting at once.

After an outage of ours WhatsApp calls again with everything at once. What is measured is the worker
that reads the inbox, with its real database, from the first webhook to the last.
"""

import asyncio
import resource
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random

import sqlalchemy as sa
from sqlmodel import Session

from engine.clock import MachineClock
from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import State
from engine.domain.ids import AttemptId, DeliveryId, DeliveryKey
from engine.loops import fast_loop
from engine.simulator.gateway import SimulatedWhatsApp
from engine.simulator.numbers import NumberState
from engine.simulator.receipts import Receipt, Stage, receipt_entries, webhook_body
from engine.simulator.scenarios import SCENARIOS
from engine.simulator.truth import AcceptedMessage
from engine.simulator.world import SimulatedNumber, World
from engine.store import inbox
from engine.store.database import Database
from engine.store.dialects import slices, table
from engine.store.journal import MemoryJournals
from engine.store.tables import Attempt, Broadcast, Delivery, Lane, Schedule
from engine.trials.tenant import SeededTenant, seed_sandbox
from engine.trials.trial_senders import ACCESS_TOKEN, APP_SECRET, WABA_ID
from engine.workers.equipment import Equipment, HeldLease
from engine.workers.receive import receive

STATUSES = 100_000
STAGES: tuple[Stage, ...] = ("sent", "delivered", "read")
DISORDER = 500
"""Places by which a receipt may come before or after its time."""
LOOK_EVERY_SECONDS = 0.1
NUMBER = SimulatedNumber("100000000000001", "+919800000001", WABA_ID, 80.0)


class UndrainedError(Exception):
    """The inbox is empty, and the deliveries are not what the receipts say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """How long it took, and the CPU it cost; `webhooks` held `statuses`."""

    seconds: float
    cpu_seconds: float
    statuses: int
    webhooks: int


def drain(url: str, *, statuses: int = STATUSES, per_webhook: int = 1, seed: int = 1) -> Drained:
    """Fill the inbox of an empty, migrated database with `statuses` receipts of accepted messages,
    in webhooks of `per_webhook`, and see it emptied. Raises UndrainedError when a receipt was lost
    on the way.
    """
    database = Database(url)
    try:
        deliveries = -(-statuses // len(STAGES))
        messages = database.transact_now(_broadcast, deliveries, MachineClock().now())
        bodies = list(_bodies(messages, statuses, per_webhook, Random(seed)))
        for some in slices(bodies):
            database.transact_now(_take_in, some, MachineClock().now())
        with asyncio.Runner(loop_factory=fast_loop) as runner:
            seconds, cpu = runner.run(_until_empty(database))
        database.read_now(_check, statuses, deliveries)
    finally:
        database.close()
    return Drained(seconds=seconds, cpu_seconds=cpu, statuses=statuses, webhooks=len(bodies))


async def _until_empty(database: Database) -> tuple[float, float]:
    clock = MachineClock()
    equipment = Equipment(
        database=database,
        gateway=SimulatedWhatsApp(
            World(1, SCENARIOS["normal_load"], [NUMBER], ACCESS_TOKEN, APP_SECRET, WABA_ID), clock
        ),
        clock=clock,
        rng=Random(1),
        lease=HeldLease(clock, 1, "drain", clock.boot_time()),
        journal=MemoryJournals().open("drain"),
    )
    cpu, began = _cpu_seconds(), clock.loop_time()
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(receive(equipment))
        while await database.read(inbox.any_waiting):  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        took = clock.loop_time() - began, _cpu_seconds() - cpu
        reading.cancel()
    return took


def _broadcast(session: Session, deliveries: int, now: datetime) -> list[AcceptedMessage]:
    """A broadcast whose every delivery WhatsApp has accepted, and no receipt has come of."""
    seeded = seed_sandbox(
        session,
        subscribers=1,
        senders=1,
        backups=0,
        rate=NUMBER.rate_per_second,
        now=now,
        rng=Random(1),
        password=None,
    )
    broadcast, lane = _lane(session, seeded, now)
    messages = [_message(identity, now) for identity in range(1, deliveries + 1)]
    for some in slices(list(enumerate(messages, 1))):
        owed = [
            {
                "id": identity,
                "tenant_id": seeded.tenant,
                "broadcast_id": broadcast,
                "lane_id": lane,
                "sender_id": seeded.senders[0],
                "key": _key(identity),
                "content_hash": seeded.content_hash,
                "phone": message.recipient,
                "language": "EN",
                "state": State.ACCEPTED.value,
                "attempts": 1,
                "message_id": message.message_id,
                "accepted_at": now,
                "updated_at": now,
            }
            for identity, message in some
        ]
        made = [
            {
                "delivery_id": identity,
                "number": 1,
                "sender_id": seeded.senders[0],
                "epoch": 1,
                "started_at": now,
                "ended_at": now,
                "outcome": "accepted",
                "message_id": message.message_id,
            }
            for identity, message in some
        ]
        session.connection().execute(sa.insert(table(Delivery)), owed)
        session.connection().execute(sa.insert(table(Attempt)), made)
    return messages


def _lane(session: Session, seeded: SeededTenant, now: datetime) -> tuple[int, int]:
    schedule = Schedule(tenant_id=seeded.tenant, name="Daily", kind="daily", created_at=now)
    session.add(schedule)
    session.flush()
    broadcast = Broadcast(
        tenant_id=seeded.tenant,
        schedule_id=schedule.id or 0,
        service_day=seeded.day,
        title="The morning before the flood",
        content_id=seeded.content,
        content_hash=seeded.content_hash,
        state=BroadcastState.SETTLING.value,
        opens_at=now,
        window_ends_at=now + timedelta(seconds=150),
        closes_at=now + timedelta(seconds=300),
        created_at=now,
    )
    session.add(broadcast)
    session.flush()
    lane = Lane(
        broadcast_id=broadcast.id or 0,
        sender_id=seeded.senders[0],
        epoch=1,
        rate_per_second=NUMBER.rate_per_second,
        state="done",
    )
    session.add(lane)
    session.flush()
    return broadcast.id or 0, lane.id or 0


def _key(identity: int) -> DeliveryKey:
    return DeliveryKey(sha256(str(identity).encode()).hexdigest())


def _message(identity: int, now: datetime) -> AcceptedMessage:
    at = now.timestamp()
    return AcceptedMessage(
        message_id=f"wamid.{sha256(f'message {identity}'.encode()).hexdigest().upper()}",
        recipient=f"+9198{identity:08d}",
        by_bsuid=False,
        tracker=AttemptId(DeliveryId(identity), 1).tracker(_key(identity)),
        phone_number_id=NUMBER.phone_number_id,
        category="utility",
        accepted_at=at,
        sent_at=at + 1,
        delivered_at=at + 3,
        read_at=at + 60,
        failed_at=None,
        failed_code=None,
        delivered_skipped=False,
        answered=True,
    )


def _bodies(
    messages: Sequence[AcceptedMessage], statuses: int, per_webhook: int, rng: Random
) -> Iterator[bytes]:
    """Webhooks as the simulator writes them, their receipts a little out of order."""
    receipts: list[Receipt] = [(message, stage) for message in messages for stage in STAGES]
    places = {place: place + rng.uniform(-DISORDER, DISORDER) for place in range(statuses)}
    shuffled = [receipts[place] for place in sorted(places, key=places.__getitem__)]
    numbers = {NUMBER.phone_number_id: NumberState(NUMBER)}
    for start in range(0, statuses, per_webhook):
        some = shuffled[start : start + per_webhook]
        yield webhook_body(receipt_entries(some, numbers, contacts=False))


def _take_in(session: Session, bodies: Sequence[bytes], now: datetime) -> None:
    inbox.store_webhooks(session, [(body, sha256(body).hexdigest()) for body in bodies], now)


def _check(session: Session, statuses: int, deliveries: int) -> None:
    """Every delivery stands where its last receipt puts it."""
    owed = table(Delivery)
    found = {
        State(state): count
        for state, count in session.connection().execute(
            sa.select(owed.c.state, sa.func.count()).group_by(owed.c.state)
        )
    }
    last = statuses - (deliveries - 1) * len(STAGES)
    wanted = Counter([State.READ] * (deliveries - 1))
    wanted[(State.SENT, State.DELIVERED, State.READ)[last - 1]] += 1
    if found != wanted:
        raise UndrainedError(f"Found {found}, and not {dict(wanted)}.")


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime

"""Reads the inbox at its own pace: every webhook once, in batches, whatever order Meta chose."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

import sqlalchemy.exc
import structlog
from sqlmodel import Session

from engine.domain.ids import MessageId
from engine.domain.receipts import ReceiptStatus
from engine.store import inbox, parked, test_messages
from engine.whatsapp import webhooks
from engine.whatsapp.updates import StatusUpdate
from engine.workers.equipment import Equipment
from engine.workers.notice import notice
from engine.workers.receipts import Arrived, apply_receipts

BODIES = 200
"""Webhooks read at once, and no more bytes than the inbox gives: the writer is busy with them for
some hundredths of a second.
"""
FEW = 20
FEW_WAIT = 2
"""After a look that found FEW updates or less, the next waits so many times as long for company: a
look costs as much as thirty receipts.
"""
PARKED = 200
PARKED_EVERY_SECONDS = 2.0
BEYOND_US = (
    LookupError,
    TypeError,
    ValueError,
    ArithmeticError,
    AttributeError,
    RecursionError,
    AssertionError,
    sqlalchemy.exc.DataError,
    sqlalchemy.exc.IntegrityError,
)
"""What a webhook raises that we, or the database, cannot digest, today or ever. A database that is
locked, full or gone raises other things, and passes.
"""

log = structlog.get_logger()


async def receive(equipment: Equipment) -> None:
    """Process what waits in the inbox, for ever."""
    soon = equipment.tuning.receive_every.total_seconds()
    looked_at_parked = equipment.clock.loop_time()
    one_by_one, found = 0, NOTHING
    while True:
        equipment.beat("receive")
        if equipment.clock.loop_time() - looked_at_parked > PARKED_EVERY_SECONDS:
            looked_at_parked = equipment.clock.loop_time()
            if await equipment.database.peek(parked.any_known):
                await equipment.database.transact(
                    retry_parked, equipment.clock.now(), equipment.rng
                )
        if not (found.more or one_by_one):
            await equipment.doze(soon * FEW_WAIT if 0 < found.updates <= FEW else soon)
            # Where some came, more will come: a peek beforehand would be one trip too many.
            if not found.webhooks and not await equipment.database.peek(inbox.any_waiting):
                continue
        try:
            found = await equipment.database.transact(
                process_batch, 1 if one_by_one else BODIES, equipment.clock.now(), equipment.rng
            )
        except BEYOND_US as error:
            # One such webhook must not keep the others from being read, now or after a restart.
            if not one_by_one:
                one_by_one = BODIES
                continue
            log.exception("webhook.beyond_us")
            found = await equipment.database.transact(set_aside, error, equipment.clock.now())
        await _heed(equipment, found)
        one_by_one = max(0, one_by_one - 1) if found.webhooks else 0


async def _heed(equipment: Equipment, found: "Found") -> None:
    """At once: who said stop is asked about before each POST."""
    if found.wishes:
        await equipment.stops.hear(equipment.database)


@dataclass(frozen=True, slots=True)
class Found:
    """How many webhooks and updates a look at the inbox found, and whether more are waiting."""

    webhooks: int
    updates: int
    more: bool
    wishes: bool = False
    """Whether anything may have been a wish about messages: all but good news of a message."""


NOTHING = Found(0, 0, more=False)


def process_batch(session: Session, limit: int, now: datetime, rng: Random) -> Found:
    """Read up to `limit` webhooks and apply all they say."""
    waiting = inbox.claim_waiting(session, limit)
    arrived: list[Arrived] = []
    done: list[int] = []
    heard, wishes = 0, False
    for webhook in waiting:
        try:
            updates = webhooks.parse(webhook.body)
        except webhooks.UnreadableWebhookError as error:
            inbox.mark_unreadable(session, webhook.id, now=now, note=str(error))
            continue
        done.append(webhook.id)
        heard += len(updates)
        for update in updates:
            if isinstance(update, StatusUpdate) and test_messages.is_test(update.tracker):
                test_messages.hear(session, update.tracker or "", update.status, now)
            elif isinstance(update, StatusUpdate):
                arrived.append(_arrived(update, webhook.id, webhook.received_at))
                wishes = wishes or update.status is ReceiptStatus.FAILED
            else:
                notice(session, update, now)
                wishes = True
    apply_receipts(session, arrived, now, rng)
    inbox.mark_done(session, done, now=now)
    return Found(len(waiting), heard, inbox.any_waiting(session), wishes)


def set_aside(session: Session, error: Exception, now: datetime) -> Found:
    """Leave the oldest waiting webhook, as it came, to a person."""
    waiting = inbox.claim_waiting(session, 1)
    for webhook in waiting:
        # The kind alone: an error's text may repeat what is in the body.
        note = f"We could not digest this one ({type(error).__name__}); see the log."
        inbox.mark_unreadable(session, webhook.id, now=now, note=note)
    return Found(len(waiting), 0, inbox.any_waiting(session))


def retry_parked(session: Session, now: datetime, rng: Random) -> int:
    """Apply parked receipts whose message is known by now; returns how many."""
    waiting = parked.take_parked(session, PARKED)
    apply_receipts(
        session,
        [
            Arrived(
                message_id=MessageId(row.message_id),
                status=ReceiptStatus(row.status),
                at=row.at,
                tracker=row.tracker,
                error_code=row.error_code,
                detail=row.detail,
                webhook=row.webhook_id,
                received_at=row.received_at,
            )
            for row in waiting
        ],
        now,
        rng,
    )
    return len(waiting)


def _arrived(update: StatusUpdate, webhook: int, received_at: datetime) -> Arrived:
    return Arrived(
        message_id=update.message_id,
        status=update.status,
        at=update.at,
        tracker=update.tracker,
        error_code=update.error_code,
        detail=update.error_detail or update.error_title,
        webhook=webhook,
        received_at=received_at,
    )

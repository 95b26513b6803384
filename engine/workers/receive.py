"""Reads the inbox at its own pace: every webhook once, in batches, whatever order Meta chose.

Receipts find their delivery by the attempt id we sent along, or else by WhatsApp's message id. What
fits no delivery is parked, and looked at again when its message has become known.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

import structlog
from sqlmodel import Session

from engine.domain import receipts as receipt_rules
from engine.domain import retry
from engine.domain.delivery import Event, ImpossibleTransitionError, advance
from engine.domain.failure import classify
from engine.domain.ids import TRACKER_KEY_LENGTH, DeliveryId, MessageId, parse_tracker
from engine.domain.receipts import ReceiptStatus
from engine.store import inbox, receipts
from engine.store.receipts import Change, ReceiptRow, Standing
from engine.whatsapp import webhooks
from engine.whatsapp.webhooks import StatusUpdate
from engine.workers.attempt import what_follows
from engine.workers.equipment import Equipment
from engine.workers.notice import notice

BODIES = 50
"""Webhooks read at once: at most 50,000 updates by Meta's limit, usually a few hundred."""
IDLE_SECONDS = 0.5
PARKED = 200
PARKED_EVERY_SECONDS = 2.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A receipt with where it came from and when; as parked ones are kept."""

    message_id: MessageId
    status: ReceiptStatus
    at: datetime
    tracker: str | None
    error_code: int | None
    detail: str
    webhook: int | None
    received_at: datetime


async def receive(equipment: Equipment) -> None:
    """Process what waits in the inbox, for ever."""
    step = equipment.tuning.receive_every.total_seconds()
    pause = step
    looked_at_parked = equipment.clock.loop_time()
    while True:
        equipment.beat("receive")
        done = await equipment.database.transact(
            process_batch, BODIES, equipment.clock.now(), equipment.rng
        )
        if equipment.clock.loop_time() - looked_at_parked > PARKED_EVERY_SECONDS:
            looked_at_parked = equipment.clock.loop_time()
            await equipment.database.transact(retry_parked, equipment.clock.now(), equipment.rng)
        pause = step if done else min(pause * 1.5, IDLE_SECONDS)
        if done < BODIES:
            await asyncio.sleep(pause)


def process_batch(session: Session, limit: int, now: datetime, rng: Random) -> int:
    """Read up to `limit` webhooks and apply all they say. Returns how many were read."""
    waiting = inbox.claim_waiting(session, limit)
    arrived: list[Arrived] = []
    done: list[int] = []
    for webhook in waiting:
        try:
            updates = webhooks.parse(webhook.body)
        except webhooks.UnreadableWebhookError as error:
            inbox.mark_unreadable(session, webhook.id, now=now, note=str(error))
            continue
        done.append(webhook.id)
        for update in updates:
            if isinstance(update, StatusUpdate):
                arrived.append(_arrived(update, webhook.id, webhook.received_at))
            else:
                notice(session, update, now)
    apply_receipts(session, arrived, now, rng)
    inbox.mark_done(session, done, now=now)
    return len(waiting)


def retry_parked(session: Session, now: datetime, rng: Random) -> int:
    """Apply parked receipts whose message is known by now; returns how many."""
    parked = receipts.take_parked(session, PARKED)
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
            for row in parked
        ],
        now,
        rng,
    )
    return len(parked)


def apply_receipts(
    session: Session, arrived: Sequence[Arrived], now: datetime, rng: Random
) -> None:
    """What these receipts make of their deliveries, in one go."""
    if not arrived:
        return
    found = _correlate(session, arrived)
    heard = receipts.statuses_of(session, {one.message_id for one in arrived})
    rows: list[ReceiptRow] = []
    parked: list[Arrived] = []
    changes: dict[DeliveryId, Change] = {}
    for one, standing, attempt in found:
        if standing is None:
            parked.append(one)
            continue
        earlier = heard[one.message_id]
        if one.status in earlier:
            continue
        change = changes.setdefault(
            standing.delivery,
            Change(
                delivery=standing.delivery,
                state=standing.state,
                message_id=standing.message_id,
                sent_at=standing.sent_at,
                delivered_at=standing.delivered_at,
                read_at=standing.read_at,
                error_code=standing.error_code,
                reason=standing.reason,
            ),
        )
        _apply(session, change, one, earlier, standing, attempt, now, rng)
        earlier.add(one.status)
        rows.append(_row(one, standing, attempt))
    receipts.write_receipts(session, rows)
    receipts.apply_changes(session, list(changes.values()), now)
    receipts.park(session, [_parked(one) for one in parked])


def _correlate(
    session: Session, arrived: Sequence[Arrived]
) -> list[tuple[Arrived, Standing | None, int | None]]:
    """Each receipt with its delivery and the attempt it names; None for what is not ours, or not
    yet.
    """
    named = [parse_tracker(one.tracker) for one in arrived]
    by_id = receipts.standing_by_id(session, {name[0].delivery for name in named if name})
    unnamed = {
        one.message_id
        for one, name in zip(arrived, named, strict=True)
        if name is None or not _is_ours(by_id.get(name[0].delivery), name[1])
    }
    by_message = receipts.standing_by_message(session, unnamed)
    found: list[tuple[Arrived, Standing | None, int | None]] = []
    for one, name in zip(arrived, named, strict=True):
        if name is not None and one.message_id not in unnamed:
            found.append((one, by_id[name[0].delivery], name[0].number))
        else:
            found.append((one, by_message.get(one.message_id), None))
    return found


def _is_ours(standing: Standing | None, key_prefix: str) -> bool:
    return standing is not None and standing.key[:TRACKER_KEY_LENGTH] == key_prefix


def _apply(
    session: Session,
    change: Change,
    one: Arrived,
    earlier: Collection[ReceiptStatus],
    standing: Standing,
    attempt: int | None,
    now: datetime,
    rng: Random,
) -> None:
    decision = None
    if one.status is ReceiptStatus.FAILED:
        decision = _decide(one, standing, now, rng)
        event = _failure_event(session, change, one, earlier, standing, attempt, decision)
    else:
        _stamp(change, one)
        event = receipt_rules.receipt_event(one.status, earlier=earlier)
    if event is None:
        return
    before = change.state
    try:
        change.state = advance(before, event)
    except ImpossibleTransitionError:
        # Stored all the same: the timeline shows it, and somebody should look.
        log.exception("receipt.impossible", delivery=standing.delivery, state=before)
        return
    if change.state is before:
        return
    change.message_id = one.message_id
    change.error_code = None if decision is None else one.error_code
    change.reason = "" if decision is None else decision.reason
    if decision is not None:
        _, _, change.due_at = what_follows(decision, now)


def _failure_event(
    session: Session,
    change: Change,
    one: Arrived,
    earlier: Collection[ReceiptStatus],
    standing: Standing,
    attempt: int | None,
    decision: retry.Decision,
) -> Event | None:
    """What a `failed` receipt is for a delivery that may have other attempts."""
    past = receipts.attempts_of(session, standing.delivery) if standing.attempts > 1 else []
    if attempt is None:
        named = [known.number for known in past if known.message_id == one.message_id]
        attempt = named[0] if named else standing.attempts
    return receipt_rules.failure_event(
        state=change.state,
        attempt=attempt,
        latest_attempt=standing.attempts,
        latest_settled=any(
            known.number == standing.attempts and known.outcome not in ("unknown", "released")
            for known in past
        ),
        earlier=earlier,
        others=[
            known.receipts
            for known in past
            if known.message_id is not None and known.message_id != one.message_id
        ],
        retry=not isinstance(decision, retry.GiveUp),
    )


def _stamp(change: Change, one: Arrived) -> None:
    """Instants are WhatsApp's; `read` implies delivered, and `delivered` implies sent."""
    change.sent_at = _earlier(change.sent_at, one.at)
    if one.status is not ReceiptStatus.SENT:
        change.delivered_at = _earlier(change.delivered_at, one.at)
    if one.status in (ReceiptStatus.READ, ReceiptStatus.PLAYED):
        change.read_at = _earlier(change.read_at, one.at)


def _earlier(one: datetime | None, other: datetime) -> datetime:
    return other if one is None or other < one else one


def _decide(one: Arrived, standing: Standing, now: datetime, rng: Random) -> retry.Decision:
    """What a `failed` receipt means for the delivery: the same policy as for a refused request."""
    return retry.decide(
        classify(one.error_code, None, one.detail),
        attempts=max(standing.attempts, 1),
        now=now,
        policy=retry.WINDOW,
        rng=rng,
        window_close=standing.closes_at,
    )


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


def _row(one: Arrived, standing: Standing, attempt: int | None) -> ReceiptRow:
    return ReceiptRow(
        delivery=standing.delivery,
        attempt=attempt,
        message_id=one.message_id,
        status=one.status.value,
        at=one.at,
        received_at=one.received_at,
        webhook=one.webhook,
        error_code=one.error_code,
        detail=one.detail,
    )


def _parked(one: Arrived) -> dict[str, object]:
    return {
        "message_id": one.message_id,
        "status": one.status.value,
        "tracker": one.tracker,
        "at": one.at,
        "received_at": one.received_at,
        "webhook_id": one.webhook,
        "error_code": one.error_code,
        "detail": one.detail,
    }

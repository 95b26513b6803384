"""What receipts make of their deliveries, many in one go.

A receipt finds its delivery by the attempt id we sent along, or else by WhatsApp's message id. What
fits no delivery is parked, and looked at again when its message has become known.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import NamedTuple

import structlog
from sqlmodel import Session

from engine.domain import receipts as rules
from engine.domain import retry
from engine.domain.broadcast import OVER
from engine.domain.consent import REFUSED
from engine.domain.delivery import Event, ImpossibleTransitionError, advance
from engine.domain.failure import classify
from engine.domain.ids import TRACKER_KEY_LENGTH, DeliveryId, MessageId, parse_tracker
from engine.domain.outcome import Blame
from engine.domain.receipts import ReceiptStatus
from engine.store import parked, receipts, standings
from engine.store.receipts import Change, ReceiptRow
from engine.store.standings import Standing
from engine.workers.attempt import what_follows
from engine.workers.wishes import Wish, grant

log = structlog.get_logger()


class Arrived(NamedTuple):
    """A receipt with where it came from and when; as parked ones are kept."""

    message_id: MessageId
    status: ReceiptStatus
    at: datetime
    tracker: str | None
    error_code: int | None
    detail: str
    webhook: int
    received_at: datetime


def apply_receipts(
    session: Session, arrived: Sequence[Arrived], now: datetime, rng: Random
) -> None:
    """Apply them in their order; those that are on record already change nothing."""
    if not arrived:
        return
    batch = _Batch(
        session, now, rng, receipts.statuses_of(session, {r.message_id for r in arrived})
    )
    homeless: dict[tuple[MessageId, ReceiptStatus], Arrived] = {}
    for one, standing, attempt in _correlate(session, arrived):
        if standing is None:
            homeless[one.message_id, one.status] = one
        elif one.status not in batch.heard[one.message_id]:
            batch.take(one, standing, attempt)
    receipts.write_receipts(session, batch.rows)
    receipts.apply_changes(session, list(batch.changes.values()), now)
    for one, standing in batch.opt_outs:
        if standing.subscriber is not None:
            grant(session, standing.tenant, standing.subscriber, _refused_for_good(one), now)
    parked.park(session, [_parked(one) for one in homeless.values()])


def _correlate(
    session: Session, arrived: Sequence[Arrived]
) -> list[tuple[Arrived, Standing | None, int | None]]:
    """Each receipt with its delivery and the attempt it names; None for what is not ours, or not
    yet.
    """
    named = [parse_tracker(one.tracker) for one in arrived]
    by_id = standings.standing_by_id(session, {name[0].delivery for name in named if name})
    ours = [
        None if name is None or not _is_ours(by_id.get(name[0].delivery), name[1]) else name[0]
        for name in named
    ]
    # Each by itself: of one message some may name its attempt, and others come without.
    unnamed = {one.message_id for one, our in zip(arrived, ours, strict=True) if our is None}
    by_message = standings.standing_by_message(session, unnamed)
    return [
        (one, by_message.get(one.message_id), None)
        if our is None
        else (one, by_id[our.delivery], our.number)
        for one, our in zip(arrived, ours, strict=True)
    ]


def _is_ours(standing: Standing | None, key_prefix: str) -> bool:
    return standing is not None and standing.key[:TRACKER_KEY_LENGTH] == key_prefix


@dataclass(slots=True)
class _Batch:
    """Receipts applied in memory: what they make of each delivery is written once, at the end."""

    session: Session
    now: datetime
    rng: Random
    heard: dict[str, set[ReceiptStatus]]
    """Of each message of the batch: what is on record, and what the batch has said so far."""
    rows: list[ReceiptRow] = field(default_factory=lambda: list[ReceiptRow]())
    changes: dict[DeliveryId, Change] = field(default_factory=lambda: dict[DeliveryId, Change]())
    opt_outs: list[tuple[Arrived, Standing]] = field(
        default_factory=lambda: list[tuple[Arrived, Standing]]()
    )
    messages: defaultdict[DeliveryId, set[str]] = field(
        default_factory=lambda: defaultdict[DeliveryId, set[str]](set)
    )
    """The messages that the batch has named for each delivery."""

    def take(self, one: Arrived, standing: Standing, attempt: int | None) -> None:
        """Apply one receipt that is not on record yet."""
        change = self.changes.get(standing.delivery)
        if change is None:
            change = self.changes[standing.delivery] = _as_it_stands(standing)
        earlier = self.heard[one.message_id]
        decision = None
        if one.status is ReceiptStatus.FAILED:
            decision = self._decide(one, standing)
            event = self._failure_event(change, one, earlier, standing, attempt, decision)
        else:
            event = rules.receipt_event(one.status, earlier=earlier)
        earlier.add(one.status)
        if rules.is_alive(earlier):
            _stamp(change, one)
        self.messages[standing.delivery].add(one.message_id)
        self.rows.append(_row(one, standing, attempt))
        if event is not None:
            self._follow(change, one, event, decision)

    def _follow(
        self, change: Change, one: Arrived, event: Event, decision: retry.Decision | None
    ) -> None:
        before = change.state
        try:
            change.state = advance(before, event)
        except ImpossibleTransitionError:
            # Stored all the same: the timeline shows it, and somebody should look.
            log.exception("receipt.impossible", delivery=change.delivery, state=before)
            return
        if change.state is before:
            return
        error_code = None if decision is None else one.error_code
        reason = "" if decision is None else decision.reason
        said = (one.message_id, error_code, reason)
        if said != (change.message_id, change.error_code, change.reason):
            change.message_id, change.error_code, change.reason = said
            change.anew = True
        if decision is not None:
            # WhatsApp took its word back: this message was not handed over after all.
            change.sent_at = None
            _, _, change.due_at = what_follows(decision, self.now)
            change.anew = True

    def _failure_event(
        self,
        change: Change,
        one: Arrived,
        earlier: Collection[ReceiptStatus],
        standing: Standing,
        attempt: int | None,
        decision: retry.Decision,
    ) -> Event | None:
        """What a `failed` receipt is for a delivery that may have other attempts."""
        several = standing.attempts > 1
        past = receipts.attempts_of(self.session, standing.delivery) if several else []
        if attempt is None:
            named = [known.number for known in past if known.message_id == one.message_id]
            attempt = named[0] if named else standing.attempts
        return rules.failure_event(
            state=change.state,
            attempt=attempt,
            latest_attempt=standing.attempts,
            latest_settled=any(
                known.number == standing.attempts and known.outcome not in ("unknown", "released")
                for known in past
            ),
            earlier=earlier,
            others=self._others(one, standing) if several else (),
            retry=not isinstance(decision, retry.GiveUp),
        )

    def _others(self, one: Arrived, standing: Standing) -> list[set[ReceiptStatus]]:
        """What was heard of each other message of the delivery, by this batch or before it."""
        known = receipts.messages_of(self.session, standing.delivery)
        for message in self.messages[standing.delivery]:
            known[message] = self.heard[message]
        return [heard for message, heard in known.items() if message != one.message_id]

    def _decide(self, one: Arrived, standing: Standing) -> retry.Decision:
        """What a `failed` receipt means for the delivery."""
        failure = classify(one.error_code, None, one.detail)
        if failure.blame is Blame.OPT_OUT:
            self.opt_outs.append((one, standing))
        decision = retry.after_receipt(
            failure,
            attempts=max(standing.attempts, 1),
            now=self.now,
            rng=self.rng,
            window_close=standing.closes_at,
        )
        if isinstance(decision, retry.RetryAt) and standing.broadcast_state in OVER:
            # Nobody conducts it any more: a retry would wait for ever.
            return retry.GiveUp(f"{decision.reason} By then the broadcast was over.")
        return decision


def _refused_for_good(one: Arrived) -> Wish:
    """WhatsApp did not deliver because the person told it that they want no more."""
    return Wish(
        wants=False, at=one.at, source=f"{REFUSED}{one.error_code}", evidence=str(one.message_id)
    )


def _as_it_stands(standing: Standing) -> Change:
    return Change(
        delivery=standing.delivery,
        state=standing.state,
        message_id=standing.message_id,
        sent_at=standing.sent_at,
        delivered_at=standing.delivered_at,
        read_at=standing.read_at,
        error_code=standing.error_code,
        reason=standing.reason,
        anew=False,
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

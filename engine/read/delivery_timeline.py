"""What the page of one delivery shows: the answer, and everything that happened, in order."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from engine.documents.phones import spaced
from engine.domain.content import preview
from engine.domain.delivery import Event, State, possible
from engine.domain.ids import BroadcastId, DeliveryId, SubscriberId, TenantId
from engine.domain.wordings import Side
from engine.read.delivery_entries import LIMIT, Entry, Kind, entries
from engine.read.delivery_words import Answer, Standing, answer
from engine.read.stages import WORDS
from engine.store.tables import (
    Attempt,
    Broadcast,
    Delivery,
    Receipt,
    Subscriber,
    Variant,
)

__all__ = ["DeliveryTimeline", "Entry", "Kind", "timeline"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryTimeline:
    """One delivery. `text` is the message as the phone shows it, empty when it is not known."""

    delivery: DeliveryId
    subscriber: SubscriberId | None
    name: str
    phone: str
    language: str
    tier: str
    broadcast: BroadcastId | None
    broadcast_title: str
    content_hash: str
    wording: str
    message_id: str
    state: State
    state_words: str
    answer: Answer
    text: str
    entries: tuple[Entry, ...]
    doubtful: bool
    """One of its tries left and nothing was ever heard of it: another one may be a second."""
    doubled: bool
    """WhatsApp took more than one message of it."""

    @property
    def held(self) -> bool:
        """Whether a person may send it again knowingly."""
        return self.state is State.HELD

    @property
    def can_requeue(self) -> bool:
        """Whether a person may put it back."""
        return possible(self.state, Event.REQUEUE)

    @property
    def can_close(self) -> bool:
        """Whether a person may close it, with a reason."""
        return possible(self.state, Event.DISCARD)


def timeline(session: Session, tenant: TenantId, delivery: DeliveryId) -> DeliveryTimeline | None:
    """The delivery's story; None when the tenant has none of that id."""
    row = session.get(Delivery, delivery)
    if row is None or row.tenant_id != tenant:
        return None
    broadcast = session.get(Broadcast, row.broadcast_id) if row.broadcast_id else None
    attempts, receipts = attempts_of(session, delivery), receipts_of(session, delivery)
    person = session.get(Subscriber, row.subscriber_id) if row.subscriber_id else None
    return DeliveryTimeline(
        delivery=delivery,
        subscriber=SubscriberId(row.subscriber_id) if row.subscriber_id else None,
        name=person.name if person else "",
        phone=spaced(row.phone) if row.phone else "",
        language=row.language,
        tier=row.tier,
        broadcast=BroadcastId(row.broadcast_id) if row.broadcast_id else None,
        broadcast_title=broadcast.title if broadcast else "",
        content_hash=row.content_hash,
        wording=row.wording,
        message_id=row.message_id or "",
        state=State(row.state),
        state_words=WORDS[State(row.state)],
        answer=answer(standing(row, broadcast)),
        text=_text(session, row, broadcast),
        entries=entries(session, row, broadcast, attempts, receipts),
        doubtful=_is_doubtful(attempts, receipts),
        doubled=len({one.message_id for one in receipts if one.status != "failed"}) > 1,
    )


def _is_doubtful(attempts: Sequence[Attempt], receipts: Sequence[Receipt]) -> bool:
    heard = {one.attempt for one in receipts}
    return any(one.outcome == "unknown" and one.number not in heard for one in attempts)


def standing(row: Delivery, broadcast: Broadcast | None) -> Standing:
    """The facts its answer is made of."""
    return Standing(
        state=State(row.state),
        reason=row.reason,
        error_code=row.error_code,
        planned_at=row.planned_at,
        due_at=row.due_at,
        accepted_at=row.accepted_at,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        read_at=row.read_at,
        closes_at=broadcast.closes_at if broadcast else None,
    )


def _text(session: Session, row: Delivery, broadcast: Broadcast | None) -> str:
    """The message's words, as long as the content is still what was sent."""
    if broadcast is None or broadcast.content_id is None:
        return ""
    second = row.wording == Side.B
    pack = broadcast.b_content_id if second else broadcast.content_id
    if row.content_hash != (broadcast.b_content_hash if second else broadcast.content_hash):
        return ""
    variant = session.exec(
        select(Variant).where(Variant.content_id == pack, Variant.language == row.language)
    ).one_or_none()
    return preview(variant.body, json.loads(row.parameters)) if variant else ""


def attempts_of(session: Session, delivery: DeliveryId) -> Sequence[Attempt]:
    """Its tries, the first one first."""
    return session.exec(
        select(Attempt)
        .where(Attempt.delivery_id == delivery)
        .order_by(col(Attempt.number))
        .limit(LIMIT)
    ).all()


def receipts_of(session: Session, delivery: DeliveryId) -> Sequence[Receipt]:
    """What WhatsApp said of it, in the order of its own clock."""
    return session.exec(
        select(Receipt)
        .where(Receipt.delivery_id == delivery)
        .order_by(col(Receipt.at))
        .limit(LIMIT)
    ).all()

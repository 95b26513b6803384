"""Takes a person's values out of every table, and leaves what is counted (spec S1, DPDP)."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.delivery import State
from engine.domain.ids import SubscriberId
from engine.domain.replies import Desk
from engine.domain.subscriber import ERASED_NAME, Status
from engine.store import channel_consents, inbox, tables
from engine.store.dialects import slices, table

_subscribers, _consents = table(tables.Subscriber), table(tables.Consent)
_deliveries, _attempts = table(tables.Delivery), table(tables.Attempt)
_receipts, _webhooks = table(tables.Receipt), table(tables.Webhook)
_parked = table(tables.ParkedReceipt)
_conversations, _inbound = table(tables.Conversation), table(tables.Inbound)
_notifications = table(tables.Notification)

ERASED = "erased:"
"""How the id of a message begins once its own text, which holds the phone number, is gone."""
UNSETTLED = (State.PLANNED, State.SENDING, State.UNKNOWN, State.RETRYING, State.HELD)
SWEPT_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Webhook:
    """A stored webhook that names the person. `waiting`: nobody has read it yet."""

    id: int
    body: bytes
    waiting: bool


def blank(session: Session, subscriber: SubscriberId, *, now: datetime) -> bool:
    """Empty their entry and consent history; False when somebody else just did."""
    emptied = session.connection().execute(
        sa.update(_subscribers)
        .where(_subscribers.c.id == subscriber, _subscribers.c.erased_at.is_(None))
        .values(
            name=ERASED_NAME,
            phone=None,
            bsuid=None,
            region="",
            registration_no="",
            tags="",
            status=Status.OPTED_OUT.value,
            consented=False,
            erased_at=now,
            updated_at=now,
        )
    )
    session.connection().execute(
        sa.update(_consents)
        .where(_consents.c.subscriber_id == subscriber)
        .values(source="erased", evidence="")
    )
    channel_consents.erase(session, subscriber)
    return emptied.rowcount == 1


def unsettled(session: Session, subscriber: SubscriberId) -> int:
    """How many messages to them may still go out, or wait for a person."""
    query = sa.select(sa.func.count()).where(
        _deliveries.c.subscriber_id == subscriber,
        _deliveries.c.state.in_([state.value for state in UNSETTLED]),
    )
    return session.connection().execute(query).scalar_one()


def messages_of(session: Session, subscriber: SubscriberId) -> set[str]:
    """The ids of all messages to them that are not erased yet."""
    theirs = sa.select(_deliveries.c.id).where(_deliveries.c.subscriber_id == subscriber)
    found: set[str] = set()
    for source in (_attempts, _receipts):
        asked = sa.select(source.c.message_id).where(source.c.delivery_id.in_(theirs)).distinct()
        found |= {message for message in session.connection().execute(asked).scalars() if message}
    return {message for message in found if not message.startswith(ERASED)}


def webhooks_naming(
    session: Session, subscriber: SubscriberId, addresses: Iterable[str]
) -> list[Webhook]:
    """The stored webhooks that hold a receipt of theirs or one of their `addresses`."""
    theirs = sa.select(_deliveries.c.id).where(_deliveries.c.subscriber_id == subscriber)
    told = sa.select(_receipts.c.webhook_id).where(_receipts.c.delivery_id.in_(theirs))
    conditions = [_webhooks.c.id.in_(told)]
    conditions += [_holds(session, address) for address in addresses if address]
    rows = session.connection().execute(
        sa.select(_webhooks.c.id, _webhooks.c.body, _webhooks.c.state).where(sa.or_(*conditions))
    )
    return [Webhook(row.id, bytes(row.body), row.state == inbox.WAITING) for row in rows]


def rewrite(session: Session, webhook: int, body: bytes) -> None:
    """Replace a webhook's bytes. Its hash stays: should Meta call again, it is known."""
    session.connection().execute(
        sa.update(_webhooks).where(_webhooks.c.id == webhook).values(body=body)
    )


def take_out(
    session: Session,
    subscriber: SubscriberId,
    webhooks: Iterable[Webhook],
    addresses: Iterable[str],
    *,
    clean: Callable[[bytes, set[str]], bytes],
    digits: str = "",
) -> int:
    """Take them out of their messages and of these webhooks; how many deliveries they had.

    clean: gives a webhook's bytes without whoever has these names. digits: of their phone. What
    nobody has read yet is left alone.
    """
    messages = messages_of(session, subscriber)
    names = {*messages, *addresses}
    for webhook in webhooks:
        if not webhook.waiting:
            rewrite(session, webhook.id, clean(webhook.body, names))
    return blank_deliveries(session, subscriber, messages, digits)


def blank_deliveries(
    session: Session, subscriber: SubscriberId, messages: Iterable[str], digits: str
) -> int:
    """Empty what was rendered for them and rename their messages; how many deliveries.

    digits: of their phone, taken out of errors that repeat it.
    """
    theirs = sa.select(_deliveries.c.id).where(_deliveries.c.subscriber_id == subscriber)
    blanked = session.connection().execute(
        sa.update(_deliveries)
        .where(_deliveries.c.subscriber_id == subscriber)
        .values(
            phone=None, bsuid=None, parameters="[]", reason=_without(_deliveries.c.reason, digits)
        )
    )
    for source in (_attempts, _receipts):
        session.connection().execute(
            sa.update(source)
            .where(source.c.delivery_id.in_(theirs))
            .values(detail=_without(source.c.detail, digits))
        )
    for some in slices(sorted(messages)):
        for source in (_deliveries, _attempts, _receipts, _parked):
            _rename(session, source, some)
    blank_replies(session, subscriber)
    return blanked.rowcount


def blank_replies(session: Session, subscriber: SubscriberId) -> int:
    """Empty what they wrote and what they were answered; how many messages of theirs."""
    mine = sa.select(_conversations.c.id).where(_conversations.c.subscriber_id == subscriber)
    theirs = sa.select(_deliveries.c.id).where(_deliveries.c.subscriber_id == subscriber)
    session.connection().execute(
        sa.update(_notifications)
        .where(_notifications.c.delivery_id.in_(theirs))
        .values(text="", details="{}", client_key=None, request_hash="")
    )
    session.connection().execute(
        sa.update(_conversations)
        .where(_conversations.c.subscriber_id == subscriber)
        .values(last_words="", name="", address=None, unread=0, state=Desk.DONE.value)
    )
    written = sa.select(_inbound.c.message_id).where(_inbound.c.conversation_id.in_(mine))
    names = list(session.connection().execute(written).scalars())
    session.connection().execute(
        sa.update(_inbound)
        .where(_inbound.c.conversation_id.in_(mine))
        .values(text="", reply_to=None)
    )
    for some in slices([name for name in sorted(names) if not name.startswith(ERASED)]):
        _rename(session, _inbound, some)
    return len(names)


def told_after_erasure(session: Session) -> list[SubscriberId]:
    """Who was erased, and named again by a receipt that came late."""
    query = (
        sa.select(_deliveries.c.subscriber_id)
        .join(_subscribers, _subscribers.c.id == _deliveries.c.subscriber_id)
        .join(_receipts, _receipts.c.delivery_id == _deliveries.c.id)
        .where(_subscribers.c.erased_at.is_not(None))
        .where(_receipts.c.message_id.not_like(f"{ERASED}%"))
        .distinct()
        .limit(SWEPT_AT_ONCE)
    )
    return [SubscriberId(found) for found in session.connection().execute(query).scalars()]


def _rename(session: Session, source: sa.Table, messages: Iterable[str]) -> None:
    renamed = [{"old": message, "new": _pseudonym(message)} for message in messages]
    session.connection().execute(
        sa.update(source)
        .where(source.c.message_id == sa.bindparam("old"))
        .values(message_id=sa.bindparam("new")),
        renamed,
    )


def _pseudonym(message: str) -> str:
    # Half of an id is chance, so nobody finds the number by trying; and two messages stay two.
    return ERASED + hashlib.sha256(message.encode()).hexdigest()


def _holds(session: Session, text: str) -> sa.ColumnElement[bool]:
    if session.get_bind().dialect.name == "sqlite":
        return sa.func.instr(_webhooks.c.body, text.encode()) > 0
    return sa.func.position(sa.literal(text.encode()).op("IN")(_webhooks.c.body)) > 0


def _without(column: Any, digits: str) -> Any:
    return sa.func.replace(column, digits, "…") if digits else column

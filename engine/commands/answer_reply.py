"""A person answers somebody who wrote to us, while WhatsApp takes free text to them (spec S5)."""

import hashlib
from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import ConversationId, DeliveryKey, SenderId, SubscriberId, TenantId
from engine.domain.priority import Priority
from engine.domain.refusal import Refused
from engine.domain.replies import closes_at, snippet, why_not_text
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, conversations, notifications, subscribers
from engine.store.notifications import Addressee, New
from engine.store.tables import Conversation

KEY_LIMIT = 100
ORIGIN = "reply"
LATE = (
    "WhatsApp takes free text only within 24 hours of their last message, and those are over. "
    "They get the next morning message as usual; when they write again, you can answer."
)


def answer_reply(
    session: Session,
    conversation: ConversationId,
    text: str,
    *,
    client_key: str,
    by: Actor,
    now: datetime,
) -> bool | Refused:
    """Put an answer on its way; it passes what broadcasts send (spec P4).

    client_key: made by whoever typed it. The same key sends once, however often it comes. Returns
    whether it is new, or why not. Raises Forbidden.
    """
    require(by, Permission.REPLIES_WRITE)
    row = conversations.get(session, by.tenant, conversation)
    if row is None:
        return Refused("There is no such conversation.")
    if why := why_not_text(text):
        return Refused(why)
    if not client_key or len(client_key) > KEY_LIMIT:
        return Refused("This form is too old. Load the page again.")
    if now >= closes_at(row.heard_at):
        return Refused(LATE)
    to = _addressee(session, row)
    if to is None:
        return Refused("This person was erased: there is nobody to write to any more.")
    tenant = TenantId(row.tenant_id)
    made = notifications.add(
        session,
        New(
            tenant=tenant,
            origin=ORIGIN,
            public_id=f"reply_{_key(tenant, client_key)[:24]}",
            to=to,
            key=DeliveryKey(_key(tenant, client_key)),
            client_key=client_key,
            text=text.strip(),
            priority=Priority.HIGH,
            conversation=conversation,
            user=by.user,
            due_at=now,
            expires_at=closes_at(row.heard_at),
        ),
        now=now,
    )
    if made is None:
        return False
    words = snippet("text", text)
    conversations.answered(session, conversation, words=f"You: {words}", now=now)
    subject = f"conversation:{conversation}"
    if row.subscriber_id is not None:
        subject = f"subscriber:{row.subscriber_id}"
    audit.append(
        session,
        by=by,
        action="reply.answered",
        subject=subject,
        after={"delivery": made, "conversation": conversation, "characters": len(text.strip())},
        now=now,
        tenant=tenant,
    )
    return True


def _addressee(session: Session, row: Conversation) -> Addressee | None:
    """By the number they wrote to: the window is open between these two alone."""
    sender = SenderId(row.sender_id)
    if row.subscriber_id is None:
        address = row.address or ""
        if not address:
            return None
        is_phone = address.startswith("+")
        return Addressee(
            sender=sender,
            subscriber=None,
            phone=address if is_phone else None,
            bsuid=None if is_phone else address,
        )
    person = subscribers.get(session, TenantId(row.tenant_id), SubscriberId(row.subscriber_id))
    if person is None or person.erased_at is not None or not (person.phone or person.bsuid):
        return None
    return Addressee(
        sender=sender,
        subscriber=SubscriberId(row.subscriber_id),
        phone=person.phone,
        bsuid=person.bsuid,
        tier=person.tier,
    )


def _key(tenant: TenantId, client_key: str) -> str:
    return hashlib.sha256(f"reply:{tenant}:{client_key}".encode()).hexdigest()

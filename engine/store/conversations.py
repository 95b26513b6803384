"""What people wrote to us, kept person by person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.ids import ConversationId, SenderId, SubscriberId, TenantId, UserId
from engine.domain.replies import Desk
from engine.store import tables
from engine.store.dialects import insert_ignoring, table

_conversations, _inbound = table(tables.Conversation), table(tables.Inbound)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One message from a person, as it is kept."""

    message_id: str
    at: datetime
    received_at: datetime
    kind: str
    text: str
    reply_to: str | None
    wish: str
    words: str
    """What the list shows of it."""


def of_person(
    session: Session,
    tenant: TenantId,
    sender: SenderId,
    *,
    subscriber: SubscriberId | None,
    address: str,
    name: str,
    heard: Heard,
    begins: Desk = Desk.OPEN,
) -> ConversationId:
    """The conversation of somebody; begun, in this state, when they never wrote before.

    subscriber: None for somebody who is not on the list; then `address` and `name` are kept. Who
    came to the list since they first wrote brings their old conversation along.
    """
    if subscriber is not None:
        adopt(session, tenant, subscriber, address)
    key = "address" if subscriber is None else "subscriber_id"
    insert = insert_ignoring(session, tables.Conversation, ["tenant_id", key])
    session.connection().execute(
        insert.values(
            tenant_id=tenant,
            subscriber_id=subscriber,
            address=address if subscriber is None else None,
            name=name if subscriber is None else "",
            sender_id=sender,
            state=begins.value,
            unread=0,
            heard_at=heard.at,
            last_at=heard.at,
            last_words="",
            updated_at=heard.received_at,
        )
    )
    mine = (
        _conversations.c.address == address
        if subscriber is None
        else _conversations.c.subscriber_id == subscriber
    )
    found = sa.select(_conversations.c.id).where(_conversations.c.tenant_id == tenant, mine)
    return ConversationId(session.connection().execute(found).scalar_one())


def adopt(session: Session, tenant: TenantId, subscriber: SubscriberId, address: str) -> None:
    """Give a subscriber the conversation they had before they came to the list."""
    theirs = sa.select(_conversations.c.id).where(
        _conversations.c.tenant_id == tenant, _conversations.c.subscriber_id == subscriber
    )
    session.connection().execute(
        sa.update(_conversations)
        .where(
            _conversations.c.tenant_id == tenant,
            _conversations.c.address == address,
            ~theirs.exists(),
        )
        .values(subscriber_id=subscriber, address=None, name="")
    )


def hear(
    session: Session,
    tenant: TenantId,
    conversation: ConversationId,
    sender: SenderId,
    heard: Heard,
    *,
    quiet: bool = False,
) -> bool:
    """Keep one message; False when it is kept already, and nothing changes.

    The conversation opens again and has one more unread, unless it is `quiet`: a wish that was
    acted on, or a reaction, asks nothing of anybody.
    """
    insert = insert_ignoring(session, tables.Inbound, ["tenant_id", "message_id"])
    insert = insert.returning(_inbound.c.id)
    kept = session.connection().execute(
        insert.values(
            tenant_id=tenant,
            conversation_id=conversation,
            message_id=heard.message_id,
            at=heard.at,
            received_at=heard.received_at,
            kind=heard.kind,
            text=heard.text,
            reply_to=heard.reply_to,
            wish=heard.wish,
        )
    )
    if kept.scalar_one_or_none() is None:
        return False
    c = _conversations.c
    # Webhooks come in any order: an older message must not shorten the window.
    newest = c.heard_at <= heard.at
    asks: dict[str, Any] = {} if quiet else {"unread": c.unread + 1, "state": Desk.OPEN.value}
    session.connection().execute(
        sa.update(_conversations)
        .where(c.id == conversation)
        .values(
            heard_at=sa.case((newest, heard.at), else_=c.heard_at),
            sender_id=sa.case((newest, sender), else_=c.sender_id),
            last_words=sa.case((c.last_at <= heard.at, heard.words), else_=c.last_words),
            last_at=sa.case((c.last_at <= heard.at, heard.at), else_=c.last_at),
            updated_at=heard.received_at,
            **asks,
        )
    )
    return True


def get(
    session: Session, tenant: TenantId | None, conversation: ConversationId
) -> tables.Conversation | None:
    """One conversation, or None when the tenant has none of that id."""
    found = session.get(tables.Conversation, conversation, populate_existing=True)
    return found if found is not None and tenant in (None, found.tenant_id) else None


def of_subscriber(
    session: Session, tenant: TenantId, subscriber: SubscriberId
) -> tables.Conversation | None:
    """What somebody of the list wrote, if they ever did."""
    asked = select(tables.Conversation).where(
        col(tables.Conversation.tenant_id) == tenant,
        col(tables.Conversation.subscriber_id) == subscriber,
    )
    return session.exec(asked).one_or_none()


def set_desk(
    session: Session, conversation: ConversationId, *, was: Desk, state: Desk, now: datetime
) -> bool:
    """Move it; False when it is no longer `was`. What is done is read."""
    values: dict[str, Any] = {"unread": 0} if state is Desk.DONE else {}
    return _change(session, conversation, _conversations.c.state == was.value)(
        state=state.value, updated_at=now, **values
    )


def assign(
    session: Session,
    conversation: ConversationId,
    *,
    was: UserId | None,
    user: UserId | None,
    now: datetime,
) -> bool:
    """Give it to a colleague, or to nobody; False when somebody else just did."""
    c = _conversations.c.assigned_to
    held = c.is_(None) if was is None else c == was
    return _change(session, conversation, held)(assigned_to=user, updated_at=now)


def mark_read(session: Session, conversation: ConversationId, *, now: datetime) -> bool:
    """Somebody has read it; False when there was nothing unread."""
    return _change(session, conversation, _conversations.c.unread > 0)(unread=0, updated_at=now)


def answered(session: Session, conversation: ConversationId, *, words: str, now: datetime) -> None:
    """We wrote: it is read, and stands at the top."""
    _change(session, conversation, sa.true())(
        unread=0, last_at=now, last_words=words, updated_at=now
    )


def _change(session: Session, conversation: ConversationId, held: Any) -> Any:
    def set_to(**values: Any) -> bool:
        changed = session.connection().execute(
            sa.update(_conversations)
            .where(_conversations.c.id == conversation, held)
            .values(**values)
        )
        return changed.rowcount == 1

    return set_to

"""Single messages: what they say, who asked for them, and the deliveries made of them."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.delivery import State
from engine.domain.ids import (
    ContentHash,
    ConversationId,
    DeliveryId,
    DeliveryKey,
    SenderId,
    SubscriberId,
    TenantId,
)
from engine.domain.priority import Priority
from engine.store import tables
from engine.store.dialects import insert_ignoring, table

_deliveries, _notifications = table(tables.Delivery), table(tables.Notification)
NO_CONTENT = ContentHash("")
"""No approver's hash: what an answer or a caller says is not a day's content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Who gets it, and through which number of ours."""

    sender: SenderId
    subscriber: SubscriberId | None
    phone: str | None
    bsuid: str | None
    tier: str = "BASIC"


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A message that is to go. `text`, or a template with its parameters."""

    tenant: TenantId
    origin: str
    public_id: str
    to: Addressee
    key: DeliveryKey
    client_key: str | None
    request_hash: str = ""
    text: str = ""
    template_name: str = ""
    template_language: str = ""
    parameters: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    conversation: ConversationId | None = None
    user: int | None = None
    api_key: int | None = None
    event_type: str = ""
    details: dict[str, Any] = field(default_factory=lambda: dict[str, Any]())
    due_at: datetime
    expires_at: datetime | None = None


def add(session: Session, new: New, *, now: datetime) -> DeliveryId | None:
    """Put it on its way; None when the same was asked for before, under the same client key.

    That key's uniqueness decides, not a look beforehand.
    """
    delivery = insert_ignoring(session, tables.Delivery, ["key"]).returning(_deliveries.c.id)
    made = (
        session.connection()
        .execute(
            delivery.values(
                tenant_id=new.tenant,
                sender_id=new.to.sender,
                subscriber_id=new.to.subscriber,
                key=new.key,
                content_hash=NO_CONTENT,
                phone=new.to.phone,
                bsuid=new.to.bsuid,
                language=new.template_language,
                tier=new.to.tier,
                priority=int(new.priority),
                parameters=json.dumps(list(new.parameters), ensure_ascii=False),
                state=State.PLANNED.value,
                reason="",
                planned_at=new.due_at,
                due_at=new.due_at,
                attempts=0,
                epoch=0,
                updated_at=now,
            )
        )
        .scalar_one_or_none()
    )
    if made is None:
        return None
    insert = insert_ignoring(session, tables.Notification, ["tenant_id", "origin", "client_key"])
    insert = insert.returning(_notifications.c.id)
    kept = session.connection().execute(
        insert.values(
            tenant_id=new.tenant,
            delivery_id=made,
            origin=new.origin,
            public_id=new.public_id,
            client_key=new.client_key,
            request_hash=new.request_hash,
            conversation_id=new.conversation,
            user_id=new.user,
            key_id=new.api_key,
            text=new.text,
            template_name=new.template_name,
            template_language=new.template_language,
            event_type=new.event_type,
            details=json.dumps(new.details, ensure_ascii=False),
            expires_at=new.expires_at,
            created_at=now,
        )
    )
    if kept.scalar_one_or_none() is None:
        # Nobody has seen it: it was made in this very transaction.
        session.connection().execute(sa.delete(_deliveries).where(_deliveries.c.id == made))
        return None
    return DeliveryId(made)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A single message and how its delivery stands."""

    delivery: DeliveryId
    public_id: str
    request_hash: str
    key: int | None
    phone: str | None
    bsuid: str | None
    text: str
    template_name: str
    template_language: str
    event_type: str
    details: str
    created_at: datetime
    state: State
    reason: str
    error_code: int | None
    attempts: int
    message_id: str | None
    due_at: datetime | None
    accepted_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    priority: int


_COLUMNS = (
    _notifications.c.delivery_id,
    _notifications.c.public_id,
    _notifications.c.request_hash,
    _notifications.c.key_id,
    _deliveries.c.phone,
    _deliveries.c.bsuid,
    _notifications.c.text,
    _notifications.c.template_name,
    _notifications.c.template_language,
    _notifications.c.event_type,
    _notifications.c.details,
    _notifications.c.created_at,
    _deliveries.c.state,
    _deliveries.c.reason,
    _deliveries.c.error_code,
    _deliveries.c.attempts,
    _deliveries.c.message_id,
    _deliveries.c.due_at,
    _deliveries.c.accepted_at,
    _deliveries.c.sent_at,
    _deliveries.c.delivered_at,
    _deliveries.c.read_at,
    _deliveries.c.priority,
)


def by_public_id(session: Session, tenant: TenantId, origin: str, public_id: str) -> Row | None:
    """One by the name its caller knows."""
    return _one(session, tenant, origin, _notifications.c.public_id == public_id)


def by_client_key(session: Session, tenant: TenantId, origin: str, client_key: str) -> Row | None:
    """One by the key its caller gave it."""
    return _one(session, tenant, origin, _notifications.c.client_key == client_key)


def forget_key(
    session: Session, tenant: TenantId, origin: str, client_key: str, before: datetime
) -> None:
    """From then on the key of something that old means something new."""
    session.connection().execute(
        sa.update(_notifications)
        .where(
            _notifications.c.tenant_id == tenant,
            _notifications.c.origin == origin,
            _notifications.c.client_key == client_key,
            _notifications.c.created_at < before,
        )
        .values(client_key=None)
    )


def latest(
    session: Session, tenant: TenantId, origin: str, limit: int, before: int | None = None
) -> list[Row]:
    """The newest, before a delivery of that number if one is given."""
    asked = _asked(tenant, origin).order_by(_notifications.c.id.desc()).limit(limit)
    if before is not None:
        asked = asked.where(_notifications.c.delivery_id < before)
    return [_row(row) for row in session.connection().execute(asked)]


def count_to(session: Session, tenant: TenantId, phone: str, since: datetime) -> int:
    """How many callers asked for to one number since then."""
    asked = (
        sa.select(sa.func.count())
        .select_from(_notifications.join(_deliveries))
        .where(
            _notifications.c.tenant_id == tenant,
            _notifications.c.origin == "api",
            _notifications.c.created_at > since,
            _deliveries.c.phone == phone,
        )
    )
    return session.connection().execute(asked).scalar_one()


def _asked(tenant: TenantId, origin: str) -> Any:
    return (
        sa.select(*_COLUMNS)
        .select_from(_notifications.join(_deliveries))
        .where(_notifications.c.tenant_id == tenant, _notifications.c.origin == origin)
    )


def _one(session: Session, tenant: TenantId, origin: str, which: Any) -> Row | None:
    found = session.connection().execute(_asked(tenant, origin).where(which)).one_or_none()
    return None if found is None else _row(found)


def _row(row: Any) -> Row:
    (delivery, public_id, request_hash, key, phone, bsuid, text, name, language, *rest) = row
    event_type, details, created_at, state, reason, code, attempts, message, due_at, *when = rest
    return Row(
        delivery=DeliveryId(delivery),
        public_id=public_id,
        request_hash=request_hash,
        key=key,
        phone=phone,
        bsuid=bsuid,
        text=text,
        template_name=name,
        template_language=language,
        event_type=event_type,
        details=details,
        created_at=created_at,
        state=State(state),
        reason=reason,
        error_code=code,
        attempts=attempts,
        message_id=message,
        due_at=due_at,
        accepted_at=when[0],
        sent_at=when[1],
        delivered_at=when[2],
        read_at=when[3],
        priority=when[4],
    )

"""What people answer to the morning message, and single messages that no broadcast made."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel, UniqueConstraint


class Conversation(SQLModel, table=True):
    """All that one person wrote to us and got back, and who of us sees to it."""

    __tablename__ = "conversations"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("tenant_id", "subscriber_id", name="uq_conversations_subscriber"),
        UniqueConstraint("tenant_id", "address", name="uq_conversations_address"),
        Index("ix_conversations_state", "tenant_id", "state", "last_at", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    subscriber_id: int | None = Field(default=None, foreign_key="subscribers.id")
    address: str | None = None  # phone or BSUID of somebody who is not on the list
    name: str = ""  # as WhatsApp says, of somebody who is not on the list
    sender_id: int = Field(foreign_key="senders.id")  # the number of ours they wrote to last
    state: str = "open"  # domain.replies.Desk: open, done
    assigned_to: int | None = Field(default=None, foreign_key="users.id")
    unread: int = 0
    heard_at: datetime  # their last message, by WhatsApp's second: it opened the service window
    last_at: datetime  # the last message of either side
    last_words: str = ""  # what the list shows of it
    updated_at: datetime


class Inbound(SQLModel, table=True):
    """One message from a person. The key makes a webhook that comes ten times count once."""

    __tablename__ = "inbound_messages"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("tenant_id", "message_id", name="uq_inbound_messages_message"),
        Index("ix_inbound_messages_conversation", "conversation_id", "at", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    conversation_id: int = Field(foreign_key="conversations.id")
    message_id: str
    at: datetime  # WhatsApp's second
    received_at: datetime  # ours
    kind: str  # Meta's word: text, button, image, reaction …
    text: str = ""
    reply_to: str | None = None  # the message of ours it answers, as Meta names it
    wish: str = ""  # stop or start, when it was one


class Notification(SQLModel, table=True):
    """A message that no broadcast made: an answer of ours, or one that an API caller asked for.

    Its delivery is what is sent; this is what it says and who asked for it.
    """

    __tablename__ = "notifications"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("delivery_id", name="uq_notifications_delivery"),
        UniqueConstraint("tenant_id", "public_id", name="uq_notifications_public_id"),
        # Asked for twice, sent once (spec E5).
        UniqueConstraint("tenant_id", "origin", "client_key", name="uq_notifications_client_key"),
        Index("ix_notifications_conversation", "conversation_id", "created_at", "id"),
        Index("ix_notifications_created", "tenant_id", "origin", "created_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    delivery_id: int = Field(foreign_key="deliveries.id")
    origin: str  # api, reply
    public_id: str  # "notif_…"
    client_key: str | None = None  # the caller's Idempotency-Key; the form's, of an answer
    request_hash: str = ""  # SHA-256 hex of what was asked for under that key
    conversation_id: int | None = Field(default=None, foreign_key="conversations.id")
    user_id: int | None = Field(default=None, foreign_key="users.id")  # who answered
    key_id: int | None = Field(default=None, foreign_key="api_keys.id")  # which caller asked
    text: str = ""  # free text; empty for a template
    template_name: str = ""
    template_language: str = ""
    event_type: str = ""
    details: str = "{}"  # JSON, the caller's own, given back as it came
    expires_at: datetime | None = None  # free text does not go after the service window
    created_at: datetime


class ApiKey(SQLModel, table=True):
    """What lets a program call us. Only its hash is stored: a stolen copy opens no door."""

    __tablename__ = "api_keys"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("key_hash", name="uq_api_keys_hash"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id", index=True)
    name: str
    start: str  # its first letters, to tell keys apart
    key_hash: str  # SHA-256 hex: the key is 256 bits of chance
    scopes: str  # JSON list of domain.api_access.Scope
    created_by: int | None = Field(default=None, foreign_key="users.id")
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

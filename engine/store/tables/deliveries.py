"""The unit of all work: deliveries, the attempts made for them, the receipts that came back."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, Index, SQLModel, UniqueConstraint

# Spelled with OR: SQLite does not see that `state = 'planned'` is one of an IN list.
WAITS = sa.text("state = 'planned' OR state = 'retrying'")
SPECIAL = sa.text("priority <> 1 AND (state = 'planned' OR state = 'retrying')")
DOUBT = sa.text("state = 'sending' OR state = 'unknown'")
LEFT = sa.text("state = 'failed' OR state = 'held' OR state = 'discarded'")


class Delivery(SQLModel, table=True):
    __tablename__ = "deliveries"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("key", name="uq_deliveries_key"),
        # A lane takes what is due, earliest first. Over what waits only: what is with WhatsApp
        # changes its state three times more, and never waits again.
        Index(
            "ix_deliveries_due",
            "lane_id",
            "state",
            "due_at",
            "id",
            sqlite_where=WAITS,
            postgresql_where=WAITS,
        ),
        # What passes the others, or lets them pass (spec P4). A broadcast has none, so that it pays
        # nothing for it.
        Index(
            "ix_deliveries_special",
            "lane_id",
            "priority",
            "due_at",
            "id",
            sqlite_where=SPECIAL,
            postgresql_where=SPECIAL,
        ),
        # What a death leaves behind and what waits for a receipt: few, among years of deliveries.
        Index("ix_deliveries_doubt", "state", "id", sqlite_where=DOUBT, postgresql_where=DOUBT),
        # What is left to a person: dead letters, held ones, closed ones; the newest first.
        Index(
            "ix_deliveries_left",
            "tenant_id",
            "state",
            "id",
            sqlite_where=LEFT,
            postgresql_where=LEFT,
        ),
        # Counted every second while it runs, from the index alone.
        Index("ix_deliveries_broadcast", "broadcast_id", "lane_id", "state"),
        Index("ix_deliveries_subscriber", "subscriber_id", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    broadcast_id: int | None = Field(default=None, foreign_key="broadcasts.id")
    lane_id: int | None = Field(default=None, foreign_key="lanes.id")
    sender_id: int | None = Field(default=None, foreign_key="senders.id")
    subscriber_id: int | None = Field(default=None, foreign_key="subscribers.id")
    key: str  # domain.ids.DeliveryKey: one message per person per broadcast (spec E5)
    content_hash: str
    phone: str | None = None
    bsuid: str | None = None
    language: str
    wording: str = ""  # domain.wordings.Side; empty: its broadcast has one for this language
    tier: str = "BASIC"
    priority: int = 1  # domain.priority.Priority: 0 passes the others, 2 lets them pass
    parameters: str = "[]"  # JSON list, rendered for this person at the freeze
    state: str  # domain.delivery.State
    reason: str = ""  # why it is where it is, in words
    error_code: int | None = None
    planned_at: datetime | None = None  # the plan's instant; never changed after
    due_at: datetime | None = None  # when a lane may next take it
    attempts: int = 0  # the number of the latest attempt
    epoch: int = 0  # under which engine run it was marked
    marked_at: datetime | None = None
    message_id: str | None = Field(default=None, index=True)
    accepted_at: datetime | None = None
    sent_at: datetime | None = None  # WhatsApp's own second
    delivered_at: datetime | None = None  # WhatsApp's own second
    read_at: datetime | None = None
    updated_at: datetime


class Attempt(SQLModel, table=True):
    """One request to the API; written once, when its outcome is known. Append-only."""

    __tablename__ = "attempts"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("delivery_id", "number", name="uq_attempts_number"),
        Index("ix_attempts_sender", "sender_id", "started_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="deliveries.id")
    number: int
    sender_id: int
    epoch: int
    started_at: datetime | None = (
        None  # our send stamp; NULL when the process died and only the journal knows
    )
    ended_at: datetime
    outcome: str  # accepted, failed, unknown, released
    message_id: str | None = Field(default=None, index=True)
    error_code: int | None = None
    blame: str | None = None
    detail: str = ""


class Receipt(SQLModel, table=True):
    """What WhatsApp later said of a message. The key makes a webhook that comes ten times count
    once.
    """

    __tablename__ = "receipts"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("message_id", "status", name="uq_receipts_status"),
        Index("ix_receipts_delivery", "delivery_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="deliveries.id")
    attempt: int | None = None  # from the tracker; NULL when correlated by message id
    message_id: str
    status: str  # sent, delivered, read, played, failed
    at: datetime  # WhatsApp's second
    received_at: datetime  # ours
    webhook_id: int | None = None
    error_code: int | None = None
    detail: str = ""

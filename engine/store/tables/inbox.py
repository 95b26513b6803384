"""What Meta called us with, kept as it came, and receipts that wait for their delivery."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel, UniqueConstraint


class Webhook(SQLModel, table=True):
    __tablename__ = "webhooks"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("body_hash", name="uq_webhooks_body"),
        Index("ix_webhooks_state", "state", "id"),
        Index("ix_webhooks_received", "received_at"),  # silences are looked for
    )
    id: int | None = Field(default=None, primary_key=True)
    received_at: datetime
    body_hash: str  # SHA-256 hex of the raw bytes
    body: bytes
    state: str = "waiting"  # waiting, done, unreadable
    processed_at: datetime | None = None
    note: str = ""


class IntakeGap(SQLModel, table=True):
    """A stretch in which we turned webhooks away, so that WhatsApp has to call again."""

    __tablename__ = "intake_gaps"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_intake_gaps_ended", "ended_at"),)
    id: int | None = Field(default=None, primary_key=True)
    began_at: datetime
    ended_at: datetime
    webhooks: int


class ParkedReceipt(SQLModel, table=True):
    """A receipt for a message nobody here knows (yet): parked, never dropped."""

    __tablename__ = "parked_receipts"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("message_id", "status", name="uq_parked_status"),)
    id: int | None = Field(default=None, primary_key=True)
    message_id: str
    status: str
    tracker: str | None = None
    at: datetime
    received_at: datetime
    webhook_id: int
    error_code: int | None = None
    detail: str = ""

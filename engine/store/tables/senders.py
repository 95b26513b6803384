"""The pool of phone numbers we may send from."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel, UniqueConstraint


class Sender(SQLModel, table=True):
    __tablename__ = "senders"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("phone_number_id", name="uq_senders_phone_number_id"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id", index=True)
    phone_number_id: str  # Meta's id
    display_phone: str  # +91 …
    label: str = ""
    role: str = "primary"  # primary, backup
    position: int = 0
    state: str = "active"  # ours: active, resting, stopped
    state_reason: str = ""
    quality: str = "UNKNOWN"  # Meta's: GREEN, YELLOW, RED, UNKNOWN
    status: str = "UNKNOWN"  # Meta's: CONNECTED, FLAGGED, RESTRICTED, BANNED …
    throughput: str = "STANDARD"
    messaging_limit: str = "TIER_NOT_SET"
    rate_per_second: float = 80.0  # the ceiling we give it; quality may lower it
    daily_cap: int | None = None  # people it may reach in 24 h by our own word; NULL: no cap
    controlled_at: datetime | None = None  # when a person last rested, resumed or paced it
    last_error: str = ""
    polled_at: datetime | None = None
    updated_at: datetime


class SenderChange(SQLModel, table=True):
    """One change of what Meta says of a number: what the strip and the table of its page show."""

    __tablename__ = "sender_changes"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_sender_changes_sender", "sender_id", "at", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    sender_id: int = Field(foreign_key="senders.id")
    at: datetime
    what: str  # quality, status, throughput, messaging_limit
    before: str
    after: str
    source: str  # poll, webhook

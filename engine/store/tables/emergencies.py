"""Emergencies: what went by SMS or e-mail to those who had not got the message, and who may."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, Index, SQLModel, UniqueConstraint

WAITS = sa.text("state = 'waiting' OR state = 'sending'")
UNDER_WAY = sa.text("state = 'gathering' OR state = 'going'")


class ChannelConsent(SQLModel, table=True):
    """One event of a subscriber's consent to SMS or e-mail; append-only, the latest holds."""

    __tablename__ = "channel_consents"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_channel_consents_subscriber", "subscriber_id", "channel", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    subscriber_id: int = Field(foreign_key="subscribers.id")
    channel: str  # domain.emergency.Channel
    given: bool
    at: datetime
    source: str
    evidence: str = ""
    address: str = ""  # of e-mail; an SMS goes to the subscriber's number


class Emergency(SQLModel, table=True):
    """That a broadcast was declared a catastrophe: once, by a person, for so many people."""

    __tablename__ = "emergencies"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("ix_emergencies_going", "state", sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY),
    )
    broadcast_id: int = Field(primary_key=True, foreign_key="broadcasts.id")
    tenant_id: int = Field(foreign_key="tenants.id", index=True)
    state: str  # domain.emergency.EmergencyState
    declared_by: int | None = Field(default=None, foreign_key="users.id")
    declared_at: datetime
    reason: str
    people: int  # as the person confirmed: never more
    gathered_up_to: int = 0  # the delivery up to which those who have not got it were looked up
    ended_at: datetime | None = None


class EmergencyLetter(SQLModel, table=True):
    """One message of an emergency: one for a person and broadcast, whatever became of it."""

    __tablename__ = "emergency_letters"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("broadcast_id", "subscriber_id", name="uq_emergency_letters_once"),
        Index(
            "ix_emergency_letters_due",
            "broadcast_id",
            "channel",
            "due_at",
            sqlite_where=WAITS,
            postgresql_where=WAITS,
        ),
        Index("ix_emergency_letters_delivery", "delivery_id"),
        Index("ix_emergency_letters_subscriber", "subscriber_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    broadcast_id: int = Field(foreign_key="emergencies.broadcast_id")
    subscriber_id: int = Field(foreign_key="subscribers.id")
    delivery_id: int = Field(foreign_key="deliveries.id")
    channel: str  # domain.emergency.Channel
    state: str  # domain.emergency.LetterState
    words: str = ""
    attempts: int = 0
    due_at: datetime
    epoch: int = 0  # the engine run that marked it
    marked_at: datetime | None = None
    ended_at: datetime | None = None

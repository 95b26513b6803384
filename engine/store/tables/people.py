"""Subscribers and the history of their consent."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, Index, SQLModel, UniqueConstraint

ERASED = sa.text("erased_at IS NOT NULL")
FILTERED = ("status", "tier", "language", "region")
BUT_STATUS, BUT_REGION = FILTERED[1:], FILTERED[:3]
BY_NAME = ("name", "id")


class Subscriber(SQLModel, table=True):
    """Keyed by our own id: a phone number may change, or be absent (facts A.6)."""

    __tablename__ = "subscribers"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("tenant_id", "phone", name="uq_subscribers_phone"),
        UniqueConstraint("tenant_id", "bsuid", name="uq_subscribers_bsuid"),
        # Everything one filters by, in the order of names and in that of entries: a filter that few
        # pass costs a walk along a narrow index, never one along the entries themselves. Few have a
        # status other than active, and a region is one of many: these have indexes of their own.
        Index("ix_subscribers_name", "tenant_id", "name", "id", *FILTERED),
        Index("ix_subscribers_entry", "tenant_id", "id", *FILTERED),
        Index("ix_subscribers_status", "tenant_id", "status", *BY_NAME, *BUT_STATUS),
        Index("ix_subscribers_region", "tenant_id", "region", *BY_NAME, *BUT_REGION),
        # The erased are few: found without reading a million others.
        Index("ix_subscribers_erased", "id", sqlite_where=ERASED, postgresql_where=ERASED),
    )
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    phone: str | None = None  # E.164 with +
    bsuid: str | None = None
    name: str
    tier: str = "BASIC"  # domain.subscriber.Tier
    language: str = "EN"  # domain.content.Language
    region: str = ""
    registration_no: str = ""
    status: str = "ACTIVE"  # domain.subscriber.Status
    tags: str = ""  # comma separated
    consented: bool = False  # the latest consent event says yes
    erased_at: datetime | None = None  # from then on nothing here names anybody (DPDP)
    created_at: datetime
    updated_at: datetime


class Consent(SQLModel, table=True):
    """One event in a subscriber's consent history; append-only."""

    __tablename__ = "consents"  # pyright: ignore[reportAssignmentType]
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    subscriber_id: int = Field(foreign_key="subscribers.id", index=True)
    at: datetime
    given: bool
    source: str  # import, form, message, user_preferences, error 131050 …
    evidence: str = ""

"""The audit trail: append-only, hash-chained; triggers refuse every change (spec X1).

What would name a person stands beside it, so that it can be erased and the chain still holds.
"""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel


class AuditEntry(SQLModel, table=True):
    __tablename__ = "audit"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("ix_audit_tenant", "tenant_id", "number"),
        Index("ix_audit_subject", "subject", "number"),
        Index("ix_audit_actor", "tenant_id", "actor", "number"),
        Index("ix_audit_action", "tenant_id", "action", "number"),
    )
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})  # without gaps
    tenant_id: int | None = None
    at: datetime
    actor: str  # "user:7", "engine", "cli"
    action: str  # content.approved, broadcast.paused …
    subject: str  # "content:12"
    before: str = ""  # JSON; a personal value is {"hmac": "…"}
    after: str = ""  # JSON; the same
    ip: str = ""
    previous_hash: str
    hash: str


class AuditEnd(SQLModel, table=True):
    """Where the trail ends, a second time: one row that only moves forward, one step at a time."""

    __tablename__ = "audit_end"  # pyright: ignore[reportAssignmentType]
    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int
    hash: str


class AuditKey(SQLModel, table=True):
    """The key that a person's values are sealed with. Whoever is erased loses it for good."""

    __tablename__ = "audit_keys"  # pyright: ignore[reportAssignmentType]
    person: str = Field(primary_key=True)  # "subscriber:12", "user:7"
    key: bytes


class AuditValue(SQLModel, table=True):
    """A personal value of an entry, for as long as the person is not erased."""

    __tablename__ = "audit_values"  # pyright: ignore[reportAssignmentType]
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    field: str = Field(primary_key=True)  # "before.name", "after.phone"
    person: str = Field(index=True)
    value: str

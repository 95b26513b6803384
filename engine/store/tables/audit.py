"""The audit trail: append-only, hash-chained; triggers refuse every change (spec X1)."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class AuditEntry(SQLModel, table=True):
    __tablename__ = "audit"  # pyright: ignore[reportAssignmentType]
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})  # without gaps
    tenant_id: int | None = None
    at: datetime
    actor: str  # "user:7", "engine", "cli"
    action: str  # content.approved, broadcast.paused …
    subject: str  # "content:12"
    before: str = ""  # JSON
    after: str = ""  # JSON
    ip: str = ""
    previous_hash: str
    hash: str

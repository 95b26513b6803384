"""What proves a day afterwards, what keeps it, and what lets it go: evidence packs, backups, the
audit trail's sealed segments.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, Index, SQLModel, UniqueConstraint


class EvidenceKey(SQLModel, table=True):
    """The public half of a key that packs were signed with. The private one is never here."""

    __tablename__ = "evidence_keys"  # pyright: ignore[reportAssignmentType]
    id: str = Field(primary_key=True)  # start of the SHA-256 of the key
    public: str  # the line that whoever checks a pack needs
    first_used_at: datetime


class EvidencePack(SQLModel, table=True):
    """One pack of one day: asked for, made in its turn, kept as a file of the home folder."""

    __tablename__ = "evidence_packs"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("ix_evidence_packs_day", "tenant_id", "day", "id"),
        Index("ix_evidence_packs_state", "state", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    day: date
    people: str  # domain.evidence_pack.People
    state: str  # domain.keeping.ChoreState
    words: str = ""  # why it was not made, or is not here any more
    asked_by: str  # the actor's label, as in the audit trail
    asked_at: datetime
    ended_at: datetime | None = None
    file_name: str = ""
    size_bytes: int = 0
    manifest_sha256: str = ""
    key_id: str = ""


class Resend(SQLModel, table=True):
    """That a message went again after an unknown outcome, and what proved that it might."""

    __tablename__ = "resends"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("delivery_id", "attempt", name="uq_resends_attempt"),)
    id: int | None = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="deliveries.id")
    attempt: int  # the one that was shown not to have been accepted
    at: datetime
    reason: str


class Backup(SQLModel, table=True):
    """One backup: asked for or due, made in its turn, checked, and some day rotated away."""

    __tablename__ = "backups"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_backups_state", "state", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    state: str  # domain.keeping.ChoreState
    words: str = ""  # what went wrong, or what the check of it found
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None = None
    file_name: str = ""
    size_bytes: int = Field(default=0, sa_type=sa.BigInteger)
    sha256: str = ""
    rows: int = Field(default=0, sa_type=sa.BigInteger)
    encrypted: bool = False
    tested_at: datetime | None = None  # restored into a scratch place, and found complete
    removed_at: datetime | None = None


class RestoredCopy(SQLModel, table=True):
    """That this database came out of a backup. Until a person releases it, nothing is sent."""

    __tablename__ = "restored_copies"  # pyright: ignore[reportAssignmentType]
    id: int | None = Field(default=None, primary_key=True)
    backed_up_at: datetime
    restored_at: datetime
    backup_sha256: str
    released_at: datetime | None = None
    released_by: str = ""


class AuditSegment(SQLModel, table=True):
    """A stretch of the audit trail that was sealed, written to a file, and may be gone here."""

    __tablename__ = "audit_segments"  # pyright: ignore[reportAssignmentType]
    last_number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last_hash: str
    first_number: int
    sealed_at: datetime
    file_name: str
    file_sha256: str

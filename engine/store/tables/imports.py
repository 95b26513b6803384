"""Lists of subscribers that wait beside the list until the morning is over (spec R3)."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel


class Import(SQLModel, table=True):
    """One list, and what became of it."""

    __tablename__ = "imports"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_imports_state", "state", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id", index=True)
    file_name: str
    asked_by: str  # the actor's label, as in the audit trail
    state: str  # domain.precedence.ImportState
    reason: str = ""
    all_or_nothing: bool = False
    forced: bool = False  # a person does not want to wait
    rows: int  # how many are to be added
    left_out: int  # rows of the file that are not among them
    staged: int = 0
    taken: int = 0  # how far the taking over has come
    added: int = 0
    created_at: datetime
    updated_at: datetime


class StagedSubscriber(SQLModel, table=True):
    """One row of a staged list; gone as soon as it is taken over."""

    __tablename__ = "staged_subscribers"  # pyright: ignore[reportAssignmentType]
    import_id: int = Field(foreign_key="imports.id", primary_key=True)
    position: int = Field(primary_key=True)
    person: str  # JSON of domain.enrolment.Enrolment

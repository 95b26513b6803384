"""What the engine gets done before a window, and the templates that may stand in."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class DayStep(SQLModel, table=True):
    """One step of a broadcast that the engine gets done; no row: not begun."""

    __tablename__ = "day_steps"  # pyright: ignore[reportAssignmentType]
    broadcast_id: int = Field(primary_key=True, foreign_key="broadcasts.id")
    step: str = Field(primary_key=True)  # domain.day_steps.Step
    state: str = "waits"  # domain.day_steps.StepState
    words: str = ""  # what came of it last
    began_at: datetime | None = None
    ended_at: datetime | None = None
    asked_by: str = ""  # who wants it done again, until it is begun


class StandInTemplate(SQLModel, table=True):
    """A template that an approver allowed to take the place of a content's own in one language."""

    __tablename__ = "stand_ins"  # pyright: ignore[reportAssignmentType]
    content_id: int = Field(primary_key=True, foreign_key="contents.id")
    language: str = Field(primary_key=True)
    template_name: str = Field(primary_key=True)
    template_language: str = Field(primary_key=True)
    template_version: int
    category: str
    body: str
    position: int
    content_hash: str  # of the content it was approved with: an edit ends it
    instead_of: str = ""  # whose place it took
    taken_at: datetime | None = None

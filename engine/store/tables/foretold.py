"""What was foretold of a broadcast under way, every second anew."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Foretold(SQLModel, table=True):
    """The latest forecast of a broadcast (spec P7). An instant that is NULL is never."""

    __tablename__ = "forecasts"  # pyright: ignore[reportAssignmentType]
    broadcast_id: int = Field(primary_key=True, foreign_key="broadcasts.id")
    at: datetime  # when it was made
    expected_at: datetime | None = None  # 99 % have it, most probably
    low_at: datetime | None = None
    high_at: datetime | None = None
    late_chance: float = 0.0  # 0 to 1, that it is after the close
    never_chance: float = 0.0
    late_since: datetime | None = None  # since when it has been foretold to be late
    why: str = ""  # what holds it up, in words
    lanes: str = "[]"  # JSON list of [lane, unix second by which 99 % of its own have it, or null]
    levers: str = "[]"  # JSON list of domain.levers.Pulled: what was done about it

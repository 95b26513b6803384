"""What was foretold: of a broadcast under way every second anew, of one ahead by a rehearsal."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel, UniqueConstraint


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


class Rehearsal(SQLModel, table=True):
    """One dress rehearsal: due after a freeze or asked for, made in its turn (spec §1)."""

    __tablename__ = "rehearsals"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        # A freeze is rehearsed once, also across restarts and two engines.
        UniqueConstraint("broadcast_id", "occasion", name="uq_rehearsals_occasion"),
        Index("ix_rehearsals_tenant", "tenant_id", "id"),
        Index("ix_rehearsals_state", "state", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    # None: whichever opens next, and it was not opened yet
    broadcast_id: int | None = Field(default=None, foreign_key="broadcasts.id")
    occasion: str  # which freeze, or when somebody asked
    state: str  # domain.keeping.ChoreState
    words: str = ""  # why there is no result
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None = None
    go: bool | None = None
    failing: int = 0  # checks that speak against it
    opens_at: datetime | None = None  # of the morning that was rehearsed
    closes_at: datetime | None = None
    result: str = "{}"  # JSON: domain.rehearsal.Rehearsal

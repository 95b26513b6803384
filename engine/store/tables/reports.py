"""Days in numbers, made once a day is over, so that a report of a year reads no delivery."""

from datetime import date, datetime

from sqlmodel import Field, Index, SQLModel


class ReportDay(SQLModel, table=True):
    """A day of a tenant that was counted, or is to be counted again."""

    __tablename__ = "report_days"  # pyright: ignore[reportAssignmentType]
    tenant_id: int = Field(primary_key=True, foreign_key="tenants.id")
    day: date = Field(primary_key=True)
    closes_at: datetime  # of its last broadcast
    excluded: int = 0
    made_at: datetime
    # Something came to it that its figures lack: a counter, so that what comes while it is counted
    # again is not lost when that ends, nor what came before when that never ends.
    news: int = 0
    counted: int = 0  # how many news its figures have
    states: str = "{}"  # JSON: how many deliveries stood in which state when it was counted
    fading: str = "{}"  # JSON: tier → [whose reading is known, in whom it fell]; of late days


class ReportFigure(SQLModel, table=True):
    """One key of one dimension on one day; domain.reporting says what each count means."""

    __tablename__ = "report_figures"  # pyright: ignore[reportAssignmentType]
    tenant_id: int = Field(primary_key=True, foreign_key="tenants.id")
    day: date = Field(primary_key=True)
    dimension: str = Field(primary_key=True)  # domain.reporting.Dimension
    key: str = Field(primary_key=True)
    planned: int = 0
    targeted: int = 0
    opted_out: int = 0
    cancelled: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    open: int = 0
    held: int = 0
    handed_over: int = 0
    on_time: int = 0
    missed_ours: int = 0
    missed_phones: int = 0
    attempts: int = 0
    retried: int = 0
    retried_well: int = 0
    refused: int = 0
    lags: bytes = b""  # domain.histogram: seconds from WhatsApp's yes to the phone
    after: bytes = b""  # the same, from the opening; of the total alone


class ReportWording(SQLModel, table=True):
    """What one of two wordings came to within a day; domain.ab_test says what each count means."""

    __tablename__ = "report_wordings"  # pyright: ignore[reportAssignmentType]
    tenant_id: int = Field(primary_key=True, foreign_key="tenants.id")
    day: date = Field(primary_key=True)
    broadcast_id: int = Field(primary_key=True, foreign_key="broadcasts.id")
    wording: str = Field(primary_key=True)  # domain.wordings.Side
    targeted: int = 0
    delivered: int = 0
    read: int = 0
    replied: int = 0
    stopped: int = 0
    failed: int = 0


class ReportError(SQLModel, table=True):
    """What went wrong on one day, by WhatsApp's code; -1 where none was given."""

    __tablename__ = "report_errors"  # pyright: ignore[reportAssignmentType]
    tenant_id: int = Field(primary_key=True, foreign_key="tenants.id")
    day: date = Field(primary_key=True)
    code: int = Field(primary_key=True)
    failed: int = 0  # deliveries given up on with it
    attempts: int = 0  # attempts that were refused with it


class ReportReader(SQLModel, table=True):
    """On which days of a month somebody was reached, and on which they read: a bit for each day."""

    __tablename__ = "report_readers"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_report_readers_subscriber", "subscriber_id"),)
    tenant_id: int = Field(primary_key=True, foreign_key="tenants.id")
    month: date = Field(primary_key=True)  # its first day
    subscriber_id: int = Field(primary_key=True, foreign_key="subscribers.id")
    delivered: int = 0
    read: int = 0


class ReportCursor(SQLModel, table=True):
    """How far the look for late news came in a table whose rows are only ever added."""

    __tablename__ = "report_cursors"  # pyright: ignore[reportAssignmentType]
    name: str = Field(primary_key=True)
    done: int  # up to this id every row was looked at
    seen: int  # the highest id at the last look: what lay below it is committed by the next

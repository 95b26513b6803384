"""What goes by mail or by SMS: who carries it, to whom the day's report goes, and what was sent."""

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlmodel import Field, Index, SQLModel, UniqueConstraint

WAITS = sa.text("state = 'waiting' OR state = 'sending'")


class Carrier(SQLModel, table=True):
    """An organisation's mail server or SMS provider. What is secret stands in a table of its own,
    which no page and no export reads.
    """

    __tablename__ = "carriers"  # pyright: ignore[reportAssignmentType]
    tenant_id: int = Field(primary_key=True, foreign_key="tenants.id")
    kind: str = Field(primary_key=True)  # domain.carriers.CarrierKind
    shown: str  # where it leads, without what is secret
    options: str  # JSON of what is not secret
    version: int = 1
    updated_at: datetime


class CarrierSecret(SQLModel, table=True):
    """What is secret about a carrier: written, used, and never shown."""

    __tablename__ = "carrier_secrets"  # pyright: ignore[reportAssignmentType]
    tenant_id: int = Field(primary_key=True, foreign_key="tenants.id")
    kind: str = Field(primary_key=True)
    value: str  # JSON of domain.carriers' secret fields


class ReportMailing(SQLModel, table=True):
    """To whom an organisation's report of each day goes: domain.report_mail.Mailing as a row."""

    __tablename__ = "report_mailings"  # pyright: ignore[reportAssignmentType]
    tenant_id: int = Field(primary_key=True, foreign_key="tenants.id")
    recipients: str  # addresses with commas
    at: time
    pdf: bool
    csv: bool
    active: bool
    since: datetime  # it was switched on: the days before it are nobody's mail
    version: int = 1


class ReportMail(SQLModel, table=True):
    """One report owed to one list of people: the outbox of reports, and its log."""

    __tablename__ = "report_mails"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("tenant_id", "day", "list_hash", "occasion", name="uq_report_mails_once"),
        Index("ix_report_mails_due", "due_at", sqlite_where=WAITS, postgresql_where=WAITS),
        Index("ix_report_mails_tenant", "tenant_id", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenants.id")
    day: date
    list_hash: str  # SHA-256 hex of the people
    occasion: str = ""  # empty: the day's own; else who asked for it by hand, and when
    recipients: str
    pdf: bool
    csv: bool
    state: str  # domain.report_mail.MailState
    attempts: int = 0
    due_at: datetime
    epoch: int = 0  # the engine run that sends it
    error: str = ""
    size_bytes: int = 0
    created_at: datetime
    ended_at: datetime | None = None

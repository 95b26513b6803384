"""What the Channels page shows: who carries mail and SMS, who gets the report, what was mailed."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session

from engine.domain.carriers import ASKED, CarrierKind
from engine.domain.ids import TenantId
from engine.domain.report_mail import MailState
from engine.read.report import latest_day
from engine.store import carriers, report_mails


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One field of a carrier's form; a secret's value is never in it."""

    name: str
    label: str
    value: str
    hint: str
    secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierRow:
    """One carrier. shown: where it leads; empty when there is none, and its version 0."""

    kind: CarrierKind
    shown: str
    version: int
    fields: tuple[FieldRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailingRow:
    """Who gets the report of each day; version 0 when nobody ever said."""

    to: str = ""
    at: str = "07:00"
    pdf: bool = True
    csv: bool = False
    active: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    """One line of the log."""

    at: datetime
    day: date
    to: str
    by_hand: bool
    state: MailState
    attempts: int
    error: str
    due_at: datetime
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The page."""

    carriers: tuple[CarrierRow, ...]
    mailing: MailingRow
    log: tuple[MailRow, ...] = field(default=())
    latest_day: date | None = None


def carried(session: Session, tenant: TenantId) -> Carried:
    """Everything of an organisation's that does not go by WhatsApp."""
    return Carried(
        carriers=tuple(_carrier(session, tenant, kind) for kind in CarrierKind),
        mailing=_mailing(session, tenant),
        log=tuple(
            MailRow(
                at=row.ended_at or row.created_at,
                day=row.day,
                to=row.recipients,
                by_hand=bool(row.occasion),
                state=MailState(row.state),
                attempts=row.attempts,
                error=row.error,
                due_at=row.due_at,
                size_bytes=row.size_bytes,
            )
            for row in report_mails.latest(session, tenant)
        ),
        latest_day=latest_day(session, tenant),
    )


def _carrier(session: Session, tenant: TenantId, kind: CarrierKind) -> CarrierRow:
    row = carriers.get(session, tenant, kind)
    values: dict[str, str] = {} if row is None else json.loads(row.options)
    return CarrierRow(
        kind=kind,
        shown="" if row is None else row.shown,
        version=0 if row is None else row.version,
        fields=tuple(
            FieldRow(
                name=asked.name,
                label=asked.label,
                value="" if asked.secret else values.get(asked.name, asked.usual),
                hint="Kept as it is" if asked.secret and row is not None else asked.hint,
                secret=asked.secret,
            )
            for asked in ASKED[kind]
        ),
    )


def _mailing(session: Session, tenant: TenantId) -> MailingRow:
    row = report_mails.mailing(session, tenant)
    if row is None:
        return MailingRow()
    return MailingRow(
        to=row.recipients,
        at=row.at.isoformat("minutes"),
        pdf=row.pdf,
        csv=row.csv,
        active=row.active,
        version=row.version,
    )

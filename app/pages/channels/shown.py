"""The Channels page in words."""

from dataclasses import dataclass, field

from app import formats
from engine.domain.report_mail import MailState
from engine.read.carriers import CarrierRow, MailingRow, MailRow

STATES: dict[MailState, tuple[str, str]] = {
    MailState.WAITING: ("waiting", "quiet"),
    MailState.SENDING: ("on its way", "busy"),
    MailState.SENT: ("sent", "good"),
    MailState.FAILED: ("failed", "bad"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form."""

    name: str
    label: str
    value: str
    hint: str
    secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierShown:
    """A carrier; shown is empty when there is none."""

    shown: str = ""
    version: int = 0
    fields: list[Field] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailingShown:
    """Who gets the report."""

    people: str = ""
    at: str = ""
    pdf: bool = True
    csv: bool = False
    active: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLine:
    """A line of the log."""

    at: str
    day: str
    people: str
    state: str
    tone: str
    note: str


def carrier(row: CarrierRow) -> CarrierShown:
    """A carrier and its form."""
    fields = [
        Field(name=one.name, label=one.label, value=one.value, hint=one.hint, secret=one.secret)
        for one in row.fields
    ]
    return CarrierShown(shown=row.shown, version=row.version, fields=fields)


def mailing(row: MailingRow) -> MailingShown:
    """Who gets the report."""
    return MailingShown(
        people=row.to, at=row.at, pdf=row.pdf, csv=row.csv, active=row.active, version=row.version
    )


def line(row: MailRow) -> MailLine:
    """One mail: what became of it, and when it is tried again."""
    state, tone = STATES[row.state]
    parts = [row.error] if row.error else []
    if row.attempts > 1:
        parts.append(f"{row.attempts} tries")
    if row.state is MailState.WAITING and row.attempts:
        parts.append(f"again at {formats.time_with_zone(row.due_at)}")
    if row.size_bytes and row.state is MailState.SENT:
        parts.append(f"{formats.number(max(1, row.size_bytes // 1024))} KB")
    if row.by_hand:
        parts.append("asked for by hand")
    return MailLine(
        at=formats.moment(row.at),
        day=formats.calendar_day(row.day),
        people=row.to,
        state=state,
        tone=tone,
        note=" · ".join(parts),
    )

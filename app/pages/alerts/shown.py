"""Alerts, rules and channels in words."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app import formats
from app.styles import Tone
from engine.domain.alert_channels import ASKED, ChannelKind, NoticeState
from engine.domain.alert_form import threshold_field
from engine.domain.alerting import AlertState, News, Severity
from engine.read import alerts as read

TONES: dict[Severity, Tone] = {
    Severity.INFO: "busy",
    Severity.WARNING: "warn",
    Severity.CRITICAL: "bad",
}
KINDS = {
    ChannelKind.SLACK: "Slack",
    ChannelKind.EMAIL: "E-mail",
    ChannelKind.PAGERDUTY: "PagerDuty",
    ChannelKind.WEBHOOK: "Signed webhook",
}
EVENTS = {
    News.OPENED: "Opened",
    News.UPDATED: "Changed",
    News.ACKNOWLEDGED: "Acknowledged",
    News.RESOLVED: "Resolved",
}
NOTICES: dict[str, tuple[str, Tone]] = {
    NoticeState.WAITING: ("Waiting", "busy"),
    NoticeState.SENDING: ("On its way", "busy"),
    NoticeState.SENT: ("Told", "good"),
    NoticeState.FAILED: ("Given up", "bad"),
    NoticeState.DROPPED: ("Dropped", "quiet"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One alert."""

    id: int = 0
    rule: str = ""
    title: str = ""
    words: str = ""
    severity: str = ""
    tone: str = "quiet"
    state: str = ""
    open: bool = False
    since: str = ""
    since_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of an alert's history."""

    time: str
    tone: str
    title: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form."""

    name: str
    label: str
    value: str
    hint: str = ""
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule: what fires it, and its form."""

    key: str = ""
    title: str = ""
    when: str = ""
    how: str = ""
    active: bool = True
    number: int = 0
    changed: bool = False
    thresholds: list[Field] = field(default_factory=list[Field])
    hold: str = ""
    calm: str = ""
    cool_down: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLine:
    """One channel, and its form without its secrets."""

    id: int = 0
    version: int = 0
    kind: str = ""
    kind_words: str = ""
    name: str = ""
    shown: str = ""
    least: str = "info"
    active: bool = True
    fields: list[Field] = field(default_factory=list[Field])


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One line of the delivery log."""

    at: str
    channel: str
    subject: str
    state: str
    tone: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """One time of silence."""

    id: int
    title: str
    until: str
    reason: str


def line(row: read.AlertRow, now: datetime) -> Line:
    """One alert as the list shows it."""
    match row.state:
        case AlertState.ACKNOWLEDGED:
            state = f"{row.acknowledged_by or 'Somebody'} sees to it"
        case AlertState.RESOLVED:
            length = (row.resolved_at or now) - row.opened_at
            state = f"Resolved after {formats.duration(length)}"
        case AlertState.OPEN | AlertState.PENDING | AlertState.PASSED:
            state = "Open"
    return Line(
        id=row.id,
        rule=row.rule,
        title=row.title,
        words=row.words,
        severity=row.severity.word.capitalize(),
        tone="good" if row.state is AlertState.RESOLVED else TONES[row.severity],
        state=state if row.told else f"{state}, silenced",
        open=row.state is AlertState.OPEN,
        since=formats.ago(row.opened_at, now),
        since_at=formats.moment(row.opened_at),
    )


def entry(row: read.MomentRow) -> Entry:
    """One moment of an alert's life."""
    event = News(row.event)
    quiet = "" if row.told else " Nobody was told."
    return Entry(
        time=formats.time(row.at),
        tone="good" if event is News.RESOLVED else TONES[row.severity],
        title=f"{EVENTS[event]} · {row.severity.word}",
        words=f"{row.words}.{quiet}".replace("..", "."),
    )


def _figure(typed: str) -> str:
    return formats.number(int(typed)) if typed.isdecimal() else typed


def _how(hold: str, cool_down: str) -> str:
    holds, again = (timedelta(seconds=float(typed)) for typed in (hold, cool_down))
    first = f"once it has lasted {formats.duration(holds)}" if holds else "at once"
    return f"{first}, again after {formats.duration(again)}"


def rule_line(row: read.RuleRow) -> RuleLine:
    """One rule as the table shows it."""
    side = "more than" if row.above else "less than"
    levels = [
        f"{severity.word} at {side} {_figure(row.form[threshold_field(place)])} {row.unit}".strip()
        for place, severity in enumerate(row.severities)
    ]
    when = (
        ", ".join(severity.word for severity in row.severities) if row.fixed else "; ".join(levels)
    )
    return RuleLine(
        key=row.key,
        title=row.title,
        when=when.capitalize(),
        how=_how(row.form["hold"], row.form["cool_down"]),
        active=row.active,
        number=row.number,
        changed=row.form != row.usual,
        thresholds=[]
        if row.fixed
        else [
            Field(
                name=threshold_field(place),
                label=f"{severity.word.capitalize()}: {side}",
                value=row.form[threshold_field(place)],
                hint=row.unit,
            )
            for place, severity in enumerate(row.severities)
        ],
        hold=row.form["hold"],
        calm=row.form["calm"],
        cool_down=row.form["cool_down"],
    )


def channel_line(row: read.ChannelRow) -> ChannelLine:
    """One channel as its card shows it."""
    return ChannelLine(
        id=row.id,
        version=row.version,
        kind=row.kind.value,
        kind_words=KINDS[row.kind],
        name=row.name,
        shown=row.shown,
        least=row.least.word,
        active=row.active,
        fields=fields(row.kind, json.loads(row.options), known=True),
    )


def fields(kind: ChannelKind, options: dict[str, str], *, known: bool = False) -> list[Field]:
    """A channel's form. Secrets are empty: what was typed once is never shown."""
    return [
        Field(
            name=asked.name,
            label=asked.label,
            value="" if asked.secret else options.get(asked.name, asked.usual),
            hint="Set. Leave empty to keep it." if asked.secret and known else asked.hint,
            secret=asked.secret,
        )
        for asked in ASKED[kind]
    ]


def notice(row: read.NoticeRow) -> Notice:
    """One line of the log."""
    state, tone = NOTICES[row.state]
    tries = f"{formats.count(row.attempts, 'try', 'tries')}" if row.attempts > 1 else ""
    return Notice(
        at=formats.moment(row.at),
        channel=row.channel,
        subject=row.subject,
        state=state,
        tone=tone,
        note=" · ".join(part for part in (tries, row.error) if part),
    )


def silence(row: read.SilenceRow) -> Silence:
    """One silence that holds."""
    return Silence(id=row.id, title=row.title, until=formats.moment(row.ends_at), reason=row.reason)

"""What the Alerts page shows: what stands, what stood, the rules, the channels, what was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.alert_channels import ChannelKind
from engine.domain.alert_form import as_form
from engine.domain.alert_rules import KINDS, Watched
from engine.domain.alerting import AlertState, Severity
from engine.domain.ids import TenantId
from engine.store import alert_channels, alert_rules, alert_silences, alerts, tables
from engine.store.dialects import table

PAGE, LOG = 25, 30

_a, _m = table(tables.Alert).c, table(tables.AlertMoment).c
_n, _ch = table(tables.AlertNotice).c, table(tables.AlertChannel).c
_users = table(tables.User).c


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One alert that opened."""

    id: int
    rule: str
    title: str
    state: AlertState
    severity: Severity
    words: str
    opened_at: datetime
    acknowledged_by: str
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    told: bool


@dataclass(frozen=True, slots=True)
class MomentRow:
    """One line of an alert's history."""

    at: datetime
    event: str
    severity: Severity
    words: str
    told: bool
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One rule as it holds, as fields, and as it came."""

    key: str
    title: str
    unit: str
    above: bool
    fixed: bool
    active: bool
    number: int
    severities: tuple[Severity, ...]
    form: dict[str, str]
    usual: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """One channel, without what is secret about it."""

    id: int
    kind: ChannelKind
    name: str
    shown: str
    options: str
    least: Severity
    active: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """One line of the delivery log."""

    at: datetime
    channel: str
    subject: str
    state: str
    attempts: int
    error: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRow:
    """A time in which nobody is told."""

    id: int
    title: str
    ends_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Badge:
    """What the header says: how many alerts stand, and how severe the worst open one is."""

    count: int
    worst: Severity | None


def badge(session: Session, tenant: TenantId) -> Badge:
    """As of now."""
    return Badge(*alerts.open_count(session, tenant))


def standing(session: Session, tenant: TenantId) -> list[AlertRow]:
    """Open and acknowledged ones, the worst first."""
    states = (AlertState.OPEN.value, AlertState.ACKNOWLEDGED.value)
    asked = _ALERTS.where(_a.tenant_id == tenant, _a.state.in_(states))
    return _rows(session, asked.order_by(_a.state.desc(), _a.severity.desc(), _a.id.desc()))


def resolved(session: Session, tenant: TenantId, *, before: int | None = None) -> list[AlertRow]:
    """Those that are over, the latest first; one more than a page tells that there are more."""
    asked = _ALERTS.where(_a.tenant_id == tenant, _a.state == AlertState.RESOLVED.value)
    if before is not None:
        asked = asked.where(_a.id < before)
    return _rows(session, asked.order_by(_a.id.desc()).limit(PAGE + 1))


def history(session: Session, tenant: TenantId, alert: int) -> list[MomentRow]:
    """What happened to one, the latest first."""
    asked = (
        sa.select(_m.at, _m.event, _m.severity, _m.words, _m.told, _users.name)
        .select_from(
            table(tables.AlertMoment)
            .join(table(tables.Alert), _a.id == _m.alert_id)
            .outerjoin(table(tables.User), _users.id == _m.user_id)
        )
        .where(_m.alert_id == alert, _a.tenant_id == tenant)
        .order_by(_m.id.desc())
        .limit(50)
    )
    return [
        MomentRow(row[0], row[1], Severity(row[2]), row[3], row[4], row[5] or "")
        for row in session.connection().execute(asked)
    ]


def rules(session: Session, tenant: TenantId) -> list[RuleRow]:
    """All rules, in the order of the house."""
    found = alert_rules.of_tenant(session, tenant)
    return [_rule(key, *found[key]) for key in KINDS]


def channels(session: Session, tenant: TenantId) -> list[ChannelRow]:
    """All channels, in the order they came."""
    return [
        ChannelRow(
            id=row.id or 0,
            kind=ChannelKind(row.kind),
            name=row.name,
            shown=row.shown,
            options=row.options,
            least=Severity(row.least),
            active=row.active,
            version=row.version,
        )
        for row in alert_channels.everyone(session, tenant)
    ]


def log(session: Session, tenant: TenantId) -> list[NoticeRow]:
    """What channels were told last, the latest first."""
    asked = (
        sa.select(
            _n.created_at,
            _ch.name,
            _n.subject,
            _n.state,
            _n.attempts,
            _n.error,
            _n.ended_at,
        )
        .join(table(tables.AlertChannel), _ch.id == _n.channel_id)
        .where(_n.tenant_id == tenant)
        .order_by(_n.id.desc())
        .limit(LOG)
    )
    return [
        NoticeRow(
            at=row[0],
            channel=row[1],
            subject=row[2],
            state=row[3],
            attempts=row[4],
            error=row[5],
            ended_at=row[6],
        )
        for row in session.connection().execute(asked)
    ]


def silences(session: Session, tenant: TenantId, now: datetime) -> list[SilenceRow]:
    """Those that hold."""
    return [
        SilenceRow(
            id=row.id or 0,
            title=KINDS[Watched(row.rule)].title if row.rule else "All rules",
            ends_at=row.ends_at,
            reason=row.reason,
        )
        for row in alert_silences.holding(session, tenant, now)
    ]


_ALERTS: Any = (
    sa.select(
        _a.id,
        _a.rule,
        _a.state,
        _a.severity,
        _a.words,
        _a.opened_at,
        _users.name,
        _a.acknowledged_at,
        _a.resolved_at,
        _a.told,
    )
    .select_from(table(tables.Alert).outerjoin(table(tables.User), _users.id == _a.acknowledged_by))
    .where(_a.opened_at.is_not(None))
)


def _rows(session: Session, asked: Any) -> list[AlertRow]:
    found: Sequence[Any] = session.connection().execute(asked).all()
    return [
        AlertRow(
            id=row[0],
            rule=row[1],
            title=KINDS[Watched(row[1])].title,
            state=AlertState(row[2]),
            severity=Severity(row[3]),
            words=row[4],
            opened_at=row[5],
            acknowledged_by=row[6] or "",
            acknowledged_at=row[7],
            resolved_at=row[8],
            told=row[9] is not None,
        )
        for row in found
    ]


def _rule(key: Watched, number: int, rule: Any) -> RuleRow:
    kind = KINDS[key]
    return RuleRow(
        key=key.value,
        title=kind.title,
        unit=kind.unit,
        above=rule.above,
        fixed=kind.fixed,
        active=rule.active,
        number=number,
        severities=tuple(level.severity for level in rule.levels),
        form=as_form(rule),
        usual=as_form(kind.usual),
    )

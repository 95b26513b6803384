"""Alerts as rows: those that stand, what came of them, and the times in which nobody is told."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.alerting import LIVE, SHOWN, Alert, AlertState, News, Past, Severity
from engine.domain.ids import TenantId, UserId
from engine.store import tables
from engine.store.dialects import spelled, table

_alerts, _silences = table(tables.Alert), table(tables.AlertSilence)


@dataclass(frozen=True, slots=True)
class Standing:
    """An alert that is not over, and its row."""

    id: int
    version: int
    tenant: TenantId
    rule: str
    alert: Alert


def live(session: Session) -> dict[tuple[TenantId, str], Standing]:
    """All that are pending, open or acknowledged, by organisation and rule."""
    found: dict[tuple[TenantId, str], Standing] = {}
    for row in session.connection().execute(_LIVE).mappings():
        standing = _standing(row)
        found[standing.tenant, standing.rule] = standing
    return found


# One condition for each state: SQLite takes the index over the live ones for a union of them.
_IS_LIVE = sa.or_(*(_alerts.c.state == spelled(state) for state in sorted(LIVE)))
_LIVE = sa.select(_alerts).where(_IS_LIVE)


def get(session: Session, tenant: TenantId | None, alert: int) -> Standing | None:
    """One alert; with `tenant`, None when it is another's."""
    row = (
        session.connection()
        .execute(sa.select(_alerts).where(_alerts.c.id == alert))
        .mappings()
        .first()
    )
    if row is None or (tenant is not None and row["tenant_id"] != tenant):
        return None
    return _standing(row)


def past(session: Session, tenant: TenantId, rule: str) -> Past | None:
    """The last alert of a rule that was told of and is over."""
    row = (
        session.connection()
        .execute(
            sa.select(_alerts.c.resolved_at, _alerts.c.told)
            .where(_alerts.c.tenant_id == tenant, _alerts.c.rule == rule)
            .where(_alerts.c.resolved_at.is_not(None), _alerts.c.told.is_not(None))
            .order_by(_alerts.c.id.desc())
            .limit(1)
        )
        .first()
    )
    return None if row is None else Past(row[0], Severity(row[1]))


def begin(session: Session, tenant: TenantId, rule: str, alert: Alert, words: str) -> int:
    """A new one; its number."""
    row = tables.Alert(tenant_id=tenant, rule=rule, words=words, **_values(alert))
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def change(
    session: Session, standing: Standing, alert: Alert, words: str | None = None, **more: Any
) -> bool:
    """Write an alert over the one that was looked at; False when somebody was faster."""
    changed = session.connection().execute(
        sa.update(_alerts)
        .where(_alerts.c.id == standing.id, _alerts.c.version == standing.version)
        .values(
            **_values(alert),
            **({} if words is None else {"words": words}),
            version=standing.version + 1,
            **more,
        )
    )
    return changed.rowcount == 1


def forget(session: Session, standing: Standing) -> None:
    """Take away one that passed before it opened: nobody was told, and nobody need know."""
    session.connection().execute(sa.delete(_alerts).where(_alerts.c.id == standing.id))


def note(
    session: Session,
    alert: int,
    event: News,
    severity: Severity,
    words: str,
    *,
    now: datetime,
    told: bool,
    user: UserId | None = None,
) -> None:
    """One line of its history."""
    session.add(
        tables.AlertMoment(
            alert_id=alert,
            at=now,
            event=event.value,
            severity=int(severity),
            words=words,
            told=told,
            user_id=user,
        )
    )


def silenced(session: Session, now: datetime) -> set[tuple[TenantId, str]]:
    """What is silenced now: (organisation, rule), the rule empty for all of them."""
    rows = session.connection().execute(
        sa.select(_silences.c.tenant_id, _silences.c.rule).where(
            _silences.c.starts_at <= now, _silences.c.ends_at > now
        )
    )
    return {(TenantId(row[0]), row[1]) for row in rows}


def open_count(session: Session, tenant: TenantId) -> tuple[int, Severity | None]:
    """How many stand open or acknowledged, and how severe the worst open one is."""
    asked = select(col(tables.Alert.state), col(tables.Alert.severity)).where(
        col(tables.Alert.tenant_id) == tenant,
        sa.or_(*(_alerts.c.state == spelled(state) for state in sorted(SHOWN))),
    )
    rows = session.exec(asked).all()
    worst = max((Severity(row[1]) for row in rows if row[0] == AlertState.OPEN), default=None)
    return len(rows), worst


def _standing(row: sa.RowMapping) -> Standing:
    return Standing(row["id"], row["version"], TenantId(row["tenant_id"]), row["rule"], of_row(row))


def of_row(row: sa.RowMapping) -> Alert:
    """A row as the domain has it."""
    return Alert(
        state=AlertState(row["state"]),
        severity=Severity(row["severity"]),
        since=row["since"],
        value=row["value"],
        of=row["out_of"],
        members=tuple(json.loads(row["members"])),
        opened_at=row["opened_at"],
        clear_since=row["clear_since"],
        worse=_severity(row["worse"]),
        worse_since=row["worse_since"],
        told=_severity(row["told"]),
        told_members=frozenset(json.loads(row["told_members"])),
        told_at=row["told_at"],
        quiet_until=row["quiet_until"],
        quiet=_severity(row["quiet"]),
        resolved_at=row["resolved_at"],
    )


def _severity(number: int | None) -> Severity | None:
    return None if number is None else Severity(number)


def _values(alert: Alert) -> dict[str, Any]:
    return {
        "state": alert.state.value,
        "severity": int(alert.severity),
        "since": alert.since,
        "value": alert.value,
        "out_of": alert.of,
        "members": json.dumps(alert.members, ensure_ascii=False),
        "opened_at": alert.opened_at,
        "clear_since": alert.clear_since,
        "worse": alert.worse,
        "worse_since": alert.worse_since,
        "told": alert.told,
        "told_members": json.dumps(sorted(alert.told_members), ensure_ascii=False),
        "told_at": alert.told_at,
        "quiet_until": alert.quiet_until,
        "quiet": alert.quiet,
        "resolved_at": alert.resolved_at,
    }

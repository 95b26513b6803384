"""The alert rules of each organisation: every edition is kept, the latest one holds."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.alert_rules import KINDS, Watched
from engine.domain.alerting import Level, Rule, Severity
from engine.domain.ids import TenantId, UserId
from engine.store.dialects import insert_ignoring, table
from engine.store.tables import AlertRule, Tenant

_rules = table(AlertRule)
_KEYS = frozenset(key.value for key in Watched)


def seed(session: Session, now: datetime) -> int:
    """The rules as they come, for every organisation that lacks any; how many were new."""
    tenants = session.exec(select(col(Tenant.id))).all()
    known = {(row[0], row[1]) for row in session.connection().execute(_KNOWN)}
    new = 0
    for tenant in tenants:
        for key in KINDS:
            if tenant is not None and (tenant, key.value) not in known:
                insert = insert_ignoring(session, AlertRule, ["tenant_id", "key", "number"])
                values = _values(TenantId(tenant), KINDS[key].usual, 1, None, now)
                session.connection().execute(insert.values(**values))
                new += 1
    return new


_KNOWN = sa.select(_rules.c.tenant_id, _rules.c.key).where(_rules.c.number == 1)


def holding(session: Session) -> dict[TenantId, dict[Watched, Rule]]:
    """The rules that hold now, of every organisation; what nobody knows any more is left out."""
    found: dict[TenantId, dict[Watched, Rule]] = {}
    for row in session.connection().execute(_HOLDING).mappings():
        if row["key"] in _KEYS:
            rules = found.setdefault(TenantId(row["tenant_id"]), {})
            rules[Watched(row["key"])] = _rule(row)
    return found


_other = _rules.alias()
_NEWEST = (
    sa.select(sa.func.max(_other.c.number))
    .where(_other.c.tenant_id == _rules.c.tenant_id, _other.c.key == _rules.c.key)
    .scalar_subquery()
)
_HOLDING = sa.select(_rules).where(_rules.c.number == _NEWEST)


def of_tenant(session: Session, tenant: TenantId) -> dict[Watched, tuple[int, Rule]]:
    """The rules that hold now, each with the number of its edition; 0: as it comes."""
    rows = session.connection().execute(_HOLDING.where(_rules.c.tenant_id == tenant)).mappings()
    known = {row["key"]: (int(row["number"]), _rule(row)) for row in rows}
    return {key: known.get(key.value, (0, KINDS[key].usual)) for key in KINDS}


def add(
    session: Session, tenant: TenantId, rule: Rule, *, number: int, by: UserId, now: datetime
) -> None:
    """A new edition. Its number is the key: of two people who save the same one, one fails."""
    session.add(AlertRule(**_values(tenant, rule, number, by, now)))
    session.flush()


def history(session: Session, tenant: TenantId, key: Watched, most: int) -> Sequence[AlertRule]:
    """The latest editions of a rule, the newest first."""
    asked = (
        select(AlertRule)
        .where(col(AlertRule.tenant_id) == tenant, col(AlertRule.key) == key.value)
        .order_by(col(AlertRule.number).desc())
        .limit(most)
    )
    return session.exec(asked).all()


def _values(
    tenant: TenantId, rule: Rule, number: int, by: UserId | None, now: datetime
) -> dict[str, Any]:
    return {
        "tenant_id": tenant,
        "key": rule.key,
        "number": number,
        "levels": json.dumps([[level.threshold, int(level.severity)] for level in rule.levels]),
        "hold_seconds": rule.hold.total_seconds(),
        "calm_seconds": rule.calm.total_seconds(),
        "cool_down_seconds": rule.cool_down.total_seconds(),
        "active": rule.active,
        "written_by": by,
        "created_at": now,
    }


def _rule(row: sa.RowMapping) -> Rule:
    usual = KINDS[Watched(row["key"])].usual
    return Rule(
        key=row["key"],
        above=usual.above,
        least=usual.least,
        levels=tuple(Level(float(one), Severity(two)) for one, two in json.loads(row["levels"])),
        hold=timedelta(seconds=row["hold_seconds"]),
        calm=timedelta(seconds=row["calm_seconds"]),
        cool_down=timedelta(seconds=row["cool_down_seconds"]),
        active=row["active"],
    )

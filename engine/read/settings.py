"""What the organisation's settings page shows: what holds, and who changed what."""

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.ids import TenantId
from engine.domain.tenant_settings import SETTINGS, value_of
from engine.store import tables, tenant_settings
from engine.store.dialects import table

HISTORY_LIMIT = 50
PREFIX = "setting:"

_audit, _users = table(tables.AuditEntry).c, table(tables.User).c


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one setting."""

    key: str
    at: datetime
    who: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The settings of a tenant by key, and their latest changes, the newest first."""

    values: dict[str, str]
    history: tuple[Change, ...]


def kept(session: Session, tenant: TenantId) -> Kept:
    """What holds now, and what was changed last."""
    found = tenant_settings.values(session, tenant)
    asked = (
        sa.select(_audit.at, _audit.subject, _audit.before, _audit.after, _users.name)
        .select_from(
            table(tables.AuditEntry).outerjoin(
                table(tables.User),
                _audit.actor == sa.literal("user:") + sa.cast(_users.id, sa.String()),
            )
        )
        .where(_audit.tenant_id == tenant, _audit.action == "settings.changed")
        .order_by(_audit.number.desc())
        .limit(HISTORY_LIMIT)
    )
    return Kept(
        values={setting.key: value_of(found, setting.key) for setting in SETTINGS},
        history=tuple(
            Change(
                key=row.subject.removeprefix(PREFIX),
                at=row.at,
                who=row.name or "The command line",
                before=str(json.loads(row.before)["value"]),
                after=str(json.loads(row.after)["value"]),
            )
            for row in session.connection().execute(asked)
        ),
    )

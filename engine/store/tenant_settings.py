"""What organisations set for themselves; who never changed anything has no rows."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.ids import TenantId
from engine.domain.tenant_settings import NAME
from engine.store.dialects import table
from engine.store.tables import Tenant, TenantSetting

_settings, _tenants = table(TenantSetting), table(Tenant)

_OF_ALL = sa.select(_settings.c.tenant_id, _settings.c.key, _settings.c.value).where(
    _settings.c.key.in_(sa.bindparam("keys", expanding=True))
)
"""Built once: the calendar says it at each look."""


def values(session: Session, tenant: TenantId) -> dict[str, str]:
    """What a tenant set, by key; its name is always among it."""
    asked = sa.select(_settings.c.key, _settings.c.value).where(_settings.c.tenant_id == tenant)
    found: dict[str, str] = {row.key: row.value for row in session.connection().execute(asked)}
    name = session.connection().execute(sa.select(_tenants.c.name).where(_tenants.c.id == tenant))
    return found | {NAME: name.scalar_one()}


def of_all(session: Session, keys: Iterable[str]) -> dict[TenantId, dict[str, str]]:
    """Some settings of every tenant that changed one of them."""
    found: dict[TenantId, dict[str, str]] = {}
    for tenant, key, value in session.connection().execute(_OF_ALL, {"keys": list(keys)}):
        found.setdefault(TenantId(tenant), {})[key] = value
    return found


def write(session: Session, tenant: TenantId, key: str, value: str, *, now: datetime) -> None:
    """Set one."""
    if key == NAME:
        renamed = sa.update(_tenants).where(_tenants.c.id == tenant).values(name=value)
        session.connection().execute(renamed)
        return
    where = sa.and_(_settings.c.tenant_id == tenant, _settings.c.key == key)
    changed = session.connection().execute(
        sa.update(_settings).where(where).values(value=value, updated_at=now)
    )
    if changed.rowcount == 0:
        session.connection().execute(
            sa.insert(_settings).values(tenant_id=tenant, key=key, value=value, updated_at=now)
        )

"""The keys of programs that call us: hashes, never the keys."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.api_access import Caller, Scope
from engine.domain.ids import TenantId, UserId
from engine.store.tables import ApiKey

STAMP_EVERY = timedelta(minutes=1)
"""As often as a key's last use is written down: a caller in a hurry must not cost a write each."""


def add(
    session: Session,
    tenant: TenantId,
    *,
    name: str,
    start: str,
    key_hash: str,
    scopes: Iterable[Scope],
    by: UserId | None,
    now: datetime,
) -> int:
    """A new key; its number."""
    row = ApiKey(
        tenant_id=tenant,
        name=name,
        start=start,
        key_hash=key_hash,
        scopes=json.dumps(sorted(scope.value for scope in scopes)),
        created_by=by,
        created_at=now,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def everyone(session: Session, tenant: TenantId) -> Sequence[ApiKey]:
    """All keys of a tenant, the newest first; the revoked ones, too."""
    asked = select(ApiKey).where(col(ApiKey.tenant_id) == tenant).order_by(col(ApiKey.id).desc())
    return session.exec(asked).all()


def get(session: Session, tenant: TenantId | None, key: int) -> ApiKey | None:
    """One key, or None when the tenant has none of that number."""
    found = session.get(ApiKey, key)
    return found if found is not None and tenant in (None, found.tenant_id) else None


def caller(session: Session, key_hash: str) -> tuple[Caller, datetime | None] | None:
    """Whose key that is, and when it was last used; None when it is nobody's, or was revoked."""
    asked = select(ApiKey).where(col(ApiKey.key_hash) == key_hash, col(ApiKey.revoked_at).is_(None))
    row = session.exec(asked).one_or_none()
    if row is None:
        return None
    scopes = frozenset(Scope(word) for word in json.loads(row.scopes) if word in set(Scope))
    found = Caller(row.id or 0, TenantId(row.tenant_id), row.name, scopes)
    return found, row.last_used_at


def used(session: Session, key: int, now: datetime) -> None:
    """Write down that it was used."""
    session.exec(sa.update(ApiKey).where(col(ApiKey.id) == key).values(last_used_at=now))


def revoke(session: Session, key: int, now: datetime) -> bool:
    """From now on it opens nothing; False when it was revoked already."""
    changed = session.exec(
        sa.update(ApiKey)
        .where(col(ApiKey.id) == key, col(ApiKey.revoked_at).is_(None))
        .values(revoked_at=now)
    )
    return changed.rowcount == 1

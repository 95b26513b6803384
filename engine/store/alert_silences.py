"""The times in which people are not told of alerts."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from engine.domain.ids import TenantId, UserId
from engine.store.tables import AlertSilence


def add(
    session: Session,
    tenant: TenantId,
    *,
    rule: str,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    by: UserId | None,
) -> int:
    """A new one; its number. rule: empty for all of them."""
    row = AlertSilence(
        tenant_id=tenant,
        rule=rule,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
        made_by=by,
        created_at=starts_at,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def end(session: Session, tenant: TenantId | None, silence: int, now: datetime) -> TenantId | None:
    """End one that still holds; whose it was, None when there is none."""
    row = session.get(AlertSilence, silence)
    if row is None or row.ends_at <= now or (tenant is not None and row.tenant_id != tenant):
        return None
    row.ends_at = now
    session.add(row)
    return TenantId(row.tenant_id)


def holding(session: Session, tenant: TenantId, now: datetime) -> Sequence[AlertSilence]:
    """Those of an organisation that hold now or are to come, the next to end first."""
    asked = (
        select(AlertSilence)
        .where(col(AlertSilence.tenant_id) == tenant, col(AlertSilence.ends_at) > now)
        .order_by(col(AlertSilence.ends_at))
        .limit(50)
    )
    return session.exec(asked).all()

"""Somebody takes a report out as a file: who, of which days, as what, stands in the trail."""

from datetime import date, datetime

from sqlmodel import Session

from engine.domain.ids import TenantId
from engine.domain.roles import Actor, Permission, require
from engine.store import audit


def export_report(
    session: Session,
    tenant: TenantId,
    first: date,
    last: date,
    form: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Note it, before the file is made. form: csv, xlsx or pdf. Raises Forbidden."""
    require(by, Permission.VIEW, tenant)
    audit.append(
        session,
        by=by,
        action="report.exported",
        subject="report",
        after={"first": first.isoformat(), "last": last.isoformat(), "format": form},
        now=now,
        tenant=tenant,
    )

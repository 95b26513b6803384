"""The organisations that use the product."""

from datetime import datetime

from sqlmodel import Session, col, select

from engine.domain.ids import TenantId
from engine.store.tables.tenants import Tenant


def add(session: Session, *, name: str, sandbox: bool, now: datetime) -> TenantId:
    """A new organisation."""
    row = Tenant(name=name, sandbox=sandbox, created_at=now)
    session.add(row)
    session.flush()
    assert row.id is not None
    return TenantId(row.id)


def first(session: Session, *, name: str | None = None) -> TenantId | None:
    """The oldest organisation, of that name if one is given; None when there is none."""
    statement = select(col(Tenant.id)).order_by(col(Tenant.id)).limit(1)
    if name is not None:
        statement = statement.where(col(Tenant.name) == name)
    found = session.exec(statement).first()
    return None if found is None else TenantId(found)


def name_of(session: Session, tenant: TenantId) -> str:
    """What an organisation calls itself."""
    return session.exec(select(Tenant.name).where(col(Tenant.id) == tenant)).one()


def is_sandbox(session: Session, tenant: TenantId) -> bool:
    """Whether nothing of it ever reaches people (spec X5)."""
    return session.exec(select(Tenant.sandbox).where(col(Tenant.id) == tenant)).first() is True


def exists(session: Session, tenant: TenantId) -> bool:
    """Whether there is such an organisation."""
    return session.exec(select(col(Tenant.id)).where(col(Tenant.id) == tenant)).first() is not None


def sandboxes(session: Session) -> list[str]:
    """The names of the organisations that are sandboxes."""
    return list(session.exec(select(Tenant.name).where(col(Tenant.sandbox).is_(True))))

"""Which content a morning could be started with this minute, by hand."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from engine.domain.content import APPROVED_OR_BETTER
from engine.domain.ids import ContentId, TenantId
from engine.domain.schedule import service_day
from engine.store.tables import Content


def startable(session: Session, tenant: TenantId, *, now: datetime) -> ContentId | None:
    """The approved content for today, else the last one approved; None when there is none."""
    approved = [state.value for state in APPROVED_OR_BETTER]
    found = (
        session.connection()
        .execute(
            select(col(Content.id))
            .where(col(Content.tenant_id) == tenant, col(Content.state).in_(approved))
            .order_by((col(Content.day) == service_day(now)).desc(), col(Content.id).desc())
            .limit(1)
        )
        .scalar_one_or_none()
    )
    return None if found is None else ContentId(found)

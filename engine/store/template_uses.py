"""What uses a template: contents of today and later, and what stands in on any day."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.content import ContentState
from engine.domain.ids import ContentId, TenantId
from engine.domain.schedule import service_day
from engine.store import content_lists, tables
from engine.store.dialects import table

_c, _v = table(tables.Content), table(tables.Variant)
BINDING = (ContentState.APPROVED, ContentState.LOCKED)
PAST = (ContentState.SENT,)
USES_LIMIT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A content that has the template in one of its languages. `bound`: it was approved with it;
    `evergreen`: it may stand in on any day, whichever it was written on.
    """

    content: ContentId
    day: date
    title: str
    state: str
    bound: bool
    evergreen: bool


def of(session: Session, tenant: TenantId, name: str, language: str, now: datetime) -> list[Use]:
    """Who would miss it, the earliest day first. An evergreen that was sent stands in again."""
    stands_in = content_lists.fallback(session, tenant)
    again = None if stands_in is None else stands_in.id
    asked = (
        sa.select(_c.c.id, _c.c.day, _c.c.title, _c.c.state, _c.c.evergreen)
        .join(_v, _v.c.content_id == _c.c.id)
        .where(
            _c.c.tenant_id == tenant,
            sa.or_(_c.c.day >= service_day(now), _c.c.evergreen),
            sa.or_(_c.c.state.not_in([state.value for state in PAST]), _c.c.id == again),
            _v.c.template_name == name,
            _v.c.template_language == language,
        )
        .distinct()
        .order_by(_c.c.day, _c.c.id)
        .limit(USES_LIMIT)
    )
    return [
        Use(
            content=ContentId(row.id),
            day=row.day,
            title=row.title,
            state=row.state,
            bound=row.id == again or row.state in {state.value for state in BINDING},
            evergreen=row.evergreen,
        )
        for row in session.connection().execute(asked)
    ]

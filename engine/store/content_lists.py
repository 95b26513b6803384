"""Lists of content: by day, by who must act, by what may stand in."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, func, select

from engine.domain.content import APPROVED_OR_BETTER, ContentState
from engine.domain.ids import TenantId
from engine.store.tables.content import Content, Variant

MONTH_LIMIT = 400
FIRST = col(Content.b_of).is_(None)
"""A day's content itself: its second wording goes with it, and is listed beside it."""


def languages(session: Session, packs: Sequence[Content]) -> dict[int, tuple[str, ...]]:
    """Which languages each of these packs is written in."""
    statement = (
        select(Variant.content_id, Variant.language)
        .where(col(Variant.content_id).in_([pack.id for pack in packs]))
        .order_by(col(Variant.language))
    )
    found: dict[int, tuple[str, ...]] = {}
    for content, language in session.exec(statement):
        found[content] = (*found.get(content, ()), language)
    return found


def listing(
    session: Session, tenant: TenantId, *, limit: int, offset: int = 0
) -> Sequence[Content]:
    """A page of packs, newest day first."""
    statement = (
        select(Content)
        .where(col(Content.tenant_id) == tenant, FIRST)
        .order_by(col(Content.day).desc(), col(Content.id).desc())
        .limit(limit)
        .offset(offset)
    )
    return session.exec(statement).all()


def count(session: Session, tenant: TenantId) -> int:
    """How many packs there are."""
    return session.exec(
        select(func.count()).select_from(Content).where(col(Content.tenant_id) == tenant, FIRST)
    ).one()


def waiting(session: Session, tenant: TenantId, *, limit: int) -> Sequence[Content]:
    """Packs that wait for an approver, the most urgent day first."""
    statement = (
        select(Content)
        .where(col(Content.tenant_id) == tenant, col(Content.state) == ContentState.SUBMITTED)
        .order_by(col(Content.day), col(Content.submitted_at))
        .limit(limit)
    )
    return session.exec(statement).all()


def decided(session: Session, tenant: TenantId, *, limit: int) -> Sequence[Content]:
    """Packs somebody approved or rejected, the latest decision first."""
    statement = (
        select(Content)
        .where(
            col(Content.tenant_id) == tenant,
            col(Content.decided_at).is_not(None),
            col(Content.state).in_([ContentState.REJECTED, *APPROVED_OR_BETTER]),
        )
        .order_by(col(Content.decided_at).desc())
        .limit(limit)
    )
    return session.exec(statement).all()


def in_days(session: Session, tenant: TenantId, first: date, last: date) -> Sequence[Content]:
    """The packs written for the days from `first` to `last`, evergreens apart."""
    statement = (
        select(Content)
        .where(
            col(Content.tenant_id) == tenant,
            col(Content.day) >= first,
            col(Content.day) <= last,
            col(Content.evergreen).is_(False),
            FIRST,
        )
        .order_by(col(Content.day), col(Content.id))
        .limit(MONTH_LIMIT)
    )
    return session.exec(statement).all()


def evergreens(session: Session, tenant: TenantId, *, limit: int) -> Sequence[Content]:
    """The evergreen packs, whatever their state, the latest decision first."""
    statement = (
        select(Content)
        .where(col(Content.tenant_id) == tenant, col(Content.evergreen).is_(True), FIRST)
        .order_by(col(Content.decided_at).desc(), col(Content.id).desc())
        .limit(limit)
    )
    return session.exec(statement).all()


def fallback(session: Session, tenant: TenantId) -> Content | None:
    """The evergreen that stands in when nothing was approved: the one approved last."""
    statement = (
        select(Content)
        .where(
            col(Content.tenant_id) == tenant,
            col(Content.evergreen).is_(True),
            FIRST,
            col(Content.state).in_([state.value for state in APPROVED_OR_BETTER]),
        )
        .order_by(col(Content.decided_at).desc(), col(Content.id).desc())
        .limit(1)
    )
    return session.exec(statement).first()

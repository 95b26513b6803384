"""What WhatsApp approved: message templates, one row for each name and language."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from engine.domain.ids import TenantId
from engine.domain.template_standing import Standing
from engine.store.tables.content import Template

LISTING_LIMIT = 6_000
"""As many as one WhatsApp account can have (facts B)."""


def listing(
    session: Session, tenant: TenantId, *, language: str | None = None, status: str | None = None
) -> Sequence[Template]:
    """A tenant's templates by name, then language; `language` and `status` in Meta's spelling."""
    statement = select(Template).where(col(Template.tenant_id) == tenant)
    if language is not None:
        statement = statement.where(col(Template.language) == language)
    if status is not None:
        statement = statement.where(col(Template.status) == status)
    statement = statement.order_by(col(Template.name), col(Template.language)).limit(LISTING_LIMIT)
    return session.exec(statement).all()


def get(session: Session, tenant: TenantId, name: str, language: str) -> Template | None:
    """One template in one of Meta's language codes."""
    statement = select(Template).where(
        col(Template.tenant_id) == tenant,
        col(Template.name) == name,
        col(Template.language) == language,
    )
    return session.exec(statement).one_or_none()


def standing(session: Session, tenant: TenantId, name: str, language: str) -> Standing | None:
    """A template's status and version now; None when we do not know it."""
    known = get(session, tenant, name, language)
    return None if known is None else Standing(known.status, known.version, known.header_format)


def put(
    session: Session,
    tenant: TenantId,
    *,
    name: str,
    language: str,
    category: str,
    status: str,
    body: str,
    footer: str = "",
    header_format: str = "",
    buttons: Sequence[str] = (),
    quality: str = "UNKNOWN",
    whatsapp_id: str = "",
    now: datetime,
) -> Template:
    """Write what WhatsApp says of a template, new or known.

    The version rises only when the words or the category differ from what was known: a content hash
    binds to it, so a mere change of status voids no approval (spec D2).
    """
    known = get(session, tenant, name, language)
    words = {
        "body": body,
        "footer": footer,
        "category": category,
        "header_format": header_format,
        "buttons": json.dumps(buttons, ensure_ascii=False),
    }
    if known is None:
        known = Template(
            tenant_id=tenant,
            name=name,
            language=language,
            status=status,
            updated_at=now,
            category=category,
            body=body,
            footer=footer,
            header_format=header_format,
            buttons=words["buttons"],
        )
        session.add(known)
    elif any(getattr(known, field) != value for field, value in words.items()):
        for field, value in words.items():
            setattr(known, field, value)
        known.version += 1
    known.status = status
    known.quality = quality
    known.whatsapp_id = whatsapp_id or known.whatsapp_id
    known.updated_at = now
    session.flush()
    return known


def set_status(
    session: Session, tenant: TenantId, *, name: str, language: str, status: str, now: datetime
) -> bool:
    """Meta's new word about a template; False when we do not know the template."""
    known = get(session, tenant, name, language)
    if known is None:
        return False
    known.status = status
    known.updated_at = now
    session.flush()
    return True

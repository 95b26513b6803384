"""What WhatsApp approved: message templates, one row for each name and language."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from engine.domain.ids import TenantId
from engine.domain.template_standing import Standing
from engine.domain.templates import GONE
from engine.store.tables.templates import Template

LISTING_LIMIT = 6_000
"""As many as one WhatsApp account can have (facts B)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What a template shows beside its body and footer. The examples are the reviewer's alone: they
    make no other version of it.
    """

    header_format: str = ""
    header_text: str = ""
    buttons: tuple[str, ...] = ()
    examples: tuple[str, ...] = field(default=(), compare=False)


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
    quality: str = "UNKNOWN",
    whatsapp_id: str = "",
    rest: Rest | None = None,
    now: datetime,
) -> Template:
    """Write what WhatsApp says of a template, new or known.

    The version rises only when the words or the category differ from what was known: a content hash
    binds to it, so a mere change of status voids no approval (spec D2). rest: what else it shows;
    None: as it was.
    """
    known = get(session, tenant, name, language)
    if known is None:
        known = Template(
            tenant_id=tenant,
            name=name,
            language=language,
            category=category,
            status=status,
            body=body,
            footer=footer,
            status_at=now,
            updated_at=now,
        )
        session.add(known)
        _dress(known, rest)
    elif _shown(known) != (body, footer, category, rest or _rest_of(known)):
        known.body, known.footer, known.category = body, footer, category
        _dress(known, rest)
        known.version += 1
    if known.status != status:
        known.status, known.status_reason, known.status_at = status, "", now
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
    if known.status != status:
        known.status, known.status_reason, known.status_at = status, "", now
    known.updated_at = now
    session.flush()
    return True


def by_id(session: Session, tenant: TenantId | None, template: int) -> Template | None:
    """One template by its number; None when it is somebody else's."""
    found = session.get(Template, template)
    return found if found is not None and tenant in (None, found.tenant_id) else None


def named(session: Session, tenant: TenantId, name: str) -> Sequence[Template]:
    """A name in all its languages."""
    asked = select(Template).where(col(Template.tenant_id) == tenant, col(Template.name) == name)
    return session.exec(asked.order_by(col(Template.language))).all()


def put_in_group(
    session: Session,
    template: Template,
    *,
    group: str,
    position: int,
    fallback: bool,
    conservative: bool,
    now: datetime,
) -> None:
    """Where it stands among those that may stand in for each other; an empty group: nowhere."""
    template.group_name, template.position = group, position
    template.fallback, template.conservative = fallback, conservative
    template.updated_at = now
    session.add(template)
    session.flush()


def miss(
    session: Session, tenant: TenantId, there: Collection[tuple[str, str]], now: datetime
) -> list[Template]:
    """Those WhatsApp knew and does not list any more are deleted; returns them.

    there: what it lists, by name and language. What never had an id of Meta's is left alone: it was
    never WhatsApp's.
    """
    gone = [
        row
        for row in listing(session, tenant)
        if row.whatsapp_id and row.status not in GONE and (row.name, row.language) not in there
    ]
    for row in gone:
        row.status, row.status_reason, row.status_at, row.updated_at = "DELETED", "", now, now
    session.flush()
    return gone


def _dress(template: Template, rest: Rest | None) -> None:
    if rest is not None:
        template.header_format, template.header_text = rest.header_format, rest.header_text
        template.buttons = json.dumps(list(rest.buttons), ensure_ascii=False)
        template.examples = json.dumps(list(rest.examples), ensure_ascii=False)


def _shown(known: Template) -> tuple[str, str, str, Rest]:
    return known.body, known.footer, known.category, _rest_of(known)


def _rest_of(known: Template) -> Rest:
    return Rest(
        header_format=known.header_format,
        header_text=known.header_text,
        buttons=tuple(json.loads(known.buttons)),
        examples=tuple(json.loads(known.examples)),
    )

"""The day's content and its variants per language. What may follow what, `domain.content` says.

Lists of packs are `content_lists`'.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from engine.domain.content import ContentState, Language
from engine.domain.draft import VariantDraft
from engine.domain.ids import ContentHash, ContentId, TenantId, UserId
from engine.domain.media import Header, MediaType
from engine.domain.subscriber import Status
from engine.store.tables.content import Content, Variant
from engine.store.tables.people import Subscriber
from engine.store.tables.templates import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVariant:
    """One language of a pack as it is to be stored."""

    language: Language
    template_name: str
    template_language: str
    template_version: int
    category: str
    body: str
    parameters: tuple[str, ...]
    header: Header | None = None
    brand_line: str = ""


def get(
    session: Session,
    content: ContentId,
    tenant: TenantId | None = None,
    *,
    for_change: bool = False,
) -> Content | None:
    """One pack; with `tenant`, None when it is another's. `for_change` waits for other writers."""
    statement = select(Content).where(col(Content.id) == content)
    if tenant is not None:
        statement = statement.where(col(Content.tenant_id) == tenant)
    if for_change:
        statement = statement.with_for_update()
    return session.exec(statement).one_or_none()


def variants(session: Session, content: ContentId) -> Sequence[Variant]:
    """The pack's languages, in the order of their names."""
    statement = (
        select(Variant).where(col(Variant.content_id) == content).order_by(col(Variant.language))
    )
    return session.exec(statement).all()


def add(
    session: Session,
    tenant: TenantId,
    *,
    day: date,
    title: str,
    evergreen: bool = False,
    b_of: ContentId | None = None,
    b_percent: int = 0,
    author: UserId,
    now: datetime,
) -> ContentId:
    """A new, empty draft in version 1. b_of: whose second wording it is; b_percent: its share."""
    pack = Content(
        tenant_id=tenant,
        day=day,
        title=title,
        evergreen=evergreen,
        b_of=b_of,
        b_percent=b_percent,
        state=ContentState.DRAFT,
        version=1,
        author_id=author,
        writers=json.dumps([author]),
        created_at=now,
        updated_at=now,
    )
    session.add(pack)
    session.flush()
    assert pack.id is not None
    return ContentId(pack.id)


def edit(
    session: Session,
    pack: Content,
    *,
    state: ContentState,
    day: date,
    title: str,
    evergreen: bool = False,
    b_percent: int = 0,
    writer: UserId,
    now: datetime,
) -> bool:
    """Raise the version and forget every decision. False when somebody was quicker."""
    return _change(
        session,
        pack,
        state=state,
        version=pack.version + 1,
        day=day,
        title=title,
        evergreen=evergreen,
        b_percent=b_percent,
        writers=json.dumps(sorted({*writers(pack), writer})),
        submitted_at=None,
        decided_at=None,
        decided_by=None,
        comment="",
        content_hash=None,
        updated_at=now,
    )


def submit(session: Session, pack: Content, *, state: ContentState, now: datetime) -> bool:
    """Hand a pack to the approvers. False when somebody was quicker."""
    return _change(
        session,
        pack,
        state=state,
        submitted_at=now,
        decided_at=None,
        decided_by=None,
        comment="",
        content_hash=None,
        updated_at=now,
    )


def decide(
    session: Session,
    pack: Content,
    *,
    state: ContentState,
    content_hash: ContentHash | None,
    comment: str,
    by: UserId,
    now: datetime,
) -> bool:
    """Record an approver's word. False when somebody was quicker."""
    return _change(
        session,
        pack,
        state=state,
        content_hash=content_hash,
        comment=comment,
        decided_by=by,
        decided_at=now,
        updated_at=now,
    )


def move(session: Session, pack: Content, *, state: ContentState, now: datetime) -> bool:
    """Lock, unlock or mark as sent: a new state, nothing else. False when somebody was quicker."""
    return _change(session, pack, state=state, updated_at=now)


def replace_variants(session: Session, content: ContentId, new: Sequence[NewVariant]) -> None:
    """These languages and no others."""
    session.exec(sa.delete(Variant).where(col(Variant.content_id) == content))
    session.add_all(
        Variant(
            content_id=content,
            language=variant.language,
            template_name=variant.template_name,
            template_language=variant.template_language,
            template_version=variant.template_version,
            category=variant.category,
            body=variant.body,
            parameters=json.dumps(variant.parameters, ensure_ascii=False),
            header_sha256=variant.header.sha256 if variant.header else "",
            header_type=variant.header.type.value if variant.header else "",
            header_name=variant.header.name if variant.header else "",
            header_bytes=variant.header.size_bytes if variant.header else 0,
            brand_line=variant.brand_line,
        )
        for variant in new
    )
    session.flush()


def on_template(draft: VariantDraft, template: Template) -> NewVariant:
    """A draft with the words WhatsApp approved beside it, as they are at this instant."""
    return NewVariant(
        language=draft.language,
        template_name=template.name,
        template_language=template.language,
        template_version=template.version,
        category=template.category,
        body=template.body,
        parameters=tuple(parameter.strip() for parameter in draft.parameters),
        header=draft.header,
        brand_line=" ".join(draft.brand_line.split()),
    )


def as_new(variant: Variant) -> NewVariant:
    """A stored variant as the value it was made from: comparable, and good for storing again."""
    return NewVariant(
        language=Language(variant.language),
        template_name=variant.template_name,
        template_language=variant.template_language,
        template_version=variant.template_version,
        category=variant.category,
        body=variant.body,
        parameters=parameters(variant),
        header=header_of(variant),
        brand_line=variant.brand_line,
    )


def header_of(variant: Variant) -> Header | None:
    """What stands above the text; its bytes are in `store.media`, under its hash."""
    if not variant.header_sha256:
        return None
    return Header(
        sha256=variant.header_sha256,
        type=MediaType(variant.header_type),
        size_bytes=variant.header_bytes,
        name=variant.header_name,
    )


def writers(pack: Content) -> frozenset[UserId]:
    """Everybody who ever wrote a word of it: none of them may approve it."""
    return frozenset(UserId(user) for user in (*json.loads(pack.writers), pack.author_id))


def parameters(variant: Variant) -> tuple[str, ...]:
    """The variant's parameters, in the template's order."""
    return tuple(cast("list[str]", json.loads(variant.parameters)))


def audience(session: Session, tenant: TenantId) -> dict[Language, int]:
    """How many people each language would reach now: active, consented, with an address."""
    statement = (
        select(Subscriber.language, func.count())
        .where(
            col(Subscriber.tenant_id) == tenant,
            col(Subscriber.status) == Status.ACTIVE,
            col(Subscriber.consented).is_(True),
            sa.or_(col(Subscriber.phone).is_not(None), col(Subscriber.bsuid).is_not(None)),
        )
        .group_by(col(Subscriber.language))
    )
    counted = dict(session.exec(statement).all())
    return {language: counted.get(language, 0) for language in Language}


def _change(session: Session, pack: Content, **values: Any) -> bool:
    """Update where nothing moved since `pack` was read: races are lost politely."""
    statement = (
        sa.update(Content)
        .where(
            col(Content.id) == pack.id,
            col(Content.version) == pack.version,
            col(Content.state) == pack.state,
        )
        .values(**values)
    )
    return session.exec(statement).rowcount == 1

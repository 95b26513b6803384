"""What the Content page shows: the packs by day, one pack as it would be sent, and its checks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from engine.domain import compliance, template_standing
from engine.domain.content import (
    ContentState,
    Language,
    content_hash,
    places,
    preview,
    render,
)
from engine.domain.draft import VariantDraft
from engine.domain.ids import ContentHash, ContentId, TenantId, UserId
from engine.domain.subscriber import Status
from engine.store import content as contents
from engine.store import templates, users
from engine.store.content import NewVariant
from engine.store.tables import Content, Subscriber

SETTLED = frozenset({ContentState.LOCKED, ContentState.SENT})
"""What a template has come to since then says nothing about these any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRow:
    """One line of the list."""

    id: ContentId
    day: date
    title: str
    state: ContentState
    version: int
    languages: tuple[str, ...]
    author: str
    decided_by: str | None
    decided_at: datetime | None
    submitted_at: datetime | None
    comment: str
    content_hash: ContentHash | None


@dataclass(frozen=True, slots=True)
class Packs:
    """A page of the list, and how many there are in all."""

    rows: tuple[PackRow, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateChoice:
    """A template an author may choose; `places` is how many values it takes."""

    name: str
    template_language: str
    language: Language
    body: str
    footer: str
    places: int
    sendable: bool
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One language as a real recipient's phone would show it."""

    language: Language
    template_name: str
    template_language: str
    template_version: int
    category: str
    parameters: tuple[str, ...]
    text: str
    footer: str
    recipient: str | None  # whose name stands in the text; None when nobody reads the language
    audience: int
    has_image: bool


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check: its name, whether it passed, whether failing it forbids sending, and why."""

    name: str
    passed: bool
    blocks: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What somebody needs to judge variants: how they look, whom they reach, what is wrong."""

    shown: tuple[Shown, ...]
    checks: tuple[CheckRow, ...]
    audience: Mapping[Language, int]
    content_hash: ContentHash


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One pack, whole. `intact` is False when it is not what its approval was bound to."""

    row: PackRow
    drafts: tuple[VariantDraft, ...]
    writers: frozenset[UserId]
    look: Look
    intact: bool


def packs(session: Session, tenant: TenantId, *, limit: int, offset: int = 0) -> Packs:
    """A page of the list, newest day first."""
    listed = contents.listing(session, tenant, limit=limit, offset=offset)
    return Packs(pack_rows(session, listed), contents.count(session, tenant))


def pack(session: Session, tenant: TenantId, content: ContentId) -> Pack | None:
    """One pack with everything about it; None when there is none, or it is somebody else's."""
    found = contents.get(session, content, tenant)
    if found is None:
        return None
    variants = [contents.as_new(variant) for variant in contents.variants(session, content)]
    (row,) = pack_rows(session, [found])
    seen = _look(session, tenant, variants, settled=row.state in SETTLED)
    return Pack(
        row=row,
        drafts=tuple(_draft(variant) for variant in variants),
        writers=contents.writers(found),
        look=seen,
        intact=row.content_hash in (None, seen.content_hash),
    )


def look(session: Session, tenant: TenantId, drafts: Sequence[VariantDraft]) -> Look:
    """The same for what is being typed and stored nowhere yet; unknown templates are left out."""
    chosen = [
        (draft, templates.get(session, tenant, draft.template_name, draft.template_language))
        for draft in drafts
    ]
    variants = [
        contents.on_template(draft, template) for draft, template in chosen if template is not None
    ]
    return _look(session, tenant, variants, settled=False)


def template_choices(session: Session, tenant: TenantId) -> tuple[TemplateChoice, ...]:
    """Every template in a language subscribers read, the sendable ones first."""
    found = [
        TemplateChoice(
            name=row.name,
            template_language=row.language,
            language=language,
            body=row.body,
            footer=row.footer,
            places=len(places(row.body)),
            sendable=row.status == template_standing.SENDABLE,
            category=row.category,
        )
        for row in templates.listing(session, tenant)
        if (language := _language_of(row.language)) is not None
    ]
    return tuple(sorted(found, key=lambda choice: (not choice.sendable, choice.name)))


def pack_rows(session: Session, listed: Sequence[Content]) -> tuple[PackRow, ...]:
    """Stored packs as lines of a list."""
    names = _names(session, listed)
    languages = contents.languages(session, listed)
    return tuple(_row(pack, names, languages) for pack in listed)


def _row(
    pack: Content, names: Mapping[int, str], languages: Mapping[int, tuple[str, ...]]
) -> PackRow:
    assert pack.id is not None
    return PackRow(
        id=ContentId(pack.id),
        day=pack.day,
        title=pack.title,
        state=ContentState(pack.state),
        version=pack.version,
        languages=languages.get(pack.id, ()),
        author=names[pack.author_id],
        decided_by=None if pack.decided_by is None else names[pack.decided_by],
        decided_at=pack.decided_at,
        submitted_at=pack.submitted_at,
        comment=pack.comment,
        content_hash=None if pack.content_hash is None else ContentHash(pack.content_hash),
    )


def _names(session: Session, listed: Iterable[Content]) -> dict[int, str]:
    wanted = {user for pack in listed for user in (pack.author_id, pack.decided_by) if user}
    found = (users.get(session, UserId(user)) for user in wanted)
    return {user.id: user.name for user in found if user is not None and user.id is not None}


def _look(
    session: Session, tenant: TenantId, variants: Sequence[NewVariant], *, settled: bool
) -> Look:
    audience = contents.audience(session, tenant)
    checks = [
        CheckRow(check.name, check.passed, check.severity is compliance.Severity.BLOCK, check.words)
        for check in compliance.check(variants, audience)
    ]
    if variants and not settled:
        checks.append(_template_check(session, tenant, variants))
    return Look(
        shown=tuple(_shown(session, tenant, variant, audience) for variant in variants),
        checks=tuple(checks),
        audience=audience,
        content_hash=content_hash(variants),
    )


def _template_check(session: Session, tenant: TenantId, variants: Sequence[NewVariant]) -> CheckRow:
    problems: list[str] = []
    for variant in variants:
        standing = templates.standing(
            session, tenant, variant.template_name, variant.template_language
        )
        problem = template_standing.problem(variant, standing)
        if problem is not None:
            problems.append(f"{compliance.LANGUAGE_NAMES[variant.language]}: {problem}")
    words = " ".join(problems) or template_standing.IN_ORDER
    return CheckRow("template", not problems, blocks=True, words=words)


def _shown(
    session: Session, tenant: TenantId, variant: NewVariant, audience: Mapping[Language, int]
) -> Shown:
    reader = _reader(session, tenant, variant.language)
    filled = (
        variant.parameters
        if reader is None
        else render(variant.parameters, name=reader.name, registration_no=reader.registration_no)
    )
    template = templates.get(session, tenant, variant.template_name, variant.template_language)
    return Shown(
        language=variant.language,
        template_name=variant.template_name,
        template_language=variant.template_language,
        template_version=variant.template_version,
        category=variant.category,
        parameters=variant.parameters,
        text=preview(variant.body, filled),
        footer="" if template is None else template.footer,
        recipient=None if reader is None else reader.name,
        audience=audience.get(variant.language, 0),
        has_image=variant.header_image is not None,
    )


def _reader(session: Session, tenant: TenantId, language: Language) -> Subscriber | None:
    statement = (
        select(Subscriber)
        .where(
            col(Subscriber.tenant_id) == tenant,
            col(Subscriber.status) == Status.ACTIVE,
            col(Subscriber.language) == language,
            col(Subscriber.consented).is_(True),
        )
        .order_by(col(Subscriber.id))
        .limit(1)
    )
    return session.exec(statement).one_or_none()


def _draft(variant: NewVariant) -> VariantDraft:
    return VariantDraft(
        language=variant.language,
        template_name=variant.template_name,
        template_language=variant.template_language,
        parameters=variant.parameters,
    )


def _language_of(template_language: str) -> Language | None:
    """Meta's `en`, `en_US`, `hi`, `mr` as the language of readers."""
    start = template_language.replace("-", "_").partition("_")[0].upper()
    return Language(start) if start in Language.__members__ else None

"""What the Content page shows: the packs by day, and one pack with everything about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from engine.domain import template_standing
from engine.domain.content import ContentState, Language, places
from engine.domain.draft import VariantDraft
from engine.domain.ids import ContentHash, ContentId, TenantId, UserId
from engine.read.content_look import Look, look_at
from engine.store import content as contents
from engine.store import content_lists, templates, users, wordings
from engine.store.content import NewVariant
from engine.store.tables import Content

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
    evergreen: bool
    b_of: ContentId | None = None
    """Whose second wording it is; None: it stands for itself."""
    b_percent: int = 0
    b_state: ContentState | None = None
    """How its own second wording stands; None: it has none."""


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
    header_format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One pack, whole. `intact` is False when it is not what its approval was bound to."""

    row: PackRow
    drafts: tuple[VariantDraft, ...]
    writers: frozenset[UserId]
    look: Look
    intact: bool
    other: PackRow | None = None
    """The wording it goes out beside: of a first one the second, of a second one the first."""


def packs(session: Session, tenant: TenantId, *, limit: int, offset: int = 0) -> Packs:
    """A page of the list, newest day first."""
    listed = content_lists.listing(session, tenant, limit=limit, offset=offset)
    return Packs(pack_rows(session, listed), content_lists.count(session, tenant))


def pack(session: Session, tenant: TenantId, content: ContentId) -> Pack | None:
    """One pack with everything about it; None when there is none, or it is somebody else's."""
    found = contents.get(session, content, tenant)
    if found is None:
        return None
    variants = [contents.as_new(variant) for variant in contents.variants(session, content)]
    (row,) = pack_rows(session, [found])
    second = found.b_of is not None
    seen = look_at(session, tenant, variants, settled=row.state in SETTLED, second=second)
    other = _other(session, tenant, found)
    return Pack(
        row=row,
        drafts=tuple(_draft(variant) for variant in variants),
        writers=contents.writers(found),
        look=seen,
        intact=row.content_hash in (None, seen.content_hash),
        other=None if other is None else pack_rows(session, [other])[0],
    )


def _other(session: Session, tenant: TenantId, pack: Content) -> Content | None:
    if pack.b_of is not None:
        return contents.get(session, ContentId(pack.b_of), tenant)
    return wordings.second_of(session, ContentId(pack.id or 0))


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
            header_format=row.header_format,
        )
        for row in templates.listing(session, tenant)
        if (language := _language_of(row.language)) is not None
    ]
    return tuple(sorted(found, key=lambda choice: (not choice.sendable, choice.name)))


def pack_rows(session: Session, listed: Sequence[Content]) -> tuple[PackRow, ...]:
    """Stored packs as lines of a list."""
    names = _names(session, listed)
    languages = content_lists.languages(session, listed)
    seconds = wordings.states(session, listed)
    return tuple(_row(pack, names, languages, seconds) for pack in listed)


def _row(
    pack: Content,
    names: Mapping[int, str],
    languages: Mapping[int, tuple[str, ...]],
    seconds: Mapping[int, str],
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
        evergreen=pack.evergreen,
        b_of=None if pack.b_of is None else ContentId(pack.b_of),
        b_percent=pack.b_percent,
        b_state=ContentState(seconds[pack.id]) if pack.id in seconds else None,
    )


def _names(session: Session, listed: Iterable[Content]) -> dict[int, str]:
    wanted = {user for pack in listed for user in (pack.author_id, pack.decided_by) if user}
    found = (users.get(session, UserId(user)) for user in wanted)
    return {user.id: user.name for user in found if user is not None and user.id is not None}


def _draft(variant: NewVariant) -> VariantDraft:
    return VariantDraft(
        language=variant.language,
        template_name=variant.template_name,
        template_language=variant.template_language,
        parameters=variant.parameters,
        header=variant.header,
        brand_line=variant.brand_line,
    )


def _language_of(template_language: str) -> Language | None:
    """Meta's `en`, `en_US`, `hi`, `mr` as the language of readers."""
    start = template_language.replace("-", "_").partition("_")[0].upper()
    return Language(start) if start in Language.__members__ else None

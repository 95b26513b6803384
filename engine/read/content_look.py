"""How variants look to those who will read them: on a phone, with checks and whom they reach."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlmodel import Session, col, select

from engine.documents import pictures
from engine.domain import compliance, template_standing
from engine.domain.content import Language, content_hash, preview, render
from engine.domain.draft import VariantDraft
from engine.domain.ids import ContentHash, TenantId
from engine.domain.media import Header
from engine.domain.subscriber import Status
from engine.store import compliance as rules
from engine.store import content as contents
from engine.store import media, templates
from engine.store.content import NewVariant
from engine.store.tables import Subscriber

READERS_LOOKED_AT = 400
"""Among so many of a language's readers the one with the longest name is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One language as a real recipient's phone would show it.

    image: a data URL, small, with its brand line; document: the name of a paper.
    """

    language: Language
    template_name: str
    template_language: str
    template_version: int
    category: str
    parameters: tuple[str, ...]
    text: str
    footer: str
    buttons: tuple[str, ...]
    recipient: str | None  # whose name stands in the text; None when nobody reads the language
    audience: int
    header: Header | None
    brand_line: str
    image: str
    document: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The text of one language as one real person gets it, and why that person was chosen."""

    language: Language
    why: str
    recipient: str
    text: str


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


def look(
    session: Session, tenant: TenantId, drafts: Sequence[VariantDraft], second: bool = False
) -> Look:
    """What is being typed and stored nowhere yet; unknown templates are left out."""
    chosen = [
        (draft, templates.get(session, tenant, draft.template_name, draft.template_language))
        for draft in drafts
    ]
    variants = [
        contents.on_template(draft, template) for draft, template in chosen if template is not None
    ]
    return look_at(session, tenant, variants, settled=False, second=second)


def look_at(
    session: Session,
    tenant: TenantId,
    variants: Sequence[NewVariant],
    *,
    settled: bool,
    second: bool = False,
) -> Look:
    """Variants as they are. settled: what their templates have come to since says nothing.

    second: they are a second wording, which need not be written in every language.
    """
    audience = contents.audience(session, tenant)
    written = {variant.language for variant in variants}
    wanted = {one: n for one, n in audience.items() if one in written} if second else audience
    checks = [
        CheckRow(check.name, check.passed, check.severity is compliance.Severity.BLOCK, check.words)
        for check in compliance.check(variants, wanted, rules.current(session, tenant))
    ]
    if variants and not settled:
        checks.append(_template_check(session, tenant, variants))
    return Look(
        shown=tuple(_shown(session, tenant, variant, audience) for variant in variants),
        checks=tuple(checks),
        audience=audience,
        content_hash=content_hash(variants),
    )


def readings(
    session: Session, tenant: TenantId, variants: Sequence[NewVariant]
) -> tuple[Reading, ...]:
    """Each variant as three real people would get it: somebody, the one with the longest name,
    and one about whom we know the least.
    """
    return tuple(
        Reading(
            variant.language,
            why,
            reader.name,
            preview(
                variant.body,
                render(
                    variant.parameters,
                    name=reader.name,
                    registration_no=reader.registration_no,
                ),
            ),
        )
        for variant in variants
        for why, reader in _three(session, tenant, variant.language)
    )


SOMEBODY, LONGEST, LEAST_KNOWN = "somebody", "longest", "least_known"
"""Why a person was chosen to read with."""


def _three(session: Session, tenant: TenantId, language: Language) -> list[tuple[str, Subscriber]]:
    people = _readers(session, tenant, language, READERS_LOOKED_AT)
    if not people:
        return []
    longest = max(people, key=lambda one: len(one.name))
    least = min(people, key=lambda one: (len(one.registration_no), len(one.name)))
    return [(SOMEBODY, people[0]), (LONGEST, longest), (LEAST_KNOWN, least)]


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
    reader = next(iter(_readers(session, tenant, variant.language, 1)), None)
    filled = (
        variant.parameters
        if reader is None
        else render(variant.parameters, name=reader.name, registration_no=reader.registration_no)
    )
    template = templates.get(session, tenant, variant.template_name, variant.template_language)
    header = variant.header
    return Shown(
        language=variant.language,
        template_name=variant.template_name,
        template_language=variant.template_language,
        template_version=variant.template_version,
        category=variant.category,
        parameters=variant.parameters,
        text=preview(variant.body, filled),
        footer="" if template is None else template.footer,
        buttons=() if template is None else tuple(map(str, json.loads(template.buttons))),
        recipient=None if reader is None else reader.name,
        audience=audience.get(variant.language, 0),
        header=header,
        brand_line=variant.brand_line,
        image=_image(session, tenant, header, variant.brand_line),
        document=header.name if header is not None and not header.is_image else "",
    )


def _image(session: Session, tenant: TenantId, header: Header | None, brand_line: str) -> str:
    kept = None if header is None else media.get(session, tenant, header.sha256)
    if kept is None or not kept.thumbnail:
        return ""
    thumbnail = kept.thumbnail
    if brand_line:
        thumbnail = _branded(thumbnail, brand_line)
    return data_url(thumbnail)


@lru_cache(maxsize=64)
def _branded(thumbnail: bytes, line: str) -> bytes:
    """Drawn once for a page that asks at every key."""
    return pictures.branded_preview(thumbnail, line)


def data_url(jpeg: bytes) -> str:
    """A small picture as a page shows it without asking anybody for it."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"


def _readers(
    session: Session, tenant: TenantId, language: Language, most: int
) -> Sequence[Subscriber]:
    statement = (
        select(Subscriber)
        .where(
            col(Subscriber.tenant_id) == tenant,
            col(Subscriber.status) == Status.ACTIVE,
            col(Subscriber.language) == language,
            col(Subscriber.consented).is_(True),
        )
        .order_by(col(Subscriber.id))
        .limit(most)
    )
    return session.exec(statement).all()

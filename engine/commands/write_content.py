"""An author writes a day's content, or changes it: any change voids what was approved (spec D2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from engine.domain.content import (
    APPROVED_OR_BETTER,
    ContentEvent,
    ContentState,
    advance,
    possible,
)
from engine.domain.draft import VariantDraft
from engine.domain.ids import ContentId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, templates
from engine.store import content as contents
from engine.store.content import NewVariant
from engine.store.tables import Content

__all__ = ["TITLE_LENGTH", "VariantDraft", "Written", "write_content"]

TITLE_LENGTH = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What is stored now. `voided` when an approval, or a wait for one, ended by this."""

    content: ContentId
    version: int
    changed: bool
    voided: bool = False


def write_content(
    session: Session,
    *,
    content: ContentId | None,
    version: int | None,
    day: date,
    title: str,
    variants: Sequence[VariantDraft],
    by: Actor,
    now: datetime,
) -> Written | Refused:
    """Save a draft: a new one when `content` is None, else over `version`, which its author saw.

    Saving what is there already changes nothing and voids nothing. Raises Forbidden.
    """
    require(by, Permission.CONTENT_WRITE)
    if by.user is None or by.tenant is None:
        return Refused("Content needs an author: sign in as the person who writes it.")
    title = " ".join(title.split())
    if not title:
        return Refused("Give the content a title, so that people can tell one day from another.")
    if len(title) > TITLE_LENGTH:
        return Refused(f"The title is longer than {TITLE_LENGTH} characters.")
    wanted = _complete(session, by.tenant, variants)
    if isinstance(wanted, Refused):
        return wanted
    if content is None:
        return _create(session, by, day=day, title=title, wanted=wanted, now=now)
    pack = contents.get(session, content, by.tenant, for_change=True)
    if pack is None:
        return Refused("This content does not exist any more.")
    return _edit(session, by, pack, version, day=day, title=title, wanted=wanted, now=now)


def _create(
    session: Session,
    by: Actor,
    *,
    day: date,
    title: str,
    wanted: Sequence[NewVariant],
    now: datetime,
) -> Written:
    assert by.user is not None
    assert by.tenant is not None
    content = contents.add(session, by.tenant, day=day, title=title, author=by.user, now=now)
    contents.replace_variants(session, content, wanted)
    audit.append(
        session,
        by=by,
        action="content.created",
        subject=f"content:{content}",
        after=_words(day, title, ContentState.DRAFT, 1, None, wanted),
        now=now,
    )
    return Written(content=content, version=1, changed=True)


def _edit(
    session: Session,
    by: Actor,
    pack: Content,
    version: int | None,
    *,
    day: date,
    title: str,
    wanted: Sequence[NewVariant],
    now: datetime,
) -> Written | Refused:
    assert by.user is not None
    assert pack.id is not None
    content, state = ContentId(pack.id), ContentState(pack.state)
    if not possible(state, ContentEvent.EDIT):
        return Refused("This content is part of a broadcast and cannot be changed any more.")
    if version != pack.version:
        return Refused(
            f"Somebody saved version {pack.version} while you were writing. "
            "Open it again and put your changes into that."
        )
    had = [contents.as_new(variant) for variant in contents.variants(session, content)]
    wanted = _keep_images(wanted, had)
    if (pack.day, pack.title, had) == (day, title, wanted):
        return Written(content=content, version=pack.version, changed=False)
    before = _words(pack.day, pack.title, state, pack.version, pack.content_hash, had)
    after_state = advance(state, ContentEvent.EDIT)
    if not contents.edit(
        session, pack, state=after_state, day=day, title=title, writer=by.user, now=now
    ):
        return Refused("Somebody else has just changed this content. Open it again.")
    contents.replace_variants(session, content, wanted)
    new_version = before["version"] + 1
    voided = state is not ContentState.REJECTED and state is not after_state
    audit.append(
        session,
        by=by,
        action="content.approval_voided" if state in APPROVED_OR_BETTER else "content.edited",
        subject=f"content:{content}",
        before=before,
        after=_words(day, title, after_state, new_version, None, wanted),
        now=now,
    )
    return Written(content=content, version=new_version, changed=True, voided=voided)


def _complete(
    session: Session, tenant: TenantId, drafts: Sequence[VariantDraft]
) -> Sequence[NewVariant] | Refused:
    """The drafts with what WhatsApp approved put beside them, as of this instant."""
    complete: list[NewVariant] = []
    for draft in drafts:
        template = templates.get(session, tenant, draft.template_name, draft.template_language)
        if template is None:
            return Refused(
                f"There is no template {draft.template_name} in {draft.template_language} "
                "any more. Choose another one."
            )
        complete.append(contents.on_template(draft, template))
    if len({variant.language for variant in complete}) < len(complete):
        return Refused("A language can be there only once.")
    return complete


def _keep_images(wanted: Sequence[NewVariant], had: Sequence[NewVariant]) -> list[NewVariant]:
    images = {variant.language: variant.header_image for variant in had}
    return sorted(
        (replace(variant, header_image=images.get(variant.language)) for variant in wanted),
        key=lambda variant: variant.language,
    )


def _words(
    day: date,
    title: str,
    state: ContentState,
    version: int,
    content_hash: str | None,
    variants: Sequence[NewVariant],
) -> dict[str, Any]:
    return {
        "day": day,
        "title": title,
        "state": state,
        "version": version,
        "content_hash": content_hash,
        "variants": {
            variant.language: {
                "template": variant.template_name,
                "template_version": variant.template_version,
                "parameters": list(variant.parameters),
            }
            for variant in variants
        },
    }

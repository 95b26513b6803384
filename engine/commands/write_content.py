"""An author writes a day's content, or changes it: any change voids what was approved (spec D2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from engine.domain.brand import LINE_LIMIT, is_personal
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
from engine.domain.wordings import share_problem
from engine.store import audit, media, templates, wordings
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
    evergreen: bool = False,
    b_percent: int | None = None,
    by: Actor,
    now: datetime,
) -> Written | Refused:
    """Save a draft: a new one when `content` is None, else over `version`, which its author saw.

    evergreen: it may stand in on any day for which nothing else was approved (spec D4). b_percent:
    of a second wording, how many of a hundred get it; None: as it was. Its day is the first's.
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
        return _create(session, by, _Said(day, title, evergreen), wanted=wanted, now=now)
    pack = contents.get(session, content, by.tenant, for_change=True)
    if pack is None:
        return Refused("This content does not exist any more.")
    said = _Said(day, title, evergreen)
    if pack.b_of is not None:
        percent = pack.b_percent if b_percent is None else b_percent
        said = _Said(pack.day, title, pack.evergreen, percent)
    return _edit(session, by, pack, version, said, wanted=wanted, now=now)


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of a pack besides its languages."""

    day: date
    title: str
    evergreen: bool
    b_percent: int = 0
    """0: it is no second wording."""


def _create(
    session: Session,
    by: Actor,
    said: _Said,
    *,
    wanted: Sequence[NewVariant],
    now: datetime,
) -> Written:
    assert by.user is not None
    assert by.tenant is not None
    content = contents.add(
        session,
        by.tenant,
        day=said.day,
        title=said.title,
        evergreen=said.evergreen,
        author=by.user,
        now=now,
    )
    contents.replace_variants(session, content, wanted)
    audit.append(
        session,
        by=by,
        action="content.created",
        subject=f"content:{content}",
        after=_words(said, ContentState.DRAFT, 1, None, wanted),
        now=now,
    )
    return Written(content=content, version=1, changed=True)


def _edit(
    session: Session,
    by: Actor,
    pack: Content,
    version: int | None,
    said: _Said,
    *,
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
    if pack.b_of is not None and (problem := share_problem(said.b_percent)):
        return Refused(problem)
    had = [contents.as_new(variant) for variant in contents.variants(session, content)]
    wanted = sorted(wanted, key=lambda variant: variant.language)
    was = _Said(pack.day, pack.title, pack.evergreen, pack.b_percent)
    if (was, had) == (said, wanted):
        return Written(content=content, version=pack.version, changed=False)
    before = _words(was, state, pack.version, pack.content_hash, had)
    after_state = advance(state, ContentEvent.EDIT)
    if not contents.edit(
        session,
        pack,
        state=after_state,
        day=said.day,
        title=said.title,
        evergreen=said.evergreen,
        b_percent=said.b_percent,
        writer=by.user,
        now=now,
    ):
        return Refused("Somebody else has just changed this content. Open it again.")
    contents.replace_variants(session, content, wanted)
    wordings.move_second(session, content, day=said.day, evergreen=said.evergreen)
    new_version = before["version"] + 1
    voided = state is not ContentState.REJECTED and state is not after_state
    audit.append(
        session,
        by=by,
        action="content.approval_voided" if state in APPROVED_OR_BETTER else "content.edited",
        subject=f"content:{content}",
        before=before,
        after=_words(said, after_state, new_version, None, wanted),
        now=now,
    )
    return Written(content=content, version=new_version, changed=True, voided=voided)


def _complete(
    session: Session, tenant: TenantId, drafts: Sequence[VariantDraft]
) -> Sequence[NewVariant] | Refused:
    """The drafts with what WhatsApp approved put beside them, as of this instant."""
    complete: list[NewVariant] = []
    for draft in drafts:
        objection = _objection(draft)
        if objection is not None:
            return objection
        header = draft.header
        if header is not None:
            kept = media.get(session, tenant, header.sha256)
            if kept is None:
                return Refused("The file above the text is not there any more. Upload it again.")
            header = replace(kept.header, name=header.name)
        template = templates.get(session, tenant, draft.template_name, draft.template_language)
        if template is None:
            return Refused(
                f"There is no template {draft.template_name} in {draft.template_language} "
                "any more. Choose another one."
            )
        complete.append(contents.on_template(replace(draft, header=header), template))
    if len({variant.language for variant in complete}) < len(complete):
        return Refused("A language can be there only once.")
    return complete


def _objection(draft: VariantDraft) -> Refused | None:
    """What forbids even keeping a draft."""
    if len(draft.brand_line) > LINE_LIMIT:
        return Refused(f"The brand line has more than {LINE_LIMIT} characters.")
    if is_personal(draft.brand_line):
        return Refused(
            "A brand line is the same for every reader: a field such as {name} would need a "
            "picture for each of them. Put the field into the text."
        )
    return None


def _header_words(variant: NewVariant) -> dict[str, Any] | None:
    header = variant.header
    if header is None:
        return None
    return {"sha256": header.sha256, "type": header.type.value, "name": header.name}


def _words(
    said: _Said,
    state: ContentState,
    version: int,
    content_hash: str | None,
    variants: Sequence[NewVariant],
) -> dict[str, Any]:
    return {
        "day": said.day,
        "title": said.title,
        "evergreen": said.evergreen,
        **({"b_percent": said.b_percent} if said.b_percent else {}),
        "state": state,
        "version": version,
        "content_hash": content_hash,
        "variants": {
            variant.language: {
                "template": variant.template_name,
                "template_version": variant.template_version,
                "parameters": list(variant.parameters),
                "header": _header_words(variant),
                "brand_line": variant.brand_line,
            }
            for variant in variants
        },
    }

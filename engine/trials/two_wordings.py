"""A second wording of the seeded day, written by its author and approved by its approver."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from engine.commands.approve_content import Approved, approve_content
from engine.commands.begin_second_wording import Begun, begin_second_wording
from engine.commands.submit_content import Submitted, submit_content
from engine.commands.write_content import Written, write_content
from engine.domain.content import ContentState, Language
from engine.domain.draft import VariantDraft
from engine.domain.ids import ContentId
from engine.domain.roles import Actor, Role
from engine.store import content as contents
from engine.store import templates
from engine.trials.tenant import SeededTenant

TEMPLATE_B = "plain_note"
"""Other words than wording A's template has, around the same values."""


def body_of_b(body: str) -> str:
    """The text of wording B's template, for that of A's."""
    return f"{body}\n\nB"


def author(seeded: SeededTenant) -> Actor:
    """Who writes."""
    return Actor("author", seeded.tenant, Role.AUTHOR, seeded.users[Role.AUTHOR])


def approver(seeded: SeededTenant) -> Actor:
    """Who approves."""
    return Actor("approver", seeded.tenant, Role.APPROVER, seeded.users[Role.APPROVER])


def write_second(
    session: Session,
    seeded: SeededTenant,
    *,
    now: datetime,
    of: ContentId | None = None,
    title: str = "The other wording",
    percent: int = 50,
    languages: Sequence[Language] = tuple(Language),
    category: str = "UTILITY",
    until: ContentState = ContentState.APPROVED,
) -> ContentId:
    """Wording B in these languages, begun before the first is frozen. of: else of the seeded.

    until: how far it gets: draft, submitted or approved.
    """
    first = of or seeded.content
    drafts: list[VariantDraft] = []
    for one in map(contents.as_new, contents.variants(session, first)):
        if one.language not in languages:
            continue
        templates.put(
            session,
            seeded.tenant,
            name=TEMPLATE_B,
            language=one.template_language,
            category=category,
            status="APPROVED",
            body=body_of_b(one.body),
            now=now,
        )
        drafts.append(
            VariantDraft(
                language=one.language,
                template_name=TEMPLATE_B,
                template_language=one.template_language,
                parameters=(*one.parameters[:-1], f"{one.parameters[-1]} (B)"),
            )
        )
    begun = begin_second_wording(session, first, by=author(seeded), now=now)
    assert isinstance(begun, Begun), begun
    written = write_content(
        session,
        content=begun.content,
        version=1,
        day=seeded.day,
        title=title,
        variants=drafts,
        b_percent=percent,
        by=author(seeded),
        now=now,
    )
    assert isinstance(written, Written), written
    if until is not ContentState.DRAFT:
        submitted = submit_content(
            session, begun.content, version=written.version, by=author(seeded), now=now
        )
        assert isinstance(submitted, Submitted), submitted
    if until is ContentState.APPROVED:
        approved = approve_content(
            session, begun.content, version=written.version, by=approver(seeded), now=now
        )
        assert isinstance(approved, Approved), approved
    return begun.content

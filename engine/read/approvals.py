"""What the Approvals page shows: what waits for an approver, what was decided, what changed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from engine.domain.content import Language
from engine.domain.ids import ContentId, TenantId
from engine.read.content import Pack, PackRow, pack, pack_rows
from engine.store import content as contents
from engine.store.tables import AuditEntry

WAITING_LIMIT = 50
DECIDED_LIMIT = 20
TRAIL_LIMIT = 500

WRITTEN = frozenset({"content.created", "content.edited", "content.approval_voided"})
DECIDED = frozenset({"content.approved", "content.rejected"})


@dataclass(frozen=True, slots=True)
class Approvals:
    """Both lists; the most urgent day and the latest decision come first."""

    waiting: tuple[PackRow, ...]
    decided: tuple[PackRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that is other than an approver saw it last; an empty text was or is not there."""

    language: Language
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Review:
    """A pack before its approver. `since` is the version of the last decision, if there was one."""

    pack: Pack
    since: int | None
    changes: tuple[Change, ...]


def approvals(session: Session, tenant: TenantId) -> Approvals:
    """As of now."""
    return Approvals(
        waiting=pack_rows(session, contents.waiting(session, tenant, limit=WAITING_LIMIT)),
        decided=pack_rows(session, contents.decided(session, tenant, limit=DECIDED_LIMIT)),
    )


def review(session: Session, tenant: TenantId, content: ContentId) -> Review | None:
    """One pack, and how it differs from what was decided on last; None when it is not there."""
    found = pack(session, tenant, content)
    if found is None:
        return None
    since, changes = _changes(_trail(session, tenant, content))
    return Review(found, since, changes)


def _trail(session: Session, tenant: TenantId, content: ContentId) -> list[tuple[str, str]]:
    statement = (
        select(AuditEntry.action, AuditEntry.after)
        .where(
            col(AuditEntry.subject) == f"content:{content}",
            col(AuditEntry.tenant_id) == tenant,
            col(AuditEntry.action).in_(WRITTEN | DECIDED),
        )
        .order_by(col(AuditEntry.number).desc())
        .limit(TRAIL_LIMIT)
    )
    return list(reversed(session.exec(statement).all()))


def _changes(trail: Iterable[tuple[str, str]]) -> tuple[int | None, tuple[Change, ...]]:
    """The version decided on last, and what was written since."""
    now: Mapping[str, Any] = {}
    then: Mapping[str, Any] = {}
    since: int | None = None
    for action, after in trail:
        values = json.loads(after)
        if action in WRITTEN:
            now = values["variants"]
        else:
            since, then = values["version"], now
    if since is None or then == now:
        return since, ()
    languages = [language for language in Language if language in then or language in now]
    return since, tuple(
        change
        for language in languages
        for change in _in_language(language, then.get(language), now.get(language))
    )


def _in_language(
    language: Language, then: Mapping[str, Any] | None, now: Mapping[str, Any] | None
) -> Iterable[Change]:
    before, after = _texts(then), _texts(now)
    for what in dict.fromkeys((*before, *after)):
        old, new = before.get(what, ""), after.get(what, "")
        if old != new:
            yield Change(language=language, what=what, before=old, after=new)


def _texts(variant: Mapping[str, Any] | None) -> dict[str, str]:
    if variant is None:
        return {}
    template = f"{variant['template']}, version {variant['template_version']}"
    parameters = {
        f"parameter {place}": text for place, text in enumerate(variant["parameters"], start=1)
    }
    return {"template": template, **parameters}

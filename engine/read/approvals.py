"""What the Approvals page shows: what waits for an approver, what was decided, what changed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from engine.domain.content import Language, preview
from engine.domain.cut_off import Deadlines, Fallback
from engine.domain.ids import ContentId, TenantId
from engine.domain.schedule import service_day
from engine.domain.stand_ins import digest
from engine.read.content import Pack, PackRow, pack, pack_rows
from engine.read.content_look import Reading, readings
from engine.store import content as contents
from engine.store import content_lists, deadlines, schedules, stand_ins
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

    language: Language | None  # None: it concerns the whole pack
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandInShown:
    """A template that takes over when WhatsApp stops the content's own, as it is read then."""

    language: Language
    template_name: str
    instead_of: str
    text: str


@dataclass(frozen=True, slots=True)
class Review:
    """A pack before its approver. `since` is the version of the last decision, if there was one."""

    pack: Pack
    since: int | None
    changes: tuple[Change, ...]
    readings: tuple[Reading, ...] = ()
    deadlines: Deadlines | None = None
    stand_ins: tuple[StandInShown, ...] = ()
    stand_ins_digest: str = ""
    other: Pack | None = None
    """The other wording that it goes out beside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextDay:
    """The next morning's day, and what stands ready for it.

    fallback: the title of what stands in when nothing is approved; None: nothing would.
    """

    day: date
    deadlines: Deadlines
    approved: str | None
    policy: Fallback
    fallback: str | None


def next_day(session: Session, tenant: TenantId, now: datetime) -> NextDay | None:
    """The next morning that has not opened; None: no daily schedule is active."""
    today = service_day(now)
    for day in (today, today + timedelta(days=1)):
        times = deadlines.of_day(session, tenant, day)
        if times is not None and now < times.opens_at:
            approved = schedules.approved_for(session, tenant, day)
            fallback = content_lists.fallback(session, tenant)
            return NextDay(
                day=day,
                deadlines=times,
                approved=None if approved is None else approved.title,
                policy=deadlines.fallback_of(session, tenant),
                fallback=None if fallback is None else fallback.title,
            )
    return None


def approvals(session: Session, tenant: TenantId) -> Approvals:
    """As of now."""
    return Approvals(
        waiting=pack_rows(session, content_lists.waiting(session, tenant, limit=WAITING_LIMIT)),
        decided=pack_rows(session, content_lists.decided(session, tenant, limit=DECIDED_LIMIT)),
    )


def review(session: Session, tenant: TenantId, content: ContentId) -> Review | None:
    """One pack, and how it differs from what was decided on last; None when it is not there."""
    found = pack(session, tenant, content)
    if found is None:
        return None
    since, changes = _changes(_trail(session, tenant, content))
    variants = [contents.as_new(variant) for variant in contents.variants(session, content)]
    others = stand_ins.possible(session, tenant, variants)
    return Review(
        found,
        since,
        changes,
        readings(session, tenant, variants),
        None if found.row.evergreen else deadlines.of_day(session, tenant, found.row.day),
        tuple(
            StandInShown(
                language=variant.language,
                template_name=one.template_name,
                instead_of=variant.template_name,
                text=preview(one.body, variant.parameters),
            )
            for variant in variants
            for one in others
            if one.language == variant.language
        ),
        digest(others),
        None if found.other is None else pack(session, tenant, found.other.id),
    )


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
            now = values
        else:
            since, then = values["version"], now
    if since is None or then == now:
        return since, ()
    was, is_ = then.get("variants", {}), now["variants"]
    languages = [language for language in Language if language in was or language in is_]
    whole = _differences(None, _of_the_pack(then), _of_the_pack(now))
    return since, (
        *whole,
        *(
            change
            for language in languages
            for change in _in_language(language, was.get(language), is_.get(language))
        ),
    )


def _of_the_pack(values: Mapping[str, Any]) -> dict[str, str]:
    told = {"title": str(values.get("title", "")), "day": str(values.get("day", ""))}
    return told | ({"evergreen": "for any day"} if values.get("evergreen") else {})


def _in_language(
    language: Language, then: Mapping[str, Any] | None, now: Mapping[str, Any] | None
) -> Iterable[Change]:
    return _differences(language, _texts(then), _texts(now))


def _differences(
    language: Language | None, before: Mapping[str, str], after: Mapping[str, str]
) -> Iterable[Change]:
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
    header = variant.get("header")
    above = {} if header is None else {"above the text": f"{header['name']} {header['sha256']}"}
    line = variant.get("brand_line")
    return {"template": template, **above, **({"brand line": line} if line else {}), **parameters}

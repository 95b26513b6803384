"""What the Audit page shows: the trail as searched, in its order from the newest back (spec X1)."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session

from engine.documents.subscriber_csv import safe_cell
from engine.domain.audit import SEAL, Anchor, Broken, Erased, Intact
from engine.domain.ids import TenantId
from engine.domain.schedule import IST, zone_named
from engine.read.paging import COUNT_LIMIT, PAGE_SIZE, Count, counted
from engine.store import audit, tables
from engine.store.dialects import slices, table

EXPORT_LIMIT = 100_000
ACTORS_LIMIT = 200

_audit, _values = table(tables.AuditEntry), table(tables.AuditValue)
_users = table(tables.User)
_a = _audit.c
_OBJECT = re.compile(r"([a-z]+)[:# ]+(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody looks for; empty means all.

    search: an object as `subscriber 12`, or words of what changed. actor: as the trail names them.
    days are in IST, and count whole.
    """

    search: str = ""
    actor: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the trail. Personal values are there, or Erased when their person was."""

    number: int
    at: datetime
    actor: str
    actor_name: str
    action: str
    subject: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    ip: str
    hash: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the trail. `next`: the number the following one begins below, None on the last."""

    rows: tuple[Entry, ...]
    next: int | None
    found: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The trail at a glance, and what one can narrow it by."""

    entries: int
    anchored_number: int | None
    anchored_at: datetime | None
    anchor_file: str
    actors: tuple[tuple[str, str], ...]
    actions: tuple[str, ...]


def page(
    session: Session, tenant: TenantId, wanted: Wanted, *, below: int | None = None
) -> AuditPage:
    """The PAGE_SIZE newest entries with a number below `below`."""
    conditions = _conditions(tenant, wanted)
    some = sa.select(_a.number).where(*conditions).limit(COUNT_LIMIT + 1).subquery()
    found = session.connection().execute(sa.select(sa.func.count()).select_from(some)).scalar_one()
    if below is not None:
        conditions = [*conditions, _a.number < below]
    asked = sa.select(_audit).where(*conditions).order_by(_a.number.desc()).limit(PAGE_SIZE + 1)
    rows = session.connection().execute(asked).all()
    shown = rows[:PAGE_SIZE]
    return AuditPage(
        rows=tuple(_entries(session, shown)),
        next=shown[-1].number if len(rows) > PAGE_SIZE else None,
        found=counted(found),
    )


def standing(session: Session, tenant: TenantId) -> Standing:
    """How long the trail is, when it was last anchored, who and what is in it."""
    anchored = session.connection().execute(
        sa.select(_a.at, _a.after)
        .where(_a.subject == "audit", _a.action == "audit.anchored")
        .order_by(_a.number.desc())
        .limit(1)
    )
    last = anchored.one_or_none()
    told = _read(last.after) if last is not None else {}
    people = sa.select(_users.c.id, _users.c.name).where(_users.c.tenant_id == tenant)
    names = session.connection().execute(people.order_by(_users.c.name).limit(ACTORS_LIMIT))
    actions = sa.select(_a.action).where(_of(tenant)).distinct().order_by(_a.action)
    return Standing(
        entries=audit.end(session).number,
        anchored_number=told.get("number"),
        anchored_at=last.at if last is not None else None,
        anchor_file=str(told.get("file", "")),
        actors=(
            *((f"user:{row.id}", row.name) for row in names),
            ("engine", "The engine"),
            ("cli", "The command line"),
        ),
        actions=tuple(session.connection().execute(actions).scalars()),
    )


def verified(session: Session, anchors: Sequence[Anchor]) -> Intact | Broken:
    """Walk the whole trail, also what other organisations did: it is one chain."""
    return audit.verify(session, anchors=anchors)


def end(session: Session) -> Anchor:
    """Where the trail ends now."""
    return audit.end(session)


def export_csv(session: Session, tenant: TenantId, wanted: Wanted) -> bytes:
    """What is wanted as CSV, oldest first; at most EXPORT_LIMIT rows, the newest of them.

    Begins with a BOM: without one, Excel takes Devanagari for another encoding.
    """
    asked = (
        sa.select(_audit)
        .where(*_conditions(tenant, wanted))
        .order_by(_a.number.desc())
        .limit(EXPORT_LIMIT)
    )
    rows = session.connection().execute(asked).all()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for entry in _entries(session, list(reversed(rows))):
        cells = (
            str(entry.number),
            entry.at.astimezone(zone_named(IST)).isoformat(timespec="seconds"),
            f"{entry.actor_name} ({entry.actor})",
            entry.action,
            entry.subject,
            _plain(entry.before),
            _plain(entry.after),
            entry.ip,
            entry.hash,
        )
        writer.writerow([safe_cell(cell) for cell in cells])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


COLUMNS = ("number", "at (IST)", "who", "what", "object", "before", "after", "from", "seal")


def _conditions(tenant: TenantId, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    conditions = [_of(tenant)]
    if wanted.actor:
        conditions.append(_a.actor == wanted.actor)
    if wanted.action:
        conditions.append(_a.action == wanted.action)
    if wanted.since is not None:
        conditions.append(_a.at >= _midnight(wanted.since))
    if wanted.until is not None:
        conditions.append(_a.at < _midnight(wanted.until + timedelta(days=1)))
    if wanted.search.strip():
        conditions.append(_matches(wanted.search.strip()))
    return conditions


def _of(tenant: TenantId) -> sa.ColumnElement[bool]:
    # What the house did for all organisations, such as an anchor, is nobody's alone.
    return sa.or_(_a.tenant_id == tenant, _a.tenant_id.is_(None))


def _matches(text: str) -> sa.ColumnElement[bool]:
    found = _OBJECT.fullmatch(text.lower())
    if found:
        return _a.subject == f"{found[1]}:{found[2]}"
    named = sa.select(_values.c.number).where(_values.c.value.icontains(text, autoescape=True))
    columns = (_a.subject, _a.before, _a.after, _a.ip)
    return sa.or_(
        *(column.icontains(text, autoescape=True) for column in columns), _a.number.in_(named)
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=zone_named(IST))


def _entries(session: Session, rows: Sequence[sa.Row[Any]]) -> Iterable[Entry]:
    beside = _beside(session, [row.number for row in rows])
    names = _names(session, {row.actor for row in rows})
    for row in rows:
        known = beside.get(row.number, {})
        yield Entry(
            number=row.number,
            at=row.at,
            actor=row.actor,
            actor_name=names.get(row.actor) or str(row.actor),
            action=row.action,
            subject=row.subject,
            before=_shown("before", row.before, known),
            after=_shown("after", row.after, known),
            ip=row.ip,
            hash=row.hash,
        )


def _beside(session: Session, numbers: Sequence[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for some in slices(numbers):
        asked = sa.select(_values).where(_values.c.number.in_(some))
        for row in session.connection().execute(asked):
            found.setdefault(row.number, {})[row.field] = row.value
    return found


def _names(session: Session, actors: Iterable[str]) -> dict[str, str]:
    ids = [int(actor[5:]) for actor in actors if re.fullmatch(r"user:\d{1,9}", actor)]
    asked = sa.select(_users.c.id, _users.c.name).where(_users.c.id.in_(ids))
    found = {f"user:{row.id}": row.name for row in session.connection().execute(asked)}
    return found | {"engine": "The engine", "cli": "The command line"}


def _shown(side: str, text: str, beside: Mapping[str, str]) -> dict[str, Any]:
    return {
        field: beside.get(f"{side}.{field}", Erased()) if _is_seal(value) else value
        for field, value in _read(text).items()
    }


def _is_seal(value: Any) -> bool:
    return isinstance(value, dict) and set(cast("dict[str, Any]", value)) == {SEAL}


def _read(text: str) -> dict[str, Any]:
    found: Any = json.loads(text) if text else {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {"value": found}


def _plain(values: Mapping[str, Any]) -> str:
    said = {
        field: "(erased)" if isinstance(value, Erased) else value for field, value in values.items()
    }
    return json.dumps(said, ensure_ascii=False) if said else ""

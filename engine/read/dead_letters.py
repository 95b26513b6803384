"""What the Dead letters page shows: who did not get it for good, why, and whether it may pass."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.documents.phones import spaced
from engine.documents.subscriber_csv import safe_cell
from engine.domain import failure
from engine.domain.dead_letter import WantedLetters, may_pass
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, DeliveryId, SenderId, TenantId
from engine.domain.schedule import IST, zone_named
from engine.read.paging import COUNT_LIMIT, PAGE_SIZE, Count, counted
from engine.store import tables
from engine.store.dead_letters import conditions, deliveries, people
from engine.store.dialects import table

CHOICES_LIMIT = 50
"""Broadcasts and senders one can choose from: the latest ones."""
EXPORT_LIMIT = 100_000
EXPORT_SLICE = 1_000

LEFT = (State.FAILED, State.HELD, State.DISCARDED)
"""What the page shows: dead letters, those whose outcome nobody knows, and those closed."""

NO_ANSWER = "No answer from WhatsApp"
NO_ANSWER_WORDS = (
    "Whether WhatsApp has it stayed unknown. Send it again knowingly, or close it with a reason."
)

TRIED = "We tried as often as we may; put it back once it has passed."

_d, _s = deliveries.c, people.c
_broadcasts, _senders = table(tables.Broadcast), table(tables.Sender)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRow:
    """One delivery that waits for a person, or that one closed.

    `cause` is a few words, `words` what happened and what to do; `may_pass`: whether another try
    may well work. `since`: when it came to be where it is.
    """

    delivery: DeliveryId
    name: str
    phone: str
    language: str
    broadcast: BroadcastId | None
    broadcast_title: str
    service_day: str
    sender_phone: str
    code: int | None
    cause: str
    words: str
    reason: str
    may_pass: bool
    attempts: int
    since: datetime


@dataclass(frozen=True, slots=True)
class LetterPage:
    """A page of them; `next` is the last one's id, None on the last page."""

    rows: tuple[LetterRow, ...]
    next: DeliveryId | None
    found: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRow:
    """How many there are of one cause."""

    code: int | None
    title: str
    words: str
    may_pass: bool
    count: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What one can filter by: (id, what it is called)."""

    broadcasts: tuple[tuple[BroadcastId, str], ...]
    senders: tuple[tuple[SenderId, str], ...]


def page(session: Session, wanted: WantedLetters, *, after: DeliveryId | None = None) -> LetterPage:
    """The PAGE_SIZE after `after`, the newest first."""
    which = conditions(session, wanted)
    joined = deliveries.join(people, _s.id == _d.subscriber_id, isouter=True)
    some = sa.select(_d.id).select_from(joined).where(*which).limit(COUNT_LIMIT + 1)
    count = sa.select(sa.func.count()).select_from(some.subquery())
    rows = _rows(session, which, after, PAGE_SIZE + 1)
    return LetterPage(
        rows=tuple(_row(row) for row in rows[:PAGE_SIZE]),
        next=DeliveryId(rows[PAGE_SIZE - 1].id) if len(rows) > PAGE_SIZE else None,
        found=counted(session.connection().execute(count).scalar_one()),
    )


def causes(session: Session, wanted: WantedLetters) -> tuple[CauseRow, ...]:
    """Every cause among the newest COUNT_LIMIT, the most first, whatever cause is wanted."""
    which = conditions(session, replace(wanted, codes=()))
    newest = (
        sa.select(_d.error_code)
        .select_from(deliveries.join(people, _s.id == _d.subscriber_id, isouter=True))
        .where(*which)
        .order_by(_d.id.desc())
        .limit(COUNT_LIMIT)
        .subquery()
    )
    rows = session.connection().execute(
        sa.select(newest.c.error_code, sa.func.count())
        .group_by(newest.c.error_code)
        .order_by(sa.func.count().desc(), newest.c.error_code)
    )
    return tuple(_cause(wanted.state, code, count) for code, count in rows)


def tallies(session: Session, tenant: TenantId) -> dict[State, Count]:
    """How many there are of each state that waits for a person, or was closed by one."""
    return {state: _tally(session, tenant, state) for state in LEFT}


def _tally(session: Session, tenant: TenantId, state: State) -> Count:
    which = conditions(session, WantedLetters(tenant=tenant, state=state))
    some = sa.select(_d.id).where(*which).limit(COUNT_LIMIT + 1).subquery()
    counting = sa.select(sa.func.count()).select_from(some)
    return counted(session.connection().execute(counting).scalar_one())


def choices(session: Session, tenant: TenantId) -> Choices:
    """The latest broadcasts and the senders of a tenant."""
    broadcasts = session.connection().execute(
        sa.select(_broadcasts.c.id, _broadcasts.c.title, _broadcasts.c.service_day)
        .where(_broadcasts.c.tenant_id == tenant)
        .order_by(_broadcasts.c.service_day.desc(), _broadcasts.c.id.desc())
        .limit(CHOICES_LIMIT)
    )
    senders = session.connection().execute(
        sa.select(_senders.c.id, _senders.c.display_phone)
        .where(_senders.c.tenant_id == tenant)
        .order_by(_senders.c.position, _senders.c.id)
        .limit(CHOICES_LIMIT)
    )
    return Choices(
        broadcasts=tuple(
            (BroadcastId(row.id), f"{_day(row.service_day)} {row.title}") for row in broadcasts
        ),
        senders=tuple((SenderId(row.id), row.display_phone) for row in senders),
    )


def export_csv(session: Session, wanted: WantedLetters) -> str:
    """What is wanted as CSV for a spreadsheet, with no cell that one takes for a formula."""
    buffer = io.StringIO()
    buffer.write("\ufeff")
    out = csv.writer(buffer, lineterminator="\r\n")
    out.writerow(_HEADER)
    for row in _all(session, wanted):
        out.writerow([safe_cell(cell) for cell in _cells(row)])
    return buffer.getvalue()


_HEADER = (
    *("name", "phone", "language", "broadcast", "day", "sender", "cause", "code"),
    *("what to do", "reason", "tries", "since (IST)"),
)


def _cells(row: LetterRow) -> Iterable[str]:
    return (
        *(row.name, row.phone, row.language, row.broadcast_title, row.service_day),
        *(row.sender_phone, row.cause, "" if row.code is None else str(row.code), row.words),
        *(row.reason, str(row.attempts)),
        row.since.astimezone(zone_named(IST)).strftime("%Y-%m-%d %H:%M:%S"),
    )


def _all(session: Session, wanted: WantedLetters) -> Iterator[LetterRow]:
    which, after = conditions(session, wanted), None
    for _ in range(EXPORT_LIMIT // EXPORT_SLICE):
        rows = _rows(session, which, after, EXPORT_SLICE)
        yield from (_row(row) for row in rows)
        if len(rows) < EXPORT_SLICE:
            return
        after = DeliveryId(rows[-1].id)


def _rows(
    session: Session,
    which: Sequence[sa.ColumnElement[bool]],
    after: DeliveryId | None,
    limit: int,
) -> Sequence[Any]:
    older = sa.true() if after is None else _d.id < after
    query = _SHOWN.where(*which, older).order_by(_d.id.desc()).limit(limit)
    return session.connection().execute(query).all()


_SHOWN = sa.select(
    *(_d.id, _s.name, _d.phone, _d.language, _d.broadcast_id, _broadcasts.c.title),
    *(_broadcasts.c.service_day, _senders.c.display_phone, _d.error_code, _d.reason),
    *(_d.attempts, _d.updated_at, _d.state),
).select_from(
    deliveries.join(people, _s.id == _d.subscriber_id, isouter=True)
    .join(_broadcasts, _broadcasts.c.id == _d.broadcast_id, isouter=True)
    .join(_senders, _senders.c.id == _d.sender_id, isouter=True)
)


def _row(row: Any) -> LetterRow:
    cause, words, passes = _cause_of(State(row.state), row.error_code)
    return LetterRow(
        delivery=DeliveryId(row.id),
        name=row.name or "",
        phone=spaced(row.phone) if row.phone else "",
        language=row.language,
        broadcast=None if row.broadcast_id is None else BroadcastId(row.broadcast_id),
        broadcast_title=row.title or "",
        service_day="" if row.service_day is None else _day(row.service_day),
        sender_phone=row.display_phone or "",
        code=row.error_code,
        cause=cause,
        words=words,
        reason=row.reason,
        may_pass=passes,
        attempts=row.attempts,
        since=row.updated_at,
    )


def _cause(state: State, code: int | None, count: int) -> CauseRow:
    title, words, passes = _cause_of(state, code)
    return CauseRow(code=code, title=title, words=words, may_pass=passes, count=count)


def _cause_of(state: State, code: int | None) -> tuple[str, str, bool]:
    """A cause's title, its words, and whether it may pass."""
    if code is None and state is not State.FAILED:
        return NO_ANSWER, NO_ANSWER_WORDS, False
    cause, passes = failure.cause_of(code), may_pass(code)
    if not (passes and cause.retryable):
        return cause.title, cause.words, passes
    what, _, _ = cause.words.partition(". ")  # the rest says that we try again: we did
    return cause.title, f"{what}. {TRIED}", passes


def _day(day: Any) -> str:
    return f"{day.day} {day:%b %Y}"

"""What happened to a delivery, as entries in their order: consent, plan, tries, receipts."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from engine.domain import failure
from engine.domain.consent import how
from engine.domain.delivery import State
from engine.read.delivery_words import Mood, clock, how_long
from engine.store.tables import Attempt, Broadcast, Consent, Delivery, Receipt, Sender

LIMIT = 200  # of each kind of event: a delivery has a handful; this bounds a sick one
LATE_NEWS_SECONDS = 5.0


class Kind(StrEnum):
    """What kind of thing an entry of the timeline is; the page gives each an icon."""

    CONSENT = "consent"
    PLAN = "plan"
    ATTEMPT = "attempt"
    RECEIPT = "receipt"
    STATE = "state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event. `code` is WhatsApp's, shown in grey; `raw` is JSON for who wants to see it."""

    at: datetime
    kind: Kind
    mood: Mood
    title: str
    words: str = ""
    code: int | None = None
    raw: str = ""


def entries(
    session: Session,
    row: Delivery,
    broadcast: Broadcast | None,
    attempts: Sequence[Attempt],
    receipts: Sequence[Receipt],
    *,
    consents: bool = True,
) -> tuple[Entry, ...]:
    """Everything that is known to have happened, in order. consents: with the wishes around it."""
    found = list(_entries(session, row, broadcast, attempts, receipts))
    if consents:
        found += _consents(session, row, broadcast)
    return tuple(sorted(found, key=_place))


def _place(entry: Entry) -> tuple[datetime, int, datetime]:
    """WhatsApp's stamps are whole seconds: within one, what must come first comes first."""
    return entry.at.replace(microsecond=0), list(Kind).index(entry.kind), entry.at


def _entries(
    session: Session,
    row: Delivery,
    broadcast: Broadcast | None,
    attempts: Sequence[Attempt],
    receipts: Sequence[Receipt],
) -> Iterator[Entry]:
    phones = _sender_phones(session, row, attempts)
    yield from _plan(row, broadcast, phones)
    yield from (_attempt(one, phones) for one in attempts)
    yield from (_receipt(one) for one in receipts)
    yield from _present(row)


def _sender_phones(
    session: Session, row: Delivery, attempts: Sequence[Attempt]
) -> dict[int | None, str]:
    wanted = {one.sender_id for one in attempts}
    if row.sender_id is not None:
        wanted.add(row.sender_id)
    rows = session.exec(
        select(Sender.id, Sender.display_phone).where(col(Sender.id).in_(wanted))
    ).all()
    return {sender: _tail(phone) for sender, phone in rows}


def _tail(phone: str) -> str:
    digits = "".join(letter for letter in phone if letter.isdigit())
    return f"+{digits[:2]} ·· {digits[-4:]}"


def _consents(session: Session, row: Delivery, broadcast: Broadcast | None) -> Iterator[Entry]:
    """The consent it was sent on, and every change of mind since."""
    if row.subscriber_id is None:
        return
    history = session.exec(
        select(Consent)
        .where(Consent.subscriber_id == row.subscriber_id)
        .order_by(col(Consent.at), col(Consent.id))
        .limit(LIMIT)
    ).all()
    frozen = (broadcast.frozen_at if broadcast else None) or row.planned_at or row.updated_at
    before = [one for one in history if one.at <= frozen]
    for one in (*before[-1:], *(one for one in history if one.at > frozen)):
        yield Entry(
            at=one.at,
            kind=Kind.CONSENT,
            mood=Mood.GOOD if one.given else Mood.BAD,
            title="Agreed to be written to" if one.given else "Said stop",
            words=how(one.source, one.evidence),
        )


def _plan(
    row: Delivery, broadcast: Broadcast | None, phones: dict[int | None, str]
) -> Iterator[Entry]:
    if broadcast is not None and broadcast.frozen_at is not None:
        yield Entry(
            at=broadcast.frozen_at,
            kind=Kind.PLAN,
            mood=Mood.NONE,
            title="Audience and text were frozen",
            words=_content_words(row),
        )
    if broadcast is None or broadcast.planned_at is None or row.planned_at is None:
        return
    through = phones.get(row.sender_id)
    yield Entry(
        at=broadcast.planned_at,
        kind=Kind.PLAN,
        mood=Mood.NONE,
        title=f"Planned for {clock(row.planned_at)}" + (f" through {through}" if through else ""),
    )


def _content_words(row: Delivery) -> str:
    which = f", wording {row.wording} of two" if row.wording else ""
    return f"Approved content {row.content_hash[:12]}…{which}"


def _attempt(one: Attempt, phones: dict[int | None, str]) -> Entry:
    through = phones.get(one.sender_id, "a sender that is gone")
    try_ = "" if one.number == 1 else f"Try {one.number}: "
    took = how_long(one.started_at, one.ended_at) if one.started_at else ""
    mood, title, words = _attempt_words(one, through, took)
    return Entry(
        at=one.started_at or one.ended_at,
        kind=Kind.ATTEMPT,
        mood=mood,
        title=(try_ + title) if not try_ else try_ + title[0].lower() + title[1:],
        words=words,
        code=one.error_code,
        raw=_raw(one),
    )


def _attempt_words(one: Attempt, through: str, took: str) -> tuple[Mood, str, str]:
    match one.outcome:
        case "accepted":
            return Mood.GOOD, f"Sent through {through}, answered in {took}", ""
        case "failed" if one.error_code is None:
            return Mood.BAD, f"WhatsApp could not be reached through {through}", one.detail
        case "failed":
            title = failure.cause_of(one.error_code).title
            words = failure.words_for(one.error_code)
            return Mood.BAD, f"Refused through {through} after {took}: {title}", words
        case "unknown":
            waited = f" for {took}" if took else ""
            return Mood.UNKNOWN, f"Sent through {through}, no answer{waited}", one.detail
        case _:
            return Mood.NONE, f"Taken for {through}, but never begun", one.detail


def _receipt(one: Receipt) -> Entry:
    mood, title = _RECEIPT_WORDS.get(one.status, (Mood.NONE, f"WhatsApp said: {one.status}"))
    late = (one.received_at - one.at).total_seconds() > LATE_NEWS_SECONDS
    news = f"WhatsApp told us at {clock(one.received_at)}." if late else ""
    if one.error_code is not None:
        title = f"{title}: {failure.cause_of(one.error_code).title}"
        news = f"{failure.words_for(one.error_code)} {news}".strip()
    return Entry(
        at=one.at,
        kind=Kind.RECEIPT,
        mood=mood,
        title=title,
        words=news,
        code=one.error_code,
        raw=_raw(one),
    )


_RECEIPT_WORDS: dict[str, tuple[Mood, str]] = {
    "sent": (Mood.RUNNING, "Handed over: on its way to the phone"),
    "delivered": (Mood.GOOD, "On the phone"),
    "read": (Mood.GOOD, "Read"),
    "played": (Mood.GOOD, "Played"),
    "failed": (Mood.BAD, "Not delivered"),
}


def _present(row: Delivery) -> Iterator[Entry]:
    """Where it ended, when no attempt or receipt says so already."""
    mood, title = _ENDINGS.get(State(row.state), (Mood.NONE, ""))
    if title:
        yield Entry(at=row.updated_at, kind=Kind.STATE, mood=mood, title=title, words=row.reason)


_ENDINGS: dict[State, tuple[Mood, str]] = {
    State.RETRYING: (Mood.LATE, "Waiting for its next try"),
    State.HELD: (Mood.UNKNOWN, "Held for a person"),
    State.CANCELLED: (Mood.BAD, "Cancelled"),
    State.DISCARDED: (Mood.BAD, "Closed"),
}


def _raw(row: Attempt | Receipt) -> str:
    values = {name: value for name, value in row.model_dump().items() if value is not None}
    return json.dumps(values, ensure_ascii=False, indent=2, default=str)

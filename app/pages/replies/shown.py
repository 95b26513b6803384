"""Conversations in words: who, how long one may still answer, what became of an answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app import formats
from engine.domain.delivery import State
from engine.domain.ids import UserId
from engine.domain.replies import Desk, note
from engine.read.replies import Counts, Row, Said, Thread

OURS: dict[State, tuple[str, str]] = {
    State.PLANNED: ("Going out", "busy"),
    State.SENDING: ("Going out", "busy"),
    State.RETRYING: ("Tried again soon", "warn"),
    State.UNKNOWN: ("No answer from WhatsApp yet", "held"),
    State.HELD: ("Not known whether it went: see Dead letters", "held"),
    State.PACED: ("Held by WhatsApp", "held"),
    State.ACCEPTED: ("With WhatsApp", "busy"),
    State.SENT: ("Sent", "busy"),
    State.DELIVERED: ("Delivered", "good"),
    State.READ: ("Read", "good"),
    State.FAILED: ("Failed", "bad"),
    State.CANCELLED: ("Not sent", "bad"),
    State.DISCARDED: ("Closed", "quiet"),
}
NOBODY = "nobody"
SOON = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the inbox."""

    id: int
    name: str
    words: str
    at: str
    unread: int
    left: str
    left_tone: str
    assigned: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One message of a thread."""

    key: str
    side: str
    text: str
    note: str
    about: str
    at: str
    who: str
    state: str
    tone: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The conversation that is open."""

    id: int = 0
    name: str = ""
    phone: str = ""
    subscriber: int = 0
    known: bool = True
    status: str = ""
    status_tone: str = "quiet"
    sender: str = ""
    done: bool = False
    assigned: str = NOBODY
    left: str = ""
    left_tone: str = "good"
    closed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallies:
    """What stands beside the filters."""

    open: str = "0"
    mine: str = "0"
    done: str = "0"
    unread: int = 0


STATUSES = {
    "ACTIVE": ("Active", "good"),
    "PAUSED": ("Paused", "warn"),
    "OPTED_OUT": ("Said stop", "bad"),
    "UNREACHABLE": ("Not reachable", "warn"),
}


def line(row: Row, now: datetime) -> Line:
    """One conversation as the list shows it."""
    left, tone = _left(row.closes_at, now)
    return Line(
        id=row.id,
        name=_name(row),
        words=row.last_words,
        at=formats.ago(row.last_at, now),
        unread=row.unread,
        left=left if row.state is Desk.OPEN else "",
        left_tone=tone,
        assigned=row.assigned_name,
    )


def shown(thread: Thread, now: datetime) -> Shown:
    """The head of a thread, and whether one may still answer."""
    row = thread.row
    left, tone = _left(row.closes_at, now)
    status, status_tone = STATUSES.get(row.person.status, ("Not on the list", "quiet"))
    return Shown(
        id=row.id,
        name=_name(row),
        phone=row.person.phone or "",
        subscriber=row.person.subscriber or 0,
        known=row.person.subscriber is not None,
        status="Erased" if row.person.erased else status,
        status_tone="quiet" if row.person.erased else status_tone,
        sender=thread.sender,
        done=row.state is Desk.DONE,
        assigned=NOBODY if row.assigned_to is None else str(row.assigned_to),
        left=f"{left} to answer, until {formats.moment(row.closes_at)}",
        left_tone=tone,
        closed=_closed(row, now),
    )


def bubbles(thread: Thread) -> list[Bubble]:
    """What was said, oldest first."""
    return [_bubble(one) for one in thread.said]


def tallies(counts: Counts) -> Tallies:
    """The figures beside the filters."""
    return Tallies(
        open=formats.number(counts.open),
        mine=formats.number(counts.mine),
        done=formats.number(counts.done),
        unread=counts.unread,
    )


def assignee(value: str) -> UserId | None:
    """Whom a choice names; None for nobody."""
    return UserId(int(value)) if value.isascii() and value.isdecimal() and len(value) < 10 else None


def _left(closes_at: datetime, now: datetime) -> tuple[str, str]:
    left = closes_at - now
    if left <= timedelta(0):
        return "Too late", "quiet"
    return f"{formats.duration(left)} left", "warn" if left < SOON else "good"


def _closed(row: Row, now: datetime) -> str:
    if row.person.erased:
        return "This person was erased: there is nobody to write to any more."
    if now < row.closes_at:
        return ""
    return (
        f"The 24 hours ended {formats.moment(row.closes_at)}: WhatsApp takes free text only within "
        "24 hours of their last message. They get the next morning message as usual; when they "
        "write again, you can answer."
    )


def _name(row: Row) -> str:
    if row.person.erased:
        return "An erased person"
    return row.person.name or row.person.phone or "Somebody without a number"


def _bubble(one: Said) -> Bubble:
    state, tone = ("", "quiet") if one.state is None else OURS[one.state]
    wish = {"stop": "Said stop: they get no more messages.", "start": "Wants messages again."}
    said = one.text
    if one.kind == "reaction":
        said = one.text or "Took a reaction back"
    return Bubble(
        key=one.key,
        side="ours" if one.ours else "theirs",
        text=said,
        note=note(one.kind) if not one.ours else "",
        about=_about(one),
        at=formats.moment(one.at),
        who=one.author,
        state=state,
        tone=tone,
        reason=one.reason or wish.get(one.wish, ""),
    )


def _about(one: Said) -> str:
    if one.kind == "reaction":
        return "Reaction"
    if one.kind == "button":
        return f"Pressed a button of “{one.answers}”" if one.answers else "Pressed a button"
    return f"To “{one.answers}”" if one.answers else ""

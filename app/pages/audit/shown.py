"""Entries of the audit trail in words: from the rows the engine reads to what people read."""

from dataclasses import dataclass
from datetime import datetime

from app import formats
from app.pages.audit.told import action_words, change_lines, object_words
from engine.domain.audit import Broken, Intact
from engine.read.audit import Entry, Standing
from engine.read.paging import PAGE_SIZE, Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the trail."""

    number: str
    day: str
    time: str
    ago: str
    who: str
    ip: str
    what: str
    object: str
    changes: list[str]
    seal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a list of choices offers."""

    value: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What walking the chain gave; an empty title before anybody asked."""

    tone: str = "quiet"
    title: str = ""
    words: str = ""


def line(entry: Entry) -> Line:
    """One entry as the table shows it."""
    return Line(
        number=formats.number(entry.number),
        day=f"{formats.day(entry.at)} {entry.at.astimezone(formats.IST).year}",
        time=formats.time_with_zone(entry.at),
        ago=formats.moment(entry.at),
        who=entry.actor_name,
        ip=entry.ip,
        what=action_words(entry.action),
        object=object_words(entry.subject),
        changes=change_lines(entry.before, entry.after, entry.subject),
        seal=formats.short_hash(entry.hash),
    )


def choices(found: Standing) -> tuple[list[Choice], list[Choice]]:
    """Whom and what one can narrow the trail to."""
    return (
        [Choice(value=actor, words=name) for actor, name in found.actors],
        sorted(
            (Choice(value=action, words=action_words(action)) for action in found.actions),
            key=lambda choice: choice.words,
        ),
    )


def proof_of(found: Intact | Broken, anchors: int, at: datetime) -> Proof:
    """What the walk found, for people."""
    match found:
        case Broken(number=number, words=words):
            return Proof(
                tone="bad",
                title=f"The chain is broken at entry {formats.number(number)}",
                words=f"{words[:1].upper()}{words[1:]}. Somebody was at the database itself: keep "
                "it as it is, and tell whoever answers for it.",
            )
        case Intact(count=count):
            compared = (
                f"{formats.count(anchors, 'anchor')} of this machine agree."
                if anchors
                else "There is no anchor yet to compare it with."
            )
            return Proof(
                tone="good",
                title="The chain is whole",
                words=f"{formats.count(count, 'entry', 'entries')} checked at "
                f"{formats.time_with_zone(at)}. {compared}",
            )


def range_words(found: Count, page: int, rows: int) -> str:
    """Which entries of how many: `51–100 of 2,000, the newest first`."""
    many = formats.number(found.number) + ("+" if found.more else "")
    if rows == 0:
        return f"None of {many}"
    first = (page - 1) * PAGE_SIZE + 1
    last = first + rows - 1
    return f"{formats.number(first)}–{formats.number(last)} of {many}, the newest first"

"""Dead letters in words: from the rows the engine reads to what people read."""

from dataclasses import dataclass

from app import formats
from engine.domain.delivery import State
from engine.read.dead_letters import CauseRow, Choices, LetterRow
from engine.read.paging import PAGE_SIZE, Count

NO_CODE = "none"
"""The cause without a code, in a filter."""
STATES: dict[State, tuple[str, str]] = {
    State.FAILED: ("dead letters", "bad"),
    State.HELD: ("held for a person", "held"),
    State.DISCARDED: ("closed", "quiet"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many there are of one state; a button that shows them."""

    state: str
    word: str
    number: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A line of the causes; `code` filters by it."""

    code: str
    shown_code: str
    title: str
    words: str
    people: str
    verdict: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An option of a filter."""

    value: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A line of the table."""

    id: int
    href: str
    name: str
    phone: str
    language: str
    broadcast: str
    broadcast_href: str
    sender: str
    cause: str
    code: str
    words: str
    verdict: str
    tone: str
    tries: str
    since: str
    moment: str


def tallies(counts: dict[State, Count]) -> list[Tally]:
    """The three groups the page shows, with how many there are."""
    return [
        Tally(state=state.value, word=word, number=counted(counts[state]), tone=tone)
        for state, (word, tone) in STATES.items()
    ]


def counted(count: Count) -> str:
    """1,234, or 10,000+."""
    return formats.number(count.number) + ("+" if count.more else "")


def causes(rows: tuple[CauseRow, ...], state: State) -> list[Cause]:
    """The causes, the most first."""
    return [
        Cause(
            code=NO_CODE if row.code is None else str(row.code),
            shown_code="" if row.code is None else str(row.code),
            title=row.title,
            words=row.words,
            people=formats.count(row.count, "subscriber"),
            verdict=verdict(state, may_pass=row.may_pass)[0],
            tone=verdict(state, may_pass=row.may_pass)[1],
        )
        for row in rows
    ]


def broadcast_choices(choices: Choices) -> list[Choice]:
    """The broadcasts one can filter by."""
    return [Choice(value=str(number), word=word) for number, word in choices.broadcasts]


def sender_choices(choices: Choices) -> list[Choice]:
    """The senders one can filter by."""
    return [
        Choice(value=str(number), word=formats.phone_tail(phone))
        for number, phone in choices.senders
    ]


def letter(row: LetterRow, state: State) -> Letter:
    """One delivery's line."""
    word, tone = verdict(state, may_pass=row.may_pass)
    return Letter(
        id=row.delivery,
        href=f"/deliveries/{row.delivery}",
        name=row.name or "Somebody who is gone",
        phone=row.phone or formats.NOTHING,
        language=row.language,
        broadcast=" · ".join(part for part in (row.service_day, row.broadcast_title) if part),
        broadcast_href=f"/broadcasts/{row.broadcast}" if row.broadcast else "",
        sender=formats.phone_tail(row.sender_phone),
        cause=row.cause,
        code="" if row.code is None else str(row.code),
        words=row.reason if state is State.DISCARDED else row.words,
        verdict=word,
        tone=tone,
        tries=formats.number(row.attempts),
        since=f"{formats.day(row.since)}, {formats.time(row.since)}",
        moment=formats.moment(row.since),
    )


def verdict(state: State, *, may_pass: bool) -> tuple[str, str]:
    """Whether another try may work, as a chip: the word and its tone."""
    if state is State.DISCARDED:
        return "Closed", "quiet"
    if state is State.HELD:
        return "Not known", "held"
    return ("May pass", "warn") if may_pass else ("For good", "bad")


def range_words(found: Count, pages_before: int, rows: int) -> str:
    """1–50 of 1,234."""
    first = pages_before * PAGE_SIZE + 1
    if not rows:
        return ""
    return f"{formats.number(first)}–{formats.number(first + rows - 1)} of {counted(found)}"

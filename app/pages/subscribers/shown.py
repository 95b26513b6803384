"""Subscribers in words: from the rows the engine reads to what people read."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, TypeVar

from app import formats
from engine.domain.consent import how
from engine.domain.content import Language
from engine.domain.enrolment import SubscriberForm
from engine.domain.subscriber import Status, Tier
from engine.read.paging import PAGE_SIZE, Count
from engine.read.subscriber_list import Order, SubscriberRow, Wanted
from engine.read.subscribers import ConsentEvent, Overview, SubscriberDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One line of the list."""

    id: int
    name: str
    phone: str
    language: str
    tier: str
    region: str
    registration_no: str
    status: str
    status_word: str
    tone: str
    erased: bool
    added: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many stand in one status; pressing it filters by it."""

    status: str
    word: str
    number: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentShown:
    """One line of a consent history."""

    time: str
    tone: str
    title: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One subscriber in the dialog; an empty one is for somebody new."""

    id: int = 0
    name: str = ""
    phone: str = ""
    language: str = "EN"
    tier: str = "BASIC"
    region: str = ""
    registration_no: str = ""
    tags: str = ""


def shown(row: SubscriberRow) -> Shown:
    """One row as the table shows it."""
    word, tone = status_words(row)
    return Shown(
        id=row.id,
        name=row.name,
        phone=row.phone or "no number",
        language=row.language.value,
        tier=row.tier.value.capitalize() if row.tier is not Tier.PRO else "Pro",
        region=row.region or formats.NOTHING,
        registration_no=row.registration_no or formats.NOTHING,
        status=row.status.value,
        status_word=word,
        tone=tone,
        erased=row.erased,
        added=formats.moment(row.added_at),
    )


def status_words(row: SubscriberRow) -> tuple[str, str]:
    """Where somebody stands, in a word and its tone."""
    if row.erased:
        return "Erased", "quiet"
    if row.status is Status.ACTIVE and not row.consented:
        return "No consent", "bad"
    return STATUS_WORDS[row.status]


def tallies(overview: Overview) -> list[Tally]:
    """The list in numbers: all of it, and by status."""
    total = Tally(status="", word="all", number=formats.number(overview.total), tone="quiet")
    return [
        total,
        *(
            Tally(
                status=status.value,
                word=STATUS_WORDS[status][0].lower(),
                number=formats.number(overview.by_status[status]),
                tone=STATUS_WORDS[status][1],
            )
            for status in Status
        ),
    ]


def range_words(found: Count, page: int, rows: int) -> str:
    """Which rows of how many: `51–100 of 2,000`."""
    many = formats.number(found.number) + ("+" if found.more else "")
    if rows == 0:
        return f"None of {many}"
    first = (page - 1) * PAGE_SIZE + 1
    return f"{formats.number(first)}–{formats.number(first + rows - 1)} of {many}"


def entry(details: SubscriberDetails) -> Entry:
    """What the dialog starts with."""
    row = details.row
    return Entry(
        id=row.id,
        name=row.name,
        phone=row.phone,
        language=row.language.value,
        tier=row.tier.value,
        region=row.region,
        registration_no=row.registration_no,
        tags=details.tags,
    )


def consent_lines(history: tuple[ConsentEvent, ...]) -> list[ConsentShown]:
    """The consent history, newest first."""
    return [
        ConsentShown(
            time=formats.date(one.at),
            tone="good" if one.given else "bad",
            title="Agreed" if one.given else "Said stop",
            words=". ".join(filter(None, [how(one.source, one.evidence), formats.moment(one.at)])),
        )
        for one in history
    ]


def typed(form: Mapping[str, Any]) -> SubscriberForm:
    """A submitted form's fields; whatever else was sent is left alone."""
    known = (field.name for field in fields(SubscriberForm))
    return SubscriberForm(**{name: str(form.get(name) or "") for name in known})


def wanted(*, search: str, status: str, tier: str, language: str, region: str, sort: str) -> Wanted:
    """What the filters ask for; a value nobody knows asks for nothing."""
    return Wanted(
        search=search,
        status=_one_of(Status, status),
        tier=_one_of(Tier, tier),
        language=_one_of(Language, language),
        region=region,
        order=SORTS.get(sort, Order.NAME),
    )


E = TypeVar("E", bound=StrEnum)


def _one_of(kind: type[E], text: str) -> E | None:
    return kind(text) if text in set(kind) else None


SORTS = {
    "name": Order.NAME,
    "-name": Order.NAME_BACKWARDS,
    "added": Order.OLDEST,
    "-added": Order.NEWEST,
}

STATUS_WORDS: dict[Status, tuple[str, str]] = {
    Status.ACTIVE: ("Active", "good"),
    Status.PAUSED: ("Paused", "warn"),
    Status.OPTED_OUT: ("Opted out", "bad"),
    Status.UNREACHABLE: ("Unreachable", "held"),
}

LANGUAGE_WORDS = {"EN": "English", "HI": "Hindi", "MR": "Marathi"}
TIER_WORDS = {"PREMIUM": "Premium", "PRO": "Pro", "BASIC": "Basic"}

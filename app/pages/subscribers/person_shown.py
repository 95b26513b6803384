"""One subscriber in words: from what the engine reads to what people read."""

from dataclasses import dataclass, field

from app import formats
from app.pages.subscribers.shown import (
    LANGUAGE_WORDS,
    TIER_WORDS,
    ConsentShown,
    consent_lines,
    status_words,
)
from engine.read.delivery_entries import Entry
from engine.read.delivery_words import Mood
from engine.read.person import Life, Moment, What

TONES: dict[Mood, str] = {
    Mood.GOOD: "good",
    Mood.LATE: "warn",
    Mood.RUNNING: "busy",
    Mood.UNKNOWN: "held",
    Mood.BAD: "bad",
    Mood.NONE: "quiet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShown:
    """One thing that happened to a message."""

    time: str
    tone: str
    title: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentShown:
    """One moment of the line; a message has `href` and `steps`, and the latest stands open."""

    day: str
    time: str
    tone: str
    title: str
    words: str
    state: str = ""
    href: str = ""
    steps: list[StepShown]
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonShown:
    """The subscriber without the line of their life."""

    id: int = 0
    name: str = ""
    phone: str = ""
    language: str = ""
    tier: str = ""
    region: str = ""
    registration_no: str = ""
    tags: str = ""
    added: str = ""
    status: str = ""
    status_word: str = ""
    status_tone: str = "quiet"
    erased: bool = False
    about: str = ""
    headline: str = ""
    next: str = ""
    tone: str = "quiet"
    from_now_on: str = ""
    is_targeted: bool = False
    consents: list[ConsentShown] = field(default_factory=list[ConsentShown])


def person(story: Life) -> PersonShown:
    """Who they are, and the answer."""
    row = story.details.row
    word, tone = status_words(row)
    return PersonShown(
        id=row.id,
        name=row.name,
        phone=row.phone or "no number",
        language=LANGUAGE_WORDS[row.language.value],
        tier=TIER_WORDS[row.tier.value],
        region=row.region or formats.NOTHING,
        registration_no=row.registration_no or formats.NOTHING,
        tags=story.details.tags or formats.NOTHING,
        added=formats.moment(row.added_at),
        status=row.status.value,
        status_word=word,
        status_tone=tone,
        erased=row.erased,
        about=story.about,
        headline=story.answer.headline,
        next=story.answer.next,
        tone=TONES[story.answer.mood],
        from_now_on=story.from_now_on,
        is_targeted=story.is_targeted,
        consents=consent_lines(story.details.history),
    )


def moments(story: Life, *, first: bool) -> list[MomentShown]:
    """The line of their life, the latest first. first: whether it is the beginning of the line."""
    messages = [one for one in story.moments if one.what is What.MESSAGE]
    opened = messages[0] if first and messages else None
    return [_moment(one, is_open=one is opened) for one in story.moments]


def _moment(one: Moment, *, is_open: bool) -> MomentShown:
    return MomentShown(
        day=formats.date(one.at),
        time=formats.minute(one.at),
        tone=TONES[one.mood],
        title=one.title,
        words=one.words,
        state=one.state_words,
        href=f"/deliveries/{one.delivery}" if one.delivery else "",
        steps=[_step(entry) for entry in one.entries],
        is_open=is_open,
    )


def _step(entry: Entry) -> StepShown:
    return StepShown(
        time=formats.time(entry.at),
        tone=TONES[entry.mood],
        title=entry.title,
        words=entry.words,
    )

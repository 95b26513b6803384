"""The Content pages in words: lists, tabs, fields and checks as people read them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from app import formats
from app.pages.content.desk import NOT_WRITTEN, Desk, around, key_of, name_of
from app.styles import Tone
from app.words.speech import ENGLISH, told
from engine.domain.content import ContentEvent, ContentState, Language, possible
from engine.read.content import Pack, PackRow, TemplateChoice
from engine.read.content_look import Look, Shown

ROUTE = "/content"
EDITOR = "/content/edit"

LANGUAGES = {Language.EN: "English", Language.HI: "Hindi", Language.MR: "Marathi"}

STATES: dict[ContentState, tuple[str, Tone]] = {
    ContentState.DRAFT: ("Draft", "quiet"),
    ContentState.SUBMITTED: ("Waiting for approval", "busy"),
    ContentState.APPROVED: ("Approved", "good"),
    ContentState.REJECTED: ("Rejected", "bad"),
    ContentState.LOCKED: ("Approved, in a broadcast", "good"),
    ContentState.SENT: ("Sent", "good"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowShown:
    """One line of a list of packs."""

    id: int
    day: str
    day_note: str
    title: str
    languages: str
    state: str
    tone: str
    author: str
    decision: str
    hash: str
    wordings: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TabShown:
    """One language's tab."""

    language: str
    name: str
    readers: str
    written: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionShown:
    """A template to choose."""

    key: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShown:
    """A place of the template to fill in. `key` changes when another text belongs into it."""

    key: str
    place: int
    hint: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewShown:
    """One language on a phone."""

    language: str = ""
    name: str = ""
    text: str = ""
    footer: str = ""
    caption: str = ""
    readers: str = ""
    image: str = ""
    document: str = ""
    buttons: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What became of a pack so far, and what may still be done with it."""

    state: str = ""
    tone: str = "quiet"
    banner: str = ""
    banner_tone: str = "quiet"
    comment: str = ""
    editable: bool = True
    submittable: bool = True
    stored: bool = False


def row_shown(row: PackRow, today: date, language: str = ENGLISH) -> RowShown:
    """A pack in a list. language: of the person who looks."""
    state, tone = STATES[row.state]
    return RowShown(
        id=row.id,
        day="Any day" if row.evergreen else day_words(row.day),
        day_note="evergreen" if row.evergreen else _from_today(row.day, today),
        title=row.title,
        languages=_languages(row.languages),
        state=state,
        tone=tone,
        author=row.author,
        decision=decision_words(row),
        hash=formats.short_hash(row.content_hash) if row.content_hash else "",
        wordings=told(wordings_words(row), language),
    )


def wordings_words(row: PackRow) -> str:
    """`Wording B, for 50 %`, or `Wording B: Draft` of a pack that has one; else nothing."""
    if row.b_of is not None:
        return f"Wording B, for {row.b_percent} %"
    return "" if row.b_state is None else f"Wording B: {STATES[row.b_state][0]}"


def decision_words(row: PackRow) -> str:
    """`Vikram Menon, Sun 22 Nov 04:52 IST`; a dash while nobody decided."""
    if row.decided_by is None or row.decided_at is None:
        return formats.NOTHING
    return f"{row.decided_by}, {formats.day(row.decided_at)} {formats.minute(row.decided_at)} IST"


def standing(pack: Pack | None) -> Standing:
    """What stands above the editor."""
    if pack is None:
        return Standing(state="New", submittable=False)
    row = pack.row
    state, tone = STATES[row.state]
    banner, banner_tone = _banner(pack)
    return Standing(
        state=state,
        tone=tone,
        banner=banner,
        banner_tone=banner_tone,
        comment=row.comment,
        stored=True,
        editable=possible(row.state, ContentEvent.EDIT),
        submittable=possible(row.state, ContentEvent.SUBMIT),
    )


def tabs_shown(desk: Desk, look: Look) -> list[TabShown]:
    """The three languages, with how many people read each."""
    return [
        TabShown(
            language=language,
            name=LANGUAGES[language],
            readers=formats.number(look.audience.get(language, 0)),
            written=desk.in_language(language).template != NOT_WRITTEN,
        )
        for language in Language
    ]


def options_shown(
    choices: Iterable[TemplateChoice], language: Language, chosen: str
) -> list[OptionShown]:
    """The templates of one language; the chosen one is there even when it has vanished."""
    options = [
        OptionShown(key=key_of(c), label=c.name + ("" if c.sendable else " (cannot be sent now)"))
        for c in choices
        if c.language is language
    ]
    if chosen != NOT_WRITTEN and chosen not in {option.key for option in options}:
        options.append(OptionShown(key=chosen, label=f"{name_of(chosen)} (not there any more)"))
    return [OptionShown(key=NOT_WRITTEN, label=f"No message in {LANGUAGES[language]}"), *options]


def fields_shown(
    desk: Desk, language: Language, choices: Iterable[TemplateChoice]
) -> list[FieldShown]:
    """The places of the chosen template, with the words around each and what is typed so far."""
    typed = desk.in_language(language)
    body = next((c.body for c in choices if key_of(c) == typed.template), "")
    return [
        FieldShown(
            key=f"{desk.content}.{desk.version}.{typed.template}.{place}",
            place=place,
            hint=around(body, place),
            value=value,
        )
        for place, value in enumerate(typed.values, start=1)
    ]


def preview_shown(look: Look, language: Language) -> PreviewShown:
    """One language as a real recipient gets it; without text when it is not written."""
    readers = formats.number(look.audience.get(language, 0))
    name = LANGUAGES[language]
    for shown in look.shown:
        if shown.language is language:
            caption = (
                f"As {shown.recipient} gets it" if shown.recipient else f"Nobody reads {name} yet"
            )
            return on_a_phone(shown, readers=readers, text=shown.text, caption=caption)
    return PreviewShown(language=language, name=name, readers=readers)


def on_a_phone(shown: Shown, *, readers: str, text: str, caption: str) -> PreviewShown:
    """One language with the text as one reader gets it."""
    return PreviewShown(
        language=shown.language,
        name=LANGUAGES[shown.language],
        text=text,
        footer=shown.footer,
        caption=caption,
        readers=readers,
        image=shown.image,
        document=shown.document,
        buttons=list(shown.buttons),
    )


def day_words(day: date) -> str:
    """`Sun 22 Nov`."""
    return f"{day:%a} {day.day} {day:%b}"


def _languages(written: Sequence[str]) -> str:
    if len(written) == len(Language):
        return "All three"
    return ", ".join(LANGUAGES[Language(language)] for language in written) or "Nothing yet"


def _from_today(day: date, today: date) -> str:
    match day - today:
        case timedelta(days=0):
            return "today"
        case timedelta(days=1):
            return "tomorrow"
        case timedelta(days=-1):
            return "yesterday"
        case _:
            return str(day.year) if day.year != today.year else ""


def _banner(pack: Pack) -> tuple[str, Tone]:
    row = pack.row
    if not pack.intact:
        return (
            "This is not what was approved: its words were changed past this page. "
            "Have it written and approved again before anything is sent.",
            "bad",
        )
    who = decision_words(row)
    match row.state:
        case ContentState.DRAFT:
            return "", "quiet"
        case ContentState.SUBMITTED:
            at = formats.time_with_zone(row.submitted_at)
            return f"Submitted at {at}. A change takes it back into draft.", "busy"
        case ContentState.APPROVED:
            hash_ = formats.short_hash(row.content_hash)
            return f"Approved by {who} ({hash_}). A change voids the approval.", "good"
        case ContentState.REJECTED:
            return f"Rejected by {who}: {row.comment}", "bad"
        case ContentState.LOCKED:
            return f"Approved by {who}, and part of a broadcast: it stays as it is.", "good"
        case ContentState.SENT:
            return f"Approved by {who}, and sent: it stays as it is.", "good"

"""An author's desk: what is being written, before it is saved. Values only; the page holds one."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from engine.domain.content import PERSONAL_FIELDS, Language
from engine.domain.draft import VariantDraft
from engine.domain.ids import ContentId
from engine.domain.media import Header
from engine.read.content import Pack, TemplateChoice

NOT_WRITTEN = ""
"""The key of no template: this language is left out."""


@dataclass(frozen=True, slots=True)
class Typed:
    """One language as typed so far: the chosen template's key and a text for each of its places."""

    template: str = NOT_WRITTEN
    values: tuple[str, ...] = ()
    header: Header | None = None
    brand_line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A pack on the desk. `content` is None until it is saved for the first time."""

    content: ContentId | None
    version: int | None
    day: date
    title: str
    evergreen: bool = False
    b_percent: int = 0
    """Of a second wording, how many of a hundred get it; 0: it is none."""
    typed: Mapping[Language, Typed] = field(default_factory=dict[Language, Typed])

    def drafts(self) -> tuple[VariantDraft, ...]:
        """The languages that are written, as a command takes them."""
        return tuple(
            VariantDraft(
                language=language,
                template_name=name_of(typed.template),
                template_language=language_of(typed.template),
                parameters=typed.values,
                header=typed.header,
                brand_line=typed.brand_line,
            )
            for language, typed in self.typed.items()
            if typed.template != NOT_WRITTEN
        )

    def in_language(self, language: Language) -> Typed:
        """What is typed in one language so far."""
        return self.typed.get(language, Typed())

    def with_value(self, language: Language, place: int, text: str) -> "Desk":
        """With another text for place 1, 2, … of a language; unchanged where there is none."""
        had = self.in_language(language)
        if not 1 <= place <= len(had.values):
            return self
        values = (*had.values[: place - 1], one_paragraph(text), *had.values[place:])
        return self._with(language, replace(had, values=values))

    def with_template(
        self, language: Language, template: str, choices: Iterable[TemplateChoice]
    ) -> "Desk":
        """With another template; what was typed stays in the places the new one has, too."""
        places = next((c.places for c in choices if key_of(c) == template), 0)
        had = self.in_language(language)
        kept = had.values[:places]
        values = kept + ("",) * (places - len(kept))
        return self._with(language, replace(had, template=template, values=values))

    def with_header(self, language: Language, header: Header | None, brand_line: str) -> "Desk":
        """With another file above the text, or none; a paper takes no brand line."""
        line = brand_line if header is not None and header.is_image else ""
        had = self.in_language(language)
        return self._with(language, replace(had, header=header, brand_line=line))

    def with_brand_line(self, language: Language, line: str) -> "Desk":
        """With another line on the picture."""
        had = self.in_language(language)
        return self._with(language, replace(had, brand_line=one_paragraph(line)))

    def for_any_day(self, evergreen: bool) -> "Desk":
        """As an evergreen, or as an ordinary day's."""
        return replace(self, evergreen=evergreen)

    def for_percent(self, text: str) -> "Desk":
        """With another share of its readers; only of a second wording."""
        if not self.b_percent or not text.isdecimal():
            return self
        return replace(self, b_percent=int(text))

    def entitled(self, title: str) -> "Desk":
        """With another title."""
        return replace(self, title=title)

    def for_day(self, text: str) -> "Desk":
        """For another day, as a date field writes it; what is no date changes nothing."""
        try:
            return replace(self, day=date.fromisoformat(text))
        except ValueError:
            return self

    def _with(self, language: Language, typed: Typed) -> "Desk":
        changed = {**self.typed, language: typed}
        return replace(self, typed={lang: changed[lang] for lang in Language if lang in changed})


def open_desk(pack: Pack) -> Desk:
    """A stored pack, taken up again."""
    return Desk(
        content=pack.row.id,
        version=pack.row.version,
        day=pack.row.day,
        title=pack.row.title,
        evergreen=pack.row.evergreen,
        b_percent=pack.row.b_percent,
        typed={
            d.language: Typed(_key(d), d.parameters, d.header, d.brand_line) for d in pack.drafts
        },
    )


def blank_desk(day: date, choices: Sequence[TemplateChoice], last: Pack | None) -> Desk:
    """A new pack for `day`: the templates of the last one, its personal fields, and no words."""
    typed: dict[Language, Typed] = {}
    had = {draft.language: draft for draft in last.drafts} if last is not None else {}
    for language in Language:
        usable = {key_of(c): c for c in choices if c.language is language and c.sendable}
        draft = had.get(language)
        if draft is not None and _key(draft) in usable:
            values = tuple(value if _only_personal(value) else "" for value in draft.parameters)
            typed[language] = Typed(_key(draft), values)
        elif usable:
            key, choice = next(iter(usable.items()))
            typed[language] = Typed(key, ("",) * choice.places)
    return Desk(content=None, version=None, day=day, title="", typed=typed)


def key_of(choice: TemplateChoice) -> str:
    """How a template is named in a list to choose from: `morning_note/en`."""
    return f"{choice.name}/{choice.template_language}"


def name_of(key: str) -> str:
    """The template's name in its key."""
    return key.partition("/")[0]


def language_of(key: str) -> str:
    """The template's language, in Meta's spelling, in its key."""
    return key.partition("/")[2]


def around(body: str, place: int) -> str:
    """The words around a place, so that an author knows what they fill in: `ready: ____`."""
    before, found, after = body.partition(f"{{{{{place}}}}}")
    if not found:
        return ""
    start = _visible(before.splitlines()[-1] if before else "")[-28:]
    end = _visible(after.splitlines()[0] if after else "")[:20]
    return f"{start}____{end}"


def one_paragraph(text: str) -> str:
    """WhatsApp refuses line breaks and tabs inside a value: what a paste brings becomes a space."""
    return re.sub(r"[\s\u2028\u2029]*[\n\r\t\v\f\u2028\u2029][\s\u2028\u2029]*", " ", text)


def _key(draft: VariantDraft) -> str:
    return f"{draft.template_name}/{draft.template_language}"


def _only_personal(value: str) -> bool:
    return value.strip() in {f"{{{name}}}" for name in PERSONAL_FIELDS}


def _visible(text: str) -> str:
    return re.sub(r"\{\{\d+\}\}", "…", text)

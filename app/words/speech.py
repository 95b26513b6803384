"""Which language a person reads the interface in, and its words in that language.

What is drawn once for everybody goes through `spoken`: the browser shows the English or the Hindi
text by the person's choice. What the server says in the moment goes through `told`. Both look the
English up; what nobody has translated stays English.
"""

import re
from dataclasses import fields, is_dataclass, replace
from functools import cache, lru_cache
from typing import Any, cast

import reflex as rx

from app.words import en, hi
from app.words.pages import PHRASES

ENGLISH, HINDI = "en", "hi"
LANGUAGES = {ENGLISH: "English", HINDI: "हिन्दी"}
"""Each by its own name, as people look for it."""
REMEMBERED = 4_096

_HOLE = re.compile(r"\{(\w+)\}")


class Chosen(rx.State):
    """The language of one tab; `app.frame` sets it to the person's. It has no handlers."""

    language: str = ENGLISH


def language_of(text: str) -> str:
    """A language as a form or a cookie names it; English when it is none of ours."""
    return text if text in LANGUAGES else ENGLISH


def words_of(language: str) -> Any:
    """The module of texts in that language: `en` or `hi`."""
    return hi if language == HINDI else en


@cache
def hindi() -> dict[str, str]:
    """Every English text that has a Hindi one, with it."""
    named = {getattr(en, name): getattr(hi, name) for name in vars(en) if name.isupper()}
    return {**PHRASES, **named}


def spoken(text: Any) -> Any:
    """A text that the page is drawn with, in the person's language; a Var is left as it is."""
    if not isinstance(text, str) or text not in hindi():
        return text
    return rx.cond(Chosen.language == HINDI, hindi()[text], text)


def spoken_of(verb: str, of: Any) -> Any:
    """The name of a button that says `verb`, for who does not see what it stands beside: "Edit: …"
    in the person's language. of: a text or a Var.
    """
    theirs = hindi().get(of, of) if isinstance(of, str) else of
    return rx.cond(
        Chosen.language == HINDI, f"{hindi().get(verb, verb)}: " + theirs, f"{verb}: " + of
    )


def told(text: str, language: str) -> str:
    """A sentence the server says, in that language.

    A text with holes, "{n} held", fits whatever stands in them; parts between " · " are told one
    by one. What is not known stays as it is.
    """
    return text if language != HINDI or not text else _in_hindi(text)


def retold(value: Any, language: str, *, but: frozenset[str] = frozenset()) -> Any:
    """A frozen value of rows and texts, told in that language.

    Fields named in `but` stay, and tones: those are no words but colours.
    """
    if language != HINDI:
        return value
    if isinstance(value, str):
        return told(value, language)
    if isinstance(value, list):
        return [retold(one, language, but=but) for one in cast("list[Any]", value)]
    if is_dataclass(value) and not isinstance(value, type):
        named = (one.name for one in fields(value))
        names = [name for name in named if name not in but and not name.endswith("tone")]
        return replace(
            value, **{name: retold(getattr(value, name), language, but=but) for name in names}
        )
    return value


async def language_here(state: rx.State) -> str:
    """The language of the tab a handler runs in."""
    return (await state.get_state(Chosen)).language


@lru_cache(maxsize=REMEMBERED)
def _in_hindi(text: str) -> str:
    whole = _whole(text)
    if whole is not None:
        return whole
    if " · " in text:
        return " · ".join(_in_hindi(part) for part in text.split(" · "))
    return text


def _whole(text: str) -> str | None:
    if (known := hindi().get(text)) is not None:
        return known
    for shape, wanted in _shapes():
        if (fits := shape.fullmatch(text)) is not None:
            return wanted.format(
                **{name: _in_hindi(said) for name, said in fits.groupdict().items()}
            )
    return None


@cache
def _shapes() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The texts with holes, the longest first: what says more fits better."""
    holed = sorted((text for text in hindi() if _HOLE.search(text)), key=len, reverse=True)
    return tuple((re.compile(_shape(text), re.DOTALL), hindi()[text]) for text in holed)


def _shape(text: str) -> str:
    parts = _HOLE.split(text)
    made = [_hole(part) if nth % 2 else re.escape(part) for nth, part in enumerate(parts)]
    return "".join(made)


def _hole(name: str) -> str:
    """What may stand in a hole: a number in n, n1, n2; a time in t, t1, t2; else anything."""
    inside = {"n": r"[\d,.–−]+", "t": r"[\d:.]+(?: (?:IST|s|min|h))?"}.get(name[0], ".+?")
    return f"(?P<{name}>{inside if name[1:].isdigit() or len(name) == 1 else '.+?'})"

"""The interface speaks English and Hindi: every text has both, and each is what it says it is."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import app.pages
from app.pages.live.shown import Part
from app.words import en, hi
from app.words.pages import PARTS
from app.words.speech import HINDI, LANGUAGES, hindi, language_of, retold, told, words_of

PAGES = Path(app.pages.__file__ or "").parent
SPEAKING = {"button", "link_button", "column", "card", "page_head", "empty", "confirm", "spoken"}
TWO_TEXTS = {"page_head", "empty"}
IS_TEXT = re.compile(r"[A-Za-z]{3}")
NAMES = sorted(name for name in vars(en) if name.isupper())
HOLE = re.compile(r"\{(\w+)\}")
DEVANAGARI = re.compile(r"[\u0900-\u097f]")
LATIN = re.compile(r"[A-Za-z]\w*")
LATIN_WORDS = {"WhatsApp", "Dawncast", "SLA", "CSV", "XLSX", "ISIN", "A", "B"}
"""What an Indian office writes in Latin letters in the middle of Hindi."""
NOT_DEVANAGARI = {"Dawncast"}
"""Texts that are the same in both: the product's name."""


def test_both_languages_have_the_same_names() -> None:
    assert sorted(name for name in vars(hi) if name.isupper()) == NAMES


@pytest.mark.parametrize("english", sorted(hindi()))
def test_a_hindi_text_is_in_devanagari_and_has_the_same_holes(english: str) -> None:
    translated = hindi()[english]
    assert sorted(HOLE.findall(translated)) == sorted(HOLE.findall(english))
    if translated in NOT_DEVANAGARI:
        return
    bare = HOLE.sub("", translated)
    assert DEVANAGARI.search(bare), translated
    latin = {word for word in LATIN.findall(bare) if "_" not in word}
    assert latin <= LATIN_WORDS, translated


def test_english_is_never_in_devanagari() -> None:
    assert [text for text in hindi() if DEVANAGARI.search(text)] == []


def test_what_is_said_is_told_with_what_stands_in_its_holes() -> None:
    assert told("12,345 subscribers", HINDI) == "12,345 ग्राहक"
    assert told("Firefox on Linux", HINDI) == "Linux पर फ़ायरफ़ॉक्स"
    assert told("nothing is sent twice on a guess", HINDI) == "nothing is sent twice on a guess"
    assert told("Sun 22 Nov · opens 05:59:30 · 3 left out", HINDI) == (
        "Sun 22 Nov · 05:59:30 पर खुलता है · 3 छोड़े गए"
    )
    assert told("Paused in 0.4 s. 14 had already left for WhatsApp.", HINDI) == (
        "0.4 s में रुक गया। 14 पहले ही WhatsApp की ओर निकल चुके थे।"
    )


def test_what_a_person_wrote_stays_as_they_wrote_it() -> None:
    assert told("Results of the week: 3 subscribers of note", HINDI) == (
        "Results of the week: 3 subscribers of note"
    )
    assert told("Paused", "en") == "Paused"
    shown = Part(word="held", tone="held", number="3", width="1%")
    assert retold(shown, HINDI) == replace(shown, word="रुके हुए")
    assert retold(["Paused"], "en") == ["Paused"]


def test_a_language_nobody_knows_is_english() -> None:
    assert language_of("fr") == "en"
    assert {language_of(code) for code in LANGUAGES} == set(LANGUAGES)
    assert words_of("fr") is en
    assert words_of(HINDI) is hi


def test_a_phrase_is_written_down_once() -> None:
    named = [getattr(en, name) for name in NAMES]
    phrases = [phrase for part in PARTS for phrase in part]
    assert [phrase for phrase, times in Counter(phrases).items() if times > 1] == []
    assert sorted(set(phrases) & set(named)) == []


@pytest.mark.parametrize("folder", sorted(path.name for path in PAGES.iterdir() if path.is_dir()))
def test_what_a_page_draws_with_our_components_is_there_in_hindi(folder: str) -> None:
    said = {text for path in (PAGES / folder).glob("*.py") for text in drawn_in(path)}
    assert sorted(text for text in said if text not in hindi()) == []


def drawn_in(path: Path) -> Iterator[str]:
    """The fixed texts that a module hands to the components which speak both languages."""
    for node in ast.walk(ast.parse(path.read_text())):
        name = (
            node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        )
        if not isinstance(node, ast.Call) or name not in SPEAKING:
            continue
        # The second thing handed over is mostly an address or a name, not a text.
        handed = [arg for nth, arg in enumerate(node.args) if nth != 1 or name in TWO_TEXTS]
        named = {"title", "words_", "verb", "answers"}
        for text in [*handed, *(word.value for word in node.keywords if word.arg in named)]:
            if isinstance(text, ast.Constant) and IS_TEXT.search(str(text.value)):
                yield str(text.value)

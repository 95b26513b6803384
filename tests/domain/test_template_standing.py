"""A template WhatsApp would not send today, or not with these words, stands in the way."""

from dataclasses import dataclass

import pytest

from engine.domain.media import Header, MediaType
from engine.domain.template_standing import Standing, problem


@dataclass(frozen=True)
class Variant:
    language: str = "EN"
    template_name: str = "morning_view"
    template_language: str = "en"
    template_version: int = 2
    category: str = "UTILITY"
    body: str = "Hello"
    parameters: tuple[str, ...] = ()
    header: Header | None = None
    brand_line: str = ""


def test_an_approved_template_with_the_same_words_is_no_problem() -> None:
    assert problem(Variant(), Standing("APPROVED", 2)) is None


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (None, "not in the account"),
        (Standing("PAUSED", 2), "paused it because of its quality"),
        (Standing("REJECTED", 2), "rejected it"),
        (Standing("SOMETHING_NEW", 2), "something_new"),
        (Standing("APPROVED", 3), "has other words by now"),
        (Standing("APPROVED", 1), "has other words by now"),
    ],
)
def test_what_stands_in_the_way_is_said_with_the_templates_name(
    standing: Standing | None, words: str
) -> None:
    said = problem(Variant(), standing)
    assert said is not None
    assert said.startswith("Template morning_view (en)")
    assert words in said


PICTURE = Header(sha256="a" * 64, type=MediaType.JPEG, size_bytes=9)
PAPER = Header(sha256="b" * 64, type=MediaType.PDF, size_bytes=9)


@pytest.mark.parametrize(
    ("header", "wanted", "words"),
    [
        (None, "IMAGE", "wants a picture"),
        (None, "DOCUMENT", "wants a PDF"),
        (PICTURE, "", "no place for a picture"),
        (PAPER, "TEXT", "no place for a PDF"),
        (PAPER, "IMAGE", "a picture above the text, not a PDF"),
    ],
)
def test_what_stands_above_the_text_must_be_of_the_templates_kind(
    header: Header | None, wanted: str, words: str
) -> None:
    assert words in (problem(Variant(header=header), Standing("APPROVED", 2, wanted)) or "")


@pytest.mark.parametrize(
    ("header", "wanted"), [(None, ""), (None, "TEXT"), (PICTURE, "IMAGE"), (PAPER, "DOCUMENT")]
)
def test_a_header_of_the_templates_kind_is_no_problem(header: Header | None, wanted: str) -> None:
    assert problem(Variant(header=header), Standing("APPROVED", 2, wanted)) is None

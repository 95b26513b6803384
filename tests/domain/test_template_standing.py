"""A template WhatsApp would not send today, or not with these words, stands in the way."""

from dataclasses import dataclass

import pytest

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
    header_image: bytes | None = None


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

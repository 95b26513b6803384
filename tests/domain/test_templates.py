"""What WhatsApp would refuse is told before it is asked; who stands in for whom."""

from dataclasses import replace

import pytest

from engine.domain.templates import (
    Draft,
    Member,
    filled,
    order_of_standing_in,
    problems,
    variables,
)

GOOD = Draft(
    name="morning_note",
    language="en",
    category="UTILITY",
    header="Good morning",
    body="Hello {{1}}, your note is ready: {{2}}. Read it.",
    footer="Reply STOP to stop",
    buttons=("Read", "Later"),
    examples=("Asha", "Nifty flat"),
)


def test_a_sound_template_may_be_submitted() -> None:
    assert problems(GOOD) == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "Morning Note"}, "lower case"),
        ({"language": ""}, "Choose a language"),
        ({"category": "AUTHENTICATION"}, "utility or marketing"),
        ({"body": " "}, "Write the body"),
        ({"body": "x" * 1025, "examples": ()}, "at most 1024"),
        ({"body": "{{1}} is ready, {{2}} too."}, "neither begin nor end"),
        ({"body": "Ready: {{1}} and {{2}}"}, "neither begin nor end"),
        ({"body": "Hello {{1}}{{2}} there."}, "side by side"),
        ({"body": "Hello {{2}} and {{1}} there."}, "Number the variables"),
        ({"examples": ("Asha",)}, "an example for each"),
        ({"examples": ("Asha", " ")}, "an example for each"),
        ({"header": "x" * 61}, "at most 60"),
        ({"footer": "Hello {{1}}"}, "may not have variables"),
        ({"footer": "one\ntwo"}, "one line"),
        ({"buttons": ("a", "b", "c", "d")}, "at most 3 buttons"),
        ({"buttons": ("x" * 26,)}, "at most 25"),
        ({"buttons": ("Read", "Read")}, "say the same"),
    ],
)
def test_what_whatsapp_would_refuse_is_told_in_words(change: dict[str, str], words: str) -> None:
    told = problems(replace(GOOD, **change))  # pyright: ignore[reportArgumentType]
    assert any(words in line for line in told), told


def test_a_variable_that_comes_twice_is_one_variable() -> None:
    assert variables("{{1}} and {{ 2 }} and {{1}}") == ("1", "2")
    assert filled("Dear {{1}}, {{2}}, {{1}}.", ("Asha", "flat")) == "Dear Asha, flat, Asha."


def member(name: str, position: int = 0, **said: object) -> Member:
    told: dict[str, object] = {
        "status": "APPROVED",
        "quality": "GREEN",
        "failing": False,
        "fallback": False,
        "conservative": False,
    }
    return Member(name=name, position=position, **(told | said))  # pyright: ignore[reportArgumentType]


def test_who_stands_in_is_by_order_the_fallbacks_last_and_never_what_may_not_be_sent() -> None:
    order = order_of_standing_in(
        [
            member("paused", 0, status="PAUSED"),
            member("plain", 9, fallback=True),
            member("second", 2),
            member("failing", 1, failing=True),
            member("yellow", 3, quality="YELLOW"),
            member("fifth", 5),
        ]
    )
    assert [one.name for one in order] == ["second", "fifth", "failing", "yellow", "plain"]

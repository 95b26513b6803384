"""STOP and START in three languages, whatever the spelling."""

import pytest

from engine.domain.consent import OptIn, OptOut, consent_in, how


@pytest.mark.parametrize(
    "text",
    [
        *(
            "STOP",
            "stop",
            "Stop.",
            "  stop\u200d ",
            "STOP!!! 🙏",
            "“Stop”",
            "\N{FULLWIDTH LATIN CAPITAL LETTER S}top",
        ),
        *("stop all", "Unsubscribe", "opt-out", "Please, stop."),
        *("रोकें", "रोकें।", "बंद करो", "बन्द करो!", "बंद"),
        *("थांबवा", "बंद करा.", "नको"),
    ],
)
def test_it_hears_a_stop_in_every_language(text: str) -> None:
    assert isinstance(consent_in(text), OptOut)


@pytest.mark.parametrize("text", ["START", "start.", "unstop", "शुरू करें", "सुरू करा", "सुरु करा!"])
def test_it_hears_a_start_in_every_language(text: str) -> None:
    assert isinstance(consent_in(text), OptIn)


@pytest.mark.parametrize(
    "text",
    ["", "🙏", "Stop loss at 24,180?", "don't stop", "startup news", "बंद भाव क्या है?", "S T O P"],
)
def test_a_question_with_the_word_in_it_stays_a_question(text: str) -> None:
    assert consent_in(text) is None


def test_it_says_which_word_it_heard() -> None:
    assert consent_in("STOP!") == OptOut("stop")


def test_where_a_wish_is_known_from_is_told_in_words() -> None:
    assert how("web form", "") == "web form"
    assert how("web form", "row 4") == "web form. row 4"
    refused = how("error 131050", "wamid.1")
    assert refused == "WhatsApp said so, and did not deliver (131050). Message wamid.1"

"""What may not be said is found however it is typed, and what must be said is not overlooked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from engine.domain.compliance import Check, CheckName, Severity, blocking, check
from engine.domain.compliance_rules import CLIENT_ONLY, DEFAULT_RULES, WARNINGS
from engine.domain.content import Language
from engine.domain.media import Header, MediaType
from engine.domain.plain_words import contains, phrases_in, plain


@dataclass(frozen=True, kw_only=True)
class Text:
    language: str = Language.EN
    template_name: str = "morning_view"
    template_language: str = "en"
    template_version: int = 1
    category: str = "UTILITY"
    body: str
    parameters: tuple[str, ...] = ("{name}", "Nifty may open flat")
    header: Header | None = None
    brand_line: str = ""


def text(language: Language = Language.EN) -> Text:
    return Text(
        language=language,
        body=(
            f"{{{{1}}}}: {{{{2}}}}\nSEBI INH000001234, https://udaya.example\n"
            f"{CLIENT_ONLY[language][0]}. {WARNINGS[language][0]}"
        ),
    )


def saying(words: str) -> Text:
    return replace(text(), parameters=("{name}", words))


def result(name: CheckName, *variants: Text, readers: Sequence[str] = ()) -> Check:
    return next(one for one in check(variants, readers) if one.name is name)


def test_a_content_in_order_passes_everything() -> None:
    checks = check([text(language) for language in Language], list(Language))
    assert [one.words for one in checks if not one.passed] == []
    assert [one.name for one in checks] == list(CheckName)


def test_an_empty_content_passes_nothing() -> None:
    checks = check([], [])
    assert not any(one.passed for one in checks)
    assert [one.name for one in checks] == list(CheckName)


@pytest.mark.parametrize("language", list(Language))
def test_the_warning_must_be_there_word_for_word_in_its_own_language(language: Language) -> None:
    good = text(language)
    assert result(CheckName.WARNING_TEXT, good).passed
    shouted = replace(good, body=good.body.upper().replace(".", ""))
    assert result(CheckName.WARNING_TEXT, shouted).passed
    without_a_word = replace(good, body=good.body.rsplit(" ", 1)[0])
    failed = result(CheckName.WARNING_TEXT, without_a_word)
    assert not failed.passed
    assert WARNINGS[language][0] in failed.words
    other = text(Language.HI if language is Language.EN else Language.EN)
    assert not result(CheckName.WARNING_TEXT, replace(other, language=language)).passed


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("GUARANTEED returns!", "guaranteed"),
        ("this is risk-free", "risk free"),
        ("100% profit", "100 profit"),
        ("इसमें रिटर्न की गारंटी है", "गारंटी"),
        ("यह जोखिम-मुक्त है", "जोखिम मुक्त"),
        ("हमखास नफा", "हमखास"),
        ("Returns are not guaranteed; gains are guaranteed", "guaranteed"),
    ],
)
def test_a_promise_of_returns_is_found_however_it_is_typed(words: str, found: str) -> None:
    failed = result(CheckName.ASSURED_RETURNS, saying(words))
    assert not failed.passed
    assert failed.severity is Severity.BLOCK
    assert f"“{found}”" in failed.words


@pytest.mark.parametrize(
    "words",
    [
        "Returns are not guaranteed",
        "certification from NISM in no way guarantee performance of the intermediary",
        "परतावा मिळेल याची हमी नाही",
        "the guarantor stepped back",
        "an assuredly dull day",
        "Registration granted by SEBI, membership of BASL (in case of IAs) and certification from"
        " NISM in no way guarantee performance of the intermediary or provide any assurance of"
        " returns to investors.",
    ],
)
def test_a_disclaimer_is_no_promise(words: str) -> None:
    assert result(CheckName.ASSURED_RETURNS, saying(words)).passed


def test_superlatives_warn_and_leave_it_to_the_approver() -> None:
    for words in ("We are No. 1", "the BEST calls", "हम सर्वश्रेष्ठ हैं", "नंबर १"):
        failed = result(CheckName.SUPERLATIVES, saying(words))
        assert not failed.passed
        assert failed.severity is Severity.WARN
    assert result(CheckName.SUPERLATIVES, saying("Best regards")).passed
    assert blocking(check([saying("the best calls")], [Language.EN])) == ()


def test_a_tenant_may_make_a_warning_a_block() -> None:
    strict = replace(DEFAULT_RULES, warn_only=frozenset())
    checks = check([saying("the best calls")], [Language.EN], strict)
    assert [one.name for one in blocking(checks)] == [CheckName.SUPERLATIVES]


def test_a_registration_number_or_its_field_must_be_shown() -> None:
    bare = replace(text(), body=text().body.replace("INH000001234", "registered"))
    assert not result(CheckName.REGISTRATION, bare).passed
    arn = replace(bare, parameters=("{name}", "ARN-12345"))
    assert result(CheckName.REGISTRATION, arn).passed
    assert result(CheckName.REGISTRATION, replace(bare, parameters=("{registration_no}",))).passed


def test_a_link_must_be_there() -> None:
    bare = replace(text(), body=text().body.replace("https://", ""))
    assert not result(CheckName.LINK, bare).passed
    assert result(CheckName.LINK, replace(bare, parameters=("", "https://a.example/note"))).passed


@pytest.mark.parametrize(
    ("body", "parameters", "words"),
    [
        ("{{1}} {{2}}", ("a",), "template: 2; values given: 1"),
        ("{{1}}", ("a", "b"), "template: 1; values given: 2"),
        ("{{1}} {{3}}", ("a", "b"), "not {{1}}, {{3}}"),
        ("{{name}}", (), "named places"),
    ],
)
def test_parameters_must_fit_the_template(
    body: str, parameters: tuple[str, ...], words: str
) -> None:
    failed = result(CheckName.PARAMETER_COUNT, Text(body=body, parameters=parameters))
    assert not failed.passed
    assert words in failed.words


def test_a_place_used_twice_takes_one_parameter() -> None:
    twice = Text(body="{{1}}, {{1}}", parameters=("a",))
    assert result(CheckName.PARAMETER_COUNT, twice).passed


@pytest.mark.parametrize("bad", ["two\nlines", "a\ttab", "five     spaces", "", "  ", "{nmae}"])
def test_parameters_whatsapp_would_refuse_or_nobody_can_fill_are_found(bad: str) -> None:
    failed = result(CheckName.PARAMETER_FORMAT, saying(bad))
    assert not failed.passed
    assert "parameter 2" in failed.words


def test_the_length_is_reckoned_with_the_longest_names() -> None:
    def of(length: int) -> Check:
        body = "{{1}}" + "x" * (length - DEFAULT_RULES.longest_name)
        return result(CheckName.LENGTH, Text(body=body, parameters=("{name}",)))

    assert of(1024).passed
    assert not of(1025).passed
    assert "1025" in of(1025).words


def test_an_image_must_be_a_picture_whatsapp_takes() -> None:
    small = Header(sha256="a" * 64, type=MediaType.PNG, size_bytes=9)
    assert result(CheckName.IMAGE, replace(text(), header=small)).passed
    large = replace(small, size_bytes=DEFAULT_RULES.image_bytes + 1)
    assert "5.0 MB are allowed" in result(CheckName.IMAGE, replace(text(), header=large)).words
    paper = replace(large, type=MediaType.PDF)
    assert result(CheckName.IMAGE, replace(text(), header=paper)).passed
    assert not result(CheckName.IMAGE, replace(text(), header=paper, brand_line="x")).passed
    assert not result(CheckName.IMAGE, replace(text(), brand_line="x")).passed


def test_a_language_somebody_reads_must_be_written() -> None:
    failed = result(CheckName.LANGUAGES, text(), readers=[Language.EN, Language.MR])
    assert failed.words == "Marathi is missing: its readers would get nothing."
    counted = check([text()], {Language.EN: 9, Language.HI: 1, Language.MR: 0})[0]
    assert counted.words == "Hindi is missing: 1 person would get nothing."


def test_every_language_with_a_problem_is_named() -> None:
    failed = result(CheckName.LINK, *(Text(language=one, body="x") for one in Language))
    assert [name in failed.words for name in ("English", "Hindi", "Marathi")] == [True] * 3


def test_words_are_the_same_however_they_are_typed() -> None:
    assert plain("  STOP!!! 🛑\ufe0f ") == "stop"
    assert plain("बा\u091c\u093cार") == plain("बा\u095bार") == plain("बाजार")
    assert plain("क\u200dष") == "कष"
    assert plain("No. 1 – ② १") == "no 1 2 1"
    assert contains("Not the best.", "BEST")
    assert not contains("bestow", "best")
    assert not contains("anything", "...")


def test_cutting_a_phrase_out_makes_no_new_one() -> None:
    assert phrases_in("no not at all risk", ["no risk"], apart_from=["not at all"]) == ()
    assert phrases_in("no risk, not at all", ["no risk"], apart_from=["not at all"]) == ("no risk",)

"""What the compliance officer looks at before approving: checks over a content pack (spec D3).

The rules are data and belong to compliance; this module only applies them. The texts and words
below are a starting point drawn from SEBI's advertisement code; an organisation puts in its own
counsel's.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from engine.domain.content import (
    PERSONAL_FIELDS,
    Language,
    VariantText,
    fits_one_line,
    places,
    preview,
)
from engine.domain.words import holds, without, words_of


class Severity(StrEnum):
    """What a broken rule does."""

    BLOCK = "block"  # it cannot be submitted
    WARN = "warn"  # the approver sees it and decides


class Verdict(StrEnum):
    """How a check came out."""

    PASS = "pass"  # noqa: S105 - not a secret
    WARN = "warn"
    BLOCK = "block"


class Name(StrEnum):
    """The checks, in the order the page shows them."""

    LANGUAGES = "languages"
    WARNING_TEXT = "warning_text"
    REGISTRATION = "registration"
    ASSURED_RETURNS = "assured_returns"
    SUPERLATIVES = "superlatives"
    LINK = "link"
    PARAMETERS = "parameters"
    LENGTH = "length"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Check:
    """One check's outcome; `words` say what is wrong and what to do, or that it is in order."""

    name: Name
    verdict: Verdict
    words: str
    language: Language | None = None


def _phrases(**by_language: str) -> Mapping[Language, tuple[str, ...]]:
    return {
        Language[name]: tuple(phrase.strip() for phrase in text.split(","))
        for name, text in by_language.items()
    }


_LANGUAGE_NAMES = {Language.EN: "English", Language.HI: "Hindi", Language.MR: "Marathi"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything compliance may change, with what it is to begin with."""

    warning_text: Mapping[Language, str] = field(
        default_factory=lambda: {
            Language.EN: (
                "Investment in securities market are subject to market risks. "
                "Read all the related documents carefully before investing."
            ),
            Language.HI: (
                "प्रतिभूति बाज़ार में निवेश बाज़ार जोखिमों के अधीन है। "
                "निवेश करने से पहले सभी संबंधित दस्तावेज़ ध्यान से पढ़ें।"
            ),
            Language.MR: (
                "रोखे बाजारातील गुंतवणूक बाजारातील जोखमींच्या अधीन आहे. "
                "गुंतवणूक करण्यापूर्वी सर्व संबंधित कागदपत्रे काळजीपूर्वक वाचा."
            ),
        }
    )
    allowed_sentences: tuple[str, ...] = (
        "Registration granted by SEBI, membership of BASL (in case of IAs) and certification from "
        "NISM in no way guarantee performance of the intermediary or provide any assurance of "
        "returns to investors",
    )
    """Prescribed sentences that hold forbidden words; they are passed over in the search for them.
    """
    registration_pattern: str = r"\b(?:IN[AHPZ]\d{9}|ARN[- ]?\d{3,6})\b"
    assured_returns: Mapping[Language, tuple[str, ...]] = field(
        default_factory=lambda: _phrases(
            EN=(
                "guaranteed, guarantee, assured return, assured returns, assured profit, risk free,"
                "riskless, no risk, zero risk, sure shot, sureshot, no loss, double your money,"
                "fixed return, fixed returns, jackpot, 100% return, 100% returns, 100% sure"
            ),
            HI=(
                "गारंटी, गारंटीड, गारंटीशुदा, निश्चित लाभ, निश्चित मुनाफा, पक्का मुनाफा, पक्का लाभ,"
                "जोखिम मुक्त, बिना जोखिम, शर्तिया, पैसा दोगुना"
            ),
            MR=(
                "हमी, गॅरंटी, खात्रीशीर, खात्रीशीर नफा, निश्चित परतावा, निश्चित नफा, जोखीममुक्त,"
                "जोखीम मुक्त, विनाजोखीम, पैसे दुप्पट"
            ),
        )
    )
    superlatives: Mapping[Language, tuple[str, ...]] = field(
        default_factory=lambda: _phrases(
            EN="best, no 1, number one, number 1, most trusted, unbeatable, market leader",
            HI="सर्वश्रेष्ठ, सर्वोत्तम, नंबर 1, नंबर वन, सबसे भरोसेमंद, बेजोड़",
            MR="सर्वोत्तम, सर्वोत्कृष्ट, सर्वश्रेष्ठ, क्रमांक 1, नंबर 1, नंबर वन, अजोड",
        )
    )
    body_limit: int = 1024
    """Characters of a template's body once filled (Meta: template components)."""
    personal_field_allowance: int = 40
    """Characters to reckon for each personal field when the length is checked."""
    image_limit_bytes: int = 5_000_000
    severities: Mapping[Name, Severity] = field(
        default_factory=lambda: {
            Name.LANGUAGES: Severity.BLOCK,
            Name.WARNING_TEXT: Severity.BLOCK,
            Name.REGISTRATION: Severity.BLOCK,
            Name.ASSURED_RETURNS: Severity.BLOCK,
            Name.SUPERLATIVES: Severity.WARN,
            Name.LINK: Severity.WARN,
            Name.PARAMETERS: Severity.BLOCK,
            Name.LENGTH: Severity.BLOCK,
            Name.IMAGE: Severity.BLOCK,
        }
    )


USUAL = Rules()


def check(
    variants: Iterable[VariantText], audience: Mapping[Language, int], rules: Rules = USUAL
) -> list[Check]:
    """Every check over a pack: one for the languages, then those of each variant, EN, HI, MR.

    `audience` says how many active subscribers read each language.
    """
    by_language = {Language(variant.language): variant for variant in variants}
    checks = [_languages(by_language, audience, rules)]
    for language in Language:
        variant = by_language.get(language)
        if variant is not None:
            checks += _variant(variant, language, rules)
    return checks


def blocks(checks: Iterable[Check]) -> bool:
    """Whether any check forbids submitting."""
    return any(check.verdict is Verdict.BLOCK for check in checks)


def _variant(variant: VariantText, language: Language, rules: Rules) -> list[Check]:
    text = preview(variant.body, variant.parameters)
    words = words_of(text)
    plain = words
    for sentence in (rules.warning_text.get(language, ""), *rules.allowed_sentences):
        plain = without(plain, words_of(sentence))
    problems = {
        Name.WARNING_TEXT: _warning_text(words, language, rules),
        Name.REGISTRATION: _registration(text, rules),
        Name.ASSURED_RETURNS: _found(
            plain, rules.assured_returns.get(language, ()), "promises a return"
        ),
        Name.SUPERLATIVES: _found(plain, rules.superlatives.get(language, ()), "is a superlative"),
        Name.LINK: None if "https://" in text else "There is no link to your website (https://…).",
        Name.PARAMETERS: _parameters(variant.body, variant.parameters),
        Name.LENGTH: _length(text, rules),
        Name.IMAGE: _image(variant.header_image, rules),
    }
    return [
        _verdict(name, problem, IN_ORDER[name], rules, language)
        for name, problem in problems.items()
    ]


IN_ORDER: dict[Name, str] = {
    Name.LANGUAGES: "Every language of the audience has a variant.",
    Name.WARNING_TEXT: "SEBI's warning is there, word for word.",
    Name.REGISTRATION: "The registration number is there.",
    Name.ASSURED_RETURNS: "No word promises a return.",
    Name.SUPERLATIVES: "No superlatives.",
    Name.LINK: "There is a link to read more.",
    Name.PARAMETERS: "The values fit the template's places.",
    Name.LENGTH: "The text is short enough.",
    Name.IMAGE: "The image can be sent, or there is none.",
}
"""What a check that passed says."""


def _verdict(
    name: Name, problem: str | None, fine: str, rules: Rules, language: Language | None = None
) -> Check:
    if problem is None:
        return Check(name, Verdict.PASS, fine, language)
    severity = rules.severities.get(name, Severity.BLOCK)
    return Check(name, Verdict(severity.value), problem, language)


def _languages(
    variants: Mapping[Language, VariantText], audience: Mapping[Language, int], rules: Rules
) -> Check:
    missing = [lang for lang in Language if audience.get(lang, 0) > 0 and lang not in variants]
    problem = None
    if not variants:
        problem = "Nothing is written yet. Write at least one language."
    elif missing:
        parts = [f"{audience[lang]:,} read {_LANGUAGE_NAMES[lang]}" for lang in missing]
        problem = f"{' and '.join(parts)}, but there is no such variant. Write it."
    return _verdict(Name.LANGUAGES, problem, IN_ORDER[Name.LANGUAGES], rules)


def _warning_text(words: Sequence[str], language: Language, rules: Rules) -> str | None:
    wanted = rules.warning_text.get(language)
    if wanted is None or holds(words, words_of(wanted)):
        return None
    return f"SEBI's warning is missing or its words were changed. It must say: {wanted}"


def _registration(text: str, rules: Rules) -> str | None:
    if re.search(rules.registration_pattern, text):
        return None
    return "There is no SEBI or ARN registration number. Put it into the text."


def _found(words: Sequence[str], phrases: Iterable[str], what: str) -> str | None:
    found = [phrase for phrase in phrases if holds(words, words_of(phrase))]
    if not found:
        return None
    quoted = ", ".join(f"“{phrase}”" for phrase in found)
    return f"{quoted} {what}. Take it out." if len(found) == 1 else f"{quoted}: take these out."


_BRACES = re.compile(r"\{([^{}]*)\}")


def _parameters(body: str, parameters: Sequence[str]) -> str | None:
    wanted = places(body)
    if wanted != tuple(range(1, len(wanted) + 1)):
        return "The template's places are not numbered 1, 2, 3 … Correct the template."
    if len(wanted) != len(parameters):
        return f"The template has {len(wanted)} places, but there are {len(parameters)} values."
    for number, parameter in enumerate(parameters, start=1):
        if not parameter.strip():
            return f"Value {number} is empty. WhatsApp refuses empty values."
        if not fits_one_line(parameter):
            return (
                f"Value {number} has a line break, a tab or more than four spaces in a row. "
                "WhatsApp refuses them."
            )
        unknown = [name for name in _BRACES.findall(parameter) if name not in PERSONAL_FIELDS]
        if unknown:
            return f"Value {number} asks for {{{unknown[0]}}}, which nobody can fill in."
    return None


def _length(text: str, rules: Rules) -> str | None:
    personal = sum(text.count(f"{{{name}}}") for name in PERSONAL_FIELDS)
    length = len(text) + personal * rules.personal_field_allowance
    if length <= rules.body_limit:
        return None
    return (
        f"The text may reach {length:,} characters; {rules.body_limit:,} are allowed. Shorten it."
    )


def _image(image: bytes | None, rules: Rules) -> str | None:
    if image is None:
        return None
    if not image.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return "The header image is neither JPEG nor PNG. Use one of them."
    if len(image) > rules.image_limit_bytes:
        limit = rules.image_limit_bytes // 1_000_000
        return f"The header image is larger than {limit} MB. Make it smaller."
    return None

"""What is wrong with a content before anybody approves it, check by check, in words.

The texts and limits are `compliance_rules`; here is how each is looked at (spec D3).
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from engine.domain.compliance_rules import (
    DEFAULT_RULES,
    LINK,
    REGISTRATION,
    CheckName,
    Rules,
    Severity,
)
from engine.domain.content import (
    PERSONAL_FIELDS,
    Language,
    VariantText,
    fits_one_line,
    places,
    preview,
    render,
)
from engine.domain.media import LIMITS, megabytes
from engine.domain.plain_words import contains, phrases_in

__all__ = ["DEFAULT_RULES", "Check", "CheckName", "Rules", "Severity", "blocking", "check"]

LANGUAGE_NAMES: dict[str, str] = {
    Language.EN: "English",
    Language.HI: "Hindi",
    Language.MR: "Marathi",
}
_BRACES = re.compile(r"\{([^{}]*)\}")
_NAMED_PLACE = re.compile(r"\{\{\s*[^\W\d]")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `words` are whole sentences: what is wrong, or that nothing
    is.
    """

    name: CheckName
    severity: Severity
    passed: bool
    words: str


def check(
    variants: Sequence[VariantText],
    audience_languages: Mapping[Language, int] | Collection[str],
    rules: Rules = DEFAULT_RULES,
) -> tuple[Check, ...]:
    """Every check, passed or not, always the same ones in the same order.

    audience_languages: the languages people in the audience read, or how many people read each.
    """
    results = [_languages(variants, audience_languages, rules)]
    for name, (wrong_with, fine) in _CHECKS.items():
        if not variants:
            results.append(Check(name, rules.severity(name), False, "Nothing is written yet."))
            continue
        found = [
            f"{_language(variant.language)}: {problem}"
            for variant in variants
            if (problem := wrong_with(variant, rules)) is not None
        ]
        results.append(
            Check(name, rules.severity(name), passed=not found, words=" ".join(found) or fine)
        )
    return tuple(results)


def blocking(checks: Collection[Check]) -> tuple[Check, ...]:
    """The failed checks that stop a submission."""
    return tuple(one for one in checks if not one.passed and one.severity is Severity.BLOCK)


def _languages(
    variants: Sequence[VariantText],
    audience: Mapping[Language, int] | Collection[str],
    rules: Rules,
) -> Check:
    counts: dict[str, int | None] = {}
    if isinstance(audience, Mapping):
        counts.update(cast("Mapping[str, int]", audience))
    else:
        counts.update(dict.fromkeys(audience))
    written = {str(variant.language) for variant in variants}
    missing = [
        f"{_language(language)} is missing: {_readers(count)} would get nothing."
        for language, count in sorted(counts.items())
        if count != 0 and str(language) not in written
    ]
    if not written:
        missing = missing or ["Nothing is written yet."]
    return Check(
        CheckName.LANGUAGES,
        rules.severity(CheckName.LANGUAGES),
        passed=not missing,
        words=" ".join(missing) or "Written in every language of the audience.",
    )


def _readers(count: int | None) -> str:
    if count is None:
        return "its readers"
    return "1 person" if count == 1 else f"{count} people"


def _warning(variant: VariantText, rules: Rules) -> str | None:
    accepted = rules.warnings.get(str(variant.language), ())
    if not accepted:
        return "no warning text is set for this language; add it to the rules."
    if any(contains(_text(variant), wording) for wording in accepted):
        return None
    return f"the warning text is missing or was changed. It must say: “{accepted[0]}”"


def _client_only(variant: VariantText, rules: Rules) -> str | None:
    accepted = rules.client_only.get(str(variant.language), ())
    if not accepted or any(contains(_text(variant), wording) for wording in accepted):
        return None
    return f"it does not say that it is for the client alone: “{accepted[0]}”."


def _registration(variant: VariantText, rules: Rules) -> str | None:
    text = _text(variant)
    if rules.registration_numbers:
        if any(contains(text, number) for number in rules.registration_numbers):
            return None
        wanted = " or ".join(rules.registration_numbers)
        return f"your registration number is not shown: {wanted}."
    if "{registration_no}" in text or re.search(REGISTRATION, text):
        return None
    return "no registration number is shown, such as INH000001234."


def _assured_returns(variant: VariantText, rules: Rules) -> str | None:
    found = _found(variant, rules.assured_returns, rules)
    return f"it seems to promise returns: {found}." if found else None


def _superlatives(variant: VariantText, rules: Rules) -> str | None:
    found = _found(variant, rules.superlatives, rules)
    return f"it praises itself: {found}." if found else None


def _link(variant: VariantText, rules: Rules) -> str | None:
    hosts = [host.lower().rstrip(".,;:!)") for host in re.findall(LINK, _text(variant))]
    if not rules.official_sites:
        return None if hosts else "no link to the official website (https://…)."
    if any(_leads_to(host, site) for host in hosts for site in rules.official_sites):
        return None
    return f"no link to your website: https://{rules.official_sites[0]}."


def _leads_to(host: str, site: str) -> bool:
    return host == site or host.endswith(f".{site}")


def _parameter_count(variant: VariantText, rules: Rules) -> str | None:
    del rules
    if _NAMED_PLACE.search(variant.body):
        return "the template has named places; only numbered ones, {{1}} and so on, can be filled."
    numbers = places(variant.body)
    given = len(variant.parameters)
    if numbers != tuple(range(1, len(numbers) + 1)):
        shown = ", ".join(f"{{{{{number}}}}}" for number in numbers)
        return f"the template's places must count up from {{{{1}}}}, not {shown}."
    if given != len(numbers):
        return f"places to fill in the template: {len(numbers)}; values given: {given}."
    return None


def _parameter_format(variant: VariantText, rules: Rules) -> str | None:
    del rules
    wrong = [
        f"parameter {number} {problem}"
        for number, parameter in enumerate(variant.parameters, start=1)
        if (problem := _parameter_problem(parameter)) is not None
    ]
    return f"{', '.join(wrong)}." if wrong else None


def _parameter_problem(parameter: str) -> str | None:
    if not parameter.strip():
        return "is empty"
    if not fits_one_line(parameter):
        return "has a line break, a tab or more than four spaces in a row"
    unknown = [name for name in _BRACES.findall(parameter) if name not in PERSONAL_FIELDS]
    return f"asks for {{{unknown[0]}}}, which nobody can fill in" if unknown else None


def _length(variant: VariantText, rules: Rules) -> str | None:
    longest = render(
        variant.parameters,
        name="x" * rules.longest_name,
        registration_no="x" * rules.longest_registration_no,
    )
    length = len(preview(variant.body, longest))
    if length <= rules.body_characters:
        return None
    return (
        f"up to {length} characters with the longest names; WhatsApp takes {rules.body_characters}."
    )


def _image(variant: VariantText, rules: Rules) -> str | None:
    header = variant.header
    if header is None:
        return "a brand line without a picture to put it on." if variant.brand_line else None
    most = min(rules.image_bytes, LIMITS[header.type]) if header.is_image else LIMITS[header.type]
    if header.size_bytes > most:
        return f"the header has {megabytes(header.size_bytes)}; {megabytes(most)} are allowed."
    if variant.brand_line and not header.is_image:
        return "a brand line is put onto pictures only, and this is a PDF."
    return None


_CHECKS: dict[CheckName, tuple[Callable[[VariantText, Rules], str | None], str]] = {
    CheckName.WARNING_TEXT: (_warning, "The warning text is there, word for word."),
    CheckName.CLIENT_ONLY: (_client_only, "It says that it is for the client alone."),
    CheckName.REGISTRATION: (_registration, "A registration number is shown."),
    CheckName.ASSURED_RETURNS: (_assured_returns, "Nothing promises returns."),
    CheckName.SUPERLATIVES: (_superlatives, "No superlatives."),
    CheckName.LINK: (_link, "A link is there."),
    CheckName.PARAMETER_COUNT: (_parameter_count, "The parameters fit the templates."),
    CheckName.PARAMETER_FORMAT: (_parameter_format, "WhatsApp takes every parameter as it is."),
    CheckName.LENGTH: (_length, "Short enough for WhatsApp."),
    CheckName.IMAGE: (_image, "What stands above the text is fine, or nothing does."),
}


def _text(variant: VariantText) -> str:
    return preview(variant.body, variant.parameters)


def _found(variant: VariantText, phrases: tuple[str, ...], rules: Rules) -> str:
    """The phrases that stand in a variant's text, quoted, apart from the harmless."""
    warnings = rules.warnings.get(str(variant.language), ())
    found = phrases_in(_text(variant), phrases, apart_from=(*rules.harmless, *warnings))
    return ", ".join(f"“{phrase}”" for phrase in found)


def _language(language: str) -> str:
    return LANGUAGE_NAMES.get(str(language), str(language))

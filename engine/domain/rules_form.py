"""The compliance rules as people type them, and as they are kept: lines of text, checked.

One field holds one list, a line each; what is wrong with any of them is said in a sentence, and
nothing of it holds until all of it is right (spec D3).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.domain.compliance_rules import (
    ALWAYS_BLOCK,
    DEFAULT_RULES,
    REGISTRATION,
    WARNINGS,
    CheckName,
    Rules,
    Severity,
)
from engine.domain.content import Language
from engine.domain.digits import grouped

LINES_LIMIT = 300
LINE_LIMIT = 600
NUMBERS = {
    "body_characters": (100, 1024),
    "longest_name": (10, 120),
    "longest_registration_no": (9, 40),
    "image_kilobytes": (100, 5120),
}
"""Each number with the least and the most it may be; WhatsApp's own limits are the most."""
PHRASES = ("assured_returns", "superlatives", "harmless")
SEVERITIES = tuple(name for name in CheckName if name not in ALWAYS_BLOCK)
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")

Form = Mapping[str, str]
"""By field: `warnings.EN`, `superlatives`, `body_characters`, `severity.link` …"""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field."""

    field: str
    words: str


def as_form(rules: Rules) -> dict[str, str]:
    """The rules as fields to type in."""
    form = {f"warnings.{lang}": _lines(rules.warnings.get(lang, ())) for lang in Language}
    form |= {f"client_only.{lang}": _lines(rules.client_only.get(lang, ())) for lang in Language}
    form |= {
        "registration_numbers": _lines(rules.registration_numbers),
        "official_sites": _lines(rules.official_sites),
        "assured_returns": _lines(rules.assured_returns),
        "superlatives": _lines(rules.superlatives),
        "harmless": _lines(rules.harmless),
        "body_characters": str(rules.body_characters),
        "longest_name": str(rules.longest_name),
        "longest_registration_no": str(rules.longest_registration_no),
        "image_kilobytes": str(rules.image_bytes // 1024),
    }
    return form | {f"severity.{name}": rules.severity(name).value for name in SEVERITIES}


def read_form(form: Form) -> Rules | tuple[Problem, ...]:
    """The rules that were typed, or everything that is wrong with them."""
    problems = [problem for field in as_fields() for problem in _wrong_with(field, form)]
    if problems:
        return tuple(problems)
    typed = {field: lines_of(form.get(field, "")) for field in as_fields()}
    numbers = {field: int(form[field].strip()) for field in NUMBERS}
    return Rules(
        warnings={lang: typed[f"warnings.{lang}"] for lang in Language},
        client_only={lang: typed[f"client_only.{lang}"] for lang in Language},
        registration_numbers=tuple(number.upper() for number in typed["registration_numbers"]),
        official_sites=tuple(_host(site) for site in typed["official_sites"]),
        assured_returns=typed["assured_returns"],
        superlatives=typed["superlatives"],
        harmless=typed["harmless"],
        body_characters=numbers["body_characters"],
        longest_name=numbers["longest_name"],
        longest_registration_no=numbers["longest_registration_no"],
        image_bytes=numbers["image_kilobytes"] * 1024,
        warn_only=frozenset(
            name for name in SEVERITIES if form[f"severity.{name}"] == Severity.WARN
        ),
    )


def as_fields() -> tuple[str, ...]:
    """Every field there is, in the order of the page."""
    return (
        *(f"warnings.{lang}" for lang in Language),
        *(f"client_only.{lang}" for lang in Language),
        "registration_numbers",
        "official_sites",
        *PHRASES,
        *NUMBERS,
        *(f"severity.{name}" for name in SEVERITIES),
    )


def doubts(rules: Rules) -> tuple[str, ...]:
    """What is allowed, and should make somebody look twice."""
    found: list[str] = []
    sebi = WARNINGS[Language.EN][0]
    if sebi not in rules.warnings.get(Language.EN, ()):
        found.append(f"The English warning is not SEBI's own any more, word for word: “{sebi}”")
    found.extend(
        f"A failed check of “{name.replace('_', ' ')}” only warns: an approver may let it pass."
        for name in SEVERITIES
        if name in rules.warn_only and name is CheckName.WARNING_TEXT
    )
    if not rules.assured_returns:
        found.append("No phrase is forbidden as a promise of returns.")
    return tuple(found)


def lines_of(text: str) -> tuple[str, ...]:
    """The lines that hold something, each once, their white space put in order."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def changed(before: Rules, after: Rules) -> dict[str, tuple[str, str]]:
    """The fields that differ, each as it was and as it is."""
    old, new = as_form(before), as_form(after)
    return {field: (old[field], new[field]) for field in as_fields() if old[field] != new[field]}


def _wrong_with(field: str, form: Form) -> list[Problem]:
    text = form.get(field, "")
    if field in NUMBERS:
        low, high = NUMBERS[field]
        typed = text.strip()
        fits = typed.isascii() and typed.isdigit() and len(typed) < 6 and low <= int(typed) <= high
        return (
            []
            if fits
            else [Problem(field, f"A whole number from {grouped(low)} to {grouped(high)}.")]
        )
    if field.startswith("severity."):
        known = text in {severity.value for severity in Severity}
        return [] if known else [Problem(field, "Either block or warn.")]
    lines = lines_of(text)
    if len(lines) > LINES_LIMIT:
        return [Problem(field, f"{grouped(len(lines))} lines; {grouped(LINES_LIMIT)} fit.")]
    if any(len(line) > LINE_LIMIT for line in lines):
        return [Problem(field, f"A line has more than {LINE_LIMIT} characters.")]
    return _wrong_lines(field, lines)


def _wrong_lines(field: str, lines: tuple[str, ...]) -> list[Problem]:
    if field.startswith("warnings.") and not lines:
        return [Problem(field, "A warning is the law's; at least one wording is needed.")]
    if field == "registration_numbers":
        strange = [line for line in lines if not re.fullmatch(REGISTRATION, line.upper())]
        why = "looks like no number of SEBI's or AMFI's, such as INH000001234 or ARN-12345"
        return [Problem(field, f"“{line}” {why}.") for line in strange[:1]]
    if field == "official_sites":
        strange = [line for line in lines if not _HOST.fullmatch(_host(line))]
        return [Problem(field, f"“{line}” is no website's name.") for line in strange[:1]]
    if field in PHRASES or field.startswith("client_only."):
        mute = [line for line in lines if not any(letter.isalnum() for letter in line)]
        return [Problem(field, f"“{line}” has no word in it to look for.") for line in mute[:1]]
    return []


def _host(line: str) -> str:
    """`https://Udaya.example/x` and `udaya.example` are one site."""
    return re.sub(r"^https?://", "", line.lower()).partition("/")[0].removeprefix("www.")


def _lines(lines: tuple[str, ...]) -> str:
    return "\n".join(lines)


def as_document(rules: Rules) -> dict[str, Any]:
    """The rules as they are kept."""
    return dict(as_form(rules))


def from_document(document: Mapping[str, Any]) -> Rules:
    """The rules that were kept. Raises ValueError for what nobody could have typed."""
    kept = {field: str(value) for field, value in document.items()}
    read = read_form(as_form(DEFAULT_RULES) | kept)  # a field that came later has its default
    if isinstance(read, Rules):
        return read
    raise ValueError("; ".join(f"{problem.field}: {problem.words}" for problem in read))

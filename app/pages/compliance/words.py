"""The compliance rules for people: what each field is, and what it does."""

from dataclasses import dataclass

from engine.domain.compliance_rules import CheckName
from engine.domain.content import Language
from engine.domain.rules_form import NUMBERS, SEVERITIES

LANGUAGES = {Language.EN: "English", Language.HI: "Hindi", Language.MR: "Marathi"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One field. rows: how high; 0 for a number."""

    field: str
    label: str
    help: str = ""
    rows: int = 3


def _each(name: str, help_: str, rows: int) -> tuple[Told, ...]:
    return tuple(
        Told(
            field=f"{name}.{language}",
            label=words,
            help=help_ if language is Language.EN else "",
            rows=rows,
        )
        for language, words in LANGUAGES.items()
    )


GROUPS: tuple[tuple[str, str, tuple[Told, ...]], ...] = (
    (
        "SEBI warning",
        "A message must hold one of these wordings, word for word; an author who lacks it is shown "
        "the first. One wording a line.",
        _each("warnings", "", 4),
    ),
    (
        "For the client alone",
        "What a message to a client under agreement says in place of an advertisement’s "
        "particulars. One wording a line; none: not looked for.",
        _each("client_only", "", 3),
    ),
    (
        "Who you are",
        "What every message has to show of you.",
        (
            Told(
                field="registration_numbers",
                label="Registration numbers",
                help="One of them must be shown. Where none is named: any that looks like SEBI’s "
                "or AMFI’s, or the reader’s own.",
                rows=2,
            ),
            Told(
                field="official_sites",
                label="Official websites",
                help="A link must lead to one of them. Where none is named: any https link.",
                rows=2,
            ),
        ),
    ),
    (
        "Words",
        "Whole words; case and punctuation do not matter. One phrase a line, in any language.",
        (
            Told(field="assured_returns", label="Promises of returns", rows=8),
            Told(field="superlatives", label="Superlatives", rows=8),
            Told(
                field="harmless",
                label="Harmless all the same",
                help="Cut out before the words are looked for.",
                rows=8,
            ),
        ),
    ),
    (
        "Limits",
        "WhatsApp’s own are the most.",
        (
            Told(field="body_characters", label="Characters of a message", rows=0),
            Told(field="longest_name", label="Reckoned with for a name", rows=0),
            Told(
                field="longest_registration_no", label="Reckoned with for a registration number",
                rows=0,
            ),
            Told(field="image_kilobytes", label="Kilobytes of a picture", rows=0),
        ),
    ),
)  # fmt: skip

CHECKS: dict[CheckName, str] = {
    CheckName.LANGUAGES: "Every language of the audience",
    CheckName.WARNING_TEXT: "SEBI warning",
    CheckName.CLIENT_ONLY: "For the client alone",
    CheckName.REGISTRATION: "Registration number",
    CheckName.ASSURED_RETURNS: "Promises of returns",
    CheckName.SUPERLATIVES: "Superlatives",
    CheckName.LINK: "Link",
}
CHOICES = {"block": "Blocks", "warn": "Warns"}


def field_words(field: str) -> str:
    """A field's name as people know it: `SEBI warning, Hindi`."""
    name, _, part = field.partition(".")
    if name == "severity":
        return f"{CHECKS.get(CheckName(part), part)}: what it does"
    for title, _, group in GROUPS:
        for told in group:
            if told.field == field:
                return f"{title}, {told.label}" if part else told.label
    return field


def complaint(detail: str) -> str:
    """A command's detail with the field's name as people know it."""
    field, found, rest = detail.partition(": ")
    return f"{field_words(field)}: {rest}" if found else detail


def change_words(field: str, before: str, after: str) -> str:
    """What changed in a field, in a line: lines that came and went, or a value."""
    if field.startswith("severity."):
        return f"{CHOICES.get(before, before)} → {CHOICES.get(after, after)}"
    if field in NUMBERS:
        return f"{before} → {after}"
    old, new = before.splitlines(), after.splitlines()
    gone = [f"− {line}" for line in old if line not in new]
    come = [f"+ {line}" for line in new if line not in old]
    return "\n".join([*gone, *come]) or "Another order"


assert set(CHECKS) == set(SEVERITIES), "a check without a name for people"

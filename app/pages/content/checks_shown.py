"""Compliance checks in words: what was looked at, how it came out, what to mend."""

from collections.abc import Sequence
from dataclasses import dataclass

from app import formats
from app.styles import Tone
from engine.read.content_look import CheckRow


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckShown:
    """One compliance check with its verdict."""

    title: str
    words: str
    verdict: str
    tone: str
    icon: str


def checks_shown(checks: Sequence[CheckRow]) -> list[CheckShown]:
    """The checks, those that failed first."""
    ordered = sorted(checks, key=lambda check: 2 if check.passed else not check.blocks)
    return [_check(check) for check in ordered]


def checks_summary(checks: Sequence[CheckRow]) -> tuple[str, Tone]:
    """The checks in one chip."""
    blocking = sum(1 for check in checks if not check.passed and check.blocks)
    warnings = sum(1 for check in checks if not check.passed and not check.blocks)
    if blocking:
        return f"{blocking} to mend", "bad"
    if warnings:
        return formats.count(warnings, "warning"), "warn"
    return "All in order", "good"


_TITLES = {
    "languages": "Languages",
    "warning_text": "SEBI warning",
    "client_only": "For the client alone",
    "registration": "Registration number",
    "assured_returns": "No assured returns",
    "superlatives": "No superlatives",
    "link": "Link",
    "parameter_count": "Places filled",
    "parameter_format": "Parameters WhatsApp takes",
    "length": "Length",
    "image": "Above the text",
    "template": "Template approved",
}


def _check(check: CheckRow) -> CheckShown:
    verdict, tone, icon = ("Mend", "bad", "circle-x") if check.blocks else (
        "Warning", "warn", "triangle-alert",
    )  # fmt: skip
    if check.passed:
        verdict, tone, icon = "In order", "good", "circle-check"
    return CheckShown(
        title=_TITLES.get(check.name, check.name.replace("_", " ").capitalize()),
        words=check.words,
        verdict=verdict,
        tone=tone,
        icon=icon,
    )

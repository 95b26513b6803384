"""A rule as it is typed in: checked, and told field by field what changed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from engine.domain.alert_rules import Kind
from engine.domain.alerting import Level, Rule
from engine.domain.digits import grouped

HOLD, CALM, COOL_DOWN, ACTIVE = "hold", "calm", "cool_down", "active"
LONGEST_SECONDS = 86_400


def threshold_field(place: int) -> str:
    """The name of a level's field."""
    return f"threshold.{place}"


def as_form(rule: Rule) -> dict[str, str]:
    """The rule as fields."""
    form = {
        threshold_field(place): f"{level.threshold:g}" for place, level in enumerate(rule.levels)
    }
    return form | {
        HOLD: f"{rule.hold.total_seconds():g}",
        CALM: f"{rule.calm.total_seconds():g}",
        COOL_DOWN: f"{rule.cool_down.total_seconds():g}",
        ACTIVE: "yes" if rule.active else "no",
    }


def read_form(rule: Rule, kind: Kind, typed: Mapping[str, str]) -> Rule | tuple[str, ...]:
    """The rule that was typed over `rule`, or a sentence for each thing that is wrong."""
    problems: list[str] = []
    levels: list[Level] = []
    for place, level in enumerate(rule.levels):
        text = typed.get(threshold_field(place), "").strip()
        if kind.fixed or not text:
            levels.append(level)
            continue
        value = number(text)
        if value is None or not kind.low <= value <= kind.high:
            problems.append(
                f"{level.severity.word.capitalize()}: a number from {kind.low:g} to {kind.high:g}."
            )
        else:
            levels.append(Level(value, level.severity))
    found = [level.threshold for level in levels]
    if not problems and found != sorted(found, reverse=not rule.above):
        words = "above" if rule.above else "below"
        problems.append(f"What is more severe begins further {words}.")
    spans: dict[str, timedelta] = {}
    for name, label in ((HOLD, "Holds for"), (CALM, "Gone for"), (COOL_DOWN, "Told again after")):
        value = number(typed.get(name, "").strip())
        if value is None or not 0 <= value <= LONGEST_SECONDS:
            problems.append(f"{label}: seconds, 0 to {grouped(LONGEST_SECONDS)}.")
        else:
            spans[name] = timedelta(seconds=value)
    if problems:
        return tuple(problems)
    return replace(
        rule,
        levels=tuple(levels),
        hold=spans[HOLD],
        calm=spans[CALM],
        cool_down=spans[COOL_DOWN],
        active=typed.get(ACTIVE, "") == "yes",
    )


def changed(before: Rule, after: Rule) -> dict[str, tuple[str, str]]:
    """What differs, field by field."""
    old, new = as_form(before), as_form(after)
    return {name: (old[name], new[name]) for name in new if old.get(name) != new[name]}


def number(text: str) -> float | None:
    """A plain number; None for anything else, also for what only Python takes for one."""
    whole, _, part = text.partition(".")
    digits = (whole + part).removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 12:
        return None
    try:
        return float(text)
    except ValueError:
        return None

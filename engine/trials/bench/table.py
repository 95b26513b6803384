"""A row of the bench's table: what was measured, beside what, and whether the goal holds."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What is to be said of a goal."""

    HOLDS = "holds"
    MISSED = "does not hold"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One goal. `ours` and `beside` are words with their units; `ratio` is ours to the other.

    figures: what the words were made of, by name; for programs.
    """

    name: str
    ours: str = "–"
    beside: str = "–"
    ratio: float | None = None
    goal: str
    verdict: Verdict
    why: str = ""
    """Where the verdict needs a word."""
    figures: Mapping[str, Any] = field(default_factory=lambda: dict[str, Any]())

    def as_json(self) -> dict[str, Any]:
        """By name."""
        return asdict(self) | {"figures": dict(self.figures), "verdict": self.verdict.value}


def verdict(holds: bool) -> Verdict:
    """The verdict on a goal that was measured."""
    return Verdict.HOLDS if holds else Verdict.MISSED


def not_measured(name: str, goal: str, why: str) -> Row:
    """A goal that nothing here can show, and why."""
    return Row(name=name, goal=goal, verdict=Verdict.NOT_MEASURED, why=why)


def failed(name: str, goal: str, why: str) -> Row:
    """A goal whose run came to nothing."""
    return Row(name=name, goal=goal, verdict=Verdict.MISSED, why=f"The run failed: {why}")

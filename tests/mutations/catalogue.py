"""The mutations: what a tired hand might change in the engine, and what must notice it.

Each is a few exact replacements in the sources. Where a rule is kept by several layers, a mutation
takes all of them away, unless its name says which one alone.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


class StaleMutationError(Exception):
    """The text that a mutation replaces is not there, or is there more than once."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in one file."""

    file: str
    old: str
    new: str

    def applied(self, text: str) -> str:
        """The file's text with it. Raises StaleMutationError."""
        found = text.count(self.old)
        if found != 1:
            raise StaleMutationError(f"{self.file} has {found} times: {self.old}")
        return text.replace(self.old, self.new)


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of the engine, with the tests that must fail because of it."""

    name: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]
    issue: str = ""
    """What a list of must-haves calls it, when it is on one."""
    simulation: str = ""
    """Why the simulated mornings cannot, or but seldom, notice it; empty when they must."""

    def apply(self, root: Path) -> None:
        """Change the sources under `root`. Raises StaleMutationError."""
        for edit in self.edits:
            path = root / edit.file
            path.write_text(edit.applied(path.read_text("utf-8")), "utf-8")


def mutations() -> list[Mutation]:
    """All of them, file by file."""
    return [
        _mutation(entry)
        for path in sorted(HERE.glob("*.toml"))
        for entry in tomllib.loads(path.read_text("utf-8"))["mutation"]
    ]


def _mutation(entry: dict[str, Any]) -> Mutation:
    edits = tuple(Edit(**edit) for edit in entry.pop("edit"))
    return Mutation(edits=edits, tests=tuple(entry.pop("tests")), **entry)

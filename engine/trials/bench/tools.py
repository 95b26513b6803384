"""What every piece of the bench needs: commands of the product, and runs of them."""

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RUN_SECONDS = 600.0

MorningCommand = Callable[[dict[str, Any]], list[str]]
"""Turns options of a morning into the command that runs it and prints its JSON."""
ServeCommand = Callable[[Path, int], list[str]]
"""The command that serves the dashboard from a folder at a port."""
Tell = Callable[[str], None]


class RunError(Exception):
    """A run ended badly; the text says with what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The product's own commands, since the engine knows nothing of the app.

    two_routes: starts a process with the webhook route and a bare one beside it. pages: starts one
    with everything in it; onlookers, screen: ones that look at its pages. quick: fewer
    messages and one round, to see that it works. A morning that was run is not run again.
    """

    morning: MorningCommand
    serve: ServeCommand
    two_routes: Sequence[str]
    pages: Sequence[str]
    onlookers: Sequence[str]
    screen: Sequence[str]
    quick: bool
    tell: Tell
    _mornings: dict[str, dict[str, Any]] = field(
        default_factory=lambda: dict[str, dict[str, Any]]()
    )

    @property
    def rounds(self) -> int:
        """How often things that take turns are measured."""
        return 1 if self.quick else 3

    def run_morning(self, *, again: bool = False, **options: Any) -> dict[str, Any]:
        """The figures of a morning with these options; an earlier run's, unless `again`.

        Raises RunError.
        """
        key = json.dumps(options, sort_keys=True)
        if again or key not in self._mornings:
            self._mornings[key] = run(self.morning(options))
        return self._mornings[key]


def run(command: Sequence[str], seconds: float = RUN_SECONDS) -> dict[str, Any]:
    """The JSON in the last line of what a command of ours prints. Raises RunError."""
    try:
        done = subprocess.run(  # noqa: S603 - our own commands
            command, capture_output=True, text=True, timeout=seconds
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise RunError(type(error).__name__) from error
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        said = done.stderr.strip().splitlines() or ["nothing"]
        raise RunError(f"it ended with {done.returncode} and said {said[-1]!r}")
    return json.loads(lines[-1])

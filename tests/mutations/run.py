"""Applies each mutation in a copy of the sources, and tells what notices it: `make mutants`.

The tests named with a mutation must fail, and of so many mornings one must, unless it is said why
none can. Ends with 1 when something went unnoticed.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutations.catalogue import ROOT, Mutation, mutations

COPIED = ("engine", "app", "tests", "alembic", "alembic.ini", "pyproject.toml", "rxconfig.py")
COPIED_TOO = ("README.md", "assets", "requirements.lock", "requirements-dev.lock", ".env.example")
TESTS_FAILED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """What noticed a mutation, in words; an empty word for what did not."""

    mutation: Mutation
    tests: str = "not run"
    mornings: str = "not run"

    @property
    def missed(self) -> bool:
        """Whether something that must notice it did not."""
        return not self.tests or not self.mornings

    def row(self) -> str:
        """A line of the table."""
        told = (self.mutation.name, self.tests or "**NO**", self.mornings or "**NO**")
        return "| " + " | ".join(word.replace("|", "/") for word in told) + " |"


def main(arguments: list[str]) -> int:
    """Run what was asked for; returns the exit code."""
    asked = _parser().parse_args(arguments)
    chosen = [one for one in mutations() if asked.only in f"{one.name} {one.issue}"]
    _say("| mutation | caught by tests | caught by the simulation |\n|---|---|---|")
    missed = 0
    for mutation in chosen:
        noticed = _try(mutation, asked)
        missed += noticed.missed
        _say(noticed.row())
    _say(f"\n{len(chosen)} mutations, {missed} not noticed by all that must")
    return 1 if missed or not chosen else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="those with these words in their name")
    parser.add_argument("--seeds", type=int, default=60, help="mornings at most; 0 for none")
    parser.add_argument("--first", type=int, default=1, help="the first morning's seed")
    parser.add_argument("--no-tests", action="store_true", help="mornings alone")
    return parser


def _try(mutation: Mutation, asked: argparse.Namespace) -> Noticed:
    with TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder)
        _copy(copy)
        mutation.apply(copy)
        tests = "not run" if asked.no_tests else _run_tests(copy, mutation.tests)
        if mutation.simulation:
            mornings = f"– ({mutation.simulation})"
        elif asked.seeds:
            mornings = _play(copy, asked.first, asked.seeds)
        else:
            mornings = "not run"
        return Noticed(mutation=mutation, tests=tests, mornings=mornings)


def _copy(to: Path) -> None:
    for name in (*COPIED, *COPIED_TOO):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copyfile(source, to / name)


def _run_tests(copy: Path, tests: Iterable[str]) -> str:
    """Those that failed; each of them is asked on its own, since each must notice."""
    failed: list[str] = []
    for test in tests:
        ran = _python(copy, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test)
        if ran.returncode == TESTS_FAILED:
            failed.append(test.rpartition("::")[2].rpartition("/")[2].removeprefix("test_"))
        elif ran.returncode != 0:
            raise RuntimeError(f"{test} could not be run:\n{ran.stdout}\n{ran.stderr}")
        else:
            return ""
    return ", ".join(failed)


def _play(copy: Path, first: int, seeds: int) -> str:
    """The first morning that failed."""
    ran = _python(copy, "-m", "tests.mutations.morning", str(first), str(seeds))
    if ran.returncode != 0:
        raise RuntimeError(f"the mornings could not be played:\n{ran.stdout}\n{ran.stderr}")
    found = json.loads(ran.stdout.splitlines()[-1])
    if "seed" not in found:
        return ""
    return f"seed {found['seed']} (morning {found['after']}): {found['words']}"


def _python(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Our Python over the mutated sources, which go before those that are installed."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

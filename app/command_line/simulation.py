"""`dawncast simulate`: many mornings in simulated time, each with its troubles from a seed."""

import json
import sys

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.command_line.terminal import TROUBLE, err
from engine.clock import MachineClock
from engine.trials.seeds import Outcome, run_seeds

FEWEST = 10
"""Sentences told of each morning that failed; they repeat themselves."""


def simulate(*, seeds: int, first: int | None, jobs: int, smallest: bool) -> int:
    """Run the mornings; returns the exit code.

    first: None for seeds nobody has run, by the clock. A line of JSON on stdout comes last.
    """
    start = _fresh() if first is None else first
    err.print(f"Seeds {start} to {start + seeds - 1}, on {jobs} processes")
    with Progress(
        TextColumn("Mornings"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]} failed"),
        TimeElapsedColumn(),
        console=err,
    ) as progress:
        task = progress.add_task("", total=seeds, failed=0)
        failed = 0

        def tell(outcome: Outcome) -> None:
            nonlocal failed
            failed += bool(outcome.misses)
            progress.update(task, advance=1, failed=failed)
            if outcome.misses:
                progress.console.print(_told(outcome), markup=False)

        tally = run_seeds(range(start, start + seeds), jobs=jobs, smallest=smallest, tell=tell)
    sys.stdout.write(json.dumps(tally.as_json()) + "\n")
    sys.stdout.flush()
    return TROUBLE if tally.failed else 0


def _told(outcome: Outcome) -> str:
    lines = [f"Seed {outcome.seed} failed: {outcome.words}"]
    lines += [f"  {miss}" for miss in outcome.misses[:FEWEST]]
    if outcome.deeds:
        lines += ["  It takes no more than:", *(f"    {deed}" for deed in outcome.deeds)]
    lines.append(f"  Again: dawncast simulate --seeds 1 --first {outcome.seed}")
    return "\n".join(lines)


def _fresh() -> int:
    """Seeds that nobody has run: those of this second."""
    return int(MachineClock().now().timestamp())

"""`dawncast morning` and `dawncast bench`: whole runs against the simulator, told in figures.

People read a table on stderr; with --json programs read the last line of stdout, one JSON object.
"""

import asyncio
import json
import resource
import subprocess
import sys
from typing import Any

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from starlette.applications import Starlette

from app.api.webhooks import Intake, webhook_routes
from app.command_line.terminal import err, give_up
from engine import telemetry
from engine.clock import MachineClock
from engine.loops import fast_loop
from engine.trials.bench import run_bench
from engine.trials.options import MorningOptions
from engine.trials.real import TrialDoor, run_real
from engine.trials.simulated import run_simulated


def morning(options: MorningOptions, *, simulated: bool, as_json: bool) -> None:
    """Run one broadcast and tell what it came to."""
    telemetry.configure(level="warning")
    figures = _simulated(options) if simulated else _real(options)
    _tell("The morning", figures, as_json=as_json)
    if figures["lost"] or figures["doubled"]:
        give_up(f"{figures['lost']} lost, {figures['doubled']} doubled: neither may ever happen.")


def bench(*, quick: bool, as_json: bool) -> None:
    """Measure our cost beside the bare loop's, and tell the ratios."""
    try:
        with err.status("Measuring; nothing else should run on this machine") as status:
            found = run_bench(_morning_command, quick=quick, tell=status.update).as_json()
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        give_up(f"A run of the bench failed: {error}")
    _tell("The bench", found, as_json=as_json)


def webhook_app(door: TrialDoor) -> Starlette:
    """The webhook route of the product, for a trial's database and secret."""
    intake = Intake(
        store=door.database,
        now=MachineClock().now,
        secrets=lambda: (door.app_secret,),
        verify_token=lambda: "",
    )
    return Starlette(routes=webhook_routes(intake))


def _simulated(options: MorningOptions) -> dict[str, Any]:
    clock, usage = MachineClock(), resource.getrusage(resource.RUSAGE_SELF)
    began, cpu = clock.loop_time(), usage.ru_utime + usage.ru_stime
    with err.status("A morning in simulated time"):
        result, digest = run_simulated(options)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    result.wall_s = clock.loop_time() - began
    cpu = usage.ru_utime + usage.ru_stime - cpu
    result.cpu_s_per_1000 = 1_000 * cpu / max(result.targeted, 1)
    result.peak_rss_mb = usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return result.as_json() | {"attempt_log": digest}


def _real(options: MorningOptions) -> dict[str, Any]:
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    ) as progress:
        task = progress.add_task("With WhatsApp", total=None)

        def advance(done: int, targeted: int) -> None:
            progress.update(task, completed=done, total=targeted or None)

        with asyncio.Runner(loop_factory=fast_loop) as runner:
            return runner.run(run_real(options, webhook_app, advance)).as_json()


def _morning_command(options: dict[str, Any]) -> list[str]:
    given = [
        f"--{name.replace('_', '-')}={_word(value)}"
        for name, value in options.items()
        if value is not None
    ]
    return [sys.executable, "-m", "app.cli", "morning", *given, "--json"]


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def _tell(title: str, figures: dict[str, Any], *, as_json: bool) -> None:
    """A table for people, or the last line of stdout for programs."""
    if as_json:
        sys.stdout.write(json.dumps(figures) + "\n")
        sys.stdout.flush()
        return
    table = Table(title=title, show_header=False, title_justify="left")
    for name, value in figures.items():
        if not isinstance(value, dict):
            table.add_row(name, "–" if value is None else str(value))
    err.print(table)

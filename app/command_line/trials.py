"""`dawncast morning` and `drill`: whole runs against the simulator, told in figures.

People read a table on stderr; with --json programs read the last line of stdout, one JSON object.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from app.command_line.terminal import err, give_up
from engine import telemetry
from engine.clock import MachineClock
from engine.loops import fast_loop
from engine.trials.companion import CompanionError
from engine.trials.drill import run_drill
from engine.trials.drill_databases import databases_of
from engine.trials.killed_morning import DrillError
from engine.trials.kills import DrillOptions, DrillResult
from engine.trials.options import MorningOptions
from engine.trials.pauses import Pause, PausesOptions, run_pauses
from engine.trials.private_postgres import MissingError
from engine.trials.real import run_real
from engine.trials.simulated import run_simulated
from engine.trials.usage import used

SERVED = [sys.executable, "-m", "app.command_line.served"]
"""Starts engine and webhook intake, without the pages, in a process of their own."""


def morning(options: MorningOptions, *, simulated: bool, as_json: bool) -> None:
    """Run one broadcast and tell what it came to."""
    telemetry.configure(level="warning")
    try:
        figures = _simulated(options) if simulated else _real(options)
    except CompanionError as trouble:
        give_up("The morning could not be finished.", str(trouble))
    if figures["moves"]:
        _wide().print(_moves_table(figures["moves"]))
    _tell("The morning", figures, as_json=as_json)
    if figures["lost"] or figures["doubled"]:
        give_up(f"{figures['lost']} lost, {figures['doubled']} doubled: neither may ever happen.")


def drill(options: DrillOptions, *, database: str, database_url: str | None, as_json: bool) -> None:
    """Pull the plug again and again, and tell what came of it."""
    telemetry.configure(level="warning")
    try:
        with (
            err.status("Pulling the plug") as status,
            databases_of(database, database_url) as databases,
        ):
            result = run_drill(
                options, databases, SERVED, lambda said: status.update(f"Pulling the plug: {said}")
            )
    except (CompanionError, DrillError, MissingError) as trouble:
        notes: list[str] = getattr(trouble, "__notes__", [])
        give_up("The drill could not be finished.", str(trouble), *notes)
    figures = result.as_json()
    _wide().print(_kills_table(result))
    _tell("The drill", figures, as_json=as_json)
    if figures["lost"] or figures["doubled"]:
        give_up(
            f"{figures['lost']} lost, {figures['doubled']} doubled: neither may ever happen.",
            f"All that is known about them is in {result.evidence}.",
        )


def pauses(options: PausesOptions, *, as_json: bool) -> None:
    """Pause and resume again and again, and tell what came of it."""
    telemetry.configure(level="warning")
    try:
        with err.status("Pausing and resuming") as status:
            result = run_pauses(
                options, SERVED, lambda said: status.update(f"Pausing and resuming: {said}")
            )
    except CompanionError as trouble:
        give_up("The pauses could not be finished.", str(trouble))
    figures = result.as_json()
    _wide().print(_pauses_table(result.pauses))
    _tell("The pauses", figures, as_json=as_json)
    if figures["lost"] or figures["doubled"]:
        give_up(f"{figures['lost']} lost, {figures['doubled']} doubled: neither may ever happen.")


_COUNTED = {
    "marked": "marked",
    "started": "started",
    "unknown": "unknown",
    "receipt": "by_receipt",
    "evidence": "by_evidence",
    "released": "released",
    "held": "held",
    "lost": "lost",
    "doubled": "doubled",
}
_TABLE_WIDTH = 150


def _wide() -> Console:
    """Into a file a table goes whole; a narrow terminal gets what it can show."""
    return err if err.is_terminal else Console(stderr=True, width=_TABLE_WIDTH)


def _moves_table(moves: Sequence[dict[str, Any]]) -> Table:
    """Who moved where when a sender failed."""
    table = Table(title="Who moved where", title_justify="left", box=SIMPLE_HEAD)
    for name in ("from", "to", "as"):
        table.add_column(name, no_wrap=True)
    for name in ("moved", "of these tried before", "sent by the first before"):
        table.add_column(name, justify="right")
    for move in moves:
        counts = (move["moved"], move["tried_before"], move["sent_before"])
        table.add_row(
            move["from_sender"], move["to_sender"], move["to_role"], *(str(one) for one in counts)
        )
    return table


def _pauses_table(pauses: Sequence[Pause]) -> Table:
    """A row for each pause: when, how long it took to stop, and what could not be called back."""
    table = Table(title="The pauses", title_justify="left", box=SIMPLE_HEAD)
    for name in ("morning", "time", "at", "lasted", "stopped in", "begun after", "on their way"):
        table.add_column(name, justify="left" if name == "time" else "right", no_wrap=True)
    table.add_column("what the board said", no_wrap=True)
    for pause in pauses:
        table.add_row(
            str(pause.morning),
            "real" if pause.real else "simulated",
            f"{pause.instant_s:+.1f} s",
            f"{pause.lasted_s:.2f} s",
            f"{pause.stop_s:.3f} s",
            str(pause.begun_after),
            str(pause.on_their_way),
            pause.told or "–",
        )
    return table


def _kills_table(result: DrillResult) -> Table:
    """A row for each kill: what it left behind, how that was settled, and when it went on."""
    table = Table(title="The kills", title_justify="left", show_footer=True, box=SIMPLE_HEAD)
    for name in ("morning", "kill", "at", "during", "broadcast"):
        left = name in ("during", "broadcast")
        table.add_column(name, justify="left" if left else "right", no_wrap=True)
    for name, field in _COUNTED.items():
        total = sum(getattr(kill, field) for kill in result.kills)
        table.add_column(name, justify="right", footer=str(total), no_wrap=True)
    table.add_column("resumed", justify="right", no_wrap=True)
    for kill in result.kills:
        table.add_row(
            str(kill.morning),
            str(kill.number),
            f"{kill.instant_s:+.1f} s",
            kill.phase.value,
            kill.state or "–",
            *(str(getattr(kill, field)) for field in _COUNTED.values()),
            "–" if kill.resume_s is None else f"{kill.resume_s:.1f} s",
        )
    return table


def _simulated(options: MorningOptions) -> dict[str, Any]:
    clock, before = MachineClock(), used()
    began = clock.loop_time()
    with err.status("A morning in simulated time"):
        result, digest = run_simulated(options)
    after = used()
    result.wall_s = clock.loop_time() - began
    result.cpu_s_per_1000 = 1_000 * (after.cpu_s - before.cpu_s) / max(result.targeted, 1)
    result.peak_rss_mb = after.peak_rss_mb
    return result.as_json() | {"attempt_log": digest}


def _real(options: MorningOptions) -> dict[str, Any]:
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,  # it draws ten times a second, which the figures would tell of
    ) as progress:
        task = progress.add_task("With WhatsApp", total=None)

        def advance(done: int, targeted: int) -> None:
            progress.update(task, completed=done, total=targeted or None)

        with asyncio.Runner(loop_factory=fast_loop) as runner:
            return runner.run(run_real(options, SERVED, advance)).as_json()


def _tell(title: str, figures: dict[str, Any], *, as_json: bool) -> None:
    """A table for people, or the last line of stdout for programs."""
    if as_json:
        sys.stdout.write(json.dumps(figures) + "\n")
        sys.stdout.flush()
        return
    table = Table(title=title, show_header=False, title_justify="left")
    for name, value in figures.items():
        if not isinstance(value, dict | list):
            table.add_row(name, "–" if value is None else str(value))
    err.print(table)

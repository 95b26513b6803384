"""`dawncast bench`: the goals in one table, for people on stderr and for programs on stdout."""

import json
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from app.command_line.serving import build_pages
from app.command_line.terminal import err
from engine import telemetry
from engine.trials.bench.run import run_bench
from engine.trials.bench.table import Row, Verdict
from engine.trials.bench.tools import Tools

_TABLE_WIDTH = 160
_COLOURS = {Verdict.HOLDS: "green", Verdict.MISSED: "red", Verdict.NOT_MEASURED: "dim"}


def bench(*, only: Collection[str], quick: bool, as_json: bool) -> None:
    """Measure, and print the table; with `as_json` the last line of stdout is one JSON object."""
    telemetry.configure(level="error")
    if not only or {"start", "viewers", "subscribers"} & set(only):
        build_pages()
    with err.status("Measuring; nothing else should run on this machine") as status:
        tools = Tools(
            morning=_morning,
            serve=_serve,
            two_routes=_ours("two_routes"),
            pages=_ours("served_pages"),
            onlookers=_ours("onlookers"),
            screen=_ours("subscriber_screen"),
            quick=quick,
            tell=lambda said: status.update(f"Measuring: {said}"),
        )
        found = run_bench(tools, only)
    wide = err if err.is_terminal else Console(stderr=True, width=_TABLE_WIDTH)
    wide.print(_table(found.rows))
    if as_json:
        sys.stdout.write(json.dumps(found.as_json()) + "\n")
        sys.stdout.flush()


def _table(rows: Sequence[Row]) -> Table:
    table = Table(title="The bench", title_justify="left", box=SIMPLE_HEAD)
    for name in ("what", "ours", "beside it", "ratio", "goal", "verdict", "note"):
        table.add_column(name, justify="right" if name == "ratio" else "left")
    for row in rows:
        colour = _COLOURS[row.verdict]
        ratio = "–" if row.ratio is None else f"{row.ratio:.3f}"
        verdict = f"[{colour}]{row.verdict.value}[/]"
        table.add_row(row.name, row.ours, row.beside, ratio, row.goal, verdict, row.why)
    return table


def _ours(module: str) -> list[str]:
    return [sys.executable, "-m", f"app.command_line.{module}"]


def _morning(options: dict[str, Any]) -> list[str]:
    given = [_option(name.replace("_", "-"), value) for name, value in options.items()]
    return [sys.executable, "-m", "app.cli", "morning", *given, "--json"]


def _serve(home: Path, port: int) -> list[str]:
    # A database and a port of its own; everything else as whoever calls has it.
    own = [
        "DAWNCAST_ENVIRONMENT=sandbox",
        f"DAWNCAST_HOME={home}",
        f"DATABASE_URL=sqlite:///{home / 'dawncast.db'}",
        f"PORT={port}",
    ]
    return ["env", *own, sys.executable, "-m", "app.cli", "serve"]


def _option(name: str, value: object) -> str:
    if name in ("simulated", "settle"):
        return f"--{name}" if value else f"--no-{name}"
    if isinstance(value, bool):
        return f"--{name}={'on' if value else 'off'}"
    return f"--{name}={value}"

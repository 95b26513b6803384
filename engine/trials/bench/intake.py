"""Webhooks: how many a second are stored before their answer, beside a route that only checks the
signature and answers; and how many while a broadcast goes out.

The sender of the POSTs is a process of its own: where there are two cores, it takes one of them.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from engine.store import migrations
from engine.trials.bench.table import Row, failed, verdict
from engine.trials.bench.tools import RunError, Tools, run
from engine.trials.companion import Companion, CompanionError

P99_MS = 50.0
SHARE_OF_BARE = 0.8
BESIDE_PER_SECOND = 1_000.0
BESIDE_ASKED = 1_020.0
"""A little more than is looked for: whoever posts is never quite on time."""
BESIDE_SENDERS, BESIDE_RATE = 4, 80.0
BESIDE_SECONDS = 20
TIME_OVER_FLOOR = 1.01
STEP_SECONDS = 3.0
READY_SECONDS = 60.0

ALONE = f"webhooks alone, p99 < {P99_MS:.0f} ms"
BESIDE = f"webhooks beside {BESIDE_SENDERS * BESIDE_RATE:.0f} sends/s"


def measure_alone(tools: Tools) -> list[Row]:
    """The highest rate at which the slowest hundredth of the answers still comes in time."""
    goal = f"≥ {SHARE_OF_BARE} of a bare signed route"
    try:
        with tempfile.TemporaryDirectory(prefix="dawncast-bench-") as folder:
            found = _take_turns(tools, Path(folder))
    except (RunError, CompanionError) as error:
        return [failed(ALONE, goal, str(error))]
    kept = all(one["kept"] for runs in found.values() for one in runs)
    ours, bare = (_median(found[name], "per_second") for name in ("webhook", "bare"))
    ratio = ours / bare
    return [
        Row(
            name=ALONE,
            ours=f"{ours:,.0f} POSTs/s",
            beside=f"bare route {bare:,.0f} POSTs/s",
            ratio=ratio,
            goal=goal,
            verdict=verdict(kept and ratio >= SHARE_OF_BARE),
            why=f"p99 {_median(found['webhook'], 'p99_ms'):.0f} ms, "
            f"bare {_median(found['bare'], 'p99_ms'):.0f} ms",
            figures={
                "webhook_ratio": round(ratio, 3),
                **{name: [one["best"] for one in runs] for name, runs in found.items()},
            },
        )
    ]


def measure_beside(tools: Tools) -> list[Row]:
    """A thousand POSTs a second and more, while a broadcast goes out at its pace."""
    goal = f"≥ {BESIDE_PER_SECOND:,.0f}/s at p99 < {P99_MS:.0f} ms, sends ≤ {TIME_OVER_FLOOR}"
    seconds = 6 if tools.quick else BESIDE_SECONDS
    options: dict[str, Any] = {
        "subscribers": round(BESIDE_SENDERS * BESIDE_RATE * seconds),
        "senders": BESIDE_SENDERS,
        "rate": BESIDE_RATE,
        "receipts": False,
    }
    tools.tell(BESIDE)
    try:
        without = tools.run_morning(**options)
        found = tools.run_morning(flood=BESIDE_ASKED, **options)
    except RunError as error:
        return [failed(BESIDE, goal, str(error))]
    p99, rate = found["webhooks_p99_ms"], found["webhooks_per_second"]
    in_time = rate >= BESIDE_PER_SECOND and p99 < P99_MS and not found["webhooks_refused"]
    ratio = found["time_over_floor"]
    return [
        Row(
            name=BESIDE,
            ours=f"{rate:,.0f} POSTs/s at p99 {p99:.0f} ms",
            beside=f"floor {found['floor_s']:.2f} s, sent in {found['send_s']:.2f} s",
            ratio=ratio,
            goal=goal,
            verdict=verdict(in_time and ratio <= TIME_OVER_FLOOR),
            why=f"{found['webhooks_refused']} refused; "
            f"sends without webhooks {without['time_over_floor']:.4f} of the floor",
            figures={
                name: found[name] for name in found if name.startswith(("webhooks_", "time_over"))
            },
        )
    ]


def _take_turns(tools: Tools, folder: Path) -> dict[str, list[dict[str, Any]]]:
    url = f"sqlite:///{folder / 'intake.db'}"
    migrations.upgrade(url)
    companion = Companion(tools.two_routes, told={"database_url": url}, log=folder / "log")
    found: dict[str, list[dict[str, Any]]] = {"bare": [], "webhook": []}
    try:
        routes = companion.ready(READY_SECONDS)
        for number in range(1, tools.rounds + 1):
            for name, runs in found.items():
                tools.tell(f"webhooks, round {number} of {tools.rounds}: {name}")
                runs.append(_load(routes["port"], routes[name], series=1_000 * number))
    finally:
        companion.stop()
    return found


def _load(port: int, path: str, *, series: int) -> dict[str, Any]:
    options = {"port": port, "path": path, "series": series, "seconds": STEP_SECONDS}
    return run([sys.executable, "-m", "engine.trials.load", json.dumps(options)])


def _median(runs: list[dict[str, Any]], figure: str) -> float:
    return statistics.median(one["best"][figure] for one in runs)

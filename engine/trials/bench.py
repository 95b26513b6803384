"""What the engine costs beside a bare loop that does the same HTTP, in interleaved rounds
(performance).

Each run is a process of its own; a figure is the median of its rounds, and only ratios are worth
quoting: the machine's mood falls on both sides alike.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

RUN_SECONDS = 240.0
ROUNDS = 3
MESSAGES = 2_000
SENDERS = 4
RATE = 80.0
PACED_IN_FLIGHT = 160
UNTHROTTLED_IN_FLIGHT = 400

MorningCommand = Callable[[dict[str, Any]], list[str]]
"""Turns options of a morning into the command that runs it and prints its JSON."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchResult:
    """The four ratios of the goals, and the figures they are made of."""

    paced_time_over_floor: float
    paced_cpu_ratio: float
    unthrottled_throughput_ratio: float
    unthrottled_cpu_ratio: float
    paced_receipts_cpu_ratio: float | None
    details: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """By name."""
        return asdict(self)


def run_bench(morning: MorningCommand, *, quick: bool, tell: Tell) -> BenchResult:
    """Measure. quick: one round of fewer messages, to see that it works."""
    rounds = 1 if quick else ROUNDS
    messages = 500 if quick else MESSAGES
    paced = {"messages": messages, "senders": SENDERS, "rate": RATE, "in_flight": PACED_IN_FLIGHT}
    rushed = {
        "messages": messages * (1 if quick else 2),
        "senders": SENDERS,
        "rate": 0,
        "in_flight": UNTHROTTLED_IN_FLIGHT,
    }
    found: dict[str, list[dict[str, Any]]] = {}
    for number in range(1, rounds + 1):
        for name, run in (
            ("bare_paced", lambda: _bare(paced)),
            ("paced", lambda: _morning(morning, paced, receipts=False)),
            ("bare_rushed", lambda: _bare(rushed)),
            ("rushed", lambda: _morning(morning, rushed, receipts=False)),
            ("paced_receipts", lambda: _morning(morning, paced, receipts=True)),
        ):
            found.setdefault(name, []).append(run())
            tell(f"round {number} of {rounds}: {name}")
    return _result(found, rushed["messages"])


def _result(found: dict[str, list[dict[str, Any]]], rushed: float) -> BenchResult:
    def median(name: str, figure: str) -> float:
        return statistics.median(run[figure] for run in found[name])

    ours = rushed / median("rushed", "send_s")
    bare = rushed / median("bare_rushed", "send_s")
    return BenchResult(
        paced_time_over_floor=round(median("paced", "time_over_floor"), 4),
        paced_cpu_ratio=round(_cpu("paced", "bare_paced", median), 3),
        unthrottled_throughput_ratio=round(ours / bare, 3),
        unthrottled_cpu_ratio=round(_cpu("rushed", "bare_rushed", median), 3),
        paced_receipts_cpu_ratio=round(_cpu("paced_receipts", "bare_paced", median), 3),
        details={
            name: {figure: [run[figure] for run in runs] for figure in ("send_s", "cpu_s_per_1000")}
            for name, runs in found.items()
        },
    )


def _cpu(ours: str, bare: str, median: Callable[[str, str], float]) -> float:
    return median(ours, "cpu_s_per_1000") / median(bare, "cpu_s_per_1000")


def _bare(options: dict[str, Any]) -> dict[str, Any]:
    return _run([sys.executable, "-m", "engine.trials.bare", json.dumps(options)])


def _morning(command: MorningCommand, options: dict[str, Any], *, receipts: bool) -> dict[str, Any]:
    return _run(
        command(
            {
                "subscribers": options["messages"],
                "senders": options["senders"],
                "rate": options["rate"],
                "in_flight": options["in_flight"],
                "receipts": receipts,
                "pacing": "fastest",
            }
        )
    )


def _run(command: Sequence[str]) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 - our own commands
        command, stdout=subprocess.PIPE, text=True, timeout=RUN_SECONDS, check=True
    )
    return json.loads(done.stdout.strip().splitlines()[-1])

"""What the engine costs beside a bare loop that does the same HTTP, in rounds that take turns."""

import json
import statistics
import sys
from collections.abc import Callable
from typing import Any

from engine.trials.bench.table import Row, verdict
from engine.trials.bench.tools import Tools, run

MESSAGES = 2_000
QUICK_MESSAGES = 500
SENDERS = 4
RATE = 80.0
PACED_IN_FLIGHT = 160
UNTHROTTLED_IN_FLIGHT = 400

PACED_CPU = 1.3
RECEIPTS_CPU = 2.0
THROUGHPUT = 0.9

NAMES = (
    *("paced_time_over_floor", "paced_cpu_ratio", "unthrottled_throughput_ratio"),
    *("unthrottled_cpu_ratio", "paced_receipts_cpu_ratio", "webhook_ratio", "details"),
)
"""Figures that programs look for at the top."""

_Runs = dict[str, list[dict[str, Any]]]


def measure(tools: Tools) -> list[Row]:
    """CPU of a message at a pace, without and with its three receipts, and throughput without one.
    Raises RunError.
    """
    messages = QUICK_MESSAGES if tools.quick else MESSAGES
    paced = {"messages": messages, "senders": SENDERS, "rate": RATE, "in_flight": PACED_IN_FLIGHT}
    rushed = {
        "messages": messages * (1 if tools.quick else 2),
        "senders": SENDERS,
        "rate": 0,
        "in_flight": UNTHROTTLED_IN_FLIGHT,
    }
    found: _Runs = {}
    for number in range(1, tools.rounds + 1):
        turns: list[tuple[str, Callable[[], dict[str, Any]]]] = [
            ("bare_paced", lambda: _bare(paced)),
            ("paced", lambda: _morning(tools, paced, receipts=False)),
            ("bare_rushed", lambda: _bare(rushed)),
            ("rushed", lambda: _morning(tools, rushed, receipts=False)),
            ("paced_receipts", lambda: _morning(tools, paced, receipts=True)),
        ]
        for name, turn in turns:
            tools.tell(f"cost, round {number} of {tools.rounds}: {name.replace('_', ' ')}")
            found.setdefault(name, []).append(turn())
    return [
        _cpu("CPU of a paced message, sends alone", "paced", PACED_CPU, found),
        _cpu("CPU of a paced message with its receipts", "paced_receipts", RECEIPTS_CPU, found),
        _throughput(found, rushed["messages"]),
    ]


def as_figures(rows: list[Row]) -> dict[str, Any]:
    """The ratios of a whole table, each under a name of its own."""
    return {name: row.figures[name] for row in rows for name in NAMES if name in row.figures}


def _cpu(name: str, ours: str, goal: float, found: _Runs) -> Row:
    cpu, bare = (_median(found, one, "cpu_s_per_1000") for one in (ours, "bare_paced"))
    ratio = cpu / bare
    figures: dict[str, Any] = {f"{ours}_cpu_ratio": round(ratio, 3)}
    if ours == "paced":
        figures["paced_time_over_floor"] = round(_median(found, "paced", "time_over_floor"), 4)
    return Row(
        name=name,
        ours=f"{1_000 * cpu:.0f} µs",
        beside=f"bare loop, sends alone {1_000 * bare:.0f} µs",
        ratio=ratio,
        goal=f"≤ {goal}",
        verdict=verdict(ratio <= goal),
        figures=figures,
    )


def _throughput(found: _Runs, messages: float) -> Row:
    ours, bare = (messages / _median(found, one, "send_s") for one in ("rushed", "bare_rushed"))
    ratio = ours / bare
    cpu = _median(found, "rushed", "cpu_s_per_1000") / _median(
        found, "bare_rushed", "cpu_s_per_1000"
    )
    return Row(
        name=f"unthrottled, {UNTHROTTLED_IN_FLIGHT} in flight",
        ours=f"{ours:,.0f} messages/s",
        beside=f"bare loop {bare:,.0f} messages/s",
        ratio=ratio,
        goal=f"≥ {THROUGHPUT}",
        verdict=verdict(ratio >= THROUGHPUT),
        figures={
            "unthrottled_throughput_ratio": round(ratio, 3),
            "unthrottled_cpu_ratio": round(cpu, 3),
            "details": {
                name: {figure: [one[figure] for one in runs] for figure in _DETAILS}
                for name, runs in found.items()
            },
        },
    )


_DETAILS = ("send_s", "cpu_s_per_1000")


def _median(found: _Runs, name: str, figure: str) -> float:
    return statistics.median(one[figure] for one in found[name])


def _bare(options: dict[str, Any]) -> dict[str, Any]:
    return run([sys.executable, "-m", "engine.trials.bare", json.dumps(options)])


def _morning(tools: Tools, options: dict[str, Any], *, receipts: bool) -> dict[str, Any]:
    return tools.run_morning(
        again=True,
        # Each message has its three receipts, and has them before the count ends.
        scenario="all_read",
        subscribers=options["messages"],
        senders=options["senders"],
        rate=options["rate"],
        in_flight=options["in_flight"],
        receipts=receipts,
        pacing="fastest",
    )

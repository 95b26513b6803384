"""How long a broadcast takes beside the shortest time its pace allows, and what memory it takes.

Receipts come back while it sends; it is not waited for the last of them.
"""

from typing import Any

from engine.trials.bench.table import Row, failed, verdict
from engine.trials.bench.tools import RunError, Tools

TIME_OVER_FLOOR = 1.01
MEMORY_MB = 120.0
RATE = 80.0
WINDOW_SECONDS = 240.0
"""Over which 100,000 are spread: on few cores a machine is the limit, not the pace."""


def measure_time(tools: Tools) -> list[Row]:
    """Time over floor: real mornings of 2,000 and 20,000, a simulated one of 100,000."""
    sizes = ((2_000, 1), (2_000, 4)) if tools.quick else ((2_000, 1), (2_000, 4), (20_000, 4))
    rows = [_time(tools, people, senders) for people, senders in sizes]
    if not tools.quick:
        rows.append(_time(tools, 100_000, 20, simulated=True))
    return rows


def measure_memory(tools: Tools) -> list[Row]:
    """Peak memory of engine and webhook intake at three sizes."""
    sizes = ((2_000, 4), (20_000, 4), (100_000, 20))
    return [_memory(tools, people, senders) for people, senders in sizes[: 1 if tools.quick else 3]]


def _time(tools: Tools, people: int, senders: int, *, simulated: bool = False) -> Row:
    name = f"time over floor, {people:,} × {senders}{' simulated' if simulated else ''}"
    goal = f"≤ {TIME_OVER_FLOOR}, no rate errors"
    tools.tell(name)
    try:
        found = _run(tools, people, senders, simulated=simulated)
    except RunError as error:
        return failed(name, goal, str(error))
    ratio = found["time_over_floor"] or 0.0
    fast = found["max_per_second"] > RATE
    holds = 0 < ratio <= TIME_OVER_FLOOR and not fast and not found["rate_errors"]
    return Row(
        name=name,
        ours=f"{found['send_s']:.2f} s",
        beside=f"floor {found['floor_s']:.2f} s",
        ratio=ratio,
        goal=goal,
        verdict=verdict(holds),
        why=f"{found['max_per_second']} in the busiest second of a sender, "
        f"{found['rate_errors']} rate errors",
        figures=_kept(found),
    )


def _memory(tools: Tools, people: int, senders: int) -> Row:
    name = f"memory, {people:,} × {senders}"
    goal = f"≤ {MEMORY_MB:.0f} MB, flat"
    tools.tell(name)
    try:
        found = _run(tools, people, senders)
    except RunError as error:
        return failed(name, goal, str(error))
    return Row(
        name=name,
        ours=f"{found['peak_rss_mb']:.0f} MB",
        goal=goal,
        verdict=verdict(found["peak_rss_mb"] <= MEMORY_MB),
        why=f"sent in {found['send_s']:.0f} s",
        figures=_kept(found),
    )


def _run(tools: Tools, people: int, senders: int, *, simulated: bool = False) -> dict[str, Any]:
    options: dict[str, Any] = {"subscribers": people, "senders": senders, "rate": RATE}
    if simulated:
        return tools.run_morning(simulated=True, **options)
    if people >= 100_000:
        options["window_seconds"] = WINDOW_SECONDS
    return tools.run_morning(settle=False, **options)


_KEPT = (
    *("time_over_floor", "send_s", "floor_s", "max_per_second", "rate_errors"),
    *("handed_over", "lost", "doubled", "peak_rss_mb", "cpu_s_per_1000", "wall_s"),
)


def _kept(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in _KEPT}

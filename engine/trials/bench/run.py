"""Runs the pieces of the bench, and gathers their rows."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from engine.trials.bench import (
    cost,
    drain,
    floors,
    foretold,
    intake,
    others,
    people,
    rehearsal,
    reports,
    viewers,
)
from engine.trials.bench.table import Row, failed, not_measured
from engine.trials.bench.tools import RunError, Tools

PIECES: dict[str, Callable[[Tools], list[Row]]] = {
    "time": floors.measure_time,
    "cost": cost.measure,
    "memory": floors.measure_memory,
    "webhooks": intake.measure_alone,
    "beside": intake.measure_beside,
    "drain": drain.measure,
    "simulated": others.measure_simulated,
    "forecast": foretold.measure,
    "rehearsal": rehearsal.measure,
    "import": others.measure_import,
    "subscribers": people.measure,
    "reports": reports.measure,
    "start": others.measure_start,
    "viewers": viewers.measure,
}
ELSEWHERE = (
    not_measured("kill -9 at random instants", "0 lost, 0 doubled", "dawncast drill shows it"),
)


@dataclass(frozen=True, slots=True)
class BenchResult:
    """The table, and the ratios under their own names."""

    rows: list[Row]

    def as_json(self) -> dict[str, Any]:
        """For programs: the rows, and what the sends cost at the top."""
        return cost.as_figures(self.rows) | {"rows": [row.as_json() for row in self.rows]}


def run_bench(tools: Tools, only: Collection[str] = ()) -> BenchResult:
    """Measure. only: names of PIECES, or none for all of them."""
    rows: list[Row] = []
    for name, measure in PIECES.items():
        if only and name not in only:
            continue
        try:
            rows += measure(tools)
        except RunError as error:
            rows.append(failed(name, "", str(error)))
    if not only:
        rows += ELSEWHERE
    return BenchResult(rows)

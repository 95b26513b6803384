"""The bench's verdicts: what was measured decides, and a run that failed never holds."""

import json
import sys
from typing import Any

from engine.trials.bench import floors, intake, others
from engine.trials.bench.run import PIECES, run_bench
from engine.trials.bench.table import Row, Verdict
from engine.trials.bench.tools import Tools
from engine.trials.options import MorningResult

GOOD: dict[str, Any] = MorningResult(
    targeted=2_000,
    handed_over=2_000,
    floor_s=6.25,
    send_s=6.26,
    time_over_floor=1.002,
    max_per_second=80,
    peak_rss_mb=100.0,
    wall_s=2.0,
    webhooks_per_second=1_000.0,
    webhooks_p99_ms=20.0,
    webhooks_refused=0,
).as_json()


def tools(**found: Any) -> Tools:
    """Tools whose every morning finds this; None stands for a run that fails."""
    says = json.dumps(GOOD | found)
    code = f"print({says!r})" if None not in found.values() else "raise SystemExit('no')"
    return Tools(
        morning=lambda options: [sys.executable, "-c", code],
        serve=lambda home, port: [sys.executable, "-c", "raise SystemExit(1)"],
        two_routes=[],
        pages=[],
        onlookers=[],
        screen=[],
        quick=True,
        tell=lambda said: None,
    )


def verdicts(rows: list[Row]) -> set[Verdict]:
    return {row.verdict for row in rows}


def test_what_keeps_its_goal_holds() -> None:
    given = tools()

    assert verdicts(floors.measure_time(given)) == {Verdict.HOLDS}
    assert verdicts(floors.measure_memory(given)) == {Verdict.HOLDS}
    assert verdicts(intake.measure_beside(given)) == {Verdict.HOLDS}
    assert verdicts(others.measure_simulated(given)) == {Verdict.HOLDS}


def test_what_misses_its_goal_does_not_hold() -> None:
    missed = Verdict.MISSED
    for found in ({"time_over_floor": 1.02}, {"rate_errors": 1}, {"max_per_second": 81}):
        assert verdicts(floors.measure_time(tools(**found))) == {missed}, found
    assert verdicts(floors.measure_memory(tools(peak_rss_mb=121.0))) == {missed}
    for found in (
        {"webhooks_per_second": 900.0},
        {"webhooks_p99_ms": 51.0},
        {"webhooks_refused": 1},
        {"time_over_floor": 1.02},
    ):
        assert verdicts(intake.measure_beside(tools(**found))) == {missed}, found
    assert verdicts(others.measure_simulated(tools(wall_s=3.1))) == {missed}


def test_a_run_that_fails_does_not_hold_and_says_why() -> None:
    given = tools(wall_s=None)

    for rows in (floors.measure_time(given), others.measure_start(given)):
        assert verdicts(rows) == {Verdict.MISSED}
        assert all(row.why.startswith("The run failed") for row in rows)


def test_one_piece_alone_is_one_piece_alone() -> None:
    found = run_bench(tools(), ["memory"])

    assert [row.name for row in found.rows] == ["memory, 2,000 × 4"]
    assert json.loads(json.dumps(found.as_json()))["rows"][0]["verdict"] == "holds"
    assert len(PIECES) == 14

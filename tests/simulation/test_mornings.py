"""Every scenario meets its table, and the same seed is the same morning (spec R2, Z1)."""

from dataclasses import asdict

import pytest

from engine.simulator.scenarios import EXPECTED
from engine.trials.options import MorningOptions
from engine.trials.simulated import run_simulated


@pytest.mark.parametrize("scenario", EXPECTED)
def test_a_morning_comes_to_what_its_scenario_promises(scenario: str) -> None:
    result, _ = run_simulated(
        MorningOptions(subscribers=300, senders=3, rate=20.0, scenario=scenario, seed=4)
    )

    assert result.targeted == 300
    assert EXPECTED[scenario].misses(asdict(result)) == []
    assert result.max_per_second <= 20


def attempts_of(seed: int, pacing: str) -> str:
    """The digest of a morning's attempt log."""
    options = MorningOptions(
        subscribers=100, senders=2, scenario="timeout_after_accept", pacing=pacing, seed=seed
    )
    return run_simulated(options)[1]


@pytest.mark.parametrize("pacing", ["fastest", "jittered"])
def test_the_same_seed_is_the_same_morning_attempt_for_attempt(pacing: str) -> None:
    assert attempts_of(9, pacing) == attempts_of(9, pacing)


def test_another_seed_is_another_morning() -> None:
    assert attempts_of(9, "fastest") != attempts_of(10, "fastest")


def test_one_lane_takes_no_longer_than_its_rate_allows() -> None:
    result, _ = run_simulated(MorningOptions(subscribers=300, senders=1, rate=80.0))

    assert result.time_over_floor is not None
    assert result.time_over_floor <= 1.01
    assert (result.max_per_second, result.rate_errors) == (80, 0)


def test_an_even_morning_fills_its_window_and_ends_inside_it() -> None:
    result, _ = run_simulated(
        MorningOptions(subscribers=300, senders=3, pacing="even", window_seconds=40.0)
    )

    assert (result.targeted, result.lost, result.doubled) == (300, 0, 0)
    assert (result.window_s, result.after_window) == (40.0, 0)
    assert 33 < result.send_s < 35, "five seconds are for the last answers"
    assert result.time_over_floor is not None
    assert result.time_over_floor <= 1.01
    assert result.max_per_second <= 4, "and it was never in a hurry"

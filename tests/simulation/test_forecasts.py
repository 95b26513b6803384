"""Forecasts held against what then happened: what counts as right, and a morning of each family."""

import math

import pytest

from engine.trials.forecasts.family import BUILDING, EARLY_SECONDS, JUDGING, draw
from engine.trials.forecasts.judging import Point, judge


def point(truth: float, foretold: float, line: float, band: float = 10.0) -> Point:
    return Point(
        seed=1,
        truth=truth,
        foretold=foretold,
        low=foretold - band,
        high=foretold + band,
        line=line,
    )


def test_the_seeds_of_building_and_of_judging_are_apart():
    assert not set(BUILDING) & set(JUDGING)


def test_a_seed_draws_the_same_morning_with_faults_that_begin_in_time():
    for seed in BUILDING[:50]:
        drawn = draw(seed, latest=EARLY_SECONDS)
        assert drawn == draw(seed, latest=EARLY_SECONDS)
        assert all(one.after < EARLY_SECONDS for one in drawn.scenario.faults)
        assert drawn.scenario.faults


def test_never_foretold_and_never_reached_is_right_and_one_alone_is_wrong_without_end():
    judged = judge([point(math.inf, math.inf, 70.0)])

    assert (judged.error, judged.line_error, judged.inside) == (0.0, math.inf, 1.0)
    assert judge([point(100.0, math.inf, 70.0)]).error == math.inf


def test_the_error_is_a_median_and_the_band_is_counted():
    judged = judge([point(100, 101, 90), point(100, 104, 80), point(100, 150, 70)])

    assert (judged.error, judged.line_error) == (4, 20)
    assert judged.inside == pytest.approx(2 / 3)

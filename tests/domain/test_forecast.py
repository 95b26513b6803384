"""The forecast is right about mornings that can be reckoned by hand, and about a drawn one."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.forecast import Forecast, forecast

NOW = datetime(2026, 11, 22, 0, 30, 20, tzinfo=UTC)
TWO_SECONDS = [2.0] * 100


def after(forecast: Forecast | None) -> float:
    assert forecast is not None
    return (forecast.at - NOW).total_seconds()


def test_one_lane_and_phones_that_take_two_seconds() -> None:
    """1,000 at 50/s: the 990th leaves after 19.8 s and is there 2 s later."""
    foretold = forecast(
        targeted=1000,
        delivered=0,
        unsent_by_lane={1: 1000},
        rates={1: 50.0},
        lag_seconds=TWO_SECONDS,
        now=NOW,
    )
    assert after(foretold) == pytest.approx(21.8, abs=0.01)


def test_the_longest_lane_decides() -> None:
    even = forecast(
        targeted=1000,
        delivered=0,
        unsent_by_lane={1: 500, 2: 500},
        rates={1: 50.0, 2: 50.0},
        lag_seconds=TWO_SECONDS,
        now=NOW,
    )
    uneven = forecast(
        targeted=1000,
        delivered=0,
        unsent_by_lane={1: 900, 2: 100},
        rates={1: 50.0, 2: 50.0},
        lag_seconds=TWO_SECONDS,
        now=NOW,
    )
    assert after(even) == pytest.approx(11.9, abs=0.01)
    assert after(uneven) == pytest.approx(19.8, abs=0.01)


def test_what_is_on_its_way_is_the_slow_tail() -> None:
    """All sent at once, lags 1 to 100 s, the first 95 have arrived: the 99th comes 4 s from now."""
    foretold = forecast(
        targeted=100,
        delivered=95,
        unsent_by_lane={},
        rates={},
        lag_seconds=[float(n) for n in range(1, 101)],
        now=NOW,
    )
    assert after(foretold) == pytest.approx(4.0, abs=0.01)


def test_it_foretells_a_drawn_morning_from_its_middle() -> None:
    """Two lanes at 80/s, log-normal phones: told at half time, the instant that really came."""
    rng = Random(7)
    arrivals = sorted(
        number / 160 + min(60.0, rng.lognormvariate(0.7, 0.9)) for number in range(8000)
    )
    really = arrivals[7920 - 1]
    rng = Random(7)
    lags = [min(60.0, rng.lognormvariate(0.7, 0.9)) for _ in range(4000)]
    seen = [lag for number, lag in enumerate(lags) if number / 160 + lag <= 25.0]
    foretold = forecast(
        targeted=8000,
        delivered=len(seen),
        unsent_by_lane={1: 2000, 2: 2000},
        rates={1: 80.0, 2: 80.0},
        lag_seconds=seen,
        now=NOW,
    )
    assert foretold is not None
    assert 25.0 + after(foretold) == pytest.approx(really, abs=2.0)
    assert foretold.low <= NOW + timedelta(seconds=really - 25.0) <= foretold.high


def test_it_is_reached_when_it_is_reached() -> None:
    foretold = forecast(
        targeted=100, delivered=99, unsent_by_lane={1: 1}, rates={}, lag_seconds=[], now=NOW
    )
    assert foretold == Forecast(NOW, NOW, NOW)


def test_a_lane_that_stands_still_makes_it_unforetellable_unless_it_hardly_matters() -> None:
    def told(waiting: int, rate: float) -> Forecast | None:
        return forecast(
            targeted=1000,
            delivered=500,
            unsent_by_lane={1: 500 - waiting, 2: waiting},
            rates={1: 80.0, 2: rate},
            lag_seconds=TWO_SECONDS,
            now=NOW,
        )

    assert told(11, 0.0) is None
    assert told(10, 0.0) is not None
    assert told(11, 1.0) is not None


def test_before_enough_has_arrived_nobody_can_say() -> None:
    def told(lags: list[float], targeted: int = 100) -> Forecast | None:
        return forecast(
            targeted=targeted,
            delivered=0,
            unsent_by_lane={1: targeted},
            rates={1: 80.0},
            lag_seconds=lags,
            now=NOW,
        )

    assert told([2.0] * 19) is None
    assert told([2.0] * 20) is not None
    assert told([2.0] * 20, targeted=0) is None


LAGS = st.lists(st.floats(0, 120), min_size=20, max_size=60)


@given(st.integers(1, 5000), st.integers(0, 100), st.floats(1, 80), LAGS)
def test_the_band_holds_the_forecast_and_a_faster_lane_is_never_later(
    unsent: int, arrived: int, rate: float, lags: list[float]
) -> None:
    def told(rate: float) -> Forecast | None:
        return forecast(
            targeted=unsent + arrived + 50,
            delivered=arrived,
            unsent_by_lane={"a": unsent, "b": 20},
            rates={"a": rate, "b": 10.0},
            lag_seconds=lags,
            now=NOW,
        )

    slow, fast = told(rate), told(rate * 2)
    assert slow is not None
    assert fast is not None
    assert NOW <= slow.low <= slow.at <= slow.high
    assert fast.at <= slow.at + timedelta(milliseconds=1)

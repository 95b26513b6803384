"""When enough of many messages will have arrived: held against the dice themselves."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.arrivals import Departures, arrival
from engine.simulator.curves import LogNormal, Uniform, long_tail, measured

PHONES = long_tail(median=2.0, p99=60.0)


def departed(
    count: int, over: float, curve: LogNormal = PHONES, reaches: float = 0.997, spread: float = 1.0
) -> Departures:
    left = [(over * place / count, 1.0) for place in range(count)]
    return Departures(left=left, curve=curve, reaches=reaches, spread=spread)


def thrown(rng: Random, one: Departures, allowed: int) -> float:
    """One morning by dice: when no more than `allowed` are missing."""
    instants = sorted(
        at + one.curve.at(rng.random()) if rng.random() < one.reaches else float("inf")  # type: ignore[attr-defined]
        for at, _ in one.left
    )
    return instants[len(instants) - 1 - allowed]


@pytest.mark.parametrize(("people", "over"), [(60, 150.0), (400, 25.0), (2_000, 150.0)])
def test_the_middle_and_the_band_are_those_of_many_mornings(people: int, over: float) -> None:
    one = departed(people, over)
    found = arrival([one], people=people, share=0.99, lost=0, ends=900.0)
    rng, allowed = Random(4), people - -(-99 * people // 100)
    mornings = sorted(thrown(rng, one, allowed) for _ in range(400))
    within = [
        sum(at <= (edge or 900.0) for at in mornings) / 400 for edge in (found.low, found.high)
    ]
    assert found.at == pytest.approx(mornings[200], rel=0.05)
    assert within[0] == pytest.approx(0.1, abs=0.06)
    assert within[1] == pytest.approx(0.9, abs=0.06)


def test_where_more_are_lost_than_may_be_missing_it_is_never() -> None:
    one = departed(97, 10.0)
    found = arrival([one], people=100, share=0.99, lost=3, ends=900.0)
    assert (found.at, found.low, found.high, found.never) == (None, None, None, 1.0)


def test_who_is_lost_makes_it_later_and_never_sooner() -> None:
    one = departed(1_000, 60.0)
    at = [
        arrival([one], people=1_000 + lost, share=0.99, lost=lost, ends=900.0).at
        for lost in (0, 3, 6)
    ]
    assert at == sorted(at, key=lambda found: found or 1e9)
    assert at[0] != at[2]


def test_a_wider_spread_of_mornings_is_a_wider_band_around_the_same_middle() -> None:
    narrow, wide = (
        arrival([departed(2_000, 20.0, spread=s)], people=2_000, share=0.99, lost=0, ends=900.0)
        for s in (1.0, 1.5)
    )
    assert (wide.high or 0) - (wide.low or 0) > 1.5 * ((narrow.high or 0) - (narrow.low or 0)) > 0
    assert wide.at == pytest.approx(narrow.at, rel=0.12)


@given(st.floats(0.01, 0.99))
def test_a_curve_and_its_shares_are_each_other_s_inverse(chance: float) -> None:
    seen = measured({0: 50, 1: 30, 3: 15, 40: 5})
    for curve in (PHONES, Uniform(0.1, 0.3), seen):
        assert curve.within(curve.at(chance)) == pytest.approx(chance, abs=1e-6)


def test_what_was_counted_by_seconds_has_the_median_it_was_counted_from() -> None:
    rng = Random(2)
    counted: dict[int, int] = {}
    for _ in range(20_000):
        second = round(PHONES.at(rng.random()))
        counted[second] = counted.get(second, 0) + 1
    seen = measured(counted)
    for share in (0.5, 0.9, 0.99):
        assert seen.at(share) == pytest.approx(PHONES.at(share), rel=0.1)

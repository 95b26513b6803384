"""What may be said of two wordings: against published figures, and for any numbers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.domain.ab_test import (
    LATE_NEWS,
    LEAST_PEOPLE,
    WITHIN,
    Counts,
    Finding,
    Share,
    is_over,
    judge,
    judge_shares,
    newcombe,
    note,
    wilson,
)
from engine.domain.delivery import State
from engine.domain.reporting import Fact

OPENS = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


@st.composite
def shares(draw: st.DrawFn, least: int = 1) -> Share:
    of = draw(st.integers(least, 200_000))
    return Share(draw(st.integers(0, of)), of)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe 1998, table II, method 10: intervals of p1 - p2.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_the_interval_is_the_published_one(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = newcombe(Share(*second), Share(*first))
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_one_share_lies_where_wilson_says(hits: int, of: int, low: float, high: float) -> None:
    found = wilson(Share(hits, of))
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@given(shares(), shares())
def test_the_difference_lies_in_its_interval_and_that_between_minus_one_and_one(
    a: Share, b: Share
) -> None:
    found = newcombe(a, b)
    assert -1 - 1e-9 <= found.low <= b.rate - a.rate <= found.high <= 1 + 1e-9


@given(shares(), shares())
def test_to_change_the_two_names_changes_the_sign_and_nothing_else(a: Share, b: Share) -> None:
    one, other = newcombe(a, b), newcombe(b, a)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
    swapped = {Finding.A_MORE: Finding.B_MORE, Finding.B_MORE: Finding.A_MORE}
    found = judge_shares(a, b).finding
    assert judge_shares(b, a).finding is swapped.get(found, found)


@given(shares(least=LEAST_PEOPLE))
def test_two_that_are_the_same_are_never_told_apart(share: Share) -> None:
    assert judge_shares(share, share).finding in {Finding.ALIKE, Finding.TOO_FEW}


@given(shares(), shares())
def test_more_people_with_the_same_shares_never_know_less(a: Share, b: Share) -> None:
    widths: list[float] = []
    for times in (1, 10, 100):
        found = newcombe(Share(a.hits * times, a.of * times), Share(b.hits * times, b.of * times))
        widths.append(found.high - found.low)
    assert all(more <= less + 1e-12 for less, more in pairwise(widths))


@given(shares(), shares())
def test_what_is_found_is_what_the_interval_says(a: Share, b: Share) -> None:
    found = judge_shares(a, b)
    assume(found.interval is not None)
    assert found.interval is not None
    outside = found.interval.low > 0 or found.interval.high < 0
    assert (found.finding is Finding.ALIKE) == (not outside)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((60, 99), (600, 900)),
        ((4, 1_000), (4, 1_000)),
        ((998, 1_000), (999, 1_000)),
        ((0, 0), (0, 0)),
    ],
)
def test_too_few_people_say_nothing(a: tuple[int, int], b: tuple[int, int]) -> None:
    found = judge_shares(Share(*a), Share(*b))
    assert (found.finding, found.interval) == (Finding.TOO_FEW, None)
    assert f"n = {a[1]:,} and {b[1]:,}" in note(found)


def test_what_is_said_names_the_numbers_it_rests_on() -> None:
    said = note(judge_shares(Share(700, 1_000), Share(760, 1_000)))
    assert said.startswith("Wording B was read more (B minus A +6.0 points, 95 % interval +2.1 to")
    assert "n = 1,000 and 1,000" in said
    alike = note(judge_shares(Share(700, 1_000), Share(710, 1_000)))
    assert alike.startswith("No difference was shown")
    assert "5.7 points in four of five" in alike


def test_nothing_is_judged_before_the_day_after_the_opening_is_over() -> None:
    many = Counts(delivered=10_000, read=9_000), Counts(delivered=10_000, read=1_000)
    early = judge(*many, day_over=False)
    assert (early.finding, early.interval) == (Finding.WAITS, None)
    assert "judged once" in note(early)
    assert judge(*many, day_over=True).finding is Finding.A_MORE
    over = OPENS + WITHIN + LATE_NEWS
    assert not is_over(OPENS, over - timedelta(seconds=1))
    assert is_over(OPENS, over)


READ = Fact(
    state=State.READ,
    sender=1,
    tier="BASIC",
    language="EN",
    region="",
    template="",
    variant="",
    category="UTILITY",
    phone=None,
    bsuid=None,
    planned_at=OPENS,
    opted_out_at=None,
    sent_at=None,
    accepted_at=OPENS + timedelta(minutes=1),
    delivered_at=None,
    read_at=None,
    error_code=None,
    attempts=1,
    wording="A",
)


def fact(**stamps: datetime) -> Fact:
    return replace(READ, **stamps)


def test_what_comes_a_day_after_the_opening_counts_for_neither() -> None:
    counts, late = Counts(), OPENS + WITHIN + timedelta(seconds=1)
    in_time = OPENS + WITHIN
    counts.take(fact(read_at=in_time), targeted=True, opens_at=OPENS)
    counts.take(fact(delivered_at=in_time, read_at=late), targeted=True, opens_at=OPENS)
    counts.take(fact(replied_at=in_time, stopped_at=late), targeted=False, opens_at=OPENS)
    assert counts == Counts(targeted=2, delivered=2, read=1, replied=1)


def test_who_said_stop_before_it_was_sent_did_not_say_so_to_it() -> None:
    counts = Counts()
    counts.take(fact(stopped_at=OPENS), targeted=True, opens_at=OPENS)
    counts.take(fact(stopped_at=OPENS + timedelta(hours=1)), targeted=True, opens_at=OPENS)
    assert counts.stopped == 1

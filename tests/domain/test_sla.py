"""The verdicts hold to the second and to the person, and never round in our favour."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.sla import (
    Fate,
    Miss,
    Percentiles,
    Standing,
    Tally,
    Verdict,
    in_time,
    is_targeted,
    missed,
    percentiles,
    standing,
    tally,
    verdicts,
)

OPENS = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)
CLOSES = datetime(2026, 11, 22, 0, 35, tzinfo=UTC)
SECOND = timedelta(seconds=1)
EARLY = OPENS + 30 * SECOND
LATE = CLOSES + SECOND


def verdict(count: int, of: int) -> Verdict:
    return Verdict(count=count, of=of, goal=Fraction(99, 100), standing=Standing.FINAL)


def test_the_second_of_the_close_counts_whole() -> None:
    assert in_time(CLOSES, CLOSES)
    assert in_time(CLOSES + timedelta(milliseconds=999), CLOSES)
    assert not in_time(CLOSES + SECOND, CLOSES)
    assert not in_time(None, CLOSES)


def test_more_than_the_goal_is_met_and_exactly_the_goal_is_not() -> None:
    assert verdict(1980, 2000).met is False
    assert verdict(1981, 2000).met is True
    assert verdict(1980, 2000).missing == 1
    assert verdict(1981, 2000).missing == 0
    assert verdict(2000, 2000).share == 1.0


def test_of_a_handful_everybody_must_have_it() -> None:
    assert verdict(50, 50).met is True
    assert verdict(49, 50).met is False
    assert verdict(49, 50).missing == 1


def test_nobody_targeted_is_neither_met_nor_missed() -> None:
    assert verdict(0, 0).met is None
    assert verdict(0, 0).share is None
    assert verdict(0, 0).missing == 0


@given(st.integers(1, 10**7), st.data())
def test_the_missing_people_are_exactly_those_the_goal_needs(of: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, of))
    missing = verdict(count, of).missing
    assert verdict(count + missing, of).met
    if missing:
        assert not verdict(count + missing - 1, of).met


@pytest.mark.parametrize(
    ("now", "worth"),
    [
        (OPENS, Standing.RUNNING),
        (CLOSES + timedelta(milliseconds=500), Standing.RUNNING),
        (CLOSES + SECOND, Standing.PROVISIONAL),
        (CLOSES + timedelta(seconds=599), Standing.PROVISIONAL),
        (CLOSES + timedelta(minutes=10), Standing.FINAL),
    ],
)
def test_a_verdict_is_provisional_until_ten_minutes_after_the_close(
    now: datetime, worth: Standing
) -> None:
    assert standing(CLOSES, now) is worth


def test_who_opted_out_before_their_instant_is_not_targeted() -> None:
    assert is_targeted(None, EARLY)
    assert not is_targeted(EARLY - SECOND, EARLY)
    assert is_targeted(EARLY, EARLY)
    assert is_targeted(EARLY + SECOND, EARLY)
    assert not is_targeted(EARLY, None)


@pytest.mark.parametrize(
    ("fate", "whose"),
    [
        (Fate(planned_at=EARLY, sent_at=EARLY, delivered_at=EARLY), None),
        (Fate(planned_at=EARLY, read_at=CLOSES), None),
        (Fate(planned_at=EARLY, sent_at=LATE, delivered_at=LATE), Miss.OURS),
        (Fate(planned_at=EARLY), Miss.OURS),
        (Fate(planned_at=EARLY, error_code=132015), Miss.OURS),
        (Fate(planned_at=EARLY, sent_at=EARLY, error_code=131053), Miss.OURS),
        (Fate(planned_at=EARLY, sent_at=EARLY), Miss.PHONES),
        (Fate(planned_at=EARLY, sent_at=EARLY, delivered_at=LATE), Miss.PHONES),
        (Fate(planned_at=EARLY, error_code=131026), Miss.PHONES),
        (Fate(planned_at=EARLY, error_code=131049), Miss.PHONES),
        # Refused by the cap in the morning, delivered after all by a late retry.
        (Fate(planned_at=EARLY, sent_at=LATE, delivered_at=LATE, error_code=131049), Miss.PHONES),
        (Fate(planned_at=EARLY, sent_at=EARLY, delivered_at=LATE, error_code=131000), Miss.PHONES),
        (Fate(planned_at=EARLY, sent_at=LATE, delivered_at=LATE, error_code=131000), Miss.OURS),
    ],
)
def test_ours_and_the_phones_are_told_apart(fate: Fate, whose: Miss | None) -> None:
    assert missed(fate, CLOSES) is whose


def test_a_morning_is_counted_person_by_person() -> None:
    fates = [
        *[Fate(planned_at=EARLY, sent_at=EARLY, delivered_at=EARLY)] * 5,
        Fate(planned_at=EARLY, sent_at=EARLY, delivered_at=LATE),
        Fate(planned_at=EARLY, delivered_at=CLOSES),
        Fate(planned_at=EARLY, error_code=131026),
        Fate(planned_at=EARLY, sent_at=LATE),
        Fate(planned_at=EARLY, opted_out_at=OPENS),
    ]
    counted = tally(fates, CLOSES)
    assert counted == Tally(targeted=9, handed_over=7, delivered=6, missed_ours=1, missed_phones=2)
    both = verdicts(counted, closes_at=CLOSES, now=LATE)
    assert both.handed_over.count == 7
    assert both.delivered.count == 6
    assert both.delivered.of == 9
    assert both.delivered.standing is Standing.PROVISIONAL


STAMPS = st.none() | st.sampled_from([EARLY, CLOSES, LATE])


@given(
    st.lists(
        st.builds(
            Fate,
            planned_at=st.just(EARLY),
            opted_out_at=st.none() | st.sampled_from([OPENS, LATE]),
            sent_at=STAMPS,
            delivered_at=STAMPS,
            read_at=STAMPS,
            error_code=st.sampled_from([None, 131026, 131049, 131000, 132015]),
        )
    )
)
def test_nobody_is_left_out_of_the_count_or_counted_twice(fates: list[Fate]) -> None:
    counted = tally(fates, CLOSES)
    assert counted.delivered + counted.missed_ours + counted.missed_phones == counted.targeted
    assert counted.delivered <= counted.handed_over <= counted.targeted <= len(fates)


def test_percentiles_are_times_that_occurred() -> None:
    assert percentiles([]) is None
    assert percentiles([4.0]) == Percentiles(4.0, 4.0, 4.0)
    assert percentiles([float(n) for n in range(20, 0, -1)]) == Percentiles(10.0, 19.0, 20.0)
    assert percentiles([float(n) for n in range(1, 101)]) == Percentiles(50.0, 95.0, 99.0)

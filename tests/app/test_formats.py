"""Numbers as an Indian reader groups them, times in IST, durations in words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import formats

SIX = datetime(2026, 11, 22, 0, 33, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1,000"),
        (12_345, "12,345"),
        (1_23_456, "1,23,456"),
        (12_34_567, "12,34,567"),
        (1_00_00_000, "1,00,00,000"),
        (-1_23_456, "−1,23,456"),
        (None, "–"),
    ],
)
def test_digits_are_grouped_as_in_india(value: int | None, said: str) -> None:
    assert formats.number(value) == said


@given(st.integers(min_value=0, max_value=10**15))
def test_grouping_loses_no_digit(value: int) -> None:
    said = formats.number(value)
    assert int(said.replace(",", "")) == value
    assert all(len(group) == 2 for group in said.split(",")[1:-1])


def test_a_percentage_never_rounds_up_to_a_promise() -> None:
    assert formats.percent(98.96) == "98.9 %"
    assert formats.percent(99.0) == "99.0 %"
    assert formats.percent(100.0) == "100.0 %"
    assert formats.percent(29.0 / 100 * 100) == "29.0 %"
    assert formats.percent(None) == "–"


def test_times_are_indias() -> None:
    assert formats.time(SIX) == "06:03:12"
    assert formats.time_with_zone(SIX) == "06:03:12 IST"
    assert formats.minute(SIX) == "06:03:12"
    assert formats.minute(SIX - timedelta(seconds=12)) == "06:03"
    assert formats.day(datetime(2026, 11, 21, 20, 0, tzinfo=UTC)) == "Sun 22 Nov"
    assert formats.moment(SIX) == "Sun 22 Nov 2026, 06:03:12 IST"


@pytest.mark.parametrize(
    ("length", "said"),
    [(0, "0 s"), (45, "45 s"), (200, "3 min 20 s"), (7_500, "2 h 5 min"), (90_000, "1 d 1 h")],
)
def test_durations_are_said_in_two_units(length: int, said: str) -> None:
    assert formats.duration(timedelta(seconds=length)) == said


def test_what_took_how_long() -> None:
    told = [formats.seconds(value) for value in (0.42, 3.1, 41.2, 9.96, 400, None)]
    assert told == ["0.4 s", "3.1 s", "41 s", "10 s", "7 min", "–"]


def test_past_and_future_are_told_apart() -> None:
    assert formats.ago(SIX, SIX + timedelta(minutes=3)) == "3 min ago"
    assert formats.ago(SIX, SIX - timedelta(minutes=3)) == "in 3 min"
    assert formats.ago(None, SIX) == "never"


def test_a_phone_shows_its_tail_only() -> None:
    assert formats.phone_tail("+91 98123 44101") == "+91 ·· 4101"
    assert formats.phone_tail(None) == "–"
    assert "8123" not in formats.phone_tail("+919812344101")


def test_a_count_knows_its_plural() -> None:
    assert formats.count(1, "subscriber") == "1 subscriber"
    assert formats.count(2_000, "subscriber") == "2,000 subscribers"
    assert formats.count(2, "reply", "replies") == "2 replies"


def test_a_hash_is_short_enough_to_compare_by_eye() -> None:
    assert formats.short_hash("9f3c00000000a1") == "9f3c…a1"
    assert formats.short_hash(None) == "–"

"""By when a day must be approved; what changed between two texts; whether uploads fit."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain import brand
from engine.domain.cut_off import Phase, deadlines, on_the_minute
from engine.domain.test_message import AT_ONCE, WITHIN, marked, parse, too_many, tracker
from engine.domain.text_diff import differences

AT = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = deadlines(at=AT, cut_off=30 * MINUTE, reminder=30 * MINUTE, last_call=5 * MINUTE)


@pytest.mark.parametrize(
    ("before_six", "phase"),
    [
        (61, Phase.EARLY),
        (60, Phase.REMINDED),
        (31, Phase.REMINDED),
        (30, Phase.LATE),
        (6, Phase.LATE),
        (5, Phase.CLOSED),
        (0, Phase.CLOSED),
    ],
)
def test_each_instant_belongs_to_what_it_begins(before_six: int, phase: Phase) -> None:
    assert DAY.phase(AT - before_six * MINUTE) is phase


def test_a_last_call_before_the_cut_off_is_at_the_cut_off() -> None:
    odd = deadlines(at=AT, cut_off=5 * MINUTE, reminder=MINUTE, last_call=30 * MINUTE)
    assert odd.last_call == odd.cut_off


def test_the_time_of_a_schedule_is_behind_its_utility_opening() -> None:
    assert on_the_minute(AT - timedelta(seconds=30)) == AT
    assert on_the_minute(AT) == AT


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_pieces_of_a_difference_are_both_texts(before: str, after: str) -> None:
    pieces = differences(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after


def test_a_changed_word_is_told_and_not_the_whole_line() -> None:
    pieces = differences("निफ्टी 24,200 पर स्थिर", "निफ्टी 24,180 पर स्थिर")
    assert [piece.text for piece in pieces if piece.kind == "gone"] == ["24,200"]
    assert [piece.text for piece in pieces if piece.kind == "new"] == ["24,180"]


def test_uploads_are_reckoned_ten_at_once() -> None:
    room = timedelta(minutes=25)
    shared = brand.shared(1, 6, room=room, seconds=2.0)
    assert (shared.files, shared.takes, shared.fits) == (6, timedelta(seconds=2), True)
    most = brand.readers_that_fit(room, 2.0)
    assert brand.personal(most, room=room, seconds=2.0).fits
    assert not brand.personal(most + 10, room=room, seconds=2.0).fits


def test_a_test_says_that_it_is_one_in_its_first_value() -> None:
    assert marked(("Asha", "Nifty")) == ("TEST · Asha", "Nifty")
    assert marked(()) == ()


def test_tests_are_bounded_by_pair_rate_and_by_ten_minutes() -> None:
    assert too_many([], AT) is None
    assert "6 seconds" in (too_many([AT - timedelta(seconds=3)], AT) or "")
    many = [AT - timedelta(seconds=30 * number) for number in range(1, AT_ONCE + 1)]
    assert "again in" in (too_many(many, AT) or "")
    assert too_many(many, AT + WITHIN) is None


@given(st.integers(min_value=1, max_value=10**8))
def test_a_tests_tracker_is_read_back_and_is_no_deliverys(number: int) -> None:
    assert parse(tracker(number, "ab" * 32)) == (number, "ab" * 8)
    assert parse(f"dc.{number}.1.{'a' * 16}") is None

"""When a backup is due, and which ones are let go."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.keeping import Kept, is_due, let_go, trouble

IST = ZoneInfo("Asia/Kolkata")
NIGHT = datetime(2026, 11, 25, 21, 0, tzinfo=UTC)
"""02:30 in India, on the 26th."""


def kept(days: int, per_day: int = 1) -> list[Kept]:
    return [
        Kept(day * per_day + turn, NIGHT - timedelta(days=day, hours=turn), f"{day}.{turn}")
        for day in range(days)
        for turn in range(per_day)
    ]


def test_the_newest_of_each_day_and_of_each_week_stays() -> None:
    everything = kept(60, per_day=2)
    gone = let_go(everything, daily=7, weekly=4, zone=IST)
    stays = [one for one in everything if one not in gone]
    days = {one.at.astimezone(IST).date() for one in stays}
    assert len(stays) == len(days), "one of a day"
    assert {(NIGHT - timedelta(days=back)).astimezone(IST).date() for back in range(7)} <= days
    weeks = {day.isocalendar()[:2] for day in days}
    assert len(weeks) == 4


@given(st.integers(0, 40), st.integers(1, 20), st.integers(0, 10))
def test_the_newest_of_all_never_goes(days: int, daily: int, weekly: int) -> None:
    everything = kept(days)
    gone = let_go(everything, daily=daily, weekly=weekly, zone=IST)
    assert everything[:1] == [one for one in everything[:1] if one not in gone]
    assert len(everything) - len(gone) <= daily + weekly


@pytest.mark.parametrize(
    ("minutes", "last_hours_ago", "due"),
    [(-1, 23, False), (0, 24, True), (0, None, True), (600, 9, False), (-1, 30, True)],
)
def test_a_backup_is_due_once_a_day_and_at_the_first_chance_when_none_was(
    minutes: int, last_hours_ago: int | None, due: bool
) -> None:
    now = NIGHT + timedelta(minutes=minutes)
    last = None if last_hours_ago is None else now - timedelta(hours=last_hours_ago)
    assert is_due(now, time(2, 30), IST, last) is due


def test_what_is_wrong_with_the_backups_is_a_sentence() -> None:
    assert trouble(NIGHT, NIGHT - timedelta(hours=25), "") == ""
    assert "2 days old" in trouble(NIGHT, NIGHT - timedelta(days=2), "")
    assert "no backup yet" in trouble(NIGHT, None, "")
    assert "no space" in trouble(NIGHT, NIGHT, "no space left")

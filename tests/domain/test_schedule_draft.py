"""A schedule is taken as it was typed, or refused with a sentence for each field."""

from datetime import UTC, datetime, time, timedelta

import pytest

from engine.domain.canary import CanaryRule
from engine.domain.planning import Pacing
from engine.domain.schedule import EVERY_DAY, Kind, LatePolicy
from engine.domain.schedule_draft import FIELDS, ScheduleDraft, read_draft

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
DAILY = {
    "name": " Morning   note ",
    "kind": "daily",
    "at": "06:00",
    "zone": "Asia/Kolkata",
    "weekdays": "12345",
    "pacing": "even",
    "window_minutes": "4",
    "late_policy": "ask",
    "late_minutes": "15",
    "canary": "yes",
    "wait_seconds": "20",
    "failures": "0",
    "failure_percent": "5",
}
ONCE = DAILY | {"kind": "once", "day": "2026-11-30", "at": "18:30", "content": "7"}


def draft(**changed: str) -> ScheduleDraft:
    read = read_draft(DAILY | changed, NOW)
    assert isinstance(read, ScheduleDraft), read
    return read


def wrong(typed: dict[str, str]) -> dict[str, str]:
    read = read_draft(typed, NOW)
    assert not isinstance(read, ScheduleDraft)
    return {one.field: one.words for one in read}


def test_a_daily_schedule_is_taken_as_typed() -> None:
    assert draft() == ScheduleDraft(
        name="Morning note",
        kind=Kind.DAILY,
        at=time(6),
        zone="Asia/Kolkata",
        once_at=None,
        weekdays=frozenset({1, 2, 3, 4, 5}),
        content=None,
        pacing=Pacing.EVEN,
        window=timedelta(minutes=4),
        late_policy=LatePolicy.ASK,
        late_after=timedelta(minutes=15),
        canary=True,
        rule=CanaryRule(wait=timedelta(seconds=20), failures=0, percent=5),
    )


def test_a_one_off_opens_at_its_own_zones_time_on_its_day() -> None:
    read = read_draft(ONCE, NOW)
    assert isinstance(read, ScheduleDraft)
    assert read.once_at == datetime(2026, 11, 30, 13, 0, tzinfo=UTC)
    assert (read.content, read.weekdays) == (7, EVERY_DAY)
    there = read_draft(ONCE | {"zone": "America/New_York"}, NOW)
    assert isinstance(there, ScheduleDraft)
    assert there.once_at == datetime(2026, 11, 30, 23, 30, tzinfo=UTC)


def test_a_daily_one_sends_what_is_approved_for_its_day_whatever_was_chosen() -> None:
    assert draft(content="7").content is None


def test_an_empty_window_is_the_usual_one() -> None:
    assert draft(window_minutes="").window is None


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        *(("name", one) for one in ("", "x", "n" * 61)),
        *(("at", one) for one in ("", "25:00", "six", "06:00+05:30")),
        *(("zone", one) for one in ("", "Mars/Olympus", "../etc/passwd")),
        *(("weekdays", one) for one in ("", "08", "abc")),
        *(("pacing", one) for one in ("", "slow")),
        *(("late_policy", one) for one in ("", "perhaps")),
        *(("window_minutes", one) for one in ("0", "241", "1.5", "-1", "²", "many")),
        *(("late_minutes", one) for one in ("", "1441", "-5")),
        *(("wait_seconds", one) for one in ("0", "121", "")),
        *(("failures", one) for one in ("-1", "")),
        *(("failure_percent", one) for one in ("100", "")),
        ("kind", "weekly"),
    ],
)
def test_what_is_not_allowed_is_refused_at_its_field(field: str, typed: str) -> None:
    assert set(wrong(DAILY | {field: typed})) == {field}
    assert wrong(DAILY | {field: typed})[field].endswith(".")


@pytest.mark.parametrize("day", ["", "yesterday", "2026-11-25", "2027-12-01", "2026-02-30"])
def test_a_one_off_is_neither_past_nor_a_year_away(day: str) -> None:
    assert set(wrong(ONCE | {"day": day})) == {"day"}


def test_a_one_off_has_a_minute_at_least() -> None:
    local = (NOW + timedelta(hours=5, minutes=30, seconds=59)).time().isoformat()
    assert set(wrong(ONCE | {"day": "2026-11-26", "at": local})) == {"day"}
    later = (NOW + timedelta(hours=5, minutes=31)).time().isoformat()
    assert isinstance(read_draft(ONCE | {"day": "2026-11-26", "at": later}, NOW), ScheduleDraft)


def test_all_that_is_wrong_is_told_at_once() -> None:
    typed = DAILY | {"name": "", "at": "", "zone": "x", "pacing": ""}
    assert set(wrong(typed)) == {"name", "at", "zone", "pacing"}


def test_nothing_at_all_is_refused_and_breaks_nothing() -> None:
    assert {"name", "kind", "at", "zone"} <= set(wrong({})) <= set(FIELDS)

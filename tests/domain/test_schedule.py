"""The morning's instants, and which schedules are due."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.content import Category
from engine.domain.ids import ScheduleId
from engine.domain.schedule import (
    IST,
    USUAL,
    Ask,
    DayShape,
    Kind,
    LatePolicy,
    Open,
    Schedule,
    Skip,
    after_quiet_hours,
    due,
    month_of,
    next_opening,
    service_day,
    strictest,
    time_of_day,
    too_late,
    window_for,
    window_once,
    zone_named,
)

DAY = date(2026, 11, 23)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def ist(text: str, day: date = DAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(text), tzinfo=ZoneInfo(IST))


def daily(**changes: object) -> Schedule:
    values: dict[str, object] = {
        "id": ScheduleId(1),
        "kind": Kind.DAILY,
        "category": Category.UTILITY,
        "created_at": LONG_AGO,
    }
    return Schedule(**{**values, **changes})  # pyright: ignore[reportArgumentType]


def once(at: datetime, **changes: object) -> Schedule:
    return daily(kind=Kind.ONCE, once_at=at, **changes)


def test_marketing_opens_at_six_sharp_and_utility_thirty_seconds_before() -> None:
    marketing = window_for(DAY, IST, time(6), Category.MARKETING)
    utility = window_for(DAY, IST, time(6), Category.UTILITY)
    assert marketing.opens_at == ist("06:00:00")
    assert utility.opens_at == ist("05:59:30")


@pytest.mark.parametrize("category", Category)
def test_both_freeze_end_and_close_at_the_same_instants(category: Category) -> None:
    window = window_for(DAY, IST, time(6), category)
    assert window.freezes_at == ist("05:30")
    assert window.primary_ends_at == ist("06:02:30")
    assert window.closes_at == ist("06:05")
    assert window.opens_at.tzinfo is UTC


def test_every_distance_is_a_setting() -> None:
    shape = DayShape(
        freeze_lead=timedelta(minutes=1),
        utility_lead=timedelta(0),
        primary=timedelta(minutes=10),
        closes=timedelta(minutes=20),
    )
    window = window_for(DAY, IST, time(9), Category.UTILITY, shape)
    assert window.freezes_at == ist("08:59")
    assert window.opens_at == ist("09:00")
    assert window.primary_ends_at == ist("09:10")
    assert window.closes_at == ist("09:20")


@pytest.mark.parametrize(
    ("at", "moved"),
    [
        ("21:59:59", "21:59:59"),
        ("05:59:59", "06:00:00"),
        ("06:00:00", "06:00:00"),
        ("00:00:00", "06:00:00"),
        ("12:00:00", "12:00:00"),
    ],
)
def test_marketing_waits_for_the_end_of_the_quiet_hours(at: str, moved: str) -> None:
    assert window_once(ist(at), IST, Category.MARKETING).opens_at == ist(moved)


@pytest.mark.parametrize("at", ["22:00:00", "23:59:59"])
def test_marketing_late_in_the_evening_waits_for_the_next_morning(at: str) -> None:
    morning = ist("06:00", DAY + timedelta(days=1))
    assert window_once(ist(at), IST, Category.MARKETING).opens_at == morning


def test_quiet_hours_are_not_for_utility_messages() -> None:
    assert window_once(ist("23:00"), IST, Category.UTILITY).opens_at == ist("23:00")
    assert window_for(DAY, IST, time(4), Category.UTILITY).opens_at == ist("03:59:30")
    assert window_for(DAY, IST, time(4), Category.MARKETING).opens_at == ist("06:00")


def test_quiet_hours_may_lie_within_one_day() -> None:
    siesta = DayShape(quiet_from=time(13), quiet_until=time(15))
    assert after_quiet_hours(ist("13:30"), IST, siesta) == ist("15:00")
    assert after_quiet_hours(ist("15:00"), IST, siesta) == ist("15:00")
    assert after_quiet_hours(ist("23:00"), IST, siesta) == ist("23:00")


YEAR = st.integers(0, 366 * 24 * 3600).map(lambda second: LONG_AGO + timedelta(seconds=second))


@given(YEAR)
def test_no_marketing_ever_opens_in_the_night(at: datetime) -> None:
    opens_at = window_once(at, IST, Category.MARKETING).opens_at
    local = opens_at.astimezone(ZoneInfo(IST)).time()
    assert time(6) <= local < time(22)
    assert timedelta(0) <= opens_at - at <= timedelta(hours=8)


def test_the_service_day_is_the_one_of_the_people_not_of_the_machine() -> None:
    assert service_day(datetime(2026, 11, 22, 18, 29, 59, tzinfo=UTC)) == date(2026, 11, 22)
    assert service_day(datetime(2026, 11, 22, 18, 30, tzinfo=UTC)) == date(2026, 11, 23)
    assert service_day(datetime(2026, 11, 22, 18, 30, tzinfo=UTC), "Europe/London") == date(
        2026, 11, 22
    )


def test_a_daily_schedule_is_due_from_its_freeze_on() -> None:
    assert due(ist("05:29:59"), [daily()], set()) == []
    (opened,) = due(ist("05:30:00"), [daily()], set())
    window = window_for(DAY, IST, time(6), Category.UTILITY)
    assert opened == Open(ScheduleId(1), DAY, window)


def test_a_day_fires_once_whatever_became_of_it() -> None:
    done = {(ScheduleId(1), DAY)}
    for moment in ("05:30", "06:00", "06:20", "23:59"):
        assert due(ist(moment), [daily()], done) == []
    assert due(ist("05:30", DAY + timedelta(days=1)), [daily()], done)


def test_a_clock_set_back_does_not_fire_again() -> None:
    done = {(ScheduleId(1), DAY)}
    assert due(ist("05:45"), [daily()], done) == []


@pytest.mark.parametrize(
    ("policy", "verdict"),
    [(LatePolicy.SKIP, Skip), (LatePolicy.ASK, Ask), (LatePolicy.SEND, Open)],
)
def test_a_late_start_follows_the_policy_after_the_grace(
    policy: LatePolicy, verdict: type[Open | Skip | Ask]
) -> None:
    schedule = daily(late_policy=policy, late_after=timedelta(minutes=10))
    (in_grace,) = due(ist("06:09:30"), [schedule], set())
    assert isinstance(in_grace, Open)
    (late,) = due(ist("06:09:31"), [schedule], set())
    assert isinstance(late, verdict)
    if isinstance(late, Skip | Ask):
        assert late.reason == "The engine was not running at the opening and is 10 minutes late."


def test_lateness_has_words_only_after_the_grace() -> None:
    grace = timedelta(minutes=10)
    assert too_late(ist("06:10"), ist("06:00"), grace) is None
    assert "61 minutes" in (too_late(ist("07:01"), ist("06:00"), grace) or "")


def test_yesterday_is_not_made_up_for() -> None:
    (only,) = due(ist("05:40"), [daily()], set())
    assert only.day == DAY


def test_a_schedule_made_after_todays_opening_begins_tomorrow() -> None:
    schedule = daily(created_at=ist("10:00"))
    assert due(ist("10:01"), [schedule], set()) == []
    assert due(ist("05:30", DAY + timedelta(days=1)), [schedule], set())


def test_an_opening_just_after_midnight_freezes_the_evening_before() -> None:
    schedule = daily(at=time(0, 10))
    evening = ist("23:40", DAY - timedelta(days=1))
    assert [one.day for one in due(evening, [schedule], {(ScheduleId(1), service_day(evening))})]
    (opened,) = due(evening, [schedule], {(ScheduleId(1), DAY - timedelta(days=1))})
    assert opened.day == DAY


def test_marketing_scheduled_daily_in_the_quiet_hours_goes_the_next_morning() -> None:
    schedule = daily(at=time(23), category=Category.MARKETING)
    assert due(ist("23:30"), [schedule], {(schedule.id, DAY - timedelta(days=1))}) == []
    (opened,) = due(ist("05:30", DAY + timedelta(days=1)), [schedule], set())
    assert (opened.day, opened.window.opens_at) == (DAY, ist("06:00", DAY + timedelta(days=1)))
    assert next_opening(schedule, ist("05:00", DAY + timedelta(days=1))) == opened.window.opens_at


def test_a_resting_schedule_is_never_due() -> None:
    assert due(ist("06:00"), [daily(active=False)], set()) == []
    assert next_opening(daily(active=False), ist("05:00")) is None


def test_a_one_off_set_for_half_a_minute_from_now_freezes_at_once() -> None:
    now = ist("11:00")
    schedule = once(now + timedelta(seconds=30), created_at=now)
    (opened,) = due(now, [schedule], set())
    assert isinstance(opened, Open)
    assert opened.window.opens_at == now + timedelta(seconds=30)
    assert opened.window.closes_at == now + timedelta(seconds=330)
    assert due(now, [schedule], {(schedule.id, DAY)}) == []


def test_a_one_off_keeps_its_day_when_the_quiet_hours_move_it() -> None:
    schedule = once(ist("23:00"), category=Category.MARKETING)
    (opened,) = due(ist("05:45", DAY + timedelta(days=1)), [schedule], set())
    assert opened.day == DAY
    assert opened.window.opens_at == ist("06:00", DAY + timedelta(days=1))


def test_a_one_off_of_yesterday_is_skipped_and_one_of_last_week_is_past() -> None:
    yesterday = once(ist("11:00", DAY - timedelta(days=1)))
    (verdict,) = due(ist("05:45"), [yesterday], set())
    assert isinstance(verdict, Skip)
    last_week = once(ist("11:00", DAY - timedelta(days=7)))
    assert due(ist("05:45"), [last_week], set()) == []


def test_three_days_of_memory_suffice() -> None:
    for hours in range(24 * 7):
        schedule = once(ist("23:00"), category=Category.MARKETING)
        now = ist("23:00") + timedelta(hours=hours)
        remembered = {(schedule.id, DAY)} if service_day(now) - timedelta(days=3) <= DAY else set()
        assert due(now, [schedule], remembered) == []


def test_a_window_of_its_own_ends_when_it_says_and_never_after_the_close() -> None:
    for seconds, ends_after, closes_after in ((None, 150, 300), (240, 240, 300), (900, 900, 900)):
        window = None if seconds is None else timedelta(seconds=seconds)
        [found] = due(ist("06:00"), [daily(window=window)], ())
        assert found.window.primary_ends_at == ist("06:00") + timedelta(seconds=ends_after)
        assert found.window.closes_at == ist("06:00") + timedelta(seconds=closes_after)
        assert found.window.opens_at == ist("06:00") - timedelta(seconds=30)


def test_the_countdown_runs_to_the_next_opening() -> None:
    assert next_opening(daily(), ist("05:00")) == ist("05:59:30")
    assert next_opening(daily(), ist("05:59:30")) == ist("05:59:30", DAY + timedelta(days=1))
    later = once(ist("11:00"))
    assert next_opening(later, ist("10:59:59")) == ist("11:00")
    assert next_opening(later, ist("11:00")) is None


def test_a_zone_with_summer_time_keeps_the_wall_clock() -> None:
    winter = window_for(date(2026, 10, 25), "Europe/London", time(6), Category.MARKETING)
    summer = window_for(date(2026, 10, 24), "Europe/London", time(6), Category.MARKETING)
    assert (winter.opens_at.hour, summer.opens_at.hour) == (6, 5)


def test_one_marketing_variant_makes_the_broadcast_marketing() -> None:
    assert strictest([Category.UTILITY, Category.MARKETING]) is Category.MARKETING
    assert strictest([Category.UTILITY]) is Category.UTILITY
    assert strictest([]) is Category.MARKETING


def test_wrong_words_are_refused_in_words() -> None:
    assert time_of_day("06:00:30") == time(6, 0, 30)
    with pytest.raises(ValueError, match="looks like 06:00"):
        time_of_day("six")
    with pytest.raises(ValueError, match="zone of its own"):
        time_of_day("06:00+05:30")
    for wrong in ("Asia/Nowhere", "", "../etc/passwd"):
        with pytest.raises(ValueError, match="looks like Asia/Kolkata"):
            zone_named(wrong)


def test_months_are_written_so_that_they_sort() -> None:
    assert month_of(date(2026, 3, 1)) == "2026-03"
    assert DayShape() == USUAL


def test_a_daily_schedule_fires_on_its_days_of_the_week_only() -> None:
    monday = DAY + timedelta(days=-DAY.weekday() + 7)
    weekdays = daily(weekdays=frozenset({1, 2, 3, 4, 5}))
    fired = [
        one.day
        for offset in range(14)
        for one in due(ist("05:45", monday + timedelta(days=offset)), [weekdays], set())
    ]
    assert [day.isoweekday() for day in fired] == [1, 2, 3, 4, 5] * 2
    friday_after = ist("07:00", monday + timedelta(days=4))
    assert next_opening(weekdays, friday_after) == ist("05:59:30", monday + timedelta(days=7))


def test_a_day_that_is_left_out_is_skipped_with_its_reason_and_not_announced() -> None:
    tomorrow = DAY + timedelta(days=1)
    schedule = daily(skip_days={DAY: "Diwali"})
    (found,) = due(ist("05:45"), [schedule], set())
    assert isinstance(found, Skip)
    assert found.reason == "A day that is left out: Diwali."
    assert next_opening(schedule, ist("05:00")) == ist("05:59:30", tomorrow)
    assert due(ist("05:45"), [schedule], {(schedule.id, DAY)}) == []


def test_a_one_off_goes_out_on_a_day_that_is_left_out() -> None:
    """Its day was chosen by a person who could see that."""
    schedule = once(ist("10:00"), skip_days={DAY: "Diwali"}, weekdays=frozenset({1}))
    (found,) = due(ist("09:45"), [schedule], set())
    assert isinstance(found, Open)


def test_a_schedule_without_any_opening_ahead_has_none() -> None:
    every_day = {DAY + timedelta(days=offset): "closed" for offset in range(500)}
    assert next_opening(daily(skip_days=every_day), ist("07:00")) is None

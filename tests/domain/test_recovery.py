"""A number's days in the colour of their worst hour, and a plan whose next step is always named."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.domain.failover import Measure, recovery_plan
from engine.domain.quality import Quality
from engine.domain.recovery import Facts, Progress, next_step, steps, strip

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def colours(changes: list[tuple[datetime, str, str]], present: str, days: int = 6) -> str:
    return "".join(one.value[0] for _, one in strip(changes, present, NOW, days=days))


def test_without_any_news_only_today_is_known() -> None:
    assert colours([], "GREEN") == "UUUUUG"


def test_a_day_has_the_colour_of_its_worst_hour() -> None:
    changes = [
        (days_ago(3.2), "GREEN", "RED"),
        (days_ago(3.1), "RED", "YELLOW"),
        (days_ago(1), "YELLOW", "GREEN"),
    ]
    assert colours(changes, "GREEN") == "GGRYYG"


def test_what_held_before_the_strip_begins_is_carried_into_it() -> None:
    assert colours([(days_ago(40), "GREEN", "YELLOW")], "YELLOW") == "YYYYYY"


def test_a_strip_has_its_days_in_order_and_ends_today() -> None:
    found = strip([], "GREEN", NOW)
    assert len(found) == 30
    assert [day for day, _ in found] == sorted(day for day, _ in found)
    assert found[-1] == (NOW.date(), Quality.GREEN)


def test_days_are_those_of_india() -> None:
    """19:00 UTC is half past midnight there: the next day."""
    changes = [(datetime(2026, 11, 24, 19, 0, tzinfo=UTC), "GREEN", "RED")]
    assert colours(changes, "RED", days=3) == "GRR"


def facts(**given: object) -> Facts:
    usual: dict[str, object] = {
        "rate_usable": 50.0,
        "rate_allowed": 80.0,
        "backups": 1,
        "others": 2,
        "told": True,
    }
    return Facts(**(usual | given))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("quality", ["YELLOW", "RED"])
def test_the_plan_has_every_measure_of_its_quality_in_order(quality: str) -> None:
    plan = steps(quality, facts())
    assert tuple(one.measure for one in plan) == recovery_plan(quality)


def test_a_number_that_is_well_has_no_plan() -> None:
    assert steps("GREEN", facts()) == steps("UNKNOWN", facts()) == ()
    assert next_step(()) is None


@pytest.mark.parametrize(
    ("quality", "given", "wanted"),
    [
        ("YELLOW", {"rate_usable": 80.0}, Measure.SLOW_DOWN),
        ("YELLOW", {"backups": 0}, Measure.WARM_BACKUP),
        ("YELLOW", {"told": False}, Measure.TELL),
        ("YELLOW", {}, Measure.CONSERVATIVE_TEMPLATES),
        ("RED", {"rate_usable": 20.0}, Measure.STOP),
        ("RED", {"rate_usable": 0.0, "backups": 0, "others": 0}, Measure.CALL_BACKUP),
    ],
)
def test_the_next_step_is_what_is_open_and_then_what_only_a_person_can_do(
    quality: str, given: dict[str, object], wanted: Measure
) -> None:
    found = next_step(steps(quality, facts(**given)))
    assert found is not None
    assert found.measure is wanted


def test_when_all_is_done_only_patience_is_left() -> None:
    plan = steps("RED", facts(rate_usable=0.0))
    assert {one.progress for one in plan} == {Progress.DONE}
    assert next_step(plan) is None

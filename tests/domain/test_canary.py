"""A few go first, and the rest only when they did well."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.domain.canary import (
    TURN,
    CanaryRule,
    DrawAgain,
    Halt,
    Pass,
    Tally,
    Wait,
    ends_at,
    held_back,
    judge,
    size,
)

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
RULE = CanaryRule(wait=timedelta(seconds=10), failures=3, percent=10)
LONG = timedelta(seconds=10)


@pytest.mark.parametrize(
    ("recipients", "first"), [(0, 0), (7, 7), (20, 20), (1_999, 20), (2_001, 21), (100_000, 1_000)]
)
def test_one_in_a_hundred_goes_first_and_twenty_at_least(recipients: int, first: int) -> None:
    assert size(recipients) == first


def tally(failed: int, *, of: int = 20, untried: int = 0, unknown: int = 0) -> Tally:
    return Tally(size=of, untried=untried, failed=failed, unknown=unknown, last_at=NOW)


def test_both_the_count_and_the_share_must_be_exceeded() -> None:
    assert isinstance(judge(tally(3), RULE, LONG), Pass)  # 15 %, but three may fail
    assert isinstance(judge(tally(4), RULE, LONG), Halt)
    assert isinstance(judge(tally(100, of=1_000), RULE, LONG), Pass)  # 10 % are not above it
    assert isinstance(judge(tally(101, of=1_000), RULE, LONG), Halt)


def test_a_halt_does_not_wait_and_a_pass_does() -> None:
    assert isinstance(judge(tally(4, untried=15), RULE, timedelta(0)), Halt)
    assert isinstance(judge(tally(0, untried=1), RULE, LONG), Wait)
    assert isinstance(judge(tally(0), RULE, LONG - timedelta(microseconds=1)), Wait)


def test_those_of_whom_nobody_knows_say_nothing() -> None:
    assert isinstance(judge(tally(0, unknown=20), RULE, LONG), DrawAgain)
    assert isinstance(judge(tally(0, unknown=19, untried=1), RULE, LONG), Wait)
    assert isinstance(judge(tally(0, unknown=19), RULE, LONG), Pass)
    assert isinstance(judge(tally(4, of=1_000, unknown=970), RULE, LONG), Halt)  # 4 of 30


def test_everybody_after_the_first_is_moved_by_the_same() -> None:
    instants = [NOW + timedelta(milliseconds=25 * number) for number in range(100)]
    until = ends_at(reversed(instants), 100)
    assert until == instants[19]
    moved = [held_back(at, until, RULE) for at in instants]
    assert moved[:20] == instants[:20]
    assert {new - old for new, old in zip(moved[20:], instants[20:], strict=True)} == {
        RULE.wait + TURN
    }


def test_without_a_canary_nobody_is_moved() -> None:
    assert held_back(NOW, None, RULE) == NOW
    assert ends_at([], 0) is None

"""How old a board was for those who looked on, and what the bench says of it."""

from datetime import timedelta

import pytest

from engine.trials.bench.table import Verdict
from engine.trials.bench.viewers import PEOPLE, WINDOWS, judged
from engine.trials.onlookers import Onlookers, share, staleness
from engine.trials.options import MorningResult

OVER = [10.0, 10.5, 11.0, 11.5]
"""Four deliveries, and when each stopped waiting."""


def test_who_sees_each_change_at_once_never_sees_an_old_board() -> None:
    seen = [(9.0, 4), (10.0, 3), (10.5, 2), (11.0, 1), (11.5, 0)]
    assert max(staleness(seen, OVER)) == 0.0


def test_a_board_is_as_old_as_the_first_change_it_does_not_show() -> None:
    seen = [(9.0, 4), (11.2, 1), (11.9, 0)]
    ages = staleness(seen, OVER)
    assert max(ages) == pytest.approx(1.15, abs=0.051)
    assert ages[0] == 0.0
    assert ages[-1] == 0.0


def test_who_saw_nothing_saw_a_board_as_old_as_the_broadcast() -> None:
    assert max(staleness([], OVER)) == pytest.approx(2.5, abs=0.051)


def test_of_a_broadcast_that_sent_nothing_nothing_is_said() -> None:
    assert staleness([(1.0, 4)], []) == []
    assert share([], 0.95) == 0.0


GOOD = MorningResult(targeted=PEOPLE, handed_over=PEOPLE, on_time=PEOPLE, cpu_s_per_1000=1.0)


def looked(*, old: float = 0.8, late: float = 0.01, browsers: int = WINDOWS) -> Onlookers:
    return Onlookers(
        command=[],
        clients=18,
        windows=WINDOWS,
        sending=timedelta(seconds=1),
        staleness=[old] * 100,
        lateness=[late] * 100,
        browsers=browsers,
    )


def test_twenty_who_look_on_cost_nothing_that_was_promised() -> None:
    assert judged(GOOD, GOOD, looked()).verdict is Verdict.HOLDS


@pytest.mark.parametrize(
    "seen",
    [looked(old=1.1), looked(late=0.03), looked(browsers=0)],
    ids=["an old board", "late sends", "browsers that did not come"],
)
def test_what_was_promised_and_not_kept_does_not_hold(seen: Onlookers) -> None:
    assert judged(GOOD, GOOD, seen).verdict is Verdict.MISSED


def test_a_verdict_that_changes_because_people_look_on_does_not_hold() -> None:
    worse = MorningResult(targeted=PEOPLE, handed_over=PEOPLE, on_time=PEOPLE // 2)
    assert judged(GOOD, worse, looked()).verdict is Verdict.MISSED


def test_figures_that_nobody_noted_do_not_hold() -> None:
    nobody = Onlookers(command=[], clients=18, windows=WINDOWS, sending=timedelta(seconds=1))
    assert judged(GOOD, GOOD, nobody).verdict is Verdict.MISSED

"""When each step of a morning is due, and which arrows the life of a step has."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from engine.domain.cut_off import deadlines
from engine.domain.day_steps import (
    TRANSITIONS,
    Leads,
    Step,
    StepEvent,
    StepState,
    advance,
    due,
    possible,
)
from engine.domain.delivery import ImpossibleTransitionError

AT = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # 06:00 in India
MINUTE = timedelta(minutes=1)
DAY = deadlines(at=AT, cut_off=30 * MINUTE, reminder=30 * MINUTE, last_call=5 * MINUTE)


def test_the_usual_morning_is_the_one_of_the_specification() -> None:
    times = due(DAY, opens_at=AT - timedelta(seconds=30), closes_at=AT + 5 * MINUTE, leads=Leads())
    minutes = {step: (at - AT) / MINUTE for step, at in times.items()}
    assert minutes == {
        Step.REMINDER: -60,
        Step.CUT_OFF: -30,
        Step.FREEZE: -30,
        Step.MEDIA: -30,
        Step.TEMPLATES: -15,
        Step.CONNECTIONS: -5,
        Step.PLAN: -5,
        Step.OPENING: -0.5,
        Step.CLOSE: 5,
        Step.VERDICT: 15,
        Step.REPORT: 15,
        Step.EVIDENCE: 15,
    }
    assert list(times) == list(Step), "in their order"


def test_what_opens_in_a_moment_has_all_its_steps_between_its_making_and_its_opening() -> None:
    made = AT - timedelta(seconds=30)
    times = due(DAY, opens_at=AT, closes_at=AT + 5 * MINUTE, leads=Leads(), opened_at=made)
    before = [times[step] for step in Step if step.value < "z" and times[step] <= AT]
    assert all(made <= at <= AT for at in before)


def test_no_step_is_due_before_the_freeze_that_it_needs() -> None:
    early = Leads(templates=200 * MINUTE, connections=60 * MINUTE)
    times = due(DAY, opens_at=AT, closes_at=AT + 5 * MINUTE, leads=early)
    assert times[Step.TEMPLATES] == times[Step.CONNECTIONS] == times[Step.FREEZE]


@pytest.mark.parametrize(("state", "event"), list(product(StepState, StepEvent)))
def test_a_step_follows_its_arrows_and_no_others(state: StepState, event: StepEvent) -> None:
    if possible(state, event):
        assert advance(state, event) is TRANSITIONS[state][event]
    else:
        with pytest.raises(ImpossibleTransitionError):
            advance(state, event)


def test_only_a_step_that_runs_ends() -> None:
    ends = (StepEvent.SUCCEED, StepEvent.FAIL)
    assert [s for s in StepState if any(possible(s, e) for e in ends)] == [StepState.RUNS]

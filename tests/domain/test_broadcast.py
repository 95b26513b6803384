"""The arrows of a broadcast, all of them, and the promises they keep."""

from itertools import product

import pytest

from engine.domain.broadcast import (
    LANES_OPEN,
    OVER,
    TRANSITIONS,
    BroadcastEvent,
    BroadcastState,
    Moment,
    advance,
    moment,
    possible,
)
from engine.domain.delivery import ImpossibleTransitionError

S, E = BroadcastState, BroadcastEvent

# Which states each event may find without being our bug.
MAY_FIND: dict[BroadcastEvent, set[BroadcastState]] = {
    E.FREEZE: {S.SCHEDULED, S.FROZEN, S.PLANNED},
    E.PLAN: {S.FROZEN, S.PLANNED},
    E.START: {S.PLANNED, S.SENDING, S.PAUSED},
    E.PAUSE: {S.PLANNED, S.SENDING, S.SETTLING, S.PAUSED},
    E.RESUME: {S.PAUSED, S.SENDING, S.SETTLING},
    E.ABORT: set(S) - {S.FINISHED, S.SKIPPED, S.REFUSED},
    E.WINDOW_OVER: {S.SENDING, S.PAUSED, S.SETTLING, S.FINISHED, S.ABORTED},
    E.FINISH: {S.SENDING, S.PAUSED, S.SETTLING, S.FINISHED, S.ABORTED},
    E.SKIP: {S.SCHEDULED, S.WAITING_FOR_PERSON, S.FROZEN, S.PLANNED, S.SKIPPED},
    E.REFUSE: {S.SCHEDULED, S.WAITING_FOR_PERSON, S.FROZEN, S.PLANNED, S.REFUSED},
    E.ASK: {S.SCHEDULED, S.FROZEN, S.PLANNED, S.WAITING_FOR_PERSON},
    E.SEND_ANYWAY: {S.WAITING_FOR_PERSON},
    E.REOPEN: {S.FINISHED, S.SENDING, S.SETTLING, S.PAUSED},
}
EVERYTHING = list(product(S, E))


@pytest.mark.parametrize(("state", "event"), EVERYTHING)
def test_every_event_either_has_an_answer_in_a_state_or_is_our_bug(
    state: BroadcastState, event: BroadcastEvent
) -> None:
    if state in MAY_FIND[event]:
        assert possible(state, event) == (event in TRANSITIONS[state])
        assert advance(state, event) in S
    else:
        assert not possible(state, event)
        with pytest.raises(ImpossibleTransitionError, match=f"{event} while {state}"):
            advance(state, event)


@pytest.mark.parametrize("state", sorted(OVER))
def test_only_a_persons_resend_leads_out_of_the_end(state: BroadcastState) -> None:
    assert set(TRANSITIONS[state]) == ({E.REOPEN} if state is S.FINISHED else set())
    assert moment(state) is Moment.AFTER


def test_every_state_is_reached_and_every_unfinished_one_leads_to_an_end() -> None:
    def reached(start: BroadcastState) -> set[BroadcastState]:
        seen, todo = {start}, [start]
        while todo:
            new = set(TRANSITIONS[todo.pop()].values()) - seen
            seen |= new
            todo += new
        return seen

    assert reached(S.SCHEDULED) == set(S)
    assert all(reached(state) & OVER for state in S)


def test_lanes_open_only_after_a_start_or_a_resume() -> None:
    for state, event in EVERYTHING:
        if possible(state, event) and advance(state, event) in LANES_OPEN - {state}:
            assert event in {E.START, E.RESUME, E.REOPEN} or state in LANES_OPEN


@pytest.mark.parametrize("state", [S.SENDING, S.PAUSED, S.SETTLING])
def test_what_has_begun_is_aborted_never_skipped_or_frozen_again(state: BroadcastState) -> None:
    assert advance(state, E.ABORT) is S.ABORTED
    assert not any(possible(state, event) for event in (E.SKIP, E.REFUSE, E.FREEZE, E.ASK))


def test_a_pause_outlives_the_window() -> None:
    paused = advance(S.SENDING, E.PAUSE)
    assert advance(paused, E.WINDOW_OVER) is S.PAUSED
    assert advance(advance(paused, E.RESUME), E.WINDOW_OVER) is S.SETTLING


def test_a_late_start_that_a_person_allows_begins_from_the_beginning() -> None:
    for state in (S.SCHEDULED, S.FROZEN, S.PLANNED):
        assert advance(advance(state, E.ASK), E.SEND_ANYWAY) is S.SCHEDULED


def test_an_approval_after_the_cut_off_freezes_again() -> None:
    assert advance(S.PLANNED, E.FREEZE) is S.FROZEN


def test_an_abort_stays_when_the_timers_come() -> None:
    for event in (E.ABORT, E.FINISH, E.WINDOW_OVER):
        assert advance(S.ABORTED, event) is S.ABORTED


def test_pages_show_a_checklist_a_run_or_a_verdict() -> None:
    assert moment(S.PLANNED) is Moment.BEFORE
    assert moment(S.PAUSED) is Moment.DURING
    assert {moment(state) for state in S} == set(Moment)

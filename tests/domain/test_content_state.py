"""The arrows of a day's content: nothing is sent that somebody else did not read and approve."""

from itertools import product

import pytest

from engine.domain.content import (
    APPROVED_OR_BETTER,
    TRANSITIONS,
    ContentEvent,
    ContentState,
    advance,
    possible,
)
from engine.domain.delivery import ImpossibleTransitionError

S, E = ContentState, ContentEvent
MAY_FIND: dict[ContentEvent, set[ContentState]] = {
    E.EDIT: {S.DRAFT, S.SUBMITTED, S.APPROVED, S.REJECTED},
    E.SUBMIT: {S.DRAFT, S.REJECTED},
    E.APPROVE: {S.SUBMITTED},
    E.REJECT: {S.SUBMITTED, S.APPROVED},
    E.LOCK: {S.APPROVED, S.LOCKED, S.SENT},
    E.UNLOCK: {S.LOCKED},
    E.SEND: {S.LOCKED, S.SENT},
}


@pytest.mark.parametrize(("state", "event"), list(product(S, E)))
def test_every_event_either_has_an_answer_in_a_state_or_is_our_bug(
    state: ContentState, event: ContentEvent
) -> None:
    if state in MAY_FIND[event]:
        assert possible(state, event) == (event in TRANSITIONS[state])
        assert advance(state, event) in S
    else:
        with pytest.raises(ImpossibleTransitionError, match=f"{event} while {state}"):
            advance(state, event)


@pytest.mark.parametrize("state", S)
def test_an_edit_voids_the_approval(state: ContentState) -> None:
    if possible(state, E.EDIT):
        assert advance(state, E.EDIT) is S.DRAFT


@pytest.mark.parametrize("state", S)
def test_only_an_approval_of_what_was_submitted_leads_to_approved(state: ContentState) -> None:
    ways = {event for event, after in TRANSITIONS[state].items() if after is S.APPROVED}
    assert ways <= ({E.APPROVE} if state is S.SUBMITTED else {E.UNLOCK})
    assert state is not S.DRAFT or not ways


def test_what_is_locked_or_sent_cannot_be_edited_or_rejected() -> None:
    for state in (S.LOCKED, S.SENT):
        assert state in APPROVED_OR_BETTER
        assert not possible(state, E.EDIT)
        assert not possible(state, E.REJECT)


def test_only_the_approved_keeps_its_hash() -> None:
    assert APPROVED_OR_BETTER.isdisjoint({S.DRAFT, S.SUBMITTED, S.REJECTED})
    assert S.APPROVED in APPROVED_OR_BETTER

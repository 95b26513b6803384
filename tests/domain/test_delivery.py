"""The arrows of a delivery, all of them, and the promises they keep."""

from itertools import pairwise, permutations, product

import pytest

from engine.domain.delivery import (
    ACCEPTED_OR_BETTER,
    HANDED_OVER,
    ON_THE_PHONE,
    OPEN,
    TRANSITIONS,
    UNSENT,
    Event,
    ImpossibleTransitionError,
    State,
    advance,
    possible,
    sources,
    target,
)

ARRIVALS = (Event.RECEIPT_SENT, Event.RECEIPT_DELIVERED, Event.RECEIPT_READ)
RECEIPTS = (*ARRIVALS, Event.RECEIPT_RETRY, Event.RECEIPT_FAILED)
ANSWERS = (Event.ACCEPT, Event.PACE, Event.RETRY, Event.GIVE_UP, Event.LOSE_TRACK)
PEOPLE = (Event.CANCEL, Event.REQUEUE, Event.DISCARD)

# Which states each event may find without being our bug. Receipts and answers may find any.
MAY_FIND: dict[Event, set[State]] = {
    **{event: set(State) for event in (*RECEIPTS, *ANSWERS)},
    Event.MARK: {State.PLANNED, State.RETRYING},
    Event.RELEASE: {State.SENDING},
    Event.HOLD: {State.UNKNOWN, State.HELD, *ACCEPTED_OR_BETTER},
    Event.RESEND: {State.UNKNOWN, State.HELD, *ACCEPTED_OR_BETTER},
    Event.DOUBT: set(OPEN),
    Event.CANCEL: {State.PLANNED, State.RETRYING, State.CANCELLED},
    Event.REQUEUE: {State.FAILED, State.CANCELLED},
    Event.DISCARD: {State.FAILED, State.HELD, State.DISCARDED},
}


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_every_event_either_has_an_answer_in_a_state_or_is_our_bug(
    state: State, event: Event
) -> None:
    if state in MAY_FIND[event]:
        assert advance(state, event) in State
    else:
        with pytest.raises(ImpossibleTransitionError, match=f"{event} while {state}"):
            advance(state, event)


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_the_same_event_twice_says_nothing_new(state: State, event: Event) -> None:
    if state not in MAY_FIND[event]:
        return
    once = advance(state, event)
    if once in MAY_FIND[event]:
        assert advance(once, event) is once


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_possible_means_that_something_changes(state: State, event: Event) -> None:
    assert possible(state, event) == (event in TRANSITIONS[state])
    if possible(state, event):
        assert advance(state, event) is not state


def test_read_is_the_end() -> None:
    assert TRANSITIONS[State.READ] == {}


@pytest.mark.parametrize("state", sorted(ON_THE_PHONE))
@pytest.mark.parametrize("event", Event)
def test_nothing_takes_a_message_off_the_phone(state: State, event: Event) -> None:
    if state in MAY_FIND[event]:
        assert advance(state, event) in ON_THE_PHONE


KNOWN = {State.SENT: 1, State.DELIVERED: 2, State.READ: 3}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", ARRIVALS)
def test_a_receipt_never_makes_us_know_less(state: State, event: Event) -> None:
    after = advance(state, event)
    said = {Event.RECEIPT_SENT: 1, Event.RECEIPT_DELIVERED: 2, Event.RECEIPT_READ: 3}[event]
    assert KNOWN[after] == max(said, KNOWN.get(state, 0))


@pytest.mark.parametrize("state", sorted(ACCEPTED_OR_BETTER))
@pytest.mark.parametrize("event", [Event.RETRY, Event.GIVE_UP, Event.LOSE_TRACK, Event.RESEND])
def test_a_refused_attempt_never_undoes_another_that_was_taken(state: State, event: Event) -> None:
    assert advance(state, event) is state


@pytest.mark.parametrize("state", State)
def test_only_what_is_not_with_whatsapp_is_taken_by_a_lane_or_cancelled(state: State) -> None:
    assert possible(state, Event.MARK) == (state in UNSENT)
    assert possible(state, Event.CANCEL) == (state in UNSENT)


@pytest.mark.parametrize("state", State)
def test_the_way_back_to_unsent_needs_a_refusal_evidence_or_a_person(state: State) -> None:
    back = {event for event, after in TRANSITIONS[state].items() if after in UNSENT}
    assert back <= {
        Event.RELEASE,
        Event.RETRY,
        Event.RESEND,
        Event.REQUEUE,
        Event.RECEIPT_RETRY,
    }


@pytest.mark.parametrize("state", State)
def test_an_unanswered_request_never_goes_again_by_itself(state: State) -> None:
    after = advance(state, Event.LOSE_TRACK)
    if state in {State.PLANNED, State.SENDING, State.UNKNOWN}:
        assert after is State.UNKNOWN
    else:
        assert after is state


@pytest.mark.parametrize("state", State)
def test_nobody_is_lost_every_state_but_read_leads_on(state: State) -> None:
    assert TRANSITIONS[state] or state is State.READ
    seen, todo = {state}, [state]
    while todo:
        new = set(TRANSITIONS[todo.pop()].values()) - seen
        seen |= new
        todo += new
    assert State.READ in seen, "a receipt can always be believed"


def test_every_state_can_be_reached_from_planned() -> None:
    seen, todo = {State.PLANNED}, [State.PLANNED]
    while todo:
        new = set(TRANSITIONS[todo.pop()].values()) - seen
        seen |= new
        todo += new
    assert seen == set(State)


def test_the_groups_of_states_agree_with_each_other() -> None:
    assert ON_THE_PHONE < HANDED_OVER < ACCEPTED_OR_BETTER
    assert UNSENT < OPEN
    assert OPEN.isdisjoint(ACCEPTED_OR_BETTER)
    assert State.HELD not in OPEN


@pytest.mark.parametrize("order", list(permutations(ARRIVALS)))
@pytest.mark.parametrize("start", [State.SENDING, State.ACCEPTED, State.UNKNOWN, State.CANCELLED])
def test_receipts_in_any_order_end_in_read(start: State, order: tuple[Event, ...]) -> None:
    walk = [start]
    for event in order:
        walk.append(advance(walk[-1], event))
    assert walk[-1] is State.READ
    assert all(KNOWN.get(before, 0) <= KNOWN[after] for before, after in pairwise(walk))


@pytest.mark.parametrize("event", PEOPLE)
def test_people_cannot_touch_what_is_on_its_way(event: Event) -> None:
    for state in (State.SENDING, State.UNKNOWN, *ACCEPTED_OR_BETTER):
        with pytest.raises(ImpossibleTransitionError):
            advance(state, event)


@pytest.mark.parametrize("event", Event)
def test_an_event_leads_to_one_state_only(event: Event) -> None:
    assert {advance(state, event) for state in sources(event)} == {target(event)}
    assert all(possible(state, event) == (state in sources(event)) for state in State)

"""The life of a broadcast: one table of arrows, and `advance`, the only thing that follows one."""

from enum import StrEnum

from engine.domain.delivery import ImpossibleTransitionError


class BroadcastState(StrEnum):
    """Where a broadcast stands. The sentence beside each is what pages and docs say of it."""

    SCHEDULED = "scheduled"  # its day and time are set; nothing is fixed yet
    WAITING_FOR_PERSON = (
        "waiting_for_person"  # it would start late, and a person is asked first (C2)
    )
    FROZEN = "frozen"  # audience and texts are fixed
    PLANNED = "planned"  # every recipient has a sender and an instant
    SENDING = "sending"  # the lanes are open
    PAUSED = "paused"  # a person or a rule stopped the lanes; nothing is lost
    SETTLING = "settling"  # the window is over; late retries and receipts are still coming
    FINISHED = "finished"  # nothing is left to do
    ABORTED = "aborted"  # a person ended it; what was unsent was cancelled
    SKIPPED = "skipped"  # a day without: calendar, policy, or a person's answer
    REFUSED = "refused"  # could not be sent: nothing approved, nobody to send to, no sender


class BroadcastEvent(StrEnum):
    """What can happen to a broadcast."""

    FREEZE = "freeze"  # also again: an approval after the cut-off freezes anew (spec §1)
    PLAN = "plan"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    ABORT = "abort"
    WINDOW_OVER = "window_over"
    FINISH = "finish"
    SKIP = "skip"
    REFUSE = "refuse"
    ASK = "ask"  # the late-start policy wants a person's word
    SEND_ANYWAY = "send_anyway"  # and got it: freeze and plan from now
    REOPEN = "reopen"  # a person sends one of its deliveries again


class Moment(StrEnum):
    """The three things a page can be about, whatever the state's fine print."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


_S = BroadcastState
_E = BroadcastEvent

TRANSITIONS: dict[BroadcastState, dict[BroadcastEvent, BroadcastState]] = {
    _S.SCHEDULED: {
        # Nothing approved at the freeze is no refusal yet: it stays scheduled until it would open.
        _E.FREEZE: _S.FROZEN,
        _E.ASK: _S.WAITING_FOR_PERSON,
        _E.SKIP: _S.SKIPPED,
        _E.REFUSE: _S.REFUSED,
        _E.ABORT: _S.ABORTED,
    },
    _S.WAITING_FOR_PERSON: {
        # Back to the beginning: consents and instants of the first freeze are stale by now.
        _E.SEND_ANYWAY: _S.SCHEDULED,
        _E.SKIP: _S.SKIPPED,
        _E.REFUSE: _S.REFUSED,
        _E.ABORT: _S.ABORTED,
    },
    _S.FROZEN: {
        _E.FREEZE: _S.FROZEN,
        _E.PLAN: _S.PLANNED,
        _E.ASK: _S.WAITING_FOR_PERSON,
        _E.SKIP: _S.SKIPPED,
        _E.REFUSE: _S.REFUSED,
        _E.ABORT: _S.ABORTED,
    },
    _S.PLANNED: {
        _E.FREEZE: _S.FROZEN,
        _E.PLAN: _S.PLANNED,
        _E.START: _S.SENDING,
        _E.PAUSE: _S.PAUSED,
        _E.ASK: _S.WAITING_FOR_PERSON,
        _E.SKIP: _S.SKIPPED,
        _E.REFUSE: _S.REFUSED,
        _E.ABORT: _S.ABORTED,
    },
    _S.SENDING: {
        _E.PAUSE: _S.PAUSED,
        _E.WINDOW_OVER: _S.SETTLING,
        _E.FINISH: _S.FINISHED,
        _E.ABORT: _S.ABORTED,
    },
    _S.PAUSED: {
        # Early or late is the same: each delivery has its own instant, and the close comes again.
        _E.RESUME: _S.SENDING,
        _E.FINISH: _S.FINISHED,
        _E.ABORT: _S.ABORTED,
    },
    _S.SETTLING: {
        _E.PAUSE: _S.PAUSED,
        _E.FINISH: _S.FINISHED,
        _E.ABORT: _S.ABORTED,
    },
    _S.FINISHED: {_E.REOPEN: _S.SETTLING},
    _S.ABORTED: {},
    _S.SKIPPED: {},
    _S.REFUSED: {},
}

_NOTHING_NEW: dict[BroadcastState, frozenset[BroadcastEvent]] = {
    _S.WAITING_FOR_PERSON: frozenset({_E.ASK}),
    _S.SENDING: frozenset({_E.START, _E.RESUME, _E.REOPEN}),
    # A person's pause outlives the window: only a person resumes or aborts it.
    _S.PAUSED: frozenset({_E.PAUSE, _E.WINDOW_OVER, _E.START, _E.REOPEN}),
    _S.SETTLING: frozenset({_E.WINDOW_OVER, _E.RESUME, _E.REOPEN}),
    _S.FINISHED: frozenset({_E.FINISH, _E.WINDOW_OVER}),
    _S.ABORTED: frozenset({_E.ABORT, _E.FINISH, _E.WINDOW_OVER}),
    _S.SKIPPED: frozenset({_E.SKIP}),
    _S.REFUSED: frozenset({_E.REFUSE}),
}
"""Events that tell a state nothing new: two people pressing the same button, a timer twice."""

OVER = frozenset({_S.FINISHED, _S.ABORTED, _S.SKIPPED, _S.REFUSED})
"""The engine is done with these; only a person's resend leads out of `finished`. Receipts still
change deliveries."""
LANES_OPEN = frozenset({_S.SENDING, _S.SETTLING})
"""Lanes may take deliveries."""


def advance(state: BroadcastState, event: BroadcastEvent) -> BroadcastState:
    """The state after `event`; the same state when the event says nothing new.

    Raises ImpossibleTransitionError for an event the state cannot have.
    """
    after = TRANSITIONS[state].get(event)
    if after is not None:
        return after
    if event in _NOTHING_NEW.get(state, frozenset()):
        return state
    raise ImpossibleTransitionError(f"{event} while {state}")


def possible(state: BroadcastState, event: BroadcastEvent) -> bool:
    """Whether `event` would change something: what a page offers and a command refuses."""
    return event in TRANSITIONS[state]


def moment(state: BroadcastState) -> Moment:
    """Whether a page about this broadcast shows the checklist, the run, or the verdict."""
    match state:
        case _S.SCHEDULED | _S.WAITING_FOR_PERSON | _S.FROZEN | _S.PLANNED:
            return Moment.BEFORE
        case _S.SENDING | _S.PAUSED | _S.SETTLING:
            return Moment.DURING
        case _S.FINISHED | _S.ABORTED | _S.SKIPPED | _S.REFUSED:
            return Moment.AFTER

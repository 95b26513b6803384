"""The life of a delivery: one table of arrows, and `advance`, the only thing that follows one.

Receipts come late, twice, in any order, and for attempts we believed dead; a receipt is WhatsApp's
own word, so it wins over whatever we thought (spec I2, W2, E3). What a person did (discard, abort)
is kept when nothing went out, and gives way when it turns out that something did.

An attempt answers once, so a refusal that finds the delivery accepted or better speaks of another
attempt than the one the person has: it changes nothing. Only a `failed` receipt undoes `accepted`
or `sent`. Which answers and receipts are news to their delivery at all, `receipts.py` tells.
"""

from enum import StrEnum
from functools import cache


class State(StrEnum):
    """Where a delivery stands. The sentence beside each is what pages and docs say of it."""

    PLANNED = "planned"  # waiting for its instant in a lane
    SENDING = "sending"  # marked by a lane; a request may be on its way
    UNKNOWN = "unknown"  # a request left and no answer came; receipts will tell
    RETRYING = "retrying"  # failed in a way that may pass; due again at a set time
    PACED = "paced"  # WhatsApp holds it while it assesses the template's quality
    ACCEPTED = "accepted"  # WhatsApp took it; not yet sent
    SENT = "sent"  # handed over: on WhatsApp's way to the phone
    DELIVERED = "delivered"  # on the phone
    READ = "read"  # opened
    HELD = "held"  # unknown for too long; a person decides
    FAILED = "failed"  # we gave up: a dead letter
    CANCELLED = "cancelled"  # never went out: aborted, opted out, or too late
    DISCARDED = "discarded"  # a dead letter that a person closed, with a reason


class Event(StrEnum):
    """What can happen to a delivery."""

    MARK = "mark"  # a lane takes it
    RELEASE = "release"  # marked, but the request provably never started
    ACCEPT = "accept"  # the API answered: accepted
    PACE = "pace"  # the API answered: held for quality assessment
    RETRY = "retry"  # the API answered no, or was not reached; the policy says again
    GIVE_UP = "give_up"  # the API answered no; the policy says no more
    LOSE_TRACK = "lose_track"  # the request left and no answer came
    HOLD = "hold"  # unknown for too long
    DOUBT = "doubt"  # this database is a copy: the original may have sent it since
    RESEND = "resend"  # evidence, or a person: it was not accepted, send it again
    CANCEL = "cancel"  # abort, opt-out, window over
    REQUEUE = "requeue"  # a person puts a dead letter back
    DISCARD = "discard"  # a person closes it
    RECEIPT_SENT = "receipt_sent"
    RECEIPT_DELIVERED = "receipt_delivered"
    RECEIPT_READ = "receipt_read"
    RECEIPT_RETRY = "receipt_retry"  # `failed` after it was taken, in a way that may pass
    RECEIPT_FAILED = "receipt_failed"  # `failed` after it was taken, for good


HANDED_OVER = frozenset({State.SENT, State.DELIVERED, State.READ})
ON_THE_PHONE = frozenset({State.DELIVERED, State.READ})
ACCEPTED_OR_BETTER = frozenset({State.ACCEPTED, State.PACED}) | HANDED_OVER
OPEN = frozenset({State.PLANNED, State.SENDING, State.UNKNOWN, State.RETRYING})
"""Work is left for the engine. HELD is not: it waits for a person."""
UNSENT = frozenset({State.PLANNED, State.RETRYING})
"""Nothing of it is with WhatsApp: may be re-planned, cancelled, moved to another sender."""


class ImpossibleTransitionError(Exception):
    """An event came that this state cannot have: our bug, and nothing was changed."""


_ARRIVED = {
    Event.RECEIPT_SENT: State.SENT,
    Event.RECEIPT_DELIVERED: State.DELIVERED,
    Event.RECEIPT_READ: State.READ,
}
"""The late-receipt arrows of every state in which WhatsApp is not known to have sent it."""
_TAKEN = {Event.ACCEPT: State.ACCEPTED, Event.PACE: State.PACED}
"""An answer recorded late: that of an attempt we had lost track of, or of a stalled worker."""
_REFUSED_LATER = {Event.RECEIPT_RETRY: State.RETRYING, Event.RECEIPT_FAILED: State.FAILED}

TRANSITIONS: dict[State, dict[Event, State]] = {
    State.PLANNED: {
        Event.MARK: State.SENDING,
        Event.CANCEL: State.CANCELLED,
        Event.DOUBT: State.HELD,
        # It was released as never started, and a stalled worker started it after all (spec R6).
        Event.LOSE_TRACK: State.UNKNOWN,
        Event.RECEIPT_FAILED: State.FAILED,
        **_TAKEN,
        **_ARRIVED,
    },
    State.SENDING: {
        Event.RELEASE: State.PLANNED,
        Event.RETRY: State.RETRYING,
        Event.GIVE_UP: State.FAILED,
        Event.LOSE_TRACK: State.UNKNOWN,
        Event.DOUBT: State.HELD,
        **_TAKEN,
        **_ARRIVED,  # a receipt can be quicker than the POST's own response
        **_REFUSED_LATER,
    },
    State.UNKNOWN: {
        Event.RETRY: State.RETRYING,
        Event.GIVE_UP: State.FAILED,
        Event.HOLD: State.HELD,
        Event.DOUBT: State.HELD,
        Event.RESEND: State.RETRYING,
        **_TAKEN,
        **_ARRIVED,
        **_REFUSED_LATER,
    },
    State.RETRYING: {
        Event.MARK: State.SENDING,
        Event.GIVE_UP: State.FAILED,
        Event.CANCEL: State.CANCELLED,
        Event.DOUBT: State.HELD,
        Event.RECEIPT_FAILED: State.FAILED,  # sent again for want of an answer; now there is one
        **_TAKEN,
        **_ARRIVED,  # an attempt we had written off arrived after all: the retry drops
    },
    State.PACED: {Event.ACCEPT: State.ACCEPTED, **_ARRIVED, **_REFUSED_LATER},
    State.ACCEPTED: {**_ARRIVED, **_REFUSED_LATER},
    State.SENT: {
        Event.RECEIPT_DELIVERED: State.DELIVERED,
        Event.RECEIPT_READ: State.READ,
        **_REFUSED_LATER,
    },
    State.DELIVERED: {Event.RECEIPT_READ: State.READ},
    State.READ: {},
    State.HELD: {
        Event.RETRY: State.RETRYING,
        Event.GIVE_UP: State.FAILED,
        Event.RESEND: State.RETRYING,  # evidence came after all, or a person sends again knowingly
        Event.DISCARD: State.DISCARDED,
        **_TAKEN,
        **_ARRIVED,
        **_REFUSED_LATER,
    },
    State.FAILED: {
        Event.REQUEUE: State.RETRYING,
        Event.DISCARD: State.DISCARDED,
        **_TAKEN,
        **_ARRIVED,
    },
    State.CANCELLED: {Event.REQUEUE: State.RETRYING, **_TAKEN, **_ARRIVED},
    State.DISCARDED: {**_TAKEN, **_ARRIVED},
}

_ANSWERS = frozenset({Event.ACCEPT, Event.PACE, Event.RETRY, Event.GIVE_UP, Event.LOSE_TRACK})
_REFUSALS = frozenset({Event.RETRY, Event.GIVE_UP, Event.LOSE_TRACK})
_DOUBTS = frozenset({Event.HOLD, Event.RESEND})
_RECEIPT_REFUSALS = frozenset({Event.RECEIPT_RETRY, Event.RECEIPT_FAILED})

_NOTHING_NEW: dict[State, frozenset[Event]] = {
    State.PLANNED: frozenset({Event.RETRY, Event.GIVE_UP, Event.RECEIPT_RETRY}),
    State.UNKNOWN: frozenset({Event.LOSE_TRACK}),
    State.RETRYING: frozenset({Event.RETRY, Event.LOSE_TRACK, Event.RECEIPT_RETRY}),
    State.PACED: frozenset({Event.PACE}) | _REFUSALS | _DOUBTS,
    State.ACCEPTED: _ANSWERS | _DOUBTS,
    State.SENT: frozenset({Event.RECEIPT_SENT}) | _ANSWERS | _DOUBTS,
    State.DELIVERED: (
        frozenset({Event.RECEIPT_SENT, Event.RECEIPT_DELIVERED})
        | _ANSWERS
        | _DOUBTS
        | _RECEIPT_REFUSALS
    ),
    State.READ: frozenset(_ARRIVED) | _ANSWERS | _DOUBTS | _RECEIPT_REFUSALS,
    State.HELD: frozenset({Event.LOSE_TRACK, Event.HOLD}),
    State.FAILED: _REFUSALS | _RECEIPT_REFUSALS,
    State.CANCELLED: frozenset({Event.CANCEL}) | _REFUSALS | _RECEIPT_REFUSALS,
    State.DISCARDED: frozenset({Event.DISCARD}) | _REFUSALS | _RECEIPT_REFUSALS,
}
"""Events that tell a state nothing it did not know: duplicates and stragglers."""


def advance(state: State, event: Event) -> State:
    """The state after `event`; the same state when the event says nothing new.

    Raises ImpossibleTransitionError for an event the state cannot have.
    """
    after = TRANSITIONS[state].get(event)
    if after is not None:
        return after
    if event in _NOTHING_NEW.get(state, frozenset()):
        return state
    raise ImpossibleTransitionError(f"{event} while {state}")


def possible(state: State, event: Event) -> bool:
    """Whether `event` would change something: what a page offers and a command refuses."""
    return event in TRANSITIONS[state]


@cache
def sources(event: Event) -> frozenset[State]:
    """The states `event` leads out of: what an `UPDATE … WHERE state IN` may touch.

    An event leads to the same state from all of them (`target`), so one statement serves them all.
    """
    return frozenset(state for state in State if event in TRANSITIONS[state])


@cache
def target(event: Event) -> State:
    """The one state `event` leads to."""
    (after,) = {TRANSITIONS[state][event] for state in sources(event)}
    return after

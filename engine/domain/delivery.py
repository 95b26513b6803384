"""The life of a delivery: one table of arrows, and `advance`, the only thing that follows one.

Receipts come late, twice, in any order, and for attempts we believed dead; a receipt is WhatsApp's own
word, so it wins over whatever we thought (spec I2, W2, E3). What a person did (discard, abort) is kept
when nothing went out, and gives way when it turns out that something did.
"""

from enum import StrEnum


class State(StrEnum):
    """Where a delivery stands. The sentence beside each is what pages and docs say of it."""

    PLANNED = "planned"          # waiting for its instant in a lane
    SENDING = "sending"          # marked by a lane; a request may be on its way
    UNKNOWN = "unknown"          # a request left and no answer came; receipts will tell
    RETRYING = "retrying"        # failed in a way that may pass; due again at a set time
    PACED = "paced"              # WhatsApp holds it while it assesses the template's quality
    ACCEPTED = "accepted"        # WhatsApp took it; not yet sent
    SENT = "sent"                # handed over: on WhatsApp's way to the phone
    DELIVERED = "delivered"      # on the phone
    READ = "read"                # opened
    HELD = "held"                # unknown for too long; a person decides
    FAILED = "failed"            # we gave up: a dead letter
    CANCELLED = "cancelled"      # never went out: aborted, opted out, or too late
    DISCARDED = "discarded"      # a dead letter that a person closed, with a reason


class Event(StrEnum):
    """What can happen to a delivery."""

    MARK = "mark"                            # a lane takes it
    RELEASE = "release"                      # marked, but the request provably never started
    ACCEPT = "accept"                        # the API answered: accepted
    PACE = "pace"                            # the API answered: held for quality assessment
    RETRY = "retry"                          # failed; the policy says again, later or elsewhere
    GIVE_UP = "give_up"                      # failed; the policy says no more
    LOSE_TRACK = "lose_track"                # the request left and no answer came
    HOLD = "hold"                            # unknown for too long
    RESEND = "resend"                        # evidence, or a person: it was not accepted, send it again
    CANCEL = "cancel"                        # abort, opt-out, window over
    REQUEUE = "requeue"                      # a person puts a dead letter back
    DISCARD = "discard"                      # a person closes it
    RECEIPT_SENT = "receipt_sent"
    RECEIPT_DELIVERED = "receipt_delivered"
    RECEIPT_READ = "receipt_read"


HANDED_OVER = frozenset({State.SENT, State.DELIVERED, State.READ})
ON_THE_PHONE = frozenset({State.DELIVERED, State.READ})
ACCEPTED_OR_BETTER = frozenset({State.ACCEPTED, State.PACED}) | HANDED_OVER
OPEN = frozenset({State.PLANNED, State.SENDING, State.UNKNOWN, State.RETRYING})
"""Work is left for the engine. HELD is not: it waits for a person."""
UNSENT = frozenset({State.PLANNED, State.RETRYING})
"""Nothing of it is with WhatsApp: may be re-planned, cancelled, moved to another sender."""


class ImpossibleTransitionError(Exception):
    """An event came that this state cannot have: our bug, and nothing was changed."""


def _receipts(state: State) -> dict[Event, State]:
    """The late-receipt arrows of a state in which WhatsApp is not known to have the message."""
    del state
    return {
        Event.RECEIPT_SENT: State.SENT,
        Event.RECEIPT_DELIVERED: State.DELIVERED,
        Event.RECEIPT_READ: State.READ,
    }


TRANSITIONS: dict[State, dict[Event, State]] = {
    State.PLANNED: {
        Event.MARK: State.SENDING,
        Event.CANCEL: State.CANCELLED,
        # An earlier attempt we had written off arrived after all: the retry drops.
        **_receipts(State.PLANNED),
    },
    State.SENDING: {
        Event.RELEASE: State.PLANNED,
        Event.ACCEPT: State.ACCEPTED,
        Event.PACE: State.PACED,
        Event.RETRY: State.RETRYING,
        Event.GIVE_UP: State.FAILED,
        Event.LOSE_TRACK: State.UNKNOWN,
        **_receipts(State.SENDING),  # a receipt can be quicker than the POST's own response
    },
    State.UNKNOWN: {
        Event.ACCEPT: State.ACCEPTED,  # the response's record was committed late
        Event.PACE: State.PACED,
        Event.RETRY: State.RETRYING,   # a `failed` receipt carrying our attempt id
        Event.GIVE_UP: State.FAILED,
        Event.HOLD: State.HELD,
        Event.RESEND: State.RETRYING,
        **_receipts(State.UNKNOWN),
    },
    State.RETRYING: {
        Event.MARK: State.SENDING,
        Event.GIVE_UP: State.FAILED,
        Event.CANCEL: State.CANCELLED,
        **_receipts(State.RETRYING),
    },
    State.PACED: {
        Event.ACCEPT: State.ACCEPTED,
        Event.RETRY: State.RETRYING,
        Event.GIVE_UP: State.FAILED,   # 132015: the template was paused and the message dropped
        **_receipts(State.PACED),
    },
    State.ACCEPTED: {
        Event.RETRY: State.RETRYING,
        Event.GIVE_UP: State.FAILED,
        **_receipts(State.ACCEPTED),
    },
    State.SENT: {
        Event.RETRY: State.RETRYING,
        Event.GIVE_UP: State.FAILED,
        Event.RECEIPT_DELIVERED: State.DELIVERED,
        Event.RECEIPT_READ: State.READ,
    },
    State.DELIVERED: {Event.RECEIPT_READ: State.READ},
    State.READ: {},
    State.HELD: {
        Event.ACCEPT: State.ACCEPTED,
        Event.PACE: State.PACED,
        Event.RETRY: State.RETRYING,
        Event.GIVE_UP: State.FAILED,
        Event.RESEND: State.RETRYING,  # evidence came after all, or a person sends again knowingly
        Event.DISCARD: State.DISCARDED,
        **_receipts(State.HELD),
    },
    State.FAILED: {
        Event.REQUEUE: State.RETRYING,
        Event.DISCARD: State.DISCARDED,
        **_receipts(State.FAILED),
    },
    State.CANCELLED: {
        Event.REQUEUE: State.RETRYING,
        **_receipts(State.CANCELLED),
    },
    State.DISCARDED: {
        **_receipts(State.DISCARDED),
    },
}

# The API's own yes, recorded after a `failed` receipt of the same attempt was quicker: the receipt is newer.
_ANSWERS = frozenset({Event.ACCEPT, Event.PACE})

_NOTHING_NEW: dict[State, frozenset[Event]] = {
    State.SENT: frozenset({Event.ACCEPT, Event.PACE, Event.LOSE_TRACK, Event.RECEIPT_SENT, Event.HOLD}),
    State.DELIVERED: frozenset(
        {Event.ACCEPT, Event.PACE, Event.LOSE_TRACK, Event.HOLD, Event.RETRY, Event.GIVE_UP}
        | {Event.RECEIPT_SENT, Event.RECEIPT_DELIVERED}
    ),
    State.READ: frozenset(
        {Event.ACCEPT, Event.PACE, Event.LOSE_TRACK, Event.HOLD, Event.RETRY, Event.GIVE_UP}
        | {Event.RECEIPT_SENT, Event.RECEIPT_DELIVERED, Event.RECEIPT_READ}
    ),
    State.ACCEPTED: frozenset({Event.ACCEPT, Event.PACE, Event.LOSE_TRACK, Event.HOLD}),
    State.PACED: frozenset({Event.PACE, Event.LOSE_TRACK, Event.HOLD}),
    State.UNKNOWN: frozenset({Event.LOSE_TRACK}),
    State.HELD: frozenset({Event.LOSE_TRACK, Event.HOLD}),
    State.FAILED: frozenset({Event.GIVE_UP, Event.LOSE_TRACK, Event.RETRY, *_ANSWERS}),
    State.RETRYING: frozenset({Event.LOSE_TRACK, Event.RETRY, *_ANSWERS}),
    State.CANCELLED: frozenset({Event.CANCEL, Event.LOSE_TRACK, Event.RETRY, Event.GIVE_UP, *_ANSWERS}),
    State.DISCARDED: frozenset({Event.DISCARD, Event.LOSE_TRACK, Event.RETRY, Event.GIVE_UP, *_ANSWERS}),
}
"""Events that tell a state nothing it did not know: duplicates and stragglers. They change nothing."""


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


def sources(event: Event) -> tuple[State, ...]:
    """The states that `event` changes: what a set-based UPDATE may touch (`WHERE state IN …`)."""
    return tuple(state for state in State if event in TRANSITIONS[state])

"""Where a delivery stands, as people group it, and what each state is called."""

from enum import StrEnum

from engine.domain.delivery import State


class Stage(StrEnum):
    """A filter of the recipients, and a colour of the bar."""

    WAITING = "waiting"
    SENT = "sent"
    PACED = "paced"
    DELIVERED = "delivered"
    READ = "read"
    UNKNOWN = "unknown"
    HELD = "held"
    FAILED = "failed"
    CANCELLED = "cancelled"


STATES_OF: dict[Stage, tuple[State, ...]] = {
    Stage.WAITING: (State.PLANNED, State.SENDING, State.RETRYING),
    Stage.SENT: (State.ACCEPTED, State.SENT),
    Stage.PACED: (State.PACED,),
    Stage.DELIVERED: (State.DELIVERED,),
    Stage.READ: (State.READ,),
    Stage.UNKNOWN: (State.UNKNOWN,),
    Stage.HELD: (State.HELD,),
    Stage.FAILED: (State.FAILED, State.DISCARDED),
    Stage.CANCELLED: (State.CANCELLED,),
}
"""Every state stands in exactly one group; a test says so."""

_STAGE_OF = {state: stage for stage, states in STATES_OF.items() for state in states}


def stage_of(state: State) -> Stage:
    """The group a state belongs to."""
    return _STAGE_OF[state]


WORDS: dict[State, str] = {
    State.PLANNED: "Waiting",
    State.SENDING: "Being sent",
    State.UNKNOWN: "No answer yet",
    State.RETRYING: "Trying again",
    State.PACED: "Held by WhatsApp",
    State.ACCEPTED: "Accepted",
    State.SENT: "Handed over",
    State.DELIVERED: "Delivered",
    State.READ: "Read",
    State.HELD: "Held for a person",
    State.FAILED: "Failed",
    State.CANCELLED: "Cancelled",
    State.DISCARDED: "Closed",
}

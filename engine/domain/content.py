"""The life of a day's content, and what exactly an approval binds to (spec D1, D2)."""

from enum import StrEnum

from engine.domain.delivery import ImpossibleTransitionError


class Language(StrEnum):
    """The languages subscribers read."""

    EN = "EN"
    HI = "HI"
    MR = "MR"


class Category(StrEnum):
    """Meta's category of a template; it sets the price, and when it may be sent."""

    MARKETING = "MARKETING"
    UTILITY = "UTILITY"
    AUTHENTICATION = "AUTHENTICATION"


class ContentState(StrEnum):
    """Where a content pack stands."""

    DRAFT = "draft"  # being written
    SUBMITTED = "submitted"  # waiting for an approver
    APPROVED = "approved"  # somebody else read exactly this and said yes
    REJECTED = "rejected"  # somebody said no, with a comment
    LOCKED = "locked"  # frozen into a broadcast
    SENT = "sent"  # went out


class ContentEvent(StrEnum):
    """What can happen to it."""

    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    LOCK = "lock"
    UNLOCK = "unlock"  # its broadcast was skipped, refused or aborted before anything went out
    SEND = "send"  # the first message under this content left


_S = ContentState
_E = ContentEvent

TRANSITIONS: dict[ContentState, dict[ContentEvent, ContentState]] = {
    _S.DRAFT: {_E.EDIT: _S.DRAFT, _E.SUBMIT: _S.SUBMITTED},
    _S.SUBMITTED: {_E.EDIT: _S.DRAFT, _E.APPROVE: _S.APPROVED, _E.REJECT: _S.REJECTED},
    # An edit voids the approval; an approver may also take it back.
    _S.APPROVED: {_E.EDIT: _S.DRAFT, _E.REJECT: _S.REJECTED, _E.LOCK: _S.LOCKED},
    _S.REJECTED: {_E.EDIT: _S.DRAFT, _E.SUBMIT: _S.SUBMITTED},
    _S.LOCKED: {_E.UNLOCK: _S.APPROVED, _E.SEND: _S.SENT},
    _S.SENT: {},
}

_NOTHING_NEW: dict[ContentState, frozenset[ContentEvent]] = {
    _S.LOCKED: frozenset({_E.LOCK}),
    _S.SENT: frozenset({_E.SEND, _E.LOCK}),
}
"""One content may serve two broadcasts (a one-off repeats the day's): locking twice is fine."""

APPROVED_OR_BETTER = frozenset({_S.APPROVED, _S.LOCKED, _S.SENT})
"""What may be sent, and what keeps its content hash."""


def advance(state: ContentState, event: ContentEvent) -> ContentState:
    """The state after `event`.

    Raises ImpossibleTransitionError for an event the state cannot have.
    """
    after = TRANSITIONS[state].get(event)
    if after is not None:
        return after
    if event in _NOTHING_NEW.get(state, frozenset()):
        return state
    raise ImpossibleTransitionError(f"{event} while {state}")


def possible(state: ContentState, event: ContentEvent) -> bool:
    """Whether `event` would change something: what a page offers and a command refuses."""
    return event in TRANSITIONS[state]

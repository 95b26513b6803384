"""The life of a day's content, and what exactly an approval binds to (spec D1, D2)."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from engine.domain.canonical import Plain, canonical_json, sha256_hex
from engine.domain.delivery import ImpossibleTransitionError
from engine.domain.ids import ContentHash, DeliveryKey
from engine.domain.media import Header


class Language(StrEnum):
    """The languages subscribers read."""

    EN = "EN"
    HI = "HI"
    MR = "MR"


class Wording(NamedTuple):
    """Which approved text a delivery is sent with: one language of what a hash stands for."""

    content: ContentHash
    language: str


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


class VariantText(Protocol):
    """One language of a pack, as far as WhatsApp and the reader see it.

    `parameters` are the texts in the template's order, with {name} and {registration_no} not yet
    filled in; `body` is the template's, with {{1}} …, as Meta approved it.
    """

    @property
    def language(self) -> str: ...
    @property
    def template_name(self) -> str: ...
    @property
    def template_language(self) -> str: ...
    @property
    def template_version(self) -> int: ...
    @property
    def category(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def parameters(self) -> tuple[str, ...]: ...
    @property
    def header(self) -> Header | None: ...
    @property
    def brand_line(self) -> str: ...


def content_hash(variants: Iterable[VariantText]) -> ContentHash:
    """What an approval binds to: SHA-256 over everything that is sent, in whatever order it comes.

    Raises ValueError when two variants are in one language: which of them is sent nobody could say.
    """
    return ContentHash(hashlib.sha256(hashed_text(variants).encode()).hexdigest())


def hashed_text(variants: Iterable[VariantText]) -> str:
    """The very text that `content_hash` is the SHA-256 of: whoever doubts it can do the sum."""
    pack: dict[str, Plain] = {}
    for variant in variants:
        if variant.language in pack:
            raise ValueError(f"two variants in {variant.language}")
        pack[str(variant.language)] = _all_that_is_sent(variant)
    return canonical_json({"content": pack})


def _all_that_is_sent(variant: VariantText) -> Plain:
    header = variant.header
    sent: dict[str, Plain] = {
        "template_name": variant.template_name,
        "template_language": variant.template_language,
        "template_version": variant.template_version,
        "category": variant.category,
        "body": variant.body,
        "parameters": list(variant.parameters),
        "header_image": None if header is None else header.sha256,
    }
    if header is not None and not header.is_image:
        sent["header_document_name"] = header.name
    if variant.brand_line:
        sent["brand_line"] = variant.brand_line
    return sent


PERSONAL_FIELDS = ("name", "registration_no")
"""What a parameter may ask for in braces; any other braces are the author's own."""
NOTHING = "–"
"""Stands for a personal field nobody knows: WhatsApp refuses a message with an empty parameter."""

_PERSONAL_FIELD = re.compile(r"\{(name|registration_no)\}")
_LINE_BREAKS = r"\n\r\t\v\f\x1c-\x1f\x85\u2028\u2029"
_REFUSED_SPACE = re.compile(rf" *[{_LINE_BREAKS}][ {_LINE_BREAKS}]*| {{5,}}")
_PLACE = re.compile(r"\{\{([1-9][0-9]{0,3})\}\}")


def render(parameters: Sequence[str], *, name: str, registration_no: str) -> tuple[str, ...]:
    """The parameters as one person gets them.

    WhatsApp refuses newlines, tabs and more than four spaces in a row in a parameter, and empty
    ones: the former become one space, a field or parameter with nothing in it a dash. What a field
    holds is never itself looked into for fields.
    """
    values = {"name": _one_line(name), "registration_no": _one_line(registration_no)}
    return tuple(
        _one_line(_PERSONAL_FIELD.sub(lambda found: values[found[1]], parameter))
        for parameter in parameters
    )


def preview(body: str, parameters: Sequence[str]) -> str:
    """The text as the phone shows it. A place without a parameter stays visible as it is."""

    def fill(found: re.Match[str]) -> str:
        place = int(found[1]) - 1
        return parameters[place] if 0 <= place < len(parameters) else found[0]

    return _PLACE.sub(fill, body)


def places(body: str) -> tuple[int, ...]:
    """The numbers of a body's {{n}}, each once, in rising order."""
    return tuple(sorted({int(number) for number in _PLACE.findall(body)}))


def fits_one_line(parameter: str) -> bool:
    """Whether WhatsApp takes a parameter's white space as it is."""
    return _REFUSED_SPACE.search(parameter) is None


def delivery_key(*, recipient: str, content_hash: str, kind: str, request: str) -> DeliveryKey:
    """What makes a delivery unique (spec E5): the same four give the same key, no other four do.

    recipient: `subscriber:7`; kind: `broadcast`, `notification` …; request: the broadcast's id or
    the caller's own key.
    """
    return DeliveryKey(sha256_hex(["delivery", recipient, content_hash, kind, request]))


def _one_line(text: str) -> str:
    return _REFUSED_SPACE.sub(" ", text).strip() or NOTHING

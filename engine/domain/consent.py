"""What a person's own message says about their consent (spec S3)."""

from dataclasses import dataclass

from engine.domain.plain_words import plain


@dataclass(frozen=True, slots=True)
class OptOut:
    """They want no more messages, as of now, also those already planned."""

    word: str


@dataclass(frozen=True, slots=True)
class OptIn:
    """They want messages again."""

    word: str


_STOP = (
    "stop",
    "stop all",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "opt out",
    "stop promotions",
    "please stop",
    "stop please",
    "रोकें",
    "रोको",
    "रोक दो",
    "बंद करो",
    "बंद करें",
    "बन्द करो",
    "बंद",
    "बन्द",
    "स्टॉप",
    "थांबवा",
    "थांबा",
    "बंद करा",
    "नको",
)
_START = (
    "start",
    "unstop",
    "subscribe",
    "resume",
    "opt in",
    "yes start",
    "शुरू करें",
    "शुरू करो",
    "शुरू",
    "चालू करें",
    "चालू करो",
    "स्टार्ट",
    "सुरू करा",
    "सुरु करा",
    "चालू करा",
    "सुरू",
    "सुरु",
)
_MEANINGS: dict[str, type[OptOut] | type[OptIn]] = {
    **{plain(text): OptOut for text in _STOP},
    **{plain(text): OptIn for text in _START},
}


def consent_in(text: str) -> OptOut | OptIn | None:
    """The wish an inbound text expresses, or None when it is about something else.

    The whole message must be the word: "stop loss at 24,180?" is a question, and stays one. Case,
    punctuation and emoji do not matter.
    """
    words = plain(text)
    meaning = _MEANINGS.get(words)
    return None if meaning is None else meaning(words)


REFUSED = "error "
"""How a source begins that is a number of WhatsApp's: `error 131050`."""


def how(source: str, evidence: str) -> str:
    """Where a wish is known from, as people say it."""
    if not source.startswith(REFUSED):
        return ". ".join(filter(None, (source, evidence)))
    code = source.removeprefix(REFUSED)
    said = f"WhatsApp said so, and did not deliver ({code})"
    return f"{said}. Message {evidence}" if evidence else said

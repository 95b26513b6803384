"""What a person's message to us opens, and how far it is dealt with (spec S5).

WhatsApp takes free text to somebody only within 24 hours of their last message to that number of
ours (Meta: Send messages > Customer service windows); later it refuses with 131047.
"""

from datetime import datetime, timedelta
from enum import StrEnum

WINDOW = timedelta(hours=24)
TEXT_MAX = 4_096
"""Characters of a text message (Meta: Text messages)."""
SNIPPET = 120


class Desk(StrEnum):
    """How far a conversation is dealt with."""

    OPEN = "open"
    DONE = "done"


class Shelf(StrEnum):
    """What the inbox may be narrowed to."""

    OPEN = "open"
    MINE = "mine"
    DONE = "done"


_NOTES = {
    "image": "Photo",
    "video": "Video",
    "audio": "Voice message",
    "voice": "Voice message",
    "document": "Document",
    "sticker": "Sticker",
    "location": "Location",
    "contacts": "Contact card",
    "order": "Order",
    "unsupported": "A message of a kind that WhatsApp does not hand on",
}
_SPOKEN = frozenset({"text", "button", "interactive", "system"})


def closes_at(heard_at: datetime) -> datetime:
    """Until when free text may go to somebody whose last message is of `heard_at`."""
    return heard_at + WINDOW


def time_left(heard_at: datetime, now: datetime) -> timedelta:
    """How long the window stays open; zero when it is closed."""
    return max(timedelta(0), closes_at(heard_at) - now)


def note(kind: str) -> str:
    """What a message is when it is no text: "Photo"; empty for what speaks for itself."""
    if kind in _SPOKEN or kind == "reaction":
        return ""
    return _NOTES.get(kind, "A message of another kind")


def snippet(kind: str, text: str) -> str:
    """One line of a message, for the list."""
    said = " ".join(text.split())
    if kind == "reaction":
        return f"Reacted {said}" if said else "Took a reaction back"
    noted = note(kind)
    line = f"{noted}: {said}" if noted and said else noted or said or "An empty message"
    return line if len(line) <= SNIPPET else line[: SNIPPET - 1] + "…"


def why_not_text(text: str) -> str:
    """What is wrong with an answer; empty when nothing is."""
    if not text.strip():
        return "Write an answer first."
    if len(text) > TEXT_MAX:
        return f"An answer has at most {TEXT_MAX} characters; this one has {len(text)}."
    return ""

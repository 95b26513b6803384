"""Takes in a webhook of Meta's: checked, then stored as it came; it is read later, at our own
pace.
"""

import hashlib
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from engine.store import inbox, intake_gaps
from engine.store.intake_gaps import Gap
from engine.whatsapp.signature import is_signed
from engine.whatsapp.webhooks import BODY_MAX

__all__ = [
    "BODY_MAX",
    "CANNOT_STORE",
    "Gap",
    "Pile",
    "SignedWebhook",
    "check",
    "note_gap",
    "take_webhooks",
]

CANNOT_STORE = (SQLAlchemyError, OSError)
"""What a database that is full, locked or gone raises. Their texts may hold the body: not for
logs.
"""


class SignedWebhook(NamedTuple):
    """A webhook that is Meta's, with the SHA-256 (hex) of its bytes. Only `check` makes one, so
    nothing else is stored.
    """

    body: bytes
    body_hash: str


def check(body: bytes, signature: str | None, secrets: Sequence[str]) -> SignedWebhook | None:
    """Whether these raw bytes may be taken in; None: the signature is missing or does not fit them.

    `secrets`: the app's, several while one is rotated. What they say is looked at when they are
    read: what Meta signed and we cannot read is kept for a person, and not called for again.
    """
    if not is_signed(body, signature, secrets):
        return None
    return SignedWebhook(body, hashlib.sha256(body).hexdigest())


class Pile:
    """Webhooks that go into the database together, in one statement.

    It stays open until the transaction that takes it begins to run: whatever arrives while others
    are being committed costs no transaction of its own. Added to by the loop, taken by the writer's
    thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._webhooks: list[SignedWebhook] = []
        self._taken = False

    def add(self, webhook: SignedWebhook) -> bool:
        """Put one on the pile; False when it has been taken, and another pile is needed."""
        with self._lock:
            if self._taken:
                return False
            self._webhooks.append(webhook)
            return True

    def take(self) -> list[SignedWebhook]:
        """All of it, and the same again when the transaction has to be run a second time."""
        with self._lock:
            self._taken = True
            return self._webhooks


def take_webhooks(session: Session, pile: Pile, now: Callable[[], datetime]) -> None:
    """Store a pile; what is here already changes nothing, since Meta repeats what it saw no answer
    to. now: asked as they are stored, which is when they count as received.

    It has no actor and leaves no audit row: nobody asked for anything, and the bodies are kept.
    """
    webhooks = pile.take()
    inbox.store_webhooks(session, webhooks, now())


def note_gap(session: Session, gap: Gap) -> None:
    """Write down that webhooks were turned away: until WhatsApp has called again with them, a
    missing receipt proves nothing (spec E3). No audit row, as above.
    """
    intake_gaps.note(session, gap)

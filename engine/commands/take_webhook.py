"""Takes in a webhook of Meta's: checked, then stored as it came; it is read later, at our own
pace.
"""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from engine.store import inbox
from engine.whatsapp.signature import is_signed
from engine.whatsapp.webhooks import BODY_MAX, UnreadableWebhookError, read_body

__all__ = [
    "BODY_MAX",
    "CANNOT_STORE",
    "Pile",
    "SignedWebhook",
    "Unreadable",
    "Unsigned",
    "check",
    "take_webhooks",
]

CANNOT_STORE = (SQLAlchemyError, OSError)
"""What a database that is full, locked or gone raises. Their texts may hold the body: not for
logs.
"""


class SignedWebhook(NamedTuple):
    """A webhook that is Meta's and is readable. Only `check` makes one, so nothing else is
    stored.
    """

    body: bytes
    body_hash: str


@dataclass(frozen=True, slots=True)
class Unsigned:
    """Not Meta's: the signature is missing or does not fit these bytes."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Signed, but no webhook; `why` is a sentence."""

    why: str


def check(
    body: bytes, signature: str | None, secrets: Sequence[str]
) -> SignedWebhook | Unsigned | Unreadable:
    """Whether these raw bytes may be taken in. `secrets`: the app's, several while one is
    rotated.
    """
    if not is_signed(body, signature, secrets):
        return Unsigned()
    try:
        read_body(body)
    except UnreadableWebhookError as error:
        return Unreadable(str(error))
    return SignedWebhook(body, hashlib.sha256(body).hexdigest())


class Pile:
    """Webhooks that go into the database together, in one statement.

    It stays open until the transaction that takes it begins to run: whatever arrives while others
    are being committed costs no transaction of its own. Added to by the loop, taken by the writer's
    thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._webhooks: list[inbox.NewWebhook] = []
        self._taken = False

    def add(self, webhook: SignedWebhook, received_at: datetime) -> bool:
        """Put one on the pile; False when it has been taken, and another pile is needed."""
        with self._lock:
            if self._taken:
                return False
            self._webhooks.append(inbox.NewWebhook(*webhook, received_at))
            return True

    def take(self) -> list[inbox.NewWebhook]:
        """All of it, and the same again when the transaction has to be run a second time."""
        with self._lock:
            self._taken = True
            return self._webhooks


def take_webhooks(session: Session, pile: Pile) -> None:
    """Store a pile; what is here already changes nothing, since Meta repeats what it saw no answer
    to.

    It has no actor and leaves no audit row: nobody asked for anything, and the bodies are kept.
    """
    inbox.store_webhooks(session, pile.take())

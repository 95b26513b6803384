"""Takes in a webhook of Meta's: checked, then stored as it came; it is read later, at our own
pace.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from engine.store import inbox
from engine.whatsapp.signature import is_signed
from engine.whatsapp.webhooks import BODY_MAX, UnreadableWebhookError, read_body

__all__ = [
    "BODY_MAX",
    "CANNOT_STORE",
    "SignedWebhook",
    "Unreadable",
    "Unsigned",
    "check",
    "take_webhook",
]

CANNOT_STORE = (SQLAlchemyError, OSError)
"""What a database that is full, locked or gone raises. Their texts may hold the body: not for
logs.
"""


@dataclass(frozen=True, slots=True)
class SignedWebhook:
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


def take_webhook(session: Session, webhook: SignedWebhook, *, received_at: datetime) -> bool:
    """Store it; False when it is here already, since Meta repeats what it saw no answer to.

    It has no actor and leaves no audit row: nobody asked for anything, and the body itself is kept.
    """
    return inbox.store_webhook(session, webhook.body, webhook.body_hash, received_at)

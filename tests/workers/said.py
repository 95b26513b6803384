"""What Meta says by webhook, as the bytes it would post, and a session that hears it."""

import hashlib
import json
from datetime import datetime
from random import Random
from typing import Any

from sqlmodel import Session

from engine.store import inbox
from engine.workers.receive import process_batch
from tests.workers.cast import NOW

NUMBER = "1000000000001"


def status(
    message: str,
    word: str,
    *,
    tracker: str | None = None,
    at: datetime = NOW,
    code: int | None = None,
) -> dict[str, Any]:
    """One receipt."""
    said: dict[str, Any] = {"id": message, "status": word, "timestamp": str(int(at.timestamp()))}
    if tracker is not None:
        said["biz_opaque_callback_data"] = tracker
    if code is not None:
        said["errors"] = [{"code": code, "title": "Refused"}]
    return said


def receipts(*statuses: dict[str, Any], number: str = NUMBER) -> bytes:
    """A webhook of receipts."""
    return change("messages", {"metadata": {"phone_number_id": number}, "statuses": list(statuses)})


def text(words: str, *, sender: str, at: datetime = NOW, number: str = NUMBER) -> bytes:
    """A webhook in which the person with this number (digits) writes."""
    message = {
        "from": sender,
        "id": f"wamid.in.{sender}.{int(at.timestamp())}",
        "timestamp": str(int(at.timestamp())),
        "type": "text",
        "text": {"body": words},
    }
    return change("messages", {"metadata": {"phone_number_id": number}, "messages": [message]})


def change(field: str, value: dict[str, Any]) -> bytes:
    """A webhook with one change in one field."""
    entry = {"id": "100000000000001", "time": 1, "changes": [{"field": field, "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def hear(session: Session, *bodies: bytes, now: datetime = NOW) -> None:
    """Take these webhooks in, in their order, and read them in one go."""
    for body in bodies:
        inbox.store_webhook(session, body, hashlib.sha256(body).hexdigest(), now)
    process_batch(session, 50, now, Random(5))

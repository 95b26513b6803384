"""What Meta posts when a person writes to a business (Meta: Webhooks > messages)."""

from base64 import b64encode
from hashlib import blake2b
from typing import Any

from engine.simulator.faults import PersonWrites
from engine.simulator.numbers import SimulatedNumber


def inbound_value(
    wrote: PersonWrites, number: SimulatedNumber, nth: str, at: int
) -> dict[str, Any]:
    """The `value` of a `messages` change. `nth` makes its id unlike any other; `at` in seconds."""
    digits = wrote.phone.lstrip("+")
    name = f"{digits} {nth}".encode()
    message: dict[str, Any] = {
        "from": digits,
        "id": "wamid." + b64encode(blake2b(name, digest_size=36).digest()).decode(),
        "timestamp": str(at),
        "type": wrote.type,
        wrote.type: _content(wrote),
    }
    if wrote.reply_to is not None and wrote.type != "reaction":
        message["context"] = {"from": number.display_phone, "id": wrote.reply_to}
    return {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": number.display_phone,
            "phone_number_id": number.phone_number_id,
        },
        "contacts": [{"profile": {"name": wrote.name or "A person"}, "wa_id": digits}],
        "messages": [message],
    }


def _content(wrote: PersonWrites) -> dict[str, Any]:
    match wrote.type:
        case "text":
            return {"body": wrote.text}
        case "button":
            return {"text": wrote.text, "payload": wrote.text}
        case "reaction":
            return {"message_id": wrote.reply_to or "", "emoji": wrote.text}
        case _:
            caption = {"caption": wrote.text} if wrote.text else {}
            return {"id": "100200300", "mime_type": "application/octet-stream"} | caption

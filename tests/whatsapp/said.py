"""Webhooks as Meta words them, made up for the tests."""

import json
from typing import Any

METADATA = {"display_phone_number": "918000000001", "phone_number_id": "1000"}
ASHA = {"profile": {"name": "Asha"}, "wa_id": "919812345610", "user_id": "IN.2081978709342942"}


def said(field: str, value: object, **entry: object) -> bytes:
    change = {"field": field, "value": value}
    body = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "4711", **entry, "changes": [change]}],
    }
    return json.dumps(body).encode()


def messages(**value: object) -> bytes:
    return said("messages", {"messaging_product": "whatsapp", "metadata": METADATA, **value})


def status(word: str = "sent", **more: object) -> dict[str, Any]:
    return {"id": "wamid.A", "status": word, "timestamp": "1795000000", **more}


def inbound(kind: str, **content: object) -> bytes:
    message = {
        "from": "919812345610",
        "id": "wamid.IN",
        "timestamp": "1795000000",
        "type": kind,
        **content,
    }
    return messages(contacts=[ASHA], messages=[message])

"""The statuses of accepted messages as Meta writes them into webhooks (Meta: messages > status).

The shapes are those of Graph v24 and later: no `conversation`, `pricing` on `sent` and on one of
`delivered` and `read`.
"""

import json
from collections.abc import Iterable
from typing import Any, Literal

from engine.simulator.api_errors import webhook_error
from engine.simulator.numbers import NumberState
from engine.simulator.truth import AcceptedMessage

Stage = Literal["sent", "delivered", "read", "failed"]
Receipt = tuple[AcceptedMessage, Stage]


def webhook_body(entries: Iterable[dict[str, Any]]) -> bytes:
    """The bytes of a POST: non-ASCII and slashes escaped, as Meta does before it signs."""
    text = json.dumps(
        {"object": "whatsapp_business_account", "entry": list(entries)}, separators=(",", ":")
    )
    return text.replace("/", "\\/").encode()


def receipt_entries(
    receipts: Iterable[Receipt], numbers: dict[str, NumberState], *, contacts: bool
) -> list[dict[str, Any]]:
    """`entry[]` for these receipts: one per WhatsApp account, with one change per number."""
    values: dict[str, dict[str, Any]] = {}
    entries: dict[str, dict[str, Any]] = {}
    for message, stage in receipts:
        phone_number_id = message.phone_number_id
        value = values.get(phone_number_id)
        if value is None:
            state = numbers[phone_number_id]
            value = values[phone_number_id] = _value(state)
            waba_id = state.number.waba_id
            entry = entries.setdefault(waba_id, {"id": waba_id, "changes": []})
            entry["changes"].append({"value": value, "field": "messages"})
        value["statuses"].append(_status(message, stage))
        # `contacts` come with all but failed ones (facts A.6).
        if stage != "failed" and (contacts or message.by_bsuid):
            value.setdefault("contacts", []).append(_contact(message))
    return list(entries.values())


def _value(state: NumberState) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": state.digits,
            "phone_number_id": state.number.phone_number_id,
        },
        "statuses": [],
    }


def _status(message: AcceptedMessage, stage: Stage) -> dict[str, Any]:
    at = _instant(message, stage)
    status: dict[str, Any] = {"id": message.message_id, "status": stage, "timestamp": str(int(at))}
    if message.by_bsuid:
        status["recipient_user_id"] = message.recipient
    else:
        status["recipient_id"] = message.recipient[1:]
    if message.tracker is not None:
        status["biz_opaque_callback_data"] = message.tracker
    if stage == "sent" or (stage == "delivered") or (stage == "read" and message.delivered_skipped):
        status["pricing"] = _pricing(message.category)
    if stage == "failed":
        assert message.failed_code is not None
        status["errors"] = [webhook_error(message.failed_code)]
    return status


def _instant(message: AcceptedMessage, stage: Stage) -> float:
    match stage:
        case "sent":
            at = message.sent_at
        case "delivered":
            at = message.delivered_at
        case "read":
            at = message.read_at
        case "failed":
            at = message.failed_at
    assert at is not None
    return at


def _pricing(category: str) -> dict[str, Any]:
    free = category == "service"
    return {
        "billable": not free,
        "pricing_model": "PMP",
        "type": "free_customer_service" if free else "regular",
        "category": category,
    }


def _contact(message: AcceptedMessage) -> dict[str, Any]:
    if message.by_bsuid:
        return {"profile": {"name": "Subscriber"}, "user_id": message.recipient}
    digits = message.recipient[1:]
    return {
        "profile": {"name": "Subscriber"},
        "wa_id": digits,
        "user_id": f"{country_of(digits)}.{int(digits) * 7919}",
    }


def country_of(digits: str) -> str:
    """The country letters in front of a made-up BSUID."""
    return "IN" if digits.startswith("91") else "US"

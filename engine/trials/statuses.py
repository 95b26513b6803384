"""Webhooks of one status each, as Meta writes them."""

import json

STATUSES = ("sent", "delivered", "read")


def status_body(message_id: str, status: str, series: int) -> bytes:
    """A webhook with one status, as Meta writes it. series: makes the same status another POST."""
    return json.dumps(
        {
            "object": "whatsapp_business_account",
            "entry": [
                {
                    "id": "100000000000001",
                    "changes": [
                        {
                            "field": "messages",
                            "value": {
                                "messaging_product": "whatsapp",
                                "metadata": {
                                    "display_phone_number": "912200000000",
                                    "phone_number_id": "1000000000001",
                                },
                                "statuses": [
                                    {
                                        "id": message_id,
                                        "status": status,
                                        "timestamp": str(1_700_000_000 + series),
                                        "recipient_id": "919800000000",
                                        "conversation": {
                                            "id": "c0ffee",
                                            "origin": {"type": "utility"},
                                        },
                                        "pricing": {
                                            "billable": True,
                                            "pricing_model": "PMP",
                                            "category": "utility",
                                            "type": "regular",
                                        },
                                    }
                                ],
                            },
                        }
                    ],
                }
            ],
        },
        separators=(",", ":"),
    ).encode()

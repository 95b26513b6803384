"""Reads a webhook's bytes into updates (Meta: Cloud API > Webhooks > messages, and the other
fields).

Nothing in a webhook is an error here but bytes that are not a webhook at all: kinds we do not know
are kept raw as `Other`, and so is a known kind that lacks what makes it one. Meta promises at most
1,000 updates in a POST; more are read all the same.
"""

import json
from collections.abc import Callable
from typing import Any, cast

from engine.domain.ids import MessageId, PhoneNumberId
from engine.domain.receipts import ReceiptStatus
from engine.whatsapp.lenient import (
    Object,
    as_object,
    identifier,
    instant,
    integer,
    objects,
    phone,
    raw,
    read_instant,
    text,
)
from engine.whatsapp.notices import READERS, Notice
from engine.whatsapp.updates import (
    InboundMessage,
    Other,
    Pricing,
    StatusUpdate,
    Update,
    UserPreference,
)

BODY_MAX = 3 * 1024 * 1024
"""Meta's limit for a webhook's body (Meta: Webhooks > Overview)."""

_DECODER = json.JSONDecoder()
_STATUSES = {status.value: status for status in ReceiptStatus}


class UnreadableWebhookError(ValueError):
    """The body is not a webhook; the message says why, in words fit for the answer."""


def read_body(body: bytes) -> Object:
    """The JSON object of a webhook. Raises UnreadableWebhookError."""
    try:
        # Not `json.loads`, which first finds out in which of five ways the text is spelled.
        read = _DECODER.decode(body.decode())
    except RecursionError as error:
        raise UnreadableWebhookError("The JSON is nested too deeply.") from error
    except ValueError as error:  # JSON and Unicode errors are ValueErrors
        raise UnreadableWebhookError("The body is not JSON.") from error
    if not isinstance(read, dict) or not isinstance(cast("Object", read).get("entry"), list):
        raise UnreadableWebhookError("The JSON is not a webhook: it has no list of entries.")
    return cast("Object", read)


def parse(body: bytes) -> list[Update]:
    """Everything a webhook says, in its order. Raises UnreadableWebhookError."""
    updates: list[Update] = []
    for entry in objects(read_body(body)["entry"]):
        account = identifier(entry.get("id")) or ""
        at = instant(entry.get("time"))
        for change in objects(entry.get("changes")):
            field = text(change.get("field"), 100)
            value = as_object(change.get("value"))
            if field == "messages":
                _read_messages(value, updates)
            elif field == "user_preferences":
                _read_preferences(value, updates)
            elif (reader := READERS.get(field)) is not None:
                notice = Notice(account=account, at=at, value=value)
                updates.append(
                    reader(notice) or Other(field=field, kind="incomplete", raw=raw(value))
                )
            else:
                updates.append(Other(field=field, kind=_kind(value), raw=raw(change.get("value"))))
    return updates


def _kind(value: Object) -> str:
    return text(value.get("event"), 100)


# --- receipts: by far the most there are
# -----------------------------------------------------------


def _read_messages(value: Object, updates: list[Update]) -> None:
    metadata = as_object(value.get("metadata"))
    number = identifier(metadata.get("phone_number_id"))
    sender = PhoneNumberId(number) if number else None
    statuses = value.get("statuses")
    if isinstance(statuses, list):
        _read_statuses(sender, cast("list[Any]", statuses), updates)
    people = list(objects(value.get("contacts")))
    updates.extend(
        _read_inbound(sender, message, people)
        or Other(field="messages", kind=text(message.get("type"), 100), raw=raw(message))
        for message in objects(value.get("messages"))
    )
    updates.extend(
        Other(field="messages", kind="errors", raw=raw(error))
        for error in objects(value.get("errors"))
    )


def _read_statuses(
    sender: PhoneNumberId | None, statuses: list[Any], updates: list[Update]
) -> None:
    """One pass with as few calls as can be: a webhook may hold a thousand of these."""
    append = updates.append
    for item in statuses:
        try:
            message_id = identifier(item["id"])
            status = _STATUSES[item["status"]]
            at = read_instant(item["timestamp"])
            get: Callable[[str], Any] = item.get
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError):
            append(_other_status(item))
            continue
        if message_id is None:
            append(_other_status(item))
            continue
        tracker = get("biz_opaque_callback_data")
        code, title, detail = _read_error(get("errors")) if "errors" in item else (None, "", "")
        pricing = get("pricing")
        append(
            StatusUpdate(
                MessageId(message_id),
                status,
                at,
                sender,
                None if tracker is None else identifier(tracker),
                identifier(get("recipient_id")),
                identifier(get("recipient_user_id")),
                code,
                title,
                detail,
                None if pricing is None else _read_pricing(as_object(pricing)),
            )
        )


def _other_status(item: object) -> Other:
    status = text(as_object(item).get("status"), 100)
    kind = "incomplete" if status in _STATUSES else status
    return Other(field="messages", kind=f"status:{kind}", raw=raw(item))


def _read_error(errors: object) -> tuple[int | None, str, str]:
    """Code, title and detail of the first error; Meta says to build on the code."""
    for error in objects(errors):
        details = as_object(error.get("error_data")).get("details")
        return (
            integer(error.get("code")),
            text(error.get("title")),
            text(details or error.get("message")),
        )
    return None, "", ""


def _read_pricing(pricing: Object) -> Pricing:
    billable = pricing.get("billable")
    return Pricing(
        text(pricing.get("category"), 100),
        text(pricing.get("type"), 100),
        text(pricing.get("pricing_model"), 100),
        billable if isinstance(billable, bool) else None,
    )


# --- people
# ------------------------------------------------------------------------------------------


def _read_inbound(
    sender: PhoneNumberId | None, message: Object, people: list[Object]
) -> InboundMessage | None:
    message_id, at = identifier(message.get("id")), instant(message.get("timestamp"))
    if message_id is None or at is None:
        return None
    person = _person(message, people)
    kind = text(message.get("type"), 100)
    words, payload = _words(kind, message)
    context = identifier(as_object(message.get("context")).get("id"))
    return InboundMessage(
        message_id=MessageId(message_id),
        at=at,
        sender=sender,
        phone=phone(message.get("from")) or phone(person.get("wa_id")),
        user_id=identifier(message.get("from_user_id")) or identifier(person.get("user_id")),
        name=text(as_object(person.get("profile")).get("name"), 200),
        type=kind,
        text=words,
        payload=payload,
        reply_to=MessageId(context) if context else None,
    )


def _person(message: Object, people: list[Object]) -> Object:
    """Who of the contacts wrote it; the only one there is, when the message does not say."""
    for ours, theirs in (("from", "wa_id"), ("from_user_id", "user_id")):
        wanted = message.get(ours)
        for person in people:
            if wanted and person.get(theirs) == wanted:
                return person
    nameless = "from" not in message and "from_user_id" not in message
    return people[0] if nameless and len(people) == 1 else {}


def _words(kind: str, message: Object) -> tuple[str, str]:
    """The text of a message and the payload of a pressed button, list entry or form."""
    content = as_object(message.get(kind))
    match kind:
        case "text" | "system":
            return text(content.get("body"), 5_000), ""
        case "button":
            return text(content.get("text")), text(content.get("payload"))
        case "interactive":
            reply = as_object(content.get(text(content.get("type"))))
            return text(reply.get("title")), text(reply.get("id"))
        case "reaction":
            return text(content.get("emoji")), ""
        case _:
            return text(content.get("caption"), 5_000), ""


def _read_preferences(value: Object, updates: list[Update]) -> None:
    number = identifier(as_object(value.get("metadata")).get("phone_number_id"))
    for item in objects(value.get("user_preferences")):
        wish = text(item.get("value"), 100)
        if not wish:
            updates.append(Other(field="user_preferences", kind="incomplete", raw=raw(item)))
            continue
        updates.append(
            UserPreference(
                at=instant(item.get("timestamp")),
                sender=PhoneNumberId(number) if number else None,
                phone=phone(item.get("wa_id")),
                user_id=identifier(item.get("user_id")),
                category=text(item.get("category"), 100),
                value=wish,
                detail=text(item.get("detail")),
            )
        )

"""Reads what a program asks for: every problem is a code, a sentence and the field it is about."""

import json
import re
from datetime import datetime
from typing import Any, cast

from engine.commands.request_notification import AHEAD_MAX, Request
from engine.domain.ids import Phone
from engine.domain.priority import Priority
from engine.domain.replies import TEXT_MAX

PHONE = re.compile(r"\+[1-9]\d{6,14}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
PRIORITIES = {"high": Priority.HIGH, "normal": Priority.NORMAL, "low": Priority.LOW}
PARAMETER_TYPES = frozenset({"text", "currency", "date_time"})
NAME_MAX, PARAMETER_MAX, PARAMETERS_MAX, DETAILS_MAX, KEY_MAX = 255, 1_024, 20, 4_096, 100
KNOWN = frozenset(
    {"event_type", "recipient", "template", "message", "metadata", "priority", "scheduled_for"}
)


class BadRequestError(ValueError):
    """The request is not one of ours; the message says why, to whoever wrote the program."""

    def __init__(self, code: str, words: str, field: str = "", *, status: int = 400) -> None:
        super().__init__(words)
        self.code, self.field, self.status = code, field, status


def read_request(body: bytes, *, client_key: str | None, public_id: str, now: datetime) -> Request:
    """The request a JSON body makes. Raises BadRequestError."""
    asked = _object(body)
    if strange := sorted(asked.keys() - KNOWN):
        raise BadRequestError("UNKNOWN_FIELD", f"There is no field {strange[0]}.", strange[0])
    if client_key is not None and (len(client_key) > KEY_MAX or not client_key.isprintable()):
        words = f"An Idempotency-Key has at most {KEY_MAX} printable characters."
        raise BadRequestError("INVALID_IDEMPOTENCY_KEY", words)
    template, message = asked.get("template"), asked.get("message")
    if (template is None) == (message is None):
        words = "Give either a template or a message."
        raise BadRequestError("TEMPLATE_OR_MESSAGE", words, "template")
    details = asked.get("metadata", {})
    if not isinstance(details, dict) or len(json.dumps(details)) > DETAILS_MAX:
        words = f"metadata is an object of at most {DETAILS_MAX} characters."
        raise BadRequestError("INVALID_METADATA", words, "metadata")
    name, language, parameters = _template(template)
    return Request(
        public_id=public_id,
        client_key=client_key,
        event_type=_text(asked, "event_type", 100),
        phone=_phone(asked.get("recipient")),
        text=_message(message),
        template=name,
        language=language,
        parameters=parameters,
        priority=_priority(asked.get("priority", "normal")),
        scheduled_for=_instant(asked.get("scheduled_for"), now),
        details=cast("dict[str, Any]", details),
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequestError("NOT_JSON", "The body is not JSON.") from error
    if not isinstance(read, dict):
        raise BadRequestError("NOT_JSON", "The body is not a JSON object.")
    return cast("dict[str, Any]", read)


def _text(asked: dict[str, Any], key: str, most: int, where: str = "") -> str:
    value, field = asked.get(key), f"{where}{key}"
    if not isinstance(value, str) or not value.strip() or len(value) > most or "\0" in value:
        words = f"{field} is a text of 1 to {most} characters."
        raise BadRequestError("INVALID_FIELD", words, field)
    return value


def _phone(recipient: object) -> Phone:
    field = "recipient.phone_number"
    given = cast("dict[str, Any]", recipient) if isinstance(recipient, dict) else {}
    phone = given.get("phone_number")
    if not isinstance(phone, str) or not PHONE.fullmatch(phone):
        words = "Phone number must be in E.164 format, such as +919812345610."
        raise BadRequestError("INVALID_PHONE_NUMBER", words, field)
    return Phone(phone)


def _message(message: object) -> str:
    if message is None:
        return ""
    given = cast("dict[str, Any]", message) if isinstance(message, dict) else {}
    return _text(given, "text", TEXT_MAX, "message.")


def _template(template: object) -> tuple[str, str, tuple[str, ...]]:
    if template is None:
        return "", "", ()
    given = cast("dict[str, Any]", template) if isinstance(template, dict) else {}
    name = _text(given, "name", NAME_MAX, "template.")
    language = given.get("language")
    if not isinstance(language, str) or not LANGUAGE.fullmatch(language):
        words = "template.language is a code such as en, hi or en_US."
        raise BadRequestError("INVALID_LANGUAGE", words, "template.language")
    rows = given.get("parameters", [])
    if not isinstance(rows, list) or len(cast("list[Any]", rows)) > PARAMETERS_MAX:
        words = f"template.parameters is a list of at most {PARAMETERS_MAX}."
        raise BadRequestError("INVALID_FIELD", words, "template.parameters")
    values = [_parameter(row, n) for n, row in enumerate(cast("list[Any]", rows))]
    return name, language, tuple(values)


def _parameter(row: object, place: int) -> str:
    where = f"template.parameters.{place}."
    given = cast("dict[str, Any]", row) if isinstance(row, dict) else {}
    if given.get("type") not in PARAMETER_TYPES:
        words = f"{where}type is one of {', '.join(sorted(PARAMETER_TYPES))}."
        raise BadRequestError("INVALID_FIELD", words, f"{where}type")
    value = _text(given, "value", PARAMETER_MAX, where)
    if "\n" in value or "\t" in value or "    " in value:
        words = "WhatsApp takes no line breaks, tabs or four spaces in a parameter."
        raise BadRequestError("INVALID_FIELD", words, f"{where}value")
    return value


def _priority(word: object) -> Priority:
    if not isinstance(word, str) or word not in PRIORITIES:
        words = "priority is high, normal or low."
        raise BadRequestError("INVALID_PRIORITY", words, "priority")
    return PRIORITIES[word]


def _instant(text: object, now: datetime) -> datetime | None:
    if text is None:
        return None
    field = "scheduled_for"
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        words = "scheduled_for is an instant with its zone, such as 2026-12-01T09:30:00+05:30."
        raise BadRequestError("INVALID_TIME", words, field)
    if at > now + AHEAD_MAX:
        raise BadRequestError("INVALID_TIME", f"At most {AHEAD_MAX.days} days ahead.", field)
    return at

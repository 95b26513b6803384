"""What an answer of the Cloud API means: accepted, refused, or impossible to tell.

Meta says to build on the error's `code`, never on the HTTP status or the title (Meta: Cloud API >
Error codes), so the status only speaks where Meta's own body is missing: there a proxy or a load
balancer answered, and the question becomes whether WhatsApp may have seen the request behind its
back.
"""

import json
from typing import Any, cast

from engine.domain.failure import classify
from engine.domain.ids import MessageId
from engine.domain.outcome import Acceptance, Accepted, Blame, Failure, Outcome, Unknown

DETAIL_MAX = 500
BODY_MAX = 1_000_000
"""No answer to a message is near this long; a longer one is not read as JSON."""

_NEVER_PROCESSED = frozenset({501, 505, 511})
"""5xx by which a server says that it did not even try: not implemented, HTTP version, network
sign-in.
"""
_DECODER = json.JSONDecoder()
_ACCEPTANCES = {acceptance.value: acceptance for acceptance in Acceptance}


def read_response(status: int, body: bytes) -> Outcome:
    """The outcome of one POST from its HTTP status and raw body. Never raises, whatever came."""
    answer = _read_object(body)
    error = answer.get("error")
    if isinstance(error, dict):
        refused = _refusal(status, cast("dict[str, Any]", error))
        if refused is not None:
            return refused
    if 200 <= status < 300:
        return _acceptance(answer)
    return _without_metas_word(status)


def error_of(status: int, body: bytes) -> Failure:
    """Why a management call (templates, media, numbers) was refused; for answers that are not
    2xx.
    """
    outcome = read_response(status, body)
    if isinstance(outcome, Failure):
        return outcome
    return Failure(
        blame=Blame.PLATFORM,
        code=None,
        title=f"HTTP {status} without an explanation",
        retryable=status >= 500,
    )


def _read_object(body: bytes) -> dict[str, Any]:
    if len(body) > BODY_MAX:
        return {}
    try:
        # Not `json.loads`, which first finds out in which of five ways the text is spelled.
        answer = _DECODER.decode(body.decode())
    except (ValueError, RecursionError):  # not JSON, not UTF-8, or nested to break us
        return {}
    return cast("dict[str, Any]", answer) if isinstance(answer, dict) else {}


def _refusal(status: int, error: dict[str, Any]) -> Failure | None:
    """Meta's error object as a failure; None when it carries no code and so is not Meta's."""
    code = error.get("code")
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) < 10:
        code = int(code)
    if not isinstance(code, int) or isinstance(code, bool):
        return None
    data = error.get("error_data")
    details = cast("dict[str, Any]", data).get("details") if isinstance(data, dict) else None
    words = details or error.get("message") or error.get("error_user_msg") or ""
    return classify(code, status, _storable(str(words)[:DETAIL_MAX]))


def _storable(words: str) -> str:
    """Without what no database takes: halves of characters, and the NUL."""
    return words.encode("utf-8", "replace").decode().replace("\x00", "")


def _acceptance(answer: dict[str, Any]) -> Accepted | Unknown:
    messages = answer.get("messages")
    first = cast("list[Any]", messages)[0] if isinstance(messages, list) and messages else None
    message = cast("dict[str, Any]", first) if isinstance(first, dict) else {}
    message_id = message.get("id")
    if not isinstance(message_id, str) or not message_id.isascii() or not message_id.isprintable():
        message_id = ""
    if not message_id:
        # It said yes but not to what: the receipts will tell, by our tracker.
        return Unknown("the answer was 200 but named no message")
    status = message.get("message_status")
    word = status if isinstance(status, str) else ""
    return Accepted(MessageId(message_id), _ACCEPTANCES.get(word, Acceptance.ACCEPTED))


def _without_metas_word(status: int) -> Failure | Unknown:
    """An answer without Meta's error body: somebody between us and WhatsApp spoke.

    A 5xx may be said by a proxy *after* it handed the request on (502, 504, and some proxies' 503
    for a broken upstream connection), or by an application that fell over half-way (500): the
    message may be on its way. A 4xx judges the request itself, so WhatsApp has not taken it.
    """
    if status in _NEVER_PROCESSED:
        return Failure(
            blame=Blame.PLATFORM, code=None, title=f"HTTP {status}: not processed", retryable=True
        )
    if status >= 500:
        return Unknown(f"HTTP {status} without WhatsApp's error body")
    if status == 429:
        return Failure(blame=Blame.PACE, code=None, title="HTTP 429: too fast", retryable=True)
    if status in {408, 425}:
        return Failure(
            blame=Blame.PLATFORM, code=None, title=f"HTTP {status}: not processed", retryable=True
        )
    if status in {401, 403, 407}:
        return Failure(blame=Blame.ACCOUNT, code=None, title=f"HTTP {status}: not let in")
    return Failure(blame=Blame.US, code=None, title=f"HTTP {status} without WhatsApp's error body")

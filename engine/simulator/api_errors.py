"""Refusals in Meta's words and shape (Meta: Cloud API > Error codes)."""

from typing import Any, NamedTuple

HELP = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"
SERVICE_ERROR = 131000

_TITLES: dict[int, tuple[str, int]] = {
    0: ("AuthException", 401),
    1: ("An unknown error occurred", 400),
    2: ("Service temporarily unavailable", 503),
    4: ("Application request limit reached", 400),
    10: ("Application does not have permission for this action", 403),
    33: ("Parameter value is not valid", 400),
    100: ("Invalid parameter", 400),
    104: ("An access token is required to request this resource.", 401),
    190: ("Error validating access token: The session has expired.", 401),
    200: ("Permissions error", 403),
    368: ("Temporarily blocked for policies violations", 403),
    613: ("Calls to this api have exceeded the rate limit.", 400),
    2500: ("Unknown path components", 400),
    80007: ("Rate limit issues", 400),
    130403: ("Business has blocked this user", 400),
    130429: ("Rate limit hit", 400),
    130472: ("User's number is part of an experiment", 400),
    130497: ("Business account is restricted from messaging users in this country", 403),
    131000: ("Something went wrong", 500),
    131005: ("Access denied", 403),
    131008: ("Required parameter is missing", 400),
    131009: ("Parameter value is not valid", 400),
    131016: ("Service unavailable", 500),
    131021: ("Recipient cannot be sender", 400),
    131026: ("Message undeliverable", 400),
    131031: ("Business Account locked", 403),
    131037: (
        "WhatsApp provided number needs display name approval before message can be sent",
        400,
    ),
    131042: ("Business eligibility payment issue", 400),
    131045: ("Incorrect certificate", 500),
    131047: ("Re-engagement message", 400),
    131048: ("Spam rate limit hit", 400),
    131049: ("This message was not delivered to maintain healthy ecosystem engagement", 400),
    131050: ("User has stopped marketing messages from this business", 400),
    131051: ("Unsupported message type", 400),
    131053: ("Media upload error", 400),
    131056: ("(Business Account, Consumer Account) pair rate limit hit", 400),
    131057: ("Account in maintenance mode", 500),
    131062: ("Business-scoped user ID recipients are not supported for this message", 400),
    131063: ("Marketing templates are disabled on Cloud API", 400),
    131064: ("Messaging limit reached due to template classification violations", 400),
    132000: ("Number of parameters does not match the expected number of params", 400),
    132001: ("Template name does not exist in the translation", 404),
    132005: ("Translated text too long", 400),
    132007: ("Template format character policy violated", 400),
    132012: ("Parameter format does not match format in the created template", 400),
    132015: ("Template is paused", 400),
    132016: ("Template is disabled", 400),
    133004: ("Server temporarily unavailable", 503),
    133010: ("Phone number not registered", 400),
    2388019: ("Message template limit exceeded", 400),
    2388024: ("Content in this language already exists", 400),
}


class Refusal(NamedTuple):
    """A request WhatsApp does not do; `details` is for the developer, `subcode` is Graph's."""

    code: int
    details: str
    subcode: int | None = None


def title_of(code: int) -> str:
    """Meta's title of an error code."""
    return _TITLES.get(code, ("Unknown error", 400))[0]


def http_status(code: int) -> int:
    """The HTTP status a code comes with: 400 for what this table does not know."""
    return _TITLES.get(code, ("", 400))[1]


def error_body(refusal: Refusal, trace: str) -> dict[str, Any]:
    """The body of a refused request. `trace` is Meta's `fbtrace_id`, any text."""
    error: dict[str, Any] = {
        "message": f"(#{refusal.code}) {title_of(refusal.code)}",
        "type": "OAuthException",
        "code": refusal.code,
    }
    if refusal.code in {104, 190}:
        error["message"] = title_of(refusal.code)
    elif refusal.code == 100 and refusal.subcode == 33:
        error |= {"message": refusal.details, "type": "GraphMethodException"}
    else:
        error["error_data"] = {"messaging_product": "whatsapp", "details": refusal.details}
    if refusal.subcode is not None:
        error["error_subcode"] = refusal.subcode
    return {"error": error | {"fbtrace_id": trace}}


def webhook_error(code: int, details: str | None = None) -> dict[str, Any]:
    """One entry of `statuses[].errors[]`."""
    title = title_of(code)
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details or f"{title}."},
        "href": HELP,
    }


def no_such_object(object_id: str, method: str = "post") -> Refusal:
    """Graph's answer for an id it does not know, or will not show to this token."""
    return Refusal(
        100,
        f"Unsupported {method} request. Object with ID '{object_id}' does not exist, cannot be "
        "loaded due to missing permissions, or does not support this operation. Please read the "
        "Graph API documentation at https://developers.facebook.com/docs/graph-api",
        33,
    )

"""The codes about the account, the app, a sender's registration, or managing templates."""

from engine.domain.cause import (
    BLOCKED_BY_META,
    NUMBER_NOT_READY,
    OUR_REQUEST,
    PERMISSION,
    STUMBLE,
    Cause,
)
from engine.domain.outcome import Blame

_TOKEN = Cause(
    Blame.ACCOUNT,
    "Access token refused",
    "WhatsApp does not accept our access token. All sending has stopped; "
    "put in a new system-user token, then resume.",
    alert=True,
)

_APP_CALLS = Cause(
    Blame.PLATFORM,
    "Too many API calls",
    "Our app made too many API calls this hour. We slow every call down and try again.",
    retryable=True,
    alert=True,
)

_REGISTRATION = Cause(
    Blame.SENDER,
    "Registration refused",
    "WhatsApp refused a step of registering this sender. The sender stays stopped; "
    "check its PIN and status in WhatsApp Manager.",
    retryable=True,
    alert=True,
)

_REGISTRATION_LATER = Cause(
    Blame.SENDER,
    "Registration must wait",
    "WhatsApp wants us to wait before this sender is registered again. The sender stays stopped; "
    "try again later.",
    retryable=True,
    alert=True,
)

_TEMPLATE_MANAGEMENT = Cause(
    Blame.TEMPLATE,
    "Template change refused",
    "WhatsApp refused the change to this template. Correct it as described and submit it again.",
)

_MARKETING_API = Cause(
    Blame.TEMPLATE,
    "Template not ready",
    "WhatsApp is still preparing this template for its marketing road. "
    "We do not use that road today; send it the ordinary way.",
    alert=True,
)

_BLOCK_LIST = Cause(
    Blame.US,
    "Block list refused",
    "WhatsApp refused a change to the block list. No message is concerned; try again later.",
)

_INSIGHTS = Cause(
    Blame.US,
    "Template figures unavailable",
    "WhatsApp's template figures cannot be read or changed. No message is concerned.",
)

ACCOUNT_CAUSES: dict[int, Cause] = {
    0: _TOKEN,
    1: STUMBLE,
    2: STUMBLE,
    3: PERMISSION,
    4: _APP_CALLS,
    10: PERMISSION,
    17: _APP_CALLS,
    33: Cause(
        Blame.SENDER,
        "Sender deleted",
        "WhatsApp does not know this sender: it was deleted, or its id is wrong. Its messages go "
        "through other senders; check the phone number id in the settings.",
        retryable=True,
        alert=True,
    ),
    100: OUR_REQUEST,
    102: _TOKEN,
    104: _TOKEN,
    190: _TOKEN,
    368: BLOCKED_BY_META,
    506: OUR_REQUEST,
    613: _APP_CALLS,
    803: Cause(
        Blame.SENDER,
        "Unknown to WhatsApp",
        "WhatsApp does not know the id we called, most likely this sender's. Its messages go "
        "through other senders; check the ids in the settings.",
        retryable=True,
        alert=True,
    ),
    80007: _APP_CALLS,
    80008: _APP_CALLS,
    133000: _REGISTRATION,
    133004: Cause(
        Blame.PLATFORM,
        "Registration unavailable",
        "WhatsApp's registration was not available. We try again.",
        retryable=True,
    ),
    133005: _REGISTRATION,
    133006: _REGISTRATION,
    133008: _REGISTRATION_LATER,
    133009: _REGISTRATION_LATER,
    133010: NUMBER_NOT_READY,
    133015: _REGISTRATION_LATER,
    133016: _REGISTRATION_LATER,
    134011: Cause(
        Blame.US,
        "Terms not accepted",
        "The terms for payments in WhatsApp have not been accepted. "
        "An administrator of the business must accept them; then put the message back.",
        alert=True,
    ),
    134100: OUR_REQUEST,
    134101: _MARKETING_API,
    134102: _MARKETING_API,
    135000: OUR_REQUEST,
    136024: _REGISTRATION,
    136025: _REGISTRATION,
    139200: Cause(
        Blame.US,
        "Direct sending not allowed",
        "This account may not send without a template. Use a template.",
        alert=True,
    ),
    1752041: Cause(
        Blame.US,
        "Already enrolled",
        "The account was enrolled for marketing messages before. No message is concerned.",
    ),
    2388019: Cause(
        Blame.TEMPLATE,
        "Too many templates",
        "The account has as many templates as it may. Delete old ones, then create this one.",
    ),
    2388024: Cause(
        Blame.TEMPLATE,
        "Template exists already",
        "There is a template of this name in this language. Edit that one, or choose another name.",
    ),
    2388039: Cause(
        Blame.TEMPLATE,
        "Template in review",
        "The template is being reviewed and cannot be changed now. Wait for the review.",
    ),
    2388040: _TEMPLATE_MANAGEMENT,
    2388047: _TEMPLATE_MANAGEMENT,
    2388072: _TEMPLATE_MANAGEMENT,
    2388073: _TEMPLATE_MANAGEMENT,
    2388293: _TEMPLATE_MANAGEMENT,
    2388299: _TEMPLATE_MANAGEMENT,
    2494100: Cause(
        Blame.PLATFORM,
        "Account under maintenance",
        "WhatsApp is moving this account, which takes minutes. We try again.",
        retryable=True,
    ),
}

ACCOUNT_RANGES: tuple[tuple[range, Cause], ...] = (
    (range(200, 300), PERMISSION),
    (range(139100, 139104), _BLOCK_LIST),
    (range(200005, 200008), _INSIGHTS),
)

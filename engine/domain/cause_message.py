"""The codes about one message: recipient, pace, template, media (130xxx to 132xxx)."""

from engine.domain.cause import (
    BLOCKED_BY_META,
    NUMBER_NOT_READY,
    OUR_REQUEST,
    PERMISSION,
    STUMBLE,
    UNKNOWN_CODE,
    Cause,
)
from engine.domain.outcome import Blame

_PAYMENT = Cause(
    Blame.ACCOUNT,
    "Payment problem",
    "WhatsApp sends nothing more until the payment method is put right. All sending has stopped; "
    "check billing in Business settings, then resume.",
    alert=True,
)

_SETUP = Cause(
    Blame.SENDER,
    "Sender not set up",
    "This sender is not set up to send. Its messages go through other senders; "
    "finish its set-up in WhatsApp Manager.",
    alert=True,
    retryable=True,
)

_TEMPLATE_VALUES = Cause(
    Blame.US,
    "Template values do not fit",
    "The values put into the template do not fit it. We do not try again; "
    "correct the content's fields and put the message back.",
    alert=True,
)

MESSAGE_CAUSES: dict[int, Cause] = {
    130403: Cause(
        Blame.RECIPIENT,
        "Blocked by us",
        "We have blocked this person on WhatsApp, so nothing is sent. "
        "Unblock them if that was a mistake.",
    ),
    130429: Cause(
        Blame.PACE,
        "Sender too fast",
        "This sender sent faster than WhatsApp allows. We halve its pace and try again at once.",
        retryable=True,
    ),
    130472: Cause(
        Blame.RECIPIENT,
        "Held back by a WhatsApp experiment",
        "WhatsApp keeps marketing messages from this person for an experiment of its own. "
        "We do not try again today; nothing was charged.",
    ),
    130497: Cause(
        Blame.RECIPIENT,
        "Country not allowed",
        "This account may not message people in this country. We do not try again; "
        "check the number, or ask WhatsApp for the country.",
        alert=True,
    ),
    130501: OUR_REQUEST,
    131000: STUMBLE,
    131005: PERMISSION,
    131008: OUR_REQUEST,
    131009: OUR_REQUEST,
    131014: UNKNOWN_CODE,
    131016: Cause(
        Blame.PLATFORM,
        "WhatsApp unavailable",
        "A part of WhatsApp was not available. We try again.",
        retryable=True,
    ),
    131021: Cause(
        Blame.RECIPIENT,
        "Recipient is the sender",
        "This subscriber's number is one of our own senders, which cannot message itself. "
        "Correct or remove the subscriber.",
    ),
    131026: Cause(
        Blame.RECIPIENT,
        "Phone not reachable",
        "WhatsApp could not reach this phone. We do not try again today; "
        "ask the subscriber to open WhatsApp, update it and accept its terms.",
    ),
    131030: Cause(
        Blame.RECIPIENT,
        "Not on the test list",
        "A test number may only message phones on its list. "
        "Add the phone to the list in the app's dashboard, or use a real sender.",
    ),
    131031: BLOCKED_BY_META,
    131037: _SETUP,
    131042: _PAYMENT,
    131043: Cause(
        Blame.RECIPIENT,
        "Expired on the way",
        "The phone was not online before the message's time was up. We do not send it again.",
    ),
    131044: _PAYMENT,
    131045: NUMBER_NOT_READY,
    131047: Cause(
        Blame.US,
        "More than 24 hours",
        "This person last wrote more than 24 hours ago, so only a template may be sent. "
        "Send a template instead.",
    ),
    131048: Cause(
        Blame.SENDER,
        "Sender limited for spam",
        "Too many people blocked or reported this sender, and WhatsApp limits it. Its messages go "
        "through other senders; rest it and look at its quality before using it again.",
        retryable=True,
        alert=True,
    ),
    131049: Cause(
        Blame.RECIPIENT,
        "Enough marketing for this person",
        "WhatsApp did not deliver this: the person got enough marketing messages lately. "
        "We do not try again today; the next morning may work.",
    ),
    131050: Cause(
        Blame.OPT_OUT,
        "Said stop",
        "This person stopped marketing messages in WhatsApp. We recorded the opt-out "
        "and send no more.",
    ),
    131051: OUR_REQUEST,
    131052: Cause(
        Blame.RECIPIENT,
        "Their file could not be read",
        "We could not download a file this person sent. Ask them to send it again.",
    ),
    131053: Cause(
        Blame.US,
        "Our media was refused",
        "WhatsApp could not use our image or document. We do not try again by ourselves; "
        "check its type and size, upload it anew and put the message back.",
        alert=True,
    ),
    131055: OUR_REQUEST,
    131056: Cause(
        Blame.PAIR,
        "Too many messages to one person",
        "This one person got too many messages from this sender in a short time. "
        "We wait a little longer each time and try again; nobody else is concerned.",
        retryable=True,
    ),
    131057: Cause(
        Blame.PLATFORM,
        "Sender under maintenance",
        "WhatsApp is upgrading this sender, which takes about a minute. We try again.",
        retryable=True,
    ),
    131062: Cause(
        Blame.RECIPIENT,
        "Needs a phone number",
        "This kind of message cannot go to a WhatsApp id alone. "
        "Ask the subscriber for a phone number.",
    ),
    131063: Cause(
        Blame.ACCOUNT,
        "Marketing switched off here",
        "The account has switched marketing templates off for this road. All sending has stopped; "
        "switch them on in WhatsApp Manager, then resume.",
        alert=True,
    ),
    131064: Cause(
        Blame.ACCOUNT,
        "Templates misclassified",
        "WhatsApp limits the account because templates were in the wrong category. All sending has "
        "stopped; correct the categories, and wait until the restriction ends.",
        alert=True,
    ),
    132000: _TEMPLATE_VALUES,
    132001: Cause(
        Blame.TEMPLATE,
        "Template unknown",
        "This template does not exist, or is not approved in this language. Sending with it has "
        "stopped; read the templates anew and choose an approved one.",
        alert=True,
    ),
    132005: Cause(
        Blame.US,
        "Text too long",
        "With this person's values the text is longer than WhatsApp allows. "
        "Shorten the values and put the message back.",
    ),
    132007: Cause(
        Blame.TEMPLATE,
        "Template breaks a rule",
        "WhatsApp found characters or a format it does not allow in this template. Sending with it "
        "has stopped; correct the template and have it approved again.",
        alert=True,
    ),
    132008: _TEMPLATE_VALUES,
    132012: _TEMPLATE_VALUES,
    132015: Cause(
        Blame.TEMPLATE,
        "Template paused",
        "WhatsApp paused this template for its quality. Sending with it has stopped; "
        "switch to the approved fallback, and read what people reported.",
        alert=True,
    ),
    132016: Cause(
        Blame.TEMPLATE,
        "Template disabled",
        "WhatsApp disabled this template for good. Write a new one and have it approved.",
        alert=True,
    ),
    132018: _TEMPLATE_VALUES,
    132068: Cause(
        Blame.TEMPLATE,
        "Flow blocked",
        "The interactive form behind this template is blocked. Sending with it has stopped; "
        "repair the form in WhatsApp Manager.",
        alert=True,
    ),
    132069: Cause(
        Blame.TEMPLATE,
        "Flow limited",
        "The interactive form behind this template may be sent ten times an hour only. "
        "Sending with it has stopped; repair the form in WhatsApp Manager.",
        alert=True,
    ),
    137000: Cause(
        Blame.RECIPIENT,
        "Identity changed",
        "This person's WhatsApp identity changed since we last checked it. "
        "Make sure it is still them, then put the message back.",
    ),
}

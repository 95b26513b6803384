"""What one error code means: whose doing it is, and the words people read about it."""

from dataclasses import dataclass

from engine.domain.outcome import Blame


@dataclass(frozen=True, slots=True)
class Cause:
    """The meaning of one code, or of a run of them.

    `title` is a few words for tables; `words` says what happened and what we do or what to do next.
    `retryable`: the same delivery may be tried again at all, be it through another sender; how and
    when is `retry.decide`'s. `alert`: a person should hear of even one of these.
    """

    blame: Blame
    title: str
    words: str
    retryable: bool = False
    alert: bool = False


UNKNOWN_CODE = Cause(
    Blame.US,
    "Unknown error code",
    "WhatsApp refused this message with a code we do not know. We do not try again; "
    "look the code up, then put the message back or close it.",
    alert=True,
)

PERMISSION = Cause(
    Blame.ACCOUNT,
    "Permission missing",
    "Our app may not send for this WhatsApp account. All sending has stopped; "
    "give the system user the messaging permission, then resume.",
    alert=True,
)

BLOCKED_BY_META = Cause(
    Blame.ACCOUNT,
    "Account restricted",
    "WhatsApp has restricted the account for breaking its policies. All sending has stopped; "
    "open WhatsApp Manager, read why, and appeal or wait.",
    alert=True,
)

STUMBLE = Cause(
    Blame.PLATFORM,
    "WhatsApp had a problem",
    "Something went wrong at WhatsApp, not with us or the recipient. We try again.",
    retryable=True,
)

NUMBER_NOT_READY = Cause(
    Blame.SENDER,
    "Sender not registered",
    "This sender is not registered with WhatsApp any more. Its messages go through other senders; "
    "register the number again in WhatsApp Manager.",
    alert=True,
    retryable=True,
)

OUR_REQUEST = Cause(
    Blame.US,
    "Our request was wrong",
    "WhatsApp could not use our request. Trying again would not help; "
    "this is a fault of ours, report it with the code.",
    alert=True,
)

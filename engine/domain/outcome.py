"""What can come of one attempt: accepted, failed, or not known. There is no fourth."""

from dataclasses import dataclass
from enum import StrEnum

from engine.domain.ids import MessageId


class Blame(StrEnum):
    """Whose doing a failure is: what the policies act on, instead of the vendor's numbers."""

    PACE = "pace"  # this sender is sending too fast (130429)
    PAIR = "pair"  # this one recipient got too much too quickly (131056)
    PLATFORM = "platform"  # WhatsApp is unwell; a later try may well work
    SENDER = "sender"  # this phone number may not send
    ACCOUNT = "account"  # nothing of this account may send: token, permission, payment, policy
    TEMPLATE = "template"  # this template may not be sent
    RECIPIENT = "recipient"  # this person cannot be reached, today
    OPT_OUT = "opt_out"  # this person said stop
    US = "us"  # our request was wrong


class Acceptance(StrEnum):
    """What `messages[].message_status` says of a template message (Meta: send-messages)."""

    ACCEPTED = "accepted"
    HELD_FOR_QUALITY = "held_for_quality_assessment"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Accepted:
    """WhatsApp took the message and named it. Not yet sent, let alone delivered."""

    message_id: MessageId
    acceptance: Acceptance = Acceptance.ACCEPTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """WhatsApp said no, or the request provably never left this machine.

    `code` is WhatsApp's error code, 0 is a real one (AuthException); None when the API was not
    reached. `retryable` says whether the same delivery may be tried again at all; when is
    `retry.decide`'s.
    """

    blame: Blame
    code: int | None
    title: str
    detail: str = ""
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request left and no answer came: WhatsApp may or may not have the message (spec E3)."""

    why: str


Outcome = Accepted | Failure | Unknown

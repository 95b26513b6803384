"""What Meta tells us in webhooks, as values (Meta: Cloud API > Webhooks; WhatsApp usernames).

Every text in them is safe to store: valid Unicode, no NUL, bounded length. A phone number or a
WhatsApp user id (BSUID) may be missing from any of them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from engine.domain.ids import MessageId, Phone, PhoneNumberId
from engine.domain.receipts import ReceiptStatus


class Pricing(NamedTuple):
    """What a message costs, by Meta's words: `category` and `type` rule, `billable` is going
    away.
    """

    category: str
    type: str
    model: str
    billable: bool | None


class StatusUpdate(NamedTuple):
    """A receipt: what became of a message of ours. Belongs to it by `message_id` or `tracker`
    alone, since the recipient may be left out, and is for failures of messages sent by user id.
    """

    message_id: MessageId
    status: ReceiptStatus
    at: datetime
    sender: PhoneNumberId | None = None
    tracker: str | None = None
    recipient_id: str | None = None
    recipient_user_id: str | None = None
    error_code: int | None = None
    error_title: str = ""
    error_detail: str = ""
    pricing: Pricing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """A message from a person. `text` is what they wrote or the words of the button they
    pressed.
    """

    message_id: MessageId
    at: datetime
    sender: PhoneNumberId | None  # the number of ours they wrote to
    phone: Phone | None
    user_id: str | None
    name: str
    type: str
    text: str
    payload: str  # what the button or list entry stands for
    reply_to: MessageId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPreference:
    """A person told WhatsApp itself whether they want marketing: `value` is stop, resume or
    signup.
    """

    at: datetime | None
    sender: PhoneNumberId | None
    phone: Phone | None
    user_id: str | None
    category: str
    value: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRef:
    """Which template. Meta writes `en-US` here and `en_US` elsewhere: it is always `en_US` with
    us.
    """

    account: str  # the WhatsApp business account's id
    template_id: str
    name: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateStatus:
    """A template was approved, paused, rejected … (`event` is Meta's word, upper case)."""

    template: TemplateRef
    at: datetime | None
    event: str
    reason: str
    title: str  # FIRST_PAUSE, SECOND_PAUSE, RATE_LIMITING_PAUSE, UNPAUSE, DISABLED or nothing
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateQuality:
    template: TemplateRef
    at: datetime | None
    previous: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateCategory:
    """Meta changed a template's category, or announces that it will: then `correct` and
    `effective_at` say to what and when, and `new` is still the present one.
    """

    template: TemplateRef
    at: datetime | None
    previous: str
    new: str
    correct: str
    effective_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateEdited:
    """The words of a template changed: what was approved here may not be what would be sent."""

    template: TemplateRef
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberQuality:
    """A sender's throughput or messaging limit changed (Meta: phone_number_quality_update)."""

    account: str
    at: datetime | None
    display_phone: str
    event: str
    current_limit: str
    old_limit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberName:
    account: str
    at: datetime | None
    display_phone: str
    decision: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    type: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUpdate:
    """Something befell the account: restricted, banned, reinstated, violated a policy …"""

    account: str
    at: datetime | None
    event: str
    ban_state: str
    violation: str
    restrictions: tuple[Restriction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReview:
    account: str
    at: datetime | None
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAlert:
    account: str
    at: datetime | None
    entity_type: str
    entity_id: str
    severity: str
    status: str
    type: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """How much the portfolio may do: business-initiated conversations a day (-1 for unlimited),
    numbers.
    """

    account: str
    at: datetime | None
    max_daily_conversations: int | None
    max_numbers: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """Somebody touched a sender's two-step PIN."""

    account: str
    at: datetime | None
    display_phone: str
    event: str
    requester: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """What we have no use for (yet): kept raw, and counted by `field` and `kind`, never an
    error.
    """

    field: str
    kind: str
    raw: str  # JSON, cut at RAW_MAX characters


Update = (
    StatusUpdate
    | InboundMessage
    | UserPreference
    | TemplateStatus
    | TemplateQuality
    | TemplateCategory
    | TemplateEdited
    | NumberQuality
    | NumberName
    | AccountUpdate
    | AccountReview
    | AccountAlert
    | Capability
    | Security
    | Other
)

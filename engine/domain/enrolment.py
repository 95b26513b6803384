"""What a person's entry consists of once it is checked: the values, and the consent behind them."""

from dataclasses import dataclass
from datetime import datetime

from engine.domain.content import Language
from engine.domain.emergency import Agreed
from engine.domain.ids import Phone
from engine.domain.subscriber import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """How, when and by what evidence somebody agreed to be written to, or took it back (S3)."""

    at: datetime
    source: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Everything of a subscriber that a person may edit, checked and in its final spelling."""

    name: str
    phone: Phone
    language: Language
    tier: Tier
    region: str
    registration_no: str
    tags: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A new subscriber: who, and the consent without which nothing is sent. channels: what else
    they agreed to, for an emergency.
    """

    details: Details
    consent: Consent
    channels: tuple[Agreed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberForm:
    """The fields as they were typed; what was left out is an empty string."""

    name: str = ""
    phone: str = ""
    language: str = ""
    tier: str = ""
    region: str = ""
    registration_no: str = ""
    tags: str = ""
    consent_date: str = ""
    consent_source: str = ""
    consent_evidence: str = ""
    email: str = ""
    email_consent: str = ""
    sms_consent: str = ""


def masked(phone: str | None) -> str:
    """A number fit for logs and the audit trail: `+9198******10` (spec X3)."""
    if not phone:
        return ""
    return f"{phone[:5]}{'*' * max(0, len(phone) - 7)}{phone[-2:]}"

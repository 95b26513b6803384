"""A subscriber's own words: tier, status, and who is left out of a broadcast, and why."""

from enum import StrEnum


class Tier(StrEnum):
    """What they subscribed to. When capacity is short, the earlier here goes first (spec P1)."""

    PREMIUM = "PREMIUM"
    PRO = "PRO"
    BASIC = "BASIC"


ERASED_NAME = "(erased)"
"""What stands for the name of somebody who was erased."""
TIER_ORDER: dict[Tier, int] = {tier: place for place, tier in enumerate(Tier)}
"""PREMIUM 0, PRO 1, BASIC 2."""


class Status(StrEnum):
    """Whether they get the morning message."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"  # for a while, by their wish or ours
    OPTED_OUT = "OPTED_OUT"  # said stop
    UNREACHABLE = "UNREACHABLE"  # WhatsApp cannot reach this address


SAID: dict[Status, str] = {
    Status.ACTIVE: "active",
    Status.PAUSED: "paused",
    Status.OPTED_OUT: "opted out",
    Status.UNREACHABLE: "unreachable",
}
"""The status in the middle of a sentence."""


class Exclusion(StrEnum):
    """Why a subscriber on the list is not targeted by a broadcast."""

    PAUSED = "paused"
    OPTED_OUT = "opted_out"
    UNREACHABLE = "unreachable"
    NO_CONSENT = "no_consent"
    NO_ADDRESS = "no_address"
    NO_VARIANT = "no_variant"


WORDS: dict[Exclusion, str] = {
    Exclusion.PAUSED: "Paused. Resume the subscriber to include them.",
    Exclusion.OPTED_OUT: "Said stop. Only their own START, or a new consent, brings them back.",
    Exclusion.UNREACHABLE: "WhatsApp cannot reach this address. Ask for one that has WhatsApp.",
    Exclusion.NO_CONSENT: "No consent on record. Record one before sending.",
    Exclusion.NO_ADDRESS: "Neither a phone number nor a WhatsApp id. Add one.",
    Exclusion.NO_VARIANT: "The day's content has no variant in their language.",
}


def exclusion(
    status: Status, *, consented: bool, has_address: bool, has_variant: bool = True
) -> Exclusion | None:
    """Why this subscriber is left out, or None when they are targeted. The gravest reason wins."""
    match status:
        case Status.OPTED_OUT:
            return Exclusion.OPTED_OUT
        case Status.PAUSED:
            return Exclusion.PAUSED
        case Status.UNREACHABLE:
            return Exclusion.UNREACHABLE
        case Status.ACTIVE:
            pass
    if not consented:
        return Exclusion.NO_CONSENT
    if not has_address:
        return Exclusion.NO_ADDRESS
    return None if has_variant else Exclusion.NO_VARIANT

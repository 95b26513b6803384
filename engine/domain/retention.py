"""How long what is kept: facts for years, the raw words they came in for weeks (spec X1, S1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

META_REPEATS_FOR = timedelta(days=7)
"""A webhook that was refused comes again for so long: its hash must be known for longer."""
HASHES_KEPT = timedelta(days=60)
PARKED_KEPT = timedelta(days=60)
SIGN_INS_KEPT = timedelta(days=90)


class Rule(StrEnum):
    """What goes, each by a rule of its own. The sentence beside it is what people read."""

    WEBHOOK_BODIES = "webhook_bodies"  # raw webhooks, once their receipts are facts
    WEBHOOKS = "webhooks"  # what is left of them: their hashes
    ANSWERS = "answers"  # the raw words of WhatsApp's answers to requests
    PARKED = "parked"  # receipts of messages that never were ours
    SIGN_INS = "sign_ins"  # ended sessions
    RECEIPTS = "receipts"  # receipts of messages of years ago
    ATTEMPTS = "attempts"  # requests of years ago
    RESENDS = "resends"  # their proofs
    LOGS = "logs"  # the log of broadcasts of years ago
    SAMPLES = "samples"  # what each lane did in each second, years ago
    MEDIA = "media"  # pictures and papers above messages of years ago


WORDS: dict[Rule, str] = {
    Rule.WEBHOOK_BODIES: "raw webhooks that were read",
    Rule.WEBHOOKS: "hashes of webhooks",
    Rule.ANSWERS: "raw answers to requests",
    Rule.PARKED: "receipts of messages that were never ours",
    Rule.SIGN_INS: "sessions that ended",
    Rule.RECEIPTS: "receipts",
    Rule.ATTEMPTS: "requests",
    Rule.RESENDS: "proofs of re-sends",
    Rule.LOGS: "lines of broadcasts' logs",
    Rule.SAMPLES: "seconds of lanes",
    Rule.MEDIA: "pictures and papers",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """How long facts and raw words are kept: the longest that any organisation here wants."""

    years: int
    raw_days: int


def goes_before(rule: Rule, terms: Terms, now: datetime) -> datetime:
    """What is older than this instant goes by the rule."""
    raw = timedelta(days=terms.raw_days)
    match rule:
        case Rule.WEBHOOK_BODIES | Rule.ANSWERS:
            return now - raw
        case Rule.WEBHOOKS:
            return now - raw - HASHES_KEPT
        case Rule.PARKED:
            return now - max(raw, PARKED_KEPT)
        case Rule.SIGN_INS:
            return now - SIGN_INS_KEPT
        case Rule.RECEIPTS | Rule.ATTEMPTS | Rule.RESENDS | Rule.LOGS | Rule.SAMPLES | Rule.MEDIA:
            return years_before(now, terms.years)


def years_before(now: datetime, years: int) -> datetime:
    """The same day and time so many years ago; the 28th for a 29th of February."""
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)

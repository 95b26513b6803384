"""When a lost answer may be taken for a no: the evidence rule of spec E3.

A request left and nothing came back. A receipt that carries its attempt would prove that WhatsApp
took it; this rule says when the absence of one proves that it did not. All of it must hold, else
nobody is sent to twice on a guess: it waits, and in the end a person decides.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

UNBROKEN_AFTER_BREAK = timedelta(minutes=20)
"""WhatsApp brings again what we could not take, at growing distances: give it this long."""
RECEIPTED_AT_LEAST = 20
POSTS_AT_LEAST = 3
"""One webhook of a hundred receipts is one stroke of luck, not proof that receipts flow."""
LAGS_AT_LEAST = 3
AGE_AT_LEAST = timedelta(seconds=30)
"""Also when the day's receipts were quick: they were those of a few seconds so far."""
HOLD_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known about one unknown attempt and about webhooks since. All instants are ours."""

    began: datetime
    """When the attempt started, or was marked when nobody knows whether it started."""
    now: datetime
    intake_unbroken_since: datetime
    """When the present unbroken stretch of webhook intake began."""
    intake_broke: bool
    """Whether that stretch began after `began`."""
    intake_silent_since: datetime | None = None
    """Since when no webhook at all has come, though one was owed; None while they come."""
    later_receipted: int
    """How many later attempts through the same sender have a receipt."""
    later_posts: int
    """In how many webhook POSTs those receipts came."""
    latest_unreceipted: int
    """Of the sender's latest messages that WhatsApp took a while ago, how many have no receipt:
    receipts that stopped coming show here, also when nothing more is sent.
    """
    largest_lag: timedelta
    """The day's largest time from an attempt to its first receipt."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is proven yet, and time is left. `reason` says what is missing."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """WhatsApp provably never took it: it may be sent again."""

    reason: str


@dataclass(frozen=True, slots=True)
class HoldForPerson:
    """It could not be proven either way: only a person may send it again, knowingly."""

    reason: str


Judgement = Wait | NotAccepted | HoldForPerson


def judge(facts: Facts) -> Judgement:
    """What may be done about one attempt of which neither an answer nor a receipt came."""
    missing = _missing(facts)
    if not missing:
        return NotAccepted(
            f"No receipt after {_words(facts.now - facts.began)}, while"
            f" {facts.later_receipted} later messages through the same sender got theirs"
            f" in {facts.later_posts} webhooks."
        )
    if facts.now < hold_at(facts):
        return Wait(f"Waiting for a receipt: {'; '.join(missing)}.")
    return HoldForPerson(
        f"Neither a receipt nor proof of the contrary after {_words(facts.now - facts.began)}:"
        f" {'; '.join(missing)}."
    )


def hold_at(facts: Facts) -> datetime:
    """When it is held for a person if nothing is proven until then.

    After a break the half hour counts from the end of the break, so that the unbroken stretch the
    proof needs has its chance. There is no other limit: a machine that was down for a day proves
    more twenty minutes after its start than a person could know.
    """
    counted_from = facts.intake_unbroken_since if _broke(facts) else facts.began
    return counted_from + HOLD_AFTER


def _missing(facts: Facts) -> list[str]:
    """What the proof still lacks, as clauses of a sentence; empty when it is complete."""
    missing: list[str] = []
    unbroken = facts.now - facts.intake_unbroken_since
    if _broke(facts) and unbroken < UNBROKEN_AFTER_BREAK:
        missing.append(
            "webhooks could not come in for a while, and have come in again"
            f" for only {_words(unbroken)} of {_words(UNBROKEN_AFTER_BREAK)}"
        )
    if facts.intake_silent_since is not None:
        silent = _words(facts.now - facts.intake_silent_since)
        missing.append(f"no webhook at all has come for {silent}")
    if facts.later_receipted < RECEIPTED_AT_LEAST:
        missing.append(
            f"{facts.later_receipted} of {RECEIPTED_AT_LEAST} later messages"
            " through the same sender have receipts"
        )
    if facts.later_posts < POSTS_AT_LEAST:
        missing.append(f"these came in {facts.later_posts} of {POSTS_AT_LEAST} webhooks")
    if facts.latest_unreceipted:
        missing.append("the latest messages through the same sender have no receipts yet")
    needed = max(AGE_AT_LEAST, LAGS_AT_LEAST * facts.largest_lag)
    if facts.now - facts.began <= needed:
        missing.append(f"receipts have taken long today, so it must be older than {_words(needed)}")
    return missing


def _broke(facts: Facts) -> bool:
    # The flag and the instants say the same; should they differ, the careful reading counts.
    return facts.intake_broke or facts.intake_unbroken_since > facts.began


def _words(span: timedelta) -> str:
    seconds = max(0, int(span.total_seconds()))
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"

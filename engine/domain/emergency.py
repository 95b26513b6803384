"""The emergency: who has not got the morning's message gets it by SMS or by e-mail (spec E6).

A person declares it, for one broadcast, once. Whoever consented to the channel is sent to exactly
once: what may have arrived is never sent again, whatever became of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import assert_never

from engine.domain.alert_channels import NotTold, Told
from engine.domain.broadcast import BroadcastState
from engine.domain.carriers import CarrierKind
from engine.domain.delivery import State
from engine.domain.digits import grouped
from engine.domain.retry import EMERGENCY, GiveUp, RetryAt, tell_again


class Channel(StrEnum):
    """By what somebody may be written to beside WhatsApp, the one that is read sooner first."""

    SMS = "sms"
    EMAIL = "email"


CARRIER: dict[Channel, CarrierKind] = {
    Channel.SMS: CarrierKind.SMS,
    Channel.EMAIL: CarrierKind.MAIL,
}


class EmergencyState(StrEnum):
    """Where an emergency stands. The sentence beside each is what pages say of it."""

    GATHERING = "gathering"  # those who have not got it are looked up, a few at a time
    GOING = "going"  # they are sent to
    STOPPED = "stopped"  # a person ended it; what had not left does not leave
    DONE = "done"  # everybody was sent to, or could not be


class LetterState(StrEnum):
    """Where one message of an emergency stands."""

    WAITING = "waiting"  # due, or due again
    SENDING = "sending"  # marked; it may be on its way
    SENT = "sent"  # the carrier took it
    FAILED = "failed"  # the carrier refused it, with a reason
    UNKNOWN = "unknown"  # it may have left: it is never sent again
    SPARED = "spared"  # not needed any more, or not wanted any more
    STOPPED = "stopped"  # a person ended the emergency before it left


UNDER_WAY = frozenset({EmergencyState.GATHERING, EmergencyState.GOING})
MISSING = frozenset(State) - {State.DELIVERED, State.READ, State.DISCARDED}
"""States of a delivery whose recipient has not got it; what a person closed stays closed."""
NOT_AFTER = timedelta(hours=12)
"""Yesterday's message is nobody's emergency."""
REASON_LEAST, REASON_LIMIT = 10, 300
PROPOSED_BELOW = 0.9
"""So few on the phone after the close is a catastrophe (the critical threshold of spec A1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """One event of somebody's consent to a channel. address: theirs there; of SMS their number."""

    channel: Channel
    given: bool
    at: datetime
    source: str
    evidence: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """The carrier has it."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Nobody knows whether it left: never again."""

    words: str


@dataclass(frozen=True, slots=True)
class Other:
    """It certainly did not leave: by the other channel now."""

    channel: Channel
    words: str


Next = Taken | Lost | RetryAt | Other | GiveUp


def channel_for(
    addresses: Mapping[Channel, str], carried: frozenset[Channel], *, but: Channel | None = None
) -> Channel | None:
    """By which channel somebody is sent to.

    addresses: of the channels they consented to. carried: those that have a carrier.
    """
    usable = (one for one in Channel if one in carried and addresses.get(one) and one is not but)
    return next(usable, None)


def after(
    outcome: Told | NotTold,
    *,
    attempts: int,
    other: Channel | None,
    now: datetime,
    rng: Random,
) -> Next:
    """What becomes of a message after so many attempts. other: a channel that is not tried yet."""
    match outcome:
        case Told():
            return Taken()
        case NotTold(words, _, True):
            return Lost(f"{words} It may have arrived, so it is not sent again.")
        case NotTold(words, again, _):
            decision = tell_again(
                words, attempts=attempts, may_pass=again, now=now, policy=EMERGENCY, rng=rng
            )
            if isinstance(decision, GiveUp) and other is not None:
                return Other(other, words)
            return decision
        case _:
            assert_never(outcome)


def why_not(state: BroadcastState, *, opens_at: datetime, now: datetime) -> str | None:
    """Why no emergency can be declared for a broadcast now; None when it can."""
    if state in {BroadcastState.SKIPPED, BroadcastState.REFUSED}:
        return "This broadcast was never sent: there is nothing to send instead."
    if now < opens_at:
        return "The window has not opened yet."
    if now > opens_at + NOT_AFTER:
        return "It is too late: the message is half a day old."
    return None


def wrong_word(typed: str, reason: str, *, shown: int, people: int) -> str | None:
    """What is wrong with what a person confirmed it with; None when nothing is.

    shown: how many people the question named; people: how many it is now.
    """
    if not people:
        return "Nobody who has not got it can be sent to by SMS or e-mail."
    if people > shown:
        return f"It is {grouped(people)} people now, not {grouped(shown)}. Look again."
    if typed.replace(",", "").strip() != str(shown):
        return f"Type the number of people, {grouped(shown)}, to confirm it."
    if not REASON_LEAST <= len(reason) <= REASON_LIMIT:
        return f"Say why, in {REASON_LEAST} to {REASON_LIMIT} characters: it stays in the trail."
    return None


def proposes(*, targeted: int, arrived: int, closes_at: datetime, now: datetime) -> bool:
    """Whether a person should be asked to declare one."""
    late = closes_at < now <= closes_at + NOT_AFTER
    return late and targeted > 0 and arrived < PROPOSED_BELOW * targeted

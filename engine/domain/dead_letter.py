"""Whether a dead letter may go again, and which causes may have passed (spec E4, P5).

A person decides that it should; what is decided here is whether it may. An objection is a value
with its sentence, so that a page can say how many of many stay behind, and why.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from engine.domain import failure, schedule
from engine.domain.broadcast import OVER, BroadcastState
from engine.domain.content import Category
from engine.domain.delivery import Event, State, possible
from engine.domain.ids import BroadcastId, SenderId, TenantId
from engine.domain.outcome import Blame
from engine.domain.subscriber import Exclusion, Status, exclusion


class Objection(StrEnum):
    """Why a delivery may not go again. The first that applies is said."""

    SETTLED = "settled"
    ENDED = "ended"
    OPTED_OUT = "opted_out"
    NOT_ACTIVE = "not_active"
    ERASED = "erased"
    VOID = "void"
    TEMPLATE = "template"
    ANOTHER_DAY = "another_day"
    QUIET_HOURS = "quiet_hours"
    NO_SENDER = "no_sender"
    UNANSWERED = "unanswered"


WORDS: dict[Objection, str] = {
    Objection.SETTLED: "It is settled by now: a receipt or somebody else was quicker. Look again.",
    Objection.ENDED: "Its broadcast was ended, so nothing of it is sent any more.",
    Objection.OPTED_OUT: "They said stop since, or their consent is gone: nothing is sent to them.",
    Objection.NOT_ACTIVE: "The subscriber is not active any more, so nothing is sent to them.",
    Objection.ERASED: "Their address was erased, so there is nothing to send to.",
    Objection.VOID: "Its approval does not hold any more: the content is gone or was changed.",
    Objection.TEMPLATE: "Its template cannot be sent as approved: WhatsApp paused or changed it.",
    Objection.ANOTHER_DAY: "Its day is over: a morning message goes on its own day or not at all.",
    Objection.QUIET_HOURS: "Marketing messages rest from 22:00 to 06:00.",
    Objection.NO_SENDER: "No sender of its broadcast may send now. See Senders.",
    Objection.UNANSWERED: (
        "One of its tries was never answered, so it may have arrived. Open it to send it knowingly."
    ),
}
"""What a person reads, about one delivery."""

MAY_PASS = frozenset(
    {Blame.PACE, Blame.PAIR, Blame.PLATFORM, Blame.SENDER, Blame.TEMPLATE, Blame.ACCOUNT}
)
"""Whose doing it was when another try may well work: the pace is slower by now, the sender rests,
the template or the account is in order again (`objection` asks). A recipient who cannot be reached,
who said stop, or a request of ours that was wrong stays what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLetters:
    """Which deliveries somebody means; what is None or empty narrows nothing.

    state: FAILED for dead letters, HELD for those whose outcome nobody knows, DISCARDED for closed
    ones. codes: WhatsApp's error codes; None among them stands for no code at all.
    """

    tenant: TenantId
    state: State = State.FAILED
    broadcast: BroadcastId | None = None
    sender: SenderId | None = None
    codes: tuple[int | None, ...] = ()
    search: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is known of a delivery that a person wants sent again, as of this transaction.

    `broadcast_state` is None for a notification; so are `service_day` and `category`.
    `approved`: its words are still what was approved. `template_in_order`: WhatsApp would send
    them. `unanswered`: a try left and neither an answer nor a receipt of it ever came.
    """

    state: State
    broadcast_state: BroadcastState | None
    service_day: date | None
    zone: str
    category: Category | None
    status: Status
    consented: bool
    has_address: bool
    approved: bool
    template_in_order: bool
    sender_able: bool
    unanswered: bool


def objection(
    letter: Letter, *, event: Event = Event.REQUEUE, knowingly: bool, now: datetime
) -> Objection | None:
    """Why it may not go again, or None when it may.

    event: REQUEUE for a dead letter, RESEND for a held one. knowingly: the person was told that it
    may arrive twice, and wants it all the same.
    """
    if not possible(letter.state, event):
        return Objection.SETTLED
    return (
        _of_broadcast(letter)
        or _of_person(letter)
        or _of_words(letter)
        or _of_hour(letter, now)
        or (None if letter.sender_able else Objection.NO_SENDER)
        or (Objection.UNANSWERED if letter.unanswered and not knowingly else None)
    )


def may_pass(code: int | None) -> bool:
    """Whether the cause behind a code may have passed by now; None: WhatsApp was not reached."""
    return failure.cause_of(code).blame in MAY_PASS


def _of_broadcast(letter: Letter) -> Objection | None:
    ended = OVER - {BroadcastState.FINISHED}  # a finished one is opened again
    return Objection.ENDED if letter.broadcast_state in ended else None


def _of_person(letter: Letter) -> Objection | None:
    match exclusion(letter.status, consented=letter.consented, has_address=letter.has_address):
        case Exclusion.OPTED_OUT | Exclusion.NO_CONSENT:
            return Objection.OPTED_OUT
        case Exclusion.PAUSED | Exclusion.UNREACHABLE:
            return Objection.NOT_ACTIVE
        case Exclusion.NO_ADDRESS:
            return Objection.ERASED
        case Exclusion.NO_VARIANT | None:
            return None


def _of_words(letter: Letter) -> Objection | None:
    if not letter.approved:
        return Objection.VOID
    return None if letter.template_in_order else Objection.TEMPLATE


def _of_hour(letter: Letter, now: datetime) -> Objection | None:
    if letter.service_day is None:
        return None
    if schedule.service_day(now, letter.zone) != letter.service_day:
        return Objection.ANOTHER_DAY
    marketing = letter.category is Category.MARKETING
    if marketing and schedule.after_quiet_hours(now, letter.zone) != now:
        return Objection.QUIET_HOURS
    return None

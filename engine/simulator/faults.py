"""What can go wrong at WhatsApp, as values, and the board of those that are going on.

A fault is injected (by a test, by an operator's drill, or by a scenario at a set second) and lasts
for `seconds`, or until the world is reset. `number` names one phone number; None means all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from engine.simulator.curves import Uniform


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStatus:
    """A number's status becomes e.g. BANNED; sends are refused with `code`, or what fits."""

    number: str | None = None
    status: str = "BANNED"
    code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetQuality:
    """A number's quality rating becomes GREEN, YELLOW, RED or UNKNOWN."""

    number: str | None = None
    quality: str = "RED"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRate:
    """A number's real limit becomes `rate_per_second`; 0 is no limit.

    With `share_of_busiest` it becomes that share of the number's busiest second so far instead, so
    that it bites however the client paces itself. After `seconds` the old limit is back.
    """

    number: str | None = None
    rate_per_second: float = 0.0
    share_of_busiest: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireToken:
    """The access token is refused with 190; `expired=False` makes it good again."""

    expired: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTemplateStatus:
    """A template becomes PAUSED, DISABLED, APPROVED ...; `language` None means all of its.

    `reason` is what Meta says of a rejection: INVALID_FORMAT, SCAM …
    """

    template: str
    language: str | None = None
    status: str = "PAUSED"
    reason: str = "NONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTemplateQuality:
    """A template's quality becomes GREEN, YELLOW, RED or UNKNOWN."""

    template: str
    language: str | None = None
    quality: str = "YELLOW"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTemplateCategory:
    """Meta puts a template into another category; with `announced` it only says that it will."""

    template: str
    language: str | None = None
    category: str = "MARKETING"
    announced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonWrites:
    """Somebody writes to a number of ours (None: the first). `type` text, button, image, reaction…

    `reply_to` is the message of ours that it answers, by its id.
    """

    phone: str
    text: str = ""
    type: str = "text"
    number: str | None = None
    name: str = ""
    reply_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseAll:
    """POSTs of messages are refused with `code` (e.g. 131057 for maintenance)."""

    code: int
    number: str | None = None
    probability: float = 1.0
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DropAnswers:
    """POSTs get no answer. `accepted`: whether the message was taken before the line went dead.

    `timeout` never answers (the connection is dropped after minutes), `reset` breaks it soon.
    """

    accepted: bool = True
    how: Literal["timeout", "reset", "either"] = "timeout"
    number: str | None = None
    probability: float = 1.0
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowAnswers:
    """Answers take `low` to `high` seconds longer, or trickle in over that time (`drip`)."""

    low: float = 1.0
    high: float = 5.0
    drip: bool = False
    number: str | None = None
    probability: float = 1.0
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailLater:
    """Messages are accepted, then fail by webhook with `code` (131049: a person's cap)."""

    code: int = 131049
    number: str | None = None
    probability: float = 1.0
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceTemplate:
    """Template messages are held for quality assessment, all until the same instant.

    After `seconds` they are sent (`released`), or dropped with 132015 and the template PAUSED
    (`paused`). `template` None means every template; `probability` is the share that is held.
    """

    template: str | None = None
    outcome: Literal["released", "paused"] = "released"
    probability: float = 1.0
    seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WithholdWebhooks:
    """No webhook is posted for `seconds`; then all that waited are."""

    seconds: float


Timed = RefuseAll | DropAnswers | SlowAnswers | FailLater | PaceTemplate
"""Faults that act on each POST while they last."""
Fault = (
    SetStatus
    | SetQuality
    | SetRate
    | ExpireToken
    | SetTemplateStatus
    | SetTemplateQuality
    | SetTemplateCategory
    | PersonWrites
    | Timed
    | WithholdWebhooks
)
NOT_OF_A_NUMBER = (
    ExpireToken,
    SetTemplateStatus,
    SetTemplateQuality,
    SetTemplateCategory,
    PersonWrites,
    PaceTemplate,
    WithholdWebhooks,
)

KindT = TypeVar("KindT", RefuseAll, DropAnswers, SlowAnswers, FailLater)
Chance = Callable[[int], float]
"""A number in (0, 1) for the n-th question about one arrival of one person."""


class FaultBoard:
    """The timed faults that are going on. Each asks `chance` on its own account."""

    def __init__(self) -> None:
        self._going_on: list[tuple[int, Timed, float | None]] = []
        self._count = 0

    def __bool__(self) -> bool:
        return bool(self._going_on)

    def add(self, fault: Timed, now: float) -> None:
        """`fault` begins at `now`."""
        until = None if fault.seconds is None else now + fault.seconds
        self._going_on.append((self._count, fault, until))
        self._count += 1

    def forget_past(self, now: float) -> None:
        """Drop what is over."""
        self._going_on = [row for row in self._going_on if row[2] is None or now < row[2]]

    def refusal(self, number: str, chance: Chance) -> RefuseAll | None:
        """The fault by which a POST through `number` is refused now, if one is."""
        return self._struck(RefuseAll, number, chance)

    def silence(self, number: str, chance: Chance) -> tuple[DropAnswers, float] | None:
        """The fault by which a POST gets no answer, if one does, and a chance to shape it with."""
        fault = self._struck(DropAnswers, number, chance)
        return None if fault is None else (fault, chance(-1))

    def slowness(self, number: str, chance: Chance) -> tuple[float, float]:
        """Seconds the answer is later, and seconds over which it then trickles in."""
        fault = self._struck(SlowAnswers, number, chance)
        if fault is None:
            return 0.0, 0.0
        seconds = Uniform(fault.low, fault.high).at(chance(-2))
        return (0.0, seconds) if fault.drip else (seconds, 0.0)

    def later_failure(self, number: str, chance: Chance) -> int | None:
        """The code with which an accepted message fails later, if it does."""
        fault = self._struck(FailLater, number, chance)
        return None if fault is None else fault.code

    def pacing(self, template: str, chance: Chance) -> tuple[PaceTemplate, float] | None:
        """The pacing that holds a message of `template`, if one does, and when it ends."""
        for order, fault, until in self._going_on:
            if (
                isinstance(fault, PaceTemplate)
                and until is not None
                and fault.template in {None, template}
                and chance(order) < fault.probability
            ):
                return fault, until
        return None

    def _struck(self, kind: type[KindT], number: str, chance: Chance) -> KindT | None:
        for order, fault, _ in self._going_on:
            if (
                isinstance(fault, kind)
                and fault.number in {None, number}
                and chance(order) < fault.probability
            ):
                return fault
        return None

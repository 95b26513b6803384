"""A few go first, and the rest only when they did well (spec P6).

The first one in a hundred, twenty at least, keep their instants; all others follow after a wait
that is long enough for WhatsApp's answers and first receipts. Too many failures, both by count and
by share, halt the broadcast for a person to look at.
"""

import heapq
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PART = 0.01
LEAST = 20
TURN = timedelta(seconds=2)
"""From the judgement to the first of the rest, whose marks must be durable by then."""


class CanaryState(StrEnum):
    """Where a broadcast's canary stands."""

    OFF = "off"  # nobody goes first
    WAITING = "waiting"  # the first are out or going; the rest wait for them
    PASSED = "passed"  # they did well, or a person lets the rest go all the same
    HALTED = "halted"  # they did not; a person decides


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryRule:
    """failures, percent: it halts when more than both fail. wait: after the last of the first."""

    wait: timedelta = timedelta(seconds=10)
    failures: int = 3
    percent: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How the first ones fared. `failed` were refused, for good or for now; of the `unknown` nobody
    knows: the engine died while they were on their way.
    """

    size: int
    untried: int
    failed: int
    unknown: int
    last_at: datetime | None
    """When the last of them was taken by its lane."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing can be said yet."""


@dataclass(frozen=True, slots=True)
class Pass:
    """They did well: the rest goes."""

    words: str


@dataclass(frozen=True, slots=True)
class Halt:
    """They did not: nothing more goes before a person says so."""

    words: str


@dataclass(frozen=True, slots=True)
class DrawAgain:
    """Nothing is known of any of them: others go first."""


Judgement = Wait | Pass | Halt | DrawAgain


def size(recipients: int) -> int:
    """How many go first."""
    return min(recipients, max(LEAST, math.ceil(recipients * PART)))


def judge(tally: Tally, rule: CanaryRule, waited: timedelta) -> Judgement:
    """What the first ones say of the rest; a halt does not wait for the last of them.

    waited: since the last of them was taken, by a clock that nobody sets.
    """
    known = tally.size - tally.unknown
    share = tally.failed / known if known else 0.0
    if tally.failed > rule.failures and share * 100.0 > rule.percent:
        return Halt(
            f"The canary failed: {tally.failed} of the first {known} were refused. "
            "Look why; then resume to send the rest all the same, or abort."
        )
    if tally.untried:
        return Wait()
    if tally.size and not known:
        return DrawAgain()
    if waited < rule.wait:
        return Wait()
    return Pass(f"The canary did well: {tally.failed} of the first {known} failed.")


def ends_at(instants: Iterable[datetime], recipients: int) -> datetime | None:
    """The planned instant of the last of the first ones; None when nobody is planned.

    Who shares it, in other lanes, goes with them.
    """
    return max(heapq.nsmallest(size(recipients), instants), default=None)


def held_back(at: datetime, until: datetime | None, rule: CanaryRule) -> datetime:
    """A planned instant once the rest waits for those up to `until`.

    All that wait are moved by the same, so that no lane's instants get too dense.
    """
    return at if until is None or at <= until else at + rule.wait + TURN

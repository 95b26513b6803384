"""A sender's circuit breaker: when sending through it pauses, tries one message, or goes on (N6).

A breaker is a value: each outcome makes the next one, and nothing here waits. Only what the sender
or the platform does counts. A refusal that is about the pace, the template, one person or our own
request says nothing of whether the sender works; an answer that never came says that it may not.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from engine.domain.outcome import Accepted, Blame, Failure, Outcome, Unknown

IN_A_ROW = 5
RECENT = 20
"""How many outcomes are looked back on. At least half of them must be failures to open."""
PAUSE_IN_WINDOW = timedelta(seconds=5)
PAUSE_OUTSIDE = timedelta(seconds=60)
PAUSE_LONGEST = timedelta(minutes=10)
OPENINGS_TO_FAIL_OVER = 2
FAILURES_TO_FAIL_OVER = 50
COUNTED = frozenset({Blame.SENDER, Blame.PLATFORM})


class Circuit(StrEnum):
    """What a sender may do."""

    CLOSED = "closed"  # send
    OPEN = "open"  # nothing until `open_until`, then one message
    HALF_OPEN = "half_open"  # that one is under way; nothing else until it is answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """One sender's breaker. A new one is closed."""

    circuit: Circuit = Circuit.CLOSED
    recent: tuple[bool, ...] = ()
    """The last counted outcomes since it closed, the newest last; True is a failure."""
    failures_in_a_row: int = 0
    openings: int = 0
    """How often it opened since the sender last did well for RECENT messages."""
    open_until: datetime | None = None


def may_send(breaker: Breaker, now: datetime) -> bool:
    """Whether a message may start through this sender now."""
    match breaker.circuit:
        case Circuit.CLOSED:
            return True
        case Circuit.OPEN:
            return breaker.open_until is None or now >= breaker.open_until
        case Circuit.HALF_OPEN:
            return False


def starting(breaker: Breaker) -> Breaker:
    """The breaker once a message that `may_send` is on its way: an open one is being tried out."""
    if breaker.circuit is Circuit.OPEN:
        return replace(breaker, circuit=Circuit.HALF_OPEN)
    return breaker


def not_started(breaker: Breaker) -> Breaker:
    """The message that was to try it out did not start after all: the next one does."""
    return _said_nothing(breaker)


def after(breaker: Breaker, outcome: Outcome, *, now: datetime, in_window: bool) -> Breaker:
    """The breaker once a message of the sender came out like this.

    in_window: whether seconds are dear now; it opens for 5 s then, for 60 s otherwise, and twice as
    long each time it opens again.
    """
    match outcome:
        case Accepted():
            return _succeeded(breaker)
        case Failure(blame=blame) if blame not in COUNTED:
            return _said_nothing(breaker)
        case Failure() | Unknown():
            return _failed(breaker, now, in_window)
        case _:
            assert_never(outcome)


def wants_failover(breaker: Breaker) -> bool:
    """Whether the sender's work should go to others: opened twice, or 50 failures in a row."""
    return (
        breaker.openings >= OPENINGS_TO_FAIL_OVER
        or breaker.failures_in_a_row >= FAILURES_TO_FAIL_OVER
    )


def _succeeded(breaker: Breaker) -> Breaker:
    match breaker.circuit:
        case Circuit.HALF_OPEN:
            return Breaker(openings=breaker.openings)
        case Circuit.OPEN:
            # It left before the circuit opened; only the message sent to try it out closes it.
            return replace(breaker, failures_in_a_row=0)
        case Circuit.CLOSED:
            recent = _with(breaker, failed=False)
            well = len(recent) == RECENT and not any(recent)
            return replace(
                breaker,
                recent=recent,
                failures_in_a_row=0,
                openings=0 if well else breaker.openings,
            )


def _failed(breaker: Breaker, now: datetime, in_window: bool) -> Breaker:
    worse = replace(
        breaker,
        recent=_with(breaker, failed=True),
        failures_in_a_row=breaker.failures_in_a_row + 1,
    )
    match breaker.circuit:
        case Circuit.OPEN:
            return worse  # it left before the circuit opened
        case Circuit.HALF_OPEN:
            return _opened(worse, now, in_window)
        case Circuit.CLOSED:
            often = 2 * sum(worse.recent) >= len(worse.recent)
            if worse.failures_in_a_row >= IN_A_ROW and often:
                return _opened(worse, now, in_window)
            return worse


def _said_nothing(breaker: Breaker) -> Breaker:
    if breaker.circuit is Circuit.HALF_OPEN:
        return replace(breaker, circuit=Circuit.OPEN)  # its pause is over: the next one tries it
    return breaker


def _opened(breaker: Breaker, now: datetime, in_window: bool) -> Breaker:
    pause = PAUSE_IN_WINDOW if in_window else PAUSE_OUTSIDE
    # Beyond ten doublings the longest pause has long been reached.
    pause = min(pause * 2 ** min(breaker.openings, 10), PAUSE_LONGEST)
    return replace(
        breaker,
        circuit=Circuit.OPEN,
        recent=(),
        openings=breaker.openings + 1,
        open_until=now + pause,
    )


def _with(breaker: Breaker, *, failed: bool) -> tuple[bool, ...]:
    return (*breaker.recent, failed)[-RECENT:]

"""When a sender's work goes to others, and how it comes back (spec N4, N5).

What refuses for good (a ban, a deleted number) stops at once. What may be the platform's doing as
well as the sender's (failures in a row, slow answers) stops a sender only while others do better:
a slow road is better than none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from engine.domain import breaker as breakers
from engine.domain.breaker import Breaker
from engine.domain.quality import Quality, read_quality

SLOW_AFTER = timedelta(seconds=10)
SLOW_IN_A_ROW = 5
"""Answers in a row that take longer than that: one alone is anybody's."""
SLOW_RESTS = timedelta(seconds=30)
"""How long a sender that was slow is left alone before it is tried again."""
RETURN_STEPS = (0.10, 0.25, 0.50, 1.00)
"""Parts of its rate that a sender comes back with, one after the other."""
RETURN_STEP = timedelta(seconds=5)


class Trigger(StrEnum):
    """Why a sender stops."""

    REFUSED = "refused"  # WhatsApp said that this number may not send
    CIRCUIT = "circuit"  # its circuit opened a second time
    FAILURES = "failures"  # fifty failures in a row
    SLOW = "slow"  # its answers take longer than ten seconds


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop the sender's lane; `back_at`: when it is tried again by itself, None: by a person."""

    trigger: Trigger
    reason: str
    back_at: datetime | None


def judge(breaker: Breaker, now: datetime) -> Stop | None:
    """Whether others should do this sender's work by its failures, if any do better."""
    if breakers.wants_failover(breaker):
        often = breaker.failures_in_a_row >= breakers.FAILURES_TO_FAIL_OVER
        back_at = breaker.open_until or now + breakers.PAUSE_IN_WINDOW
        if often:
            words = f"{breaker.failures_in_a_row} failures in a row."
            return Stop(Trigger.FAILURES, words, max(back_at, now))
        words = "It failed again after a pause."
        return Stop(Trigger.CIRCUIT, words, max(back_at, now))
    return None


def judge_slowness(slow_in_a_row: int, now: datetime) -> Stop | None:
    """The same by how long its answers take."""
    if slow_in_a_row >= SLOW_IN_A_ROW:
        seconds = int(SLOW_AFTER.total_seconds())
        words = f"Its answers take longer than {seconds} s."
        return Stop(Trigger.SLOW, words, now + SLOW_RESTS)
    return None


def return_share(returned_at: datetime | None, now: datetime) -> float:
    """The part of its rate that a sender may use, `returned_at` being when it came back."""
    if returned_at is None:
        return 1.0
    step = max(0, (now - returned_at) // RETURN_STEP)
    return RETURN_STEPS[step] if step < len(RETURN_STEPS) else 1.0


class Measure(StrEnum):
    """One thing that is done about a sender's quality."""

    SLOW_DOWN = "slow_down"
    CONSERVATIVE_TEMPLATES = "conservative_templates"
    WARM_BACKUP = "warm_backup"
    STOP = "stop"
    CALL_BACKUP = "call_backup"
    TELL = "tell"


def recovery_plan(quality: str) -> tuple[Measure, ...]:
    """What is done about a number of this quality, in its order (spec N5); nothing when it is well.

    What is slowed down and by how much is `quality.effective_rate`'s.
    """
    match read_quality(quality):
        case Quality.YELLOW:
            return (
                Measure.SLOW_DOWN,
                Measure.CONSERVATIVE_TEMPLATES,
                Measure.WARM_BACKUP,
                Measure.TELL,
            )
        case Quality.RED:
            return (Measure.STOP, Measure.CALL_BACKUP, Measure.TELL)
        case Quality.GREEN | Quality.UNKNOWN:
            return ()

"""How each sender does, as this engine run has seen it: its pace, its circuit, its slow answers.

One for a sender, whatever broadcasts go through it: they share what WhatsApp lets the number do.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from engine.domain import breaker as breakers
from engine.domain import failover
from engine.domain.breaker import Breaker, Circuit
from engine.domain.failover import Stop
from engine.domain.ids import MessageId, SenderId
from engine.domain.outcome import Accepted, Failure, Unknown
from engine.domain.pacing import LOWEST_RATE, AdaptivePace

SLOW_SECONDS = failover.SLOW_AFTER.total_seconds()
_YES = Accepted(MessageId(""))


@dataclass(slots=True)
class Pulse:
    """One sender's."""

    pace: AdaptivePace
    breaker: Breaker = field(default_factory=Breaker)
    slow_in_a_row: int = 0
    _well: int = 0
    """Acceptances that the breaker has not been told of: it only asks about them at a failure."""

    @property
    def is_closed(self) -> bool:
        """Whether its circuit lets everything through."""
        return self.breaker.circuit is Circuit.CLOSED

    def does_well(self) -> bool:
        """Whether it could take over from others."""
        return self.is_closed and self.slow_in_a_row < failover.SLOW_IN_A_ROW

    def may_send(self, now: datetime) -> bool:
        """Whether a message may start."""
        return breakers.may_send(self.breaker, now)

    def starting(self) -> None:
        """A message that `may_send` starts; while the circuit is open it is the one that tries."""
        self.breaker = breakers.starting(self.breaker)

    def not_answered(self) -> None:
        """Its attempt broke off without an outcome: it tried nothing out."""
        self.breaker = breakers.not_started(self.breaker)

    def accepted(self, took: float, now: datetime) -> Stop | None:
        """WhatsApp took a message after so many seconds; as `went_wrong`: it may be too slow."""
        self._well += 1
        if self.breaker.circuit is not Circuit.CLOSED:
            self._catch_up(now)
        if took <= SLOW_SECONDS:
            self.slow_in_a_row = 0
            return None
        self.slow_in_a_row += 1
        return failover.judge_slowness(self.slow_in_a_row, now)

    def went_wrong(
        self, outcome: Failure | Unknown, took: float, now: datetime, *, in_window: bool
    ) -> Stop | None:
        """It did not; whether others should do this sender's work from now on."""
        self.slow_in_a_row = self.slow_in_a_row + 1 if took > SLOW_SECONDS else 0
        self._catch_up(now)
        before = self.breaker
        self.breaker = breakers.after(before, outcome, now=now, in_window=in_window)
        # By what is new: once it has come back, one failure is not what had stopped it.
        opened = self.breaker.openings > before.openings
        many = self.breaker.failures_in_a_row >= breakers.FAILURES_TO_FAIL_OVER
        stop = failover.judge(self.breaker, now) if opened or many else None
        return stop or failover.judge_slowness(self.slow_in_a_row, now)

    def awaited(self, seconds: float, now: datetime) -> Stop | None:
        """Several of its messages have been without an answer for so long; asked now and then.

        Also of a sender that pauses, and for which nobody did better when it failed.
        """
        if seconds > SLOW_SECONDS:
            self.slow_in_a_row = failover.SLOW_IN_A_ROW
            return failover.judge_slowness(self.slow_in_a_row, now)
        paused = not self.is_closed and not self.may_send(now)
        return failover.judge(self.breaker, now) if paused else None

    def comes_back(self) -> None:
        """It is tried again: what was slow then is past, what failed is not."""
        self.slow_in_a_row = 0

    def _catch_up(self, now: datetime) -> None:
        for _ in range(min(self._well, breakers.RECENT)):
            self.breaker = breakers.after(self.breaker, _YES, now=now, in_window=True)
        self._well = 0


class Pulses:
    """All senders', by their number."""

    def __init__(self) -> None:
        self._known: dict[SenderId, Pulse] = {}

    def of(self, sender: SenderId, rate: float, reserve: float) -> Pulse:
        """A sender's; made with this rate and reserve when it is new."""
        pulse = self._known.get(sender)
        if pulse is None:
            pulse = Pulse(AdaptivePace(max(rate, LOWEST_RATE), reserve))
            self._known[sender] = pulse
        return pulse

    def __iter__(self) -> Iterator[Pulse]:
        return iter(self._known.values())

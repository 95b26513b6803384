"""A lane's pace: planned slots plus a sliding log of the last sends.

A bucket that refills lets twice its rate through in the first second, and one small enough not to
do that never reaches its rate. The log has neither fault: a send is allowed exactly one second
after the send R places before it, so no half-open second ever holds more than R, and a lane that
wakes on time runs at R.
"""

import math
from bisect import bisect
from collections import deque
from contextlib import suppress

LOWEST_RATE = 0.05
"""One message in twenty seconds: below that a lane is stopped, not slow."""
CROWDING = 0.5
"""The least gap between two sends, in parts of 1/R: a backlog flows out in a stream, not in one
burst.
"""


def usable_rate(rate: float) -> float:
    """What of a rate a lane can really use, in messages per second.

    Above one that is its whole part: with 71.5 a second, no second may hold a 72nd message.
    """
    # The smallest part guards against 80 x 0.9 becoming 71.99999.
    return rate if rate < 1 else float(math.floor(rate + 1e-9))


class LanePace:
    """How fast one lane may send, by its own stamps.

    rate: messages per second, at least LOWEST_RATE. Above one, its whole part is what any half-open
    second may hold; below one, sends are 1/rate seconds apart. All instants are seconds on one
    monotonic clock, and are stamped in their order. reserve: the part of the sender's whole rate
    that `rate` leaves to what passes the others (spec N2): with 0.1, a rate of 72 is nine tenths of
    80, and a second holds 80 when eight of them pass.
    """

    def __init__(self, rate: float, reserve: float = 0.0) -> None:
        self._sends: deque[float] = deque()
        self._whole = 1.0 / (1.0 - reserve)
        self.set_rate(rate)

    @property
    def rate(self) -> float:
        """Messages per second at present."""
        return self._rate

    def set_rate(self, rate: float) -> None:
        """Change the pace from now on; what was sent in the past second still counts against it.

        Raises ValueError below LOWEST_RATE: to stop a lane, close its gate.
        """
        if not LOWEST_RATE <= rate < math.inf:
            raise ValueError(f"a pace is at least {LOWEST_RATE} per second and finite, not {rate}")
        self._rate = rate
        self._most = max(1, int(usable_rate(rate)))
        self._period = max(1.0, 1.0 / rate)
        self._gap = min(self._period, CROWDING / rate)
        whole = rate * self._whole
        self._most_passing = max(self._most, int(usable_rate(whole)))
        self._period_passing = max(1.0, 1.0 / whole)

    def next_instant(self, planned: float, *, passes: bool = False) -> float:
        """The earliest instant at which the delivery planned for `planned` may be sent.

        passes: it may use the reserve, too. What passed counts for the others.
        """
        sends = self._sends
        if not sends:
            return planned
        most, period = self._most, self._period
        if passes:
            most, period = self._most_passing, self._period_passing
        earliest = max(planned, sends[-1] + self._gap)
        if len(sends) < most:
            return earliest
        return max(earliest, sends[-most] + period)

    def sent(self, at: float) -> None:
        """A send was stamped `at`."""
        self._sends.append(at)
        self._forget()

    def put_off(self, stamped: float, at: float) -> None:
        """What was stamped `stamped` left only `at`: who comes after it keeps clear of that."""
        with suppress(ValueError):  # forgotten meanwhile
            self._sends.remove(stamped)
        self._sends.insert(bisect(self._sends, at), at)
        self._forget()

    def _forget(self) -> None:
        # Shorter after a lowered rate, and enough all the same: a send under that rate came no
        # sooner than the past second held no more than these.
        while len(self._sends) > self._most_passing:
            self._sends.popleft()


SLOW_DOWN_AT_MOST_EVERY_SECONDS = 1.0
"""All refusals of one second are one piece of news."""
RECOVER_AFTER_SECONDS = 1.0
RECOVERY_STEP = 0.25
"""Part of the ceiling won back at each step up."""


class AdaptivePace(LanePace):
    """A pace that halves when WhatsApp says too fast (130429), and recovers step by step (spec P3).

    ceiling: messages per second it may reach, at least LOWEST_RATE.
    """

    def __init__(self, ceiling: float, reserve: float = 0.0) -> None:
        super().__init__(ceiling, reserve)
        self._ceiling = ceiling
        self._slowed = False
        self._slowed_at = -math.inf

    def set_ceiling(self, rate: float) -> None:
        """The most it may be from now on. No licence to forget that it was told to slow down."""
        self._ceiling = rate
        if self.rate > rate or not self._slowed:
            self.set_rate(rate)

    def slow_down(self, now: float) -> None:
        """WhatsApp refused for pace: half the rate at once."""
        if now - self._slowed_at < SLOW_DOWN_AT_MOST_EVERY_SECONDS:
            return
        self._slowed_at, self._slowed = now, True
        self.set_rate(max(self.rate / 2, LOWEST_RATE))

    def speed_up(self, now: float) -> None:
        """A step faster again, when it was slowed and no refusal is fresh; called now and then."""
        if not self._slowed or now - self._slowed_at < RECOVER_AFTER_SECONDS:
            return
        self.set_rate(min(self._ceiling, self.rate + self._ceiling * RECOVERY_STEP))
        self._slowed = self.rate < self._ceiling

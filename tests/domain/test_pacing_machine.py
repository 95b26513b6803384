"""A lane's pace under any sequence of sends, waits and changes of its rate: never too fast."""

from bisect import bisect_left

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engine.domain.pacing import LanePace, usable_rate

RATES = st.one_of(
    st.integers(1, 40).map(float),
    st.floats(0.05, 40.0, allow_nan=False),
)
WHOLE_SECOND = 1_000_000
"""Stamps are whole microseconds, as the engine writes them."""


class PaceMachine(RuleBasedStateMachine):
    """Sends as a lane does: never before `next_instant`, now and then later."""

    def __init__(self) -> None:
        super().__init__()
        self.rate = 10.0
        self.pace = LanePace(self.rate)
        self.now = 0
        self.sent: list[int] = []
        self.allowed: list[float] = []
        """For each send, the highest rate that held in the second before it."""
        self.rates: list[tuple[int, float]] = [(0, self.rate)]

    @rule(late=st.integers(0, 3_000_000))
    def send(self, late: int) -> None:
        """The next one, as soon as it may go or a little later."""
        earliest = self.pace.next_instant(self.now / WHOLE_SECOND)
        # A lane wakes up two microseconds later, for the rounding of its stamps.
        self.now = max(self.now, int(earliest * WHOLE_SECOND) + 2) + late // 10
        self.pace.sent(self.now / WHOLE_SECOND)
        self.sent.append(self.now)
        self.allowed.append(self._highest_rate(self.now - WHOLE_SECOND))

    @rule(many=st.integers(2, 90))
    def send_a_backlog(self, many: int) -> None:
        """As fast as it may."""
        for _ in range(many):
            self.send(0)

    @rule(seconds=st.floats(0.0, 5.0))
    def wait(self, seconds: float) -> None:
        """Nothing is due."""
        self.now += int(seconds * WHOLE_SECOND)

    @rule(rate=RATES)
    def change_rate(self, rate: float) -> None:
        """A person, a quality, or 130429."""
        self.rate = rate
        self.pace.set_rate(rate)
        self.rates.append((self.now, rate))

    def _highest_rate(self, since: int) -> float:
        place = bisect_left([at for at, _ in self.rates], since)
        return max(rate for _, rate in self.rates[max(0, place - 1) :])

    @invariant()
    def no_half_open_second_holds_more_than_the_rate(self) -> None:
        """Counted from each of the last sends backwards: (t - 1 s, t]."""
        for place in range(max(0, len(self.sent) - 90), len(self.sent)):
            at = self.sent[place]
            first = bisect_left(self.sent, at - WHOLE_SECOND + 1)
            most = max(1.0, usable_rate(self.allowed[place]))
            assert place + 1 - first <= most, (at, self.sent[first : place + 1], most)

    @invariant()
    def below_one_a_second_they_are_far_apart(self) -> None:
        """1/R seconds, when the rate has not changed in between."""
        if len(self.sent) < 2 or self.rates[-1][0] > self.sent[-2] or self.rate >= 1:
            return
        assert self.sent[-1] - self.sent[-2] >= WHOLE_SECOND / self.rate - 1


PaceMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestPace = PaceMachine.TestCase

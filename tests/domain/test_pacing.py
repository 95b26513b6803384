"""The pace of a lane, by its own stamps: never above its rate, never behind for no reason."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from engine.domain.pacing import CROWDING, LOWEST_RATE, LanePace, usable_rate

# Loop seconds are floats: a second after s may come out a hair short of it. Stamps are whole
# microseconds, and the lane adds two of them, so a nanosecond is nothing.
HAIR = Fraction(1, 10**9)
RATES = st.one_of(
    st.sampled_from([0.1, 0.5, 1.0, 2.5, 20.0, 40.8, 71.5, 72.0, 80.0, 1000.0]),
    st.floats(0.1, 200.0),
)


def most_in_a_second(stamps: list[float]) -> int:
    """The highest count in any half-open second [t, t+1); such a second may start at a stamp."""
    exact = [Fraction(stamp) for stamp in stamps]
    most, first = 0, 0
    for last, stamp in enumerate(exact):
        while exact[first] + 1 - HAIR <= stamp:
            first += 1
        most = max(most, last - first + 1)
    return most


@pytest.mark.parametrize("rate", [80.0, 72.0, 50.0, 20.0, 3.0, 1.0, 0.5, 0.1])
def test_with_exact_wake_ups_the_time_is_the_floor(rate: float) -> None:
    pace = LanePace(rate)
    count = max(5, int(rate * 12))
    stamps: list[float] = []
    for number in range(count):
        at = pace.next_instant(number / rate)
        pace.sent(at)
        stamps.append(at)
    assert stamps[-1] - stamps[0] == pytest.approx((count - 1) / rate, rel=1e-9)
    assert most_in_a_second(stamps) <= max(1, rate)


@pytest.mark.parametrize("rate", [80.0, 72.0, 7.0])
def test_a_backlog_flows_at_the_rate_and_never_in_a_burst(rate: float) -> None:
    pace = LanePace(rate)
    stamps: list[float] = []
    for _ in range(int(rate * 5)):
        at = pace.next_instant(0.0)  # everything was due long ago
        pace.sent(at)
        stamps.append(at)
    assert most_in_a_second(stamps) == rate
    assert min(b - a for a, b in pairwise(stamps)) >= CROWDING / rate - 1e-9
    assert stamps[-1] <= (len(stamps) - 1) / rate + 1e-6


def test_a_lane_that_slept_does_not_catch_up_above_its_rate() -> None:
    pace = LanePace(10.0)
    stamps: list[float] = []
    now = 0.0
    for number in range(100):
        late = 3.0 if number == 50 else 0.0
        now = max(now, pace.next_instant(number / 10)) + late
        pace.sent(now)
        stamps.append(now)
    assert most_in_a_second(stamps) <= 10


def test_a_raised_rate_still_sees_the_second_before() -> None:
    pace = LanePace(80.0)
    stamps: list[float] = []
    for number in range(400):
        if number % 40 == 0:
            pace.set_rate(80.0 if number % 80 else 30.0)
        at = pace.next_instant(0.0)
        pace.sent(at)
        stamps.append(at)
    assert most_in_a_second(stamps) <= 80


def test_a_lowered_rate_holds_at_once() -> None:
    pace = LanePace(80.0)
    for number in range(80):
        pace.sent(number / 80)
    pace.set_rate(10.0)
    assert pace.next_instant(0.0) == pytest.approx(70 / 80 + 1)


def test_below_one_a_second_sends_are_intervals_apart() -> None:
    pace = LanePace(0.25)
    assert pace.next_instant(5.0) == 5.0
    pace.sent(5.0)
    assert pace.next_instant(5.0) == 9.0


def test_a_planned_instant_is_never_brought_forward() -> None:
    pace = LanePace(80.0)
    pace.sent(1.0)
    assert pace.next_instant(100.0) == 100.0


@pytest.mark.parametrize("rate", [0.0, -1.0, LOWEST_RATE / 2, float("inf"), float("nan")])
def test_a_pace_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="a pace is at least"):
        LanePace(rate)


@pytest.mark.parametrize(
    ("rate", "usable"), [(71.5, 71), (80 * 0.9, 72), (72.0, 72), (1.0, 1), (1.99, 1), (0.5, 0.5)]
)
def test_only_whole_messages_fit_into_a_second(rate: float, usable: float) -> None:
    assert usable_rate(rate) == usable


def test_the_log_stays_as_short_as_a_second_is_long() -> None:
    pace = LanePace(80.0)
    for _ in range(10_000):
        pace.sent(pace.next_instant(0.0))
    assert len(pace._sends) <= 81  # pyright: ignore[reportPrivateUsage]


def test_what_passes_uses_the_reserve_and_bulk_never_does() -> None:
    pace = LanePace(72.0, reserve=0.1)
    stamps: list[float] = []
    for _ in range(72):
        at = pace.next_instant(0.0)
        pace.sent(at)
        stamps.append(at)
    assert pace.next_instant(0.0) == 1.0
    for _ in range(8):
        at = pace.next_instant(0.0, passes=True)
        assert at < 1.0
        pace.sent(at)
        stamps.append(at)
    assert pace.next_instant(0.0, passes=True) == 1.0
    assert most_in_a_second(stamps) == 80


def test_what_passed_counts_for_bulk() -> None:
    pace = LanePace(72.0, reserve=0.1)
    for number in range(80):
        pace.sent(number / 80)
    # Nine of these must be a second old before a 72nd may go.
    assert pace.next_instant(0.0) == pytest.approx(1.0 + 8 / 80)


@given(RATES, st.lists(st.floats(0, 0.3), min_size=1, max_size=300))
def test_late_wake_ups_delay_by_no_more_than_themselves(rate: float, lateness: list[float]) -> None:
    pace = LanePace(rate)
    slot = 1 / usable_rate(rate)
    at = 0.0
    for number, late in enumerate(lateness):
        at = pace.next_instant(number * slot) + late
        pace.sent(at)
    assert at <= (len(lateness) - 1) * slot + sum(lateness) + 1e-6


class AnyLane(RuleBasedStateMachine):
    """Any rates, changed at any time; wake-ups exact or late; plans dense or thin."""

    @initialize(rate=RATES)
    def begin(self, rate: float) -> None:
        self.pace = LanePace(rate)
        self.now = 0.0
        self.stamps: list[tuple[Fraction, float]] = []  # when, and the rate it was sent under
        self.judged = 0

    @rule(planned=st.floats(-5, 5), late=st.sampled_from([0.0, 0.0, 0.0, 0.001, 0.4, 3.0]))
    def send(self, planned: float, late: float) -> None:
        self.now = max(self.now, self.pace.next_instant(self.now + planned)) + late
        self.pace.sent(self.now)
        self.stamps.append((Fraction(self.now), self.pace.rate))

    @rule(count=st.integers(1, 100))
    def send_many(self, count: int) -> None:
        for _ in range(count):
            self.send(-5.0, 0.0)

    @rule(rate=RATES)
    def change_the_rate(self, rate: float) -> None:
        self.pace.set_rate(rate)

    @invariant()
    def no_half_open_second_holds_more_than_the_rate(self) -> None:
        while self.judged < len(self.stamps):
            end, rate = self.stamps[self.judged]
            just_after = end - 1 + HAIR
            # The second that ends with this send, judged by the rate it was sent under.
            begin = self.judged
            while begin and self.stamps[begin - 1][0] > just_after:
                begin -= 1
            assert self.judged - begin + 1 <= max(1, rate)
            if rate < 1 and self.judged:
                gap = end - self.stamps[self.judged - 1][0]
                assert gap >= 1 / Fraction(rate) - 100 * HAIR
            self.judged += 1


AnyLane.TestCase.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
TestAnyLane = AnyLane.TestCase


def test_what_left_later_than_it_was_stamped_keeps_the_others_at_their_distance() -> None:
    pace = LanePace(10.0)
    for place in range(10):
        pace.sent(place * 0.1)
    pace.put_off(0.9, 1.3)
    assert pace.next_instant(1.0) >= 1.3
    pace.sent(1.35)
    # The second that begins with the one at 0.2 holds ten with the next one.
    assert pace.next_instant(1.36) >= 1.36
    stamps = [place * 0.1 for place in range(9)] + [1.3, 1.35]
    at = 1.36
    for _ in range(20):
        at = pace.next_instant(at)
        pace.sent(at)
        stamps.append(at)
        assert sum(at - 1.0 + 1e-6 < one <= at for one in stamps) <= 10


def test_a_send_that_was_put_off_for_longer_than_is_remembered_counts_all_the_same() -> None:
    pace = LanePace(2.0)
    for at in (0.0, 0.5, 1.0, 1.5):
        pace.sent(at)
    pace.put_off(0.0, 1.6)
    assert pace.next_instant(1.7) >= 2.5 - 1e-9

"""A sender that fails is paused, tried with one message, and never hammered."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.breaker import (
    Breaker,
    Circuit,
    after,
    may_send,
    starting,
    wants_failover,
)
from engine.domain.ids import MessageId
from engine.domain.outcome import Accepted, Blame, Failure, Outcome, Unknown

NOW = datetime(2026, 11, 22, 0, 31, tzinfo=UTC)
SECOND = timedelta(seconds=1)
YES = Accepted(MessageId("wamid.1"))
LOST = Unknown("no answer within 30 s")


def no(blame: Blame) -> Failure:
    return Failure(blame=blame, code=131000, title="Something went wrong")


PLATFORM = no(Blame.PLATFORM)


def run(
    outcomes: Sequence[Outcome], breaker: Breaker | None = None, *, window: bool = True
) -> Breaker:
    breaker = breaker or Breaker()
    for outcome in outcomes:
        breaker = after(breaker, outcome, now=NOW, in_window=window)
    return breaker


def test_five_failures_in_a_row_open_it_for_five_seconds_in_the_window() -> None:
    assert run([PLATFORM] * 4).circuit is Circuit.CLOSED
    opened = run([PLATFORM] * 5)
    assert opened.circuit is Circuit.OPEN
    assert not may_send(opened, NOW + 4.9 * SECOND)
    assert may_send(opened, NOW + 5 * SECOND)


def test_outside_the_window_it_opens_for_a_minute() -> None:
    assert run([no(Blame.SENDER)] * 5, window=False).open_until == NOW + 60 * SECOND


def test_five_in_a_row_after_many_good_ones_are_not_enough() -> None:
    assert run([YES] * 40 + [PLATFORM] * 9).circuit is Circuit.CLOSED
    assert run([YES] * 40 + [PLATFORM] * 10).circuit is Circuit.OPEN


def test_half_failures_without_five_in_a_row_are_not_enough() -> None:
    assert run([PLATFORM, PLATFORM, YES] * 20).circuit is Circuit.CLOSED


@pytest.mark.parametrize(
    "blame", [Blame.PACE, Blame.PAIR, Blame.TEMPLATE, Blame.RECIPIENT, Blame.OPT_OUT, Blame.US]
)
def test_what_is_not_the_senders_making_does_not_count(blame: Blame) -> None:
    assert run([no(blame)] * 60) == Breaker()
    assert run([PLATFORM] * 4 + [no(blame)] + [PLATFORM]).circuit is Circuit.OPEN


def test_answers_that_never_come_count() -> None:
    assert run([LOST] * 5).circuit is Circuit.OPEN


def test_one_message_tries_it_and_its_answer_decides() -> None:
    tried = starting(run([PLATFORM] * 5))
    assert tried.circuit is Circuit.HALF_OPEN
    assert not may_send(tried, NOW + 60 * SECOND)
    assert run([YES], tried).circuit is Circuit.CLOSED
    assert run([PLATFORM], tried).circuit is Circuit.OPEN
    undecided = run([no(Blame.RECIPIENT)], tried)
    assert undecided.circuit is Circuit.OPEN
    assert may_send(undecided, NOW + 5 * SECOND)


def test_each_opening_lasts_twice_as_long_up_to_ten_minutes() -> None:
    breaker = run([PLATFORM] * 5)
    pauses: list[float] = []
    for _ in range(9):
        assert breaker.open_until is not None
        pauses.append((breaker.open_until - NOW).total_seconds())
        breaker = run([PLATFORM], starting(breaker))
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 600, 600]


def test_the_second_opening_or_fifty_failures_call_for_others() -> None:
    once = run([PLATFORM] * 5)
    assert not wants_failover(once)
    assert wants_failover(run([PLATFORM], starting(once)))
    in_flight = run([LOST] * 44, once)
    assert not wants_failover(in_flight)
    assert wants_failover(run([LOST], in_flight))


def test_opening_closing_and_opening_again_counts_as_twice() -> None:
    closed = run([YES], starting(run([PLATFORM] * 5)))
    assert not wants_failover(closed)
    assert wants_failover(run([YES] * 3 + [PLATFORM] * 5, closed))


def test_twenty_good_ones_make_its_past_forgotten() -> None:
    closed = run([YES], starting(run([PLATFORM] * 5)))
    well = run([YES] * 20, closed)
    assert well.openings == 0
    assert not wants_failover(run([PLATFORM] * 10, well))


def test_answers_of_messages_already_under_way_neither_close_nor_lengthen_it() -> None:
    opened = run([PLATFORM] * 5)
    later = after(opened, YES, now=NOW + SECOND, in_window=True)
    later = after(later, PLATFORM, now=NOW + 2 * SECOND, in_window=True)
    assert later.circuit is Circuit.OPEN
    assert later.open_until == opened.open_until


@given(st.lists(st.sampled_from([YES, LOST, PLATFORM, no(Blame.PACE), "start"]), max_size=80))
def test_it_never_stops_a_sender_for_ever_and_waits_for_the_one_that_tries(
    story: list[Outcome | str],
) -> None:
    breaker, now = Breaker(), NOW
    under_way = 0
    for what in story:
        now += SECOND
        if isinstance(what, str):
            if may_send(breaker, now):
                breaker = starting(breaker)
                under_way += 1
        elif under_way:
            breaker = after(breaker, what, now=now, in_window=True)
            under_way -= 1
        assert len(breaker.recent) <= 20
        if breaker.circuit is Circuit.HALF_OPEN:
            assert under_way
            assert not may_send(breaker, now + timedelta(days=1))
        else:
            assert may_send(breaker, now + timedelta(minutes=10))

"""Whether and when a failed delivery goes again."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.failure import classify
from engine.domain.outcome import Blame, Failure
from engine.domain.retry import (
    LATE_STEPS,
    NOTIFICATION,
    WINDOW,
    Decision,
    FailOver,
    GiveUp,
    RetryAt,
    RetryPolicy,
    StopAll,
    after_receipt,
    backoff,
    decide,
    late_try,
)

OPEN = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
CLOSE = OPEN + timedelta(minutes=5)
PLATFORM = classify(131000, 500)


def seconds(amount: float) -> timedelta:
    return timedelta(seconds=amount)


def decided(
    failure: Failure,
    *,
    attempts: int = 1,
    now: datetime = OPEN,
    policy: RetryPolicy = WINDOW,
    close: datetime | None = CLOSE,
    seed: int = 1,
) -> Decision:
    return decide(
        failure, attempts=attempts, now=now, policy=policy, rng=Random(seed), window_close=close
    )


def delay(decision: Decision, now: datetime = OPEN) -> float:
    assert isinstance(decision, RetryAt)
    return (decision.at - now).total_seconds()


@pytest.mark.parametrize(("attempts", "plain"), [(1, 1), (2, 1.5), (3, 2.25), (4, 3.375)])
def test_the_window_policy_waits_one_second_and_half_as_long_again(
    attempts: int, plain: float
) -> None:
    waits = [delay(decided(PLATFORM, attempts=attempts, seed=seed)) for seed in range(200)]
    assert plain * 0.8 <= min(waits) < plain * 0.85
    assert plain * 1.15 < max(waits) <= plain * 1.2


@pytest.mark.parametrize(("attempts", "plain"), [(1, 60), (2, 120)])
def test_the_notification_policy_waits_a_minute_and_twice_as_long_again(
    attempts: int, plain: float
) -> None:
    waits = [
        delay(decided(PLATFORM, attempts=attempts, policy=NOTIFICATION, close=None, seed=seed))
        for seed in range(200)
    ]
    assert plain * 0.75 <= min(waits) < plain * 0.85
    assert plain * 1.15 < max(waits) <= plain * 1.25


def test_a_notification_is_given_up_after_three_attempts() -> None:
    last = decided(PLATFORM, attempts=3, policy=NOTIFICATION, close=None)
    assert last == GiveUp("WhatsApp had a problem. We tried as often as we may.")


@given(st.integers(1, 10_000), st.integers(0, 1000), st.sampled_from([WINDOW, NOTIFICATION]))
def test_waits_grow_only_to_their_cap(attempts: int, seed: int, policy: RetryPolicy) -> None:
    wait = backoff(attempts, policy, Random(seed))
    assert policy.first * (1 - policy.jitter) <= wait <= policy.cap * (1 + policy.jitter)


@given(
    st.sampled_from([PLATFORM, classify(130429, 400), classify(131048, 400)]),
    st.integers(1, 12),
    st.floats(0, 9_000),
    st.integers(0, 100),
)
def test_a_retry_in_the_window_can_still_land_and_every_other_is_late(
    failure: Failure, attempts: int, elapsed: float, seed: int
) -> None:
    now = OPEN + seconds(elapsed)
    decision = decided(failure, attempts=attempts, now=now, seed=seed)
    if isinstance(decision, FailOver):
        decision = decision.otherwise
    if isinstance(decision, RetryAt):
        assert decision.at >= now + seconds(0.8)
        in_time = decision.at <= CLOSE - WINDOW.landing
        assert in_time != decision.late
        if decision.late:
            assert decision.at >= CLOSE + LATE_STEPS[0]
    else:
        assert now > CLOSE + seconds(100 * 60), "given up only at the end of the late ladder"


def test_a_try_that_would_come_too_late_comes_sooner_when_that_still_helps() -> None:
    now = CLOSE - seconds(5)
    decision = decided(PLATFORM, attempts=4, now=now)
    assert decision == RetryAt(
        CLOSE - seconds(3),
        "Something went wrong at WhatsApp, not with us or the recipient. We try again.",
    )


def test_five_quick_attempts_are_followed_by_slow_ones() -> None:
    fourth = decided(PLATFORM, attempts=4)
    assert isinstance(fourth, RetryAt)
    assert not fourth.late
    fifth = decided(PLATFORM, attempts=5)
    assert isinstance(fifth, RetryAt)
    assert fifth.late
    assert CLOSE + seconds(60) <= fifth.at <= CLOSE + seconds(66)


def test_the_late_ladder_is_1_5_15_30_60_minutes_and_then_ends() -> None:
    class Never(Random):
        def random(self) -> float:
            return 0.0

    now, tries = CLOSE, list[int]()
    while (due_at := late_try(CLOSE, now, Never())) is not None:
        tries.append(int((due_at - now) / timedelta(minutes=1)))
        now = due_at
    assert tries == [1, 5, 15, 30, 60]
    ended = decided(PLATFORM, attempts=10, now=CLOSE + timedelta(minutes=111))
    assert isinstance(ended, GiveUp)


@pytest.mark.parametrize(("attempts", "least"), [(1, 1), (2, 4), (3, 16), (4, 64)])
def test_one_person_who_got_too_much_waits_four_to_the_n(attempts: int, least: float) -> None:
    pair = classify(131056, 400)
    waits = [delay(decided(pair, attempts=attempts, seed=seed)) for seed in range(100)]
    assert least <= min(waits)
    assert max(waits) <= least * 1.2


def test_a_pair_wait_past_the_close_is_marked_late_not_shortened() -> None:
    now = CLOSE - seconds(10)
    decision = decided(classify(131056, 400), attempts=3, now=now)
    assert isinstance(decision, RetryAt)
    assert decision.late
    assert CLOSE + seconds(60) <= decision.at <= CLOSE + seconds(66)
    assert decision.at >= now + seconds(16)


def test_a_lane_that_was_too_fast_does_not_use_up_its_deliveries_tries() -> None:
    pace = classify(130429, 400)
    for attempts in (1, 5, 40):
        decision = decided(pace, attempts=attempts)
        assert 1 <= delay(decision) <= 1.2


def test_a_sender_that_may_not_send_hands_over_and_says_what_else() -> None:
    decision = decided(classify(131048, 400), attempts=1)
    assert isinstance(decision, FailOver)
    assert isinstance(decision.otherwise, RetryAt)
    assert "other senders" in decision.reason


def test_handing_over_comes_to_an_end() -> None:
    fifth = decided(classify(131048, 400), attempts=WINDOW.attempts)
    assert isinstance(fifth, RetryAt)
    assert fifth.late


def test_an_account_that_may_not_send_stops_everything_and_loses_nothing() -> None:
    for code in (0, 190, 368, 131042, 200, 299):
        assert isinstance(decided(classify(code, 401), attempts=9), StopAll)


@pytest.mark.parametrize("code", [131026, 131049, 131050, 132015, 132012, 100, 999_999])
def test_what_no_retry_can_mend_is_given_up_at_once(code: int) -> None:
    assert isinstance(decided(classify(code, 400)), GiveUp)


@pytest.mark.parametrize("blame", Blame)
@pytest.mark.parametrize("retryable", [True, False])
def test_every_blame_has_a_decision_with_a_reason(blame: Blame, retryable: bool) -> None:
    failure = Failure(blame=blame, code=None, title="x", retryable=retryable)
    assert decided(failure).reason


def test_the_same_chance_gives_the_same_instant() -> None:
    assert decided(PLATFORM, seed=7) == decided(PLATFORM, seed=7)
    assert decided(PLATFORM, seed=7) != decided(PLATFORM, seed=8)


def test_a_failure_told_by_a_receipt_is_tried_again_or_given_up() -> None:
    def after(code: int, attempts: int = 1) -> RetryAt | GiveUp:
        return after_receipt(
            classify(code, None),
            attempts=attempts,
            now=OPEN,
            rng=Random(1),
            window_close=CLOSE,
        )

    assert isinstance(after(131000), RetryAt)
    assert isinstance(after(131048), RetryAt)
    assert isinstance(after(131026), GiveUp)
    assert isinstance(after(131042), GiveUp)


def test_the_late_ladder_respects_the_wait_of_a_pair() -> None:
    now = CLOSE - seconds(1)
    decision = decided(classify(131056, 400), attempts=4, now=now)
    assert isinstance(decision, RetryAt)
    assert decision.at >= now + seconds(64)

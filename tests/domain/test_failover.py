"""When others do a sender's work, and how it comes back."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.domain.breaker import Breaker, Circuit
from engine.domain.failover import (
    RETURN_STEP,
    Measure,
    Trigger,
    judge,
    judge_slowness,
    recovery_plan,
    return_share,
)
from engine.domain.quality import CANNOT_SEND, effective_rate

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_the_second_opening_hands_over_until_its_pause_ends() -> None:
    until = NOW + 10 * SECOND
    once = Breaker(circuit=Circuit.OPEN, openings=1, failures_in_a_row=49, open_until=until)
    assert judge(once, NOW) is None
    twice = Breaker(circuit=Circuit.OPEN, openings=2, failures_in_a_row=6, open_until=until)
    stop = judge(twice, NOW)
    assert stop is not None
    assert (stop.trigger, stop.back_at) == (Trigger.CIRCUIT, until)


def test_fifty_failures_in_a_row_hand_over() -> None:
    stop = judge(Breaker(circuit=Circuit.OPEN, openings=1, failures_in_a_row=50), NOW)
    assert stop is not None
    assert stop.trigger is Trigger.FAILURES
    assert "50" in stop.reason


def test_one_slow_answer_is_anybodys_five_in_a_row_are_the_senders() -> None:
    assert judge_slowness(4, NOW) is None
    stop = judge_slowness(5, NOW)
    assert stop is not None
    assert stop.back_at is not None
    assert stop.back_at > NOW


def test_a_sender_comes_back_in_four_steps() -> None:
    shares = [return_share(NOW, NOW + step * RETURN_STEP) for step in range(6)]
    assert shares == [0.10, 0.25, 0.50, 1.00, 1.00, 1.00]
    assert return_share(NOW, NOW + RETURN_STEP - SECOND / 1000) == 0.10
    assert return_share(None, NOW) == 1.0


@pytest.mark.parametrize("status", sorted(CANNOT_SEND))
def test_what_cannot_send_has_no_rate_even_as_the_last_resort(status: str) -> None:
    assert effective_rate(80.0, "GREEN", 0.0, status=status) == 0.0
    assert effective_rate(80.0, "GREEN", 0.0, status=status, last_resort=True) == 0.0


def test_a_flagged_number_stops_while_others_can_send_and_crawls_otherwise() -> None:
    assert effective_rate(80.0, "GREEN", 0.0, status="FLAGGED") == 0.0
    assert effective_rate(80.0, "GREEN", 0.0, status="FLAGGED", last_resort=True) == 20.0


@pytest.mark.parametrize("status", ["CONNECTED", "UNKNOWN", "PENDING", "RATE_LIMITED"])
def test_other_statuses_are_no_reason_to_stop(status: str) -> None:
    assert effective_rate(80.0, "GREEN", 0.0, status=status) == 80.0


def test_a_yellow_number_is_spared_and_a_red_one_is_stopped() -> None:
    assert recovery_plan("GREEN") == ()
    assert Measure.SLOW_DOWN in recovery_plan("YELLOW")
    assert Measure.WARM_BACKUP in recovery_plan("YELLOW")
    assert Measure.STOP not in recovery_plan("YELLOW")
    assert recovery_plan("RED") == (Measure.STOP, Measure.CALL_BACKUP, Measure.TELL)

"""The catalogue of mornings: each does what its name says."""

import pytest

from engine.simulator.scenarios import EXPECTED, SCENARIOS
from tests.simulator.cast import NUMBERS, ONE, TWO, code_of, make_world, phone, post, receipts, text


def test_every_scenario_has_its_verdicts() -> None:
    assert set(EXPECTED) == set(SCENARIOS)
    assert {"normal_load", "phone_failure", "api_rate_limit", "network_latency"} < set(SCENARIOS)
    assert all(scenario.name == name for name, scenario in SCENARIOS.items())


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_verdict_forgives_a_lost_or_a_doubled_message(name: str) -> None:
    assert (EXPECTED[name].max_lost, EXPECTED[name].max_doubled) == (0, 0)


PERFECT = {
    "targeted": 2000,
    "handed_over": 2000,
    "on_time": 2000,
    "lost": 0,
    "doubled": 0,
    "held": 0,
    "failed": 0,
    "unknown": 0,
    "rate_errors": 0,
}


def test_a_run_is_judged_by_the_table() -> None:
    expected = EXPECTED["normal_load"]
    assert expected.misses(PERFECT) == []
    assert expected.misses(PERFECT | {"handed_over": 1980, "on_time": 1980, "failed": 10}) == []
    assert expected.misses(PERFECT | {"on_time": 1979}) == ["on_time 1979, at least 1980 expected"]
    assert expected.misses(PERFECT | {"lost": 1}) == ["lost 1, at most 0 expected"]
    assert len(expected.misses(PERFECT | {"held": 1, "failed": 11, "rate_errors": 1})) == 3


def test_a_trouble_that_did_not_strike_is_a_miss_too() -> None:
    assert EXPECTED["api_rate_limit"].misses(PERFECT)
    assert EXPECTED["api_rate_limit"].misses(PERFECT | {"rate_errors": 900}) == []
    assert EXPECTED["timeout_after_accept"].misses(PERFECT | {"unanswered": 0})
    assert EXPECTED["timeout_after_accept"].misses(PERFECT | {"unanswered": 60, "held": 20}) == []


@pytest.mark.parametrize("name", sorted(set(SCENARIOS) - {"instant"}))
def test_the_phones_can_do_what_the_verdict_asks(name: str) -> None:
    """Over the first 150 s, as a morning spreads its messages, by phones alone."""
    world = make_world(SCENARIOS[name], rate=0)
    for n in range(4000):
        world.post_message(TWO, text(phone(n)), world.access_token, 1000 + n * 150 / 4000)
    truth = world.truth()
    accepted = len(truth.messages)
    assert len(truth.delivered_by(1300)) / accepted >= EXPECTED[name].min_delivered
    assert len(truth.sent_by(1300)) / accepted >= EXPECTED[name].min_handed_over
    failed = sum(message.failed_at is not None for message in truth.messages)
    assert failed / accepted <= EXPECTED[name].max_failed


def test_in_a_phone_failure_the_first_number_dies_for_good() -> None:
    world = make_world(SCENARIOS["phone_failure"], rate=0)
    codes = [code_of(post(world, text(phone(n)), at=n)) for n in range(10)]
    assert codes == [None] * 3 + [131045] * 7
    assert code_of(post(world, text(phone(20)), at=20, number=TWO)) is None


def test_under_a_rate_limit_numbers_take_half_of_what_they_took() -> None:
    world = make_world(SCENARIOS["api_rate_limit"], rate=80)
    refused = [code_of(post(world, text(phone(n)), at=n / 80)) == 130429 for n in range(80 * 40)]
    assert not any(refused[:240])  # until the third second
    assert 0.4 < sum(refused[320:2560]) / 2240 < 0.6
    assert not any(refused[2720:])  # from the thirty-fourth


def test_network_latency_is_up_to_five_seconds() -> None:
    world = make_world(SCENARIOS["network_latency"], rate=0)
    latencies = [post(world, text(phone(n))).after for n in range(500)]
    assert 0.5 <= min(latencies) < 1
    assert 4.5 < max(latencies) <= 5


def test_three_per_cent_of_the_accepted_are_never_told() -> None:
    world = make_world(SCENARIOS["timeout_after_accept"], rate=0)
    replies = [post(world, text(phone(n))) for n in range(4000)]
    assert world.truth().totals.accepted == 4000
    assert 80 < sum(not reply.answered for reply in replies) < 160


def test_instantly_everything_has_happened() -> None:
    world = make_world(SCENARIOS["instant"])
    for number in NUMBERS:
        assert post(world, text(phone(1)), number=number.phone_number_id).after == 0
    assert [status["status"] for _, status in receipts(world)] == ["sent", "delivered", "read"] * 2
    assert world.truth().numbers[ONE].accepted == 1

"""How fast a number may send: to everybody, and to one person."""

import pytest

from engine.simulator.faults import SetQuality, SetRate, SetStatus
from engine.simulator.numbers import NumberState, SimulatedNumber
from tests.simulator.cast import (
    ASHA,
    MORNING,
    ONE,
    TWO,
    WABA,
    code_of,
    make_world,
    phone,
    post,
    strike,
    text,
)


def number(rate: float = 80.0) -> NumberState:
    return NumberState(SimulatedNumber(ONE, "+91 90000 00001", WABA, rate))


def accepted_of(state: NumberState, instants: list[float]) -> int:
    return sum(state.pace_refusal(phone(n), MORNING + at) is None for n, at in enumerate(instants))


def test_a_number_takes_its_rate_and_five_per_cent_in_any_second() -> None:
    assert accepted_of(number(80), [0.0] * 200) == 84
    assert accepted_of(number(20), [n / 200 for n in range(200)]) == 21


def test_a_steady_client_at_the_rate_is_never_refused() -> None:
    instants = [n / 80 for n in range(800)]
    assert accepted_of(number(80), instants) == 800


def test_the_second_slides_and_is_half_open() -> None:
    state = number(10)  # takes 10 in a second
    assert accepted_of(state, [0.0] * 10) == 10
    assert state.pace_refusal(ASHA, MORNING + 0.999) is not None
    assert state.pace_refusal(ASHA, MORNING + 1.0) is None


def test_what_was_refused_takes_no_place() -> None:
    state = number(10)
    assert accepted_of(state, [n / 100 for n in range(300)]) == 30


def test_rate_zero_is_no_limit() -> None:
    assert accepted_of(number(0), [0.0] * 5000) == 5000


def test_arrivals_are_counted_in_half_open_seconds_refused_ones_too() -> None:
    world = make_world(rate=2)
    for n in range(10):
        post(world, text(phone(n)), at=n * 0.25)
    truth = world.truth().numbers[ONE]
    assert (truth.arrivals, truth.arrivals_max_per_second) == (10, 4)
    assert truth.accepted == 10 - truth.rate_errors == 6
    assert world.truth().numbers[TWO].arrivals == 0


def test_too_fast_is_130429_in_metas_shape() -> None:
    world = make_world(rate=1)
    post(world, text(phone(1)))
    reply = post(world, text(phone(2)))
    assert reply.status == 400
    error = reply.body["error"]
    assert error["code"] == 130429
    assert error["message"] == "(#130429) Rate limit hit"
    assert error["type"] == "OAuthException"
    assert error["error_data"]["messaging_product"] == "whatsapp"
    assert error["error_data"]["details"]
    assert error["fbtrace_id"]


def test_one_person_gets_one_message_in_six_seconds() -> None:
    state = number(0)
    assert all(state.pace_refusal(ASHA, MORNING + 6 * n) is None for n in range(100))


def test_a_burst_to_one_person_is_borrowed_from_the_time_after() -> None:
    state = number(0)
    assert all(state.pace_refusal(ASHA, MORNING + n * 0.1) is None for n in range(20))
    refusal = state.pace_refusal(ASHA, MORNING + 7)
    assert refusal is not None
    assert refusal.code == 131056
    assert state.pace_refusal(ASHA, MORNING + 119.9) is not None
    assert state.pace_refusal(ASHA, MORNING + 120) is None  # 20 × 6 s: all paid back


def test_a_burst_to_one_person_is_forty_five_at_most() -> None:
    state = number(0)
    taken = [state.pace_refusal(ASHA, MORNING + n * 0.01) is None for n in range(60)]
    assert taken == [True] * 45 + [False] * 15


def test_a_pair_is_a_number_and_a_person() -> None:
    world = make_world(rate=0)
    for _ in range(45):
        assert post(world).status == 200
    assert code_of(post(world)) == 131056
    assert post(world, text(phone(1))).status == 200
    assert post(world, number=TWO).status == 200


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("CONNECTED", None),
        ("FLAGGED", None),
        ("BANNED", 131031),
        ("RESTRICTED", 368),
        ("DISCONNECTED", 133010),
        ("RATE_LIMITED", 131048),
    ],
)
def test_a_number_sends_as_its_status_allows(status: str, code: int | None) -> None:
    world = make_world()
    strike(world, SetStatus(number=ONE, status=status))
    assert code_of(post(world)) == code
    assert code_of(post(world, number=TWO)) is None
    node = world.account.numbers[ONE].node()
    assert node["status"] == status
    assert node["health_status"]["can_send_message"] == ("BLOCKED" if code else "AVAILABLE")


def test_a_drill_may_choose_the_code_of_a_status() -> None:
    world = make_world()
    strike(world, SetStatus(number=ONE, status="BANNED", code=131045))
    assert code_of(post(world)) == 131045
    strike(world, SetStatus(number=ONE, status="CONNECTED"))
    assert code_of(post(world)) is None


def test_quality_shows_in_the_node() -> None:
    world = make_world()
    strike(world, SetQuality(number=ONE, quality="YELLOW"))
    assert world.account.numbers[ONE].node()["quality_rating"] == "YELLOW"
    assert world.account.numbers[TWO].node()["quality_rating"] == "GREEN"


def test_a_lowered_rate_comes_back() -> None:
    world = make_world(rate=80)
    strike(world, SetRate(number=ONE, rate_per_second=2, seconds=30))
    first = [post(world, text(phone(n)), at=1).status for n in range(10)]
    then = [post(world, text(phone(20 + n)), at=31).status for n in range(10)]
    assert first.count(200) == 2
    assert then.count(200) == 10


def test_a_rate_may_be_lowered_to_a_share_of_what_the_client_does() -> None:
    world = make_world(rate=80)
    for n in range(40):
        post(world, text(phone(n)), at=n / 40)
    strike(world, SetRate(share_of_busiest=0.5), at=3)
    later = [post(world, text(phone(100 + n)), at=4 + n / 40).status for n in range(40)]
    assert later.count(200) == 21  # half of 40, and 5 %

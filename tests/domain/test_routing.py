"""Who goes through which sender: the same person the same way, and nobody's lane too long."""

from collections import Counter
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.audience import Audience
from engine.domain.ids import SenderId
from engine.domain.pacing import usable_rate
from engine.domain.routing import (
    PlanLane,
    PlanRecipient,
    Routing,
    first_choices,
    lane_room,
    route,
)


def people(count: int, first: int = 1) -> list[PlanRecipient]:
    regions = ["MH", "GJ", "KA", "TN", "DL", "UP", "WB"]
    return [
        PlanRecipient(number, "BASIC", regions[number % len(regions)])
        for number in range(first, first + count)
    ]


def lanes(*rates: float) -> list[PlanLane]:
    return [PlanLane(SenderId(number), rate) for number, rate in enumerate(rates, start=1)]


def senders_of(routed: dict[SenderId, list[PlanRecipient]]) -> dict[int, SenderId]:
    return {one.subscriber: sender for sender, mine in routed.items() for one in mine}


@given(
    st.integers(0, 400),
    st.lists(st.floats(0.1, 1000), min_size=1, max_size=8),
    st.sampled_from(Routing),
)
def test_everybody_has_one_sender_and_no_lane_is_over_its_share(
    count: int, rates: list[float], routing: Routing
) -> None:
    pool = lanes(*rates)
    routed = route(people(count), pool, routing=routing)
    assert sorted(senders_of(routed)) == list(range(1, count + 1))
    assert sum(len(mine) for mine in routed.values()) == count
    total = sum(usable_rate(lane.rate) for lane in pool)
    for lane in pool:
        assert len(routed[lane.sender]) <= ceil(count * usable_rate(lane.rate) / total)


@pytest.mark.parametrize("count", [2000, 1999, 7])
def test_equal_senders_get_equal_lanes(count: int) -> None:
    sizes = [len(mine) for mine in route(people(count), lanes(80, 80, 80, 80)).values()]
    assert max(sizes) == ceil(count / 4)


@pytest.mark.parametrize("rates", [(80, 80, 80, 80), (160, 80, 40, 20)])
def test_a_person_keeps_their_sender_when_others_come_and_go(rates: tuple[float, ...]) -> None:
    pool = lanes(*rates)
    before = senders_of(route(people(4000), pool))
    after = senders_of(route(people(4000)[:3900] + people(50, first=9000), pool))
    moved = sum(before[who] != after[who] for who in before.keys() & after.keys())
    assert moved <= 0.03 * 4000


def test_a_sender_that_goes_away_moves_hardly_anybody_elses_people() -> None:
    before = senders_of(route(people(4000), lanes(80, 80, 80, 80)))
    after = senders_of(route(people(4000), lanes(80, 80, 80)))
    others = [who for who, sender in before.items() if sender != SenderId(4)]
    moved = sum(before[who] != after[who] for who in others)
    assert moved <= 0.05 * len(others)


def test_second_choices_are_spread_over_all_other_senders() -> None:
    before = senders_of(route(people(8000), lanes(80, 80, 80, 80)))
    after = senders_of(route(people(8000), lanes(80, 80, 80)))
    orphans = Counter(after[who] for who, sender in before.items() if sender == SenderId(4))
    assert len(orphans) == 3
    assert max(orphans.values()) < 1.15 * min(orphans.values())
    last = senders_of(route(people(8000), lanes(80, 80)))
    pairs = Counter((before[who], after[who], last[who]) for who in before)
    thirds = [count for (first, second, _), count in pairs.items() if (first, second) == (4, 3)]
    assert len(thirds) == 2
    assert max(thirds) < 1.2 * min(thirds)


def test_hash_and_room_agree_with_unequal_rates() -> None:
    routed = route(people(10_000), lanes(80, 40, 20))
    sizes = [len(routed[SenderId(number)]) for number in (1, 2, 3)]
    assert sizes[0] == pytest.approx(10_000 * 80 / 140, rel=0.02)
    assert sizes[1] == pytest.approx(10_000 * 40 / 140, rel=0.04)
    assert sizes[2] == pytest.approx(10_000 * 20 / 140, rel=0.06)


def test_a_seed_turns_the_hash() -> None:
    pool = lanes(80, 80, 80, 80)
    plain = senders_of(route(people(1000), pool))
    turned = senders_of(route(people(1000), pool, seed="next"))
    same = sum(plain[who] == turned[who] for who in plain)
    assert 150 < same < 350, "a quarter stays by chance"


def test_neighbours_share_a_sender_as_far_as_there_is_room() -> None:
    def at_home(routing: Routing) -> int:
        chosen: dict[str, Counter[SenderId]] = {}
        for sender, mine in route(people(700), lanes(80, 80, 80, 80), routing=routing).items():
            for one in mine:
                chosen.setdefault(one.region, Counter())[sender] += 1
        return sum(max(counts.values()) for counts in chosen.values())

    assert at_home(Routing.REGION) > 1.4 * at_home(Routing.STICKY)


def test_round_robin_and_modulo_count_their_people_off() -> None:
    pool = lanes(80, 80, 80)
    taken = senders_of(route(people(9, first=10), pool, routing=Routing.ROUND_ROBIN))
    assert [taken[who] for who in range(10, 19)] == [1, 2, 3] * 3
    taken = senders_of(route(people(9, first=10), pool, routing=Routing.MODULO))
    assert [taken[who] for who in range(10, 19)] == [2, 3, 1] * 3


def test_room_is_exact_where_the_shares_are() -> None:
    assert lane_room(2000, lanes(80 * 0.9, 80 * 0.9, 80 * 0.9, 80 * 0.9)) == [500] * 4
    assert lane_room(0, lanes(80)) == [0]


@pytest.mark.parametrize("routing", Routing)
def test_who_a_full_lane_turns_away_goes_by_the_others(routing: Routing) -> None:
    crowd, pool = people(400), lanes(80, 80)
    audience = Audience.of(crowd)
    wanted = first_choices(audience, range(400), pool, routing=routing)
    assert sum(wanted) == 400
    full = [PlanLane(pool[0].sender, 80, 10), pool[1]]
    assert first_choices(audience, range(400), full, routing=routing) == wanted
    first, second = (len(mine) for mine in route(crowd, full, routing=routing).values())
    assert (first, second) == (10, wanted[1] + wanted[0] - 10)

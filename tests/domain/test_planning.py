"""The plan: replayable, within every lane's rate, jittered as promised, and honest about the
window.
"""

import time
import tracemalloc
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.domain.ids import SenderId
from engine.domain.pacing import LanePace, usable_rate
from engine.domain.planning import (
    SPREAD,
    Audience,
    Exceeds,
    Fits,
    Pacing,
    Plan,
    PlanLane,
    PlannedDelivery,
    PlanRecipient,
    fit,
    floor_seconds,
    jitter_group,
    plan,
)
from engine.domain.routing import Routing, lane_room

OPEN = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
TIERS = ("PREMIUM", "PRO", "BASIC")


def audience(count: int, step: int = 1) -> Audience:
    numbers = range(1, count + 1)[::step]
    return Audience.of(PlanRecipient(number, TIERS[number % 3]) for number in numbers)


def pool(*rates: float) -> list[PlanLane]:
    return [PlanLane(SenderId(number), rate) for number, rate in enumerate(rates, start=1)]


def planned(
    count: int,
    *rates: float,
    pacing: Pacing = Pacing.JITTERED,
    seed: str = "5eed",
    month: str = "2026-11",
) -> Plan:
    return plan(audience(count), pool(*rates), opens_at=OPEN, pacing=pacing, month=month, seed=seed)


def elapsed(lane: list[PlannedDelivery]) -> list[float]:
    return [(one.at - OPEN) / timedelta(seconds=1) for one in lane]


def most_in_a_second(lane: list[PlannedDelivery]) -> int:
    second = timedelta(seconds=1)
    most, first = 0, 0
    for last, one in enumerate(lane):
        while lane[first].at + second <= one.at:
            first += 1
        most = max(most, last - first + 1)
    return most


ROUNDING = 1e-9
"""By how much a product of floats may fall short of the whole number that was meant."""
RATES = st.lists(
    st.one_of(st.sampled_from([80.0, 72.0, 50.0, 71.5, 1.0, 0.5]), st.floats(0.2, 200)),
    min_size=1,
    max_size=4,
)


@example(2, [1.9999999999999716], Pacing.FASTEST, "")
@given(st.integers(0, 600), RATES, st.sampled_from(Pacing), st.text(max_size=8))
@settings(deadline=None)
def test_no_half_open_second_of_a_lane_holds_more_than_its_rate(
    count: int, rates: list[float], pacing: Pacing, seed: str
) -> None:
    result = planned(count, *rates, pacing=pacing, seed=seed)
    everybody = [one.subscriber for lane in result.lanes.values() for one in lane]
    assert sorted(everybody) == list(range(1, count + 1))
    for lane in pool(*rates):
        mine = result.lanes[lane.sender]
        assert mine == sorted(mine, key=lambda one: one.at)
        assert all(one.at >= OPEN for one in mine)
        assert most_in_a_second(mine) <= max(1, lane.rate + ROUNDING)
        if lane.rate < 1:
            gaps = [b.at - a.at for a, b in pairwise(mine)]
            assert all(gap >= timedelta(seconds=0.999999 / lane.rate) for gap in gaps)


@given(st.integers(1, 300), RATES, st.sampled_from(Pacing))
@settings(deadline=None)
def test_a_plan_can_be_replayed_in_whatever_order_people_come(
    count: int, rates: list[float], pacing: Pacing
) -> None:
    forth = planned(count, *rates, pacing=pacing)
    people = audience(count, step=-1)
    back = plan(people, pool(*rates), opens_at=OPEN, pacing=pacing, month="2026-11", seed="5eed")
    assert forth.lanes == back.lanes


def test_another_seed_is_another_plan_with_the_same_senders() -> None:
    one, other = planned(500, 80, 80), planned(500, 80, 80, seed="other")
    for sender in (SenderId(1), SenderId(2)):
        assert {p.subscriber for p in one.lanes[sender]} == {
            p.subscriber for p in other.lanes[sender]
        }
    assert one.lanes != other.lanes


@pytest.mark.parametrize("rate", [80.0, 72.0, 50.0, 71.0, 1.0, 0.5])
def test_fastest_is_one_slot_after_the_other(rate: float) -> None:
    lane = planned(400, rate, pacing=Pacing.FASTEST).lanes[SenderId(1)]
    assert elapsed(lane)[0] == 0.0
    assert elapsed(lane)[-1] == pytest.approx(399 / rate, abs=1e-3)
    assert [one.at for one in lane] == sorted(one.at for one in lane)


def test_fastest_takes_no_longer_than_the_floor() -> None:
    result = planned(2000, 80, 80, 80, 80, pacing=Pacing.FASTEST)
    sizes = {sender: len(lane) for sender, lane in result.lanes.items()}
    floor = floor_seconds(sizes, dict.fromkeys(sizes, 80.0))
    assert floor == 499 / 80
    assert result.last_at is not None
    assert (result.last_at - OPEN).total_seconds() == pytest.approx(floor, rel=1e-4)


def test_a_lane_follows_its_plan_to_the_slot() -> None:
    lane = planned(3000, 72.0).lanes[SenderId(1)]
    pace = LanePace(72.0)
    for at in elapsed(lane):
        allowed = pace.next_instant(at)
        assert allowed - at < 1e-4, "what is planned, the pace lets through"
        pace.sent(allowed)


def test_the_four_groups_start_every_thirty_seconds_and_spread_over_sixty() -> None:
    result = planned(8000, 1000.0)
    by_group: dict[int, list[float]] = {}
    for one in result.lanes[SenderId(1)]:
        group = jitter_group(one.subscriber, "2026-11")
        by_group.setdefault(group, []).append((one.at - OPEN).total_seconds())
    assert sorted(by_group) == [0, 1, 2, 3]
    for group, times in by_group.items():
        assert len(times) == pytest.approx(2000, rel=0.1)
        assert 30 * group <= min(times) < 30 * group + 1
        assert 30 * group + 59 < max(times) < 30 * group + 60.5
        halves = Counter(at < 30 * group + 30 for at in times)
        assert halves[True] == pytest.approx(len(times) / 2, rel=0.1), "uniformly"


def test_everybodys_group_turns_with_the_month() -> None:
    moved = sum(
        jitter_group(number, "2026-11") != jitter_group(number, "2026-12") for number in range(4000)
    )
    assert moved == pytest.approx(3000, rel=0.05)


def test_with_room_enough_everybody_goes_when_they_wished() -> None:
    result = planned(2000, 80, 80, 80, 80)
    assert result.last_at is not None
    assert result.last_at - OPEN < SPREAD
    first_minute = [
        one for lane in result.lanes.values() for one in lane if one.at < OPEN + SPREAD / 3
    ]
    tiers = Counter(TIERS[one.subscriber % 3] for one in first_minute)
    assert max(tiers.values()) < 1.3 * min(tiers.values()), (
        "tiers do not matter while there is room"
    )


@given(st.integers(1, 600), RATES, st.sampled_from(Pacing), st.sampled_from(Routing))
def test_every_place_is_planned_once_and_no_lane_has_more_than_its_room(
    count: int, rates: list[float], pacing: Pacing, routing: Routing
) -> None:
    result = plan(
        audience(count, step=-1),
        pool(*rates),
        opens_at=OPEN,
        pacing=pacing,
        month="2026-11",
        seed="5eed",
        routing=routing,
    )
    in_parts = [*result.planned(0, 7), *result.planned(7, count + 50)]
    assert [place for place, _, _ in in_parts] == list(range(count))
    subscribers = result.audience.subscribers
    by_lane = {sender: set[PlannedDelivery]() for sender in result.lanes}
    for place, sender, at in in_parts:
        by_lane[sender].add(PlannedDelivery(subscribers[place], at))
    assert by_lane == {sender: set(lane) for sender, lane in result.lanes.items()}
    room = dict(zip(by_lane, lane_room(count, pool(*rates)), strict=True))
    assert result.sizes() == {sender: len(lane) for sender, lane in result.lanes.items()}
    assert all(size <= room[sender] for sender, size in result.sizes().items())


@given(st.integers(20, 400), st.integers(1, 6), st.sampled_from(Pacing), st.data())
def test_everybody_who_is_routed_by_hash_keeps_their_sender_while_lanes_have_room(
    count: int, senders: int, pacing: Pacing, data: st.DataObject
) -> None:
    """Who leaves makes room: nobody else moves but those who had not found room before."""
    before = planned(count, *[80.0] * senders, pacing=pacing)
    gone = data.draw(st.sets(st.integers(1, count), max_size=count // 20))
    stayed = Audience.of(
        PlanRecipient(number, TIERS[number % 3])
        for number in range(1, count + 1)
        if number not in gone
    )
    after = plan(
        stayed,
        pool(*[80.0] * senders),
        opens_at=OPEN,
        pacing=pacing,
        month="2026-12",
        seed="another",
    )
    was = {one.subscriber: sender for sender, lane in before.lanes.items() for one in lane}
    is_now = {one.subscriber: sender for sender, lane in after.lanes.items() for one in lane}
    moved = sum(was[who] != sender for who, sender in is_now.items())
    assert moved <= 0.1 * count + senders * (len(gone) + 2)


@given(st.integers(1, 500), st.sampled_from([1.0, 20.0, 80.0]), st.integers(1, 300))
def test_even_fills_the_window_and_no_more_where_the_rates_allow_it(
    count: int, rate: float, window: int
) -> None:
    over = timedelta(seconds=window)
    result = plan(
        audience(count),
        pool(rate, rate),
        opens_at=OPEN,
        pacing=Pacing.EVEN,
        month="2026-11",
        seed="",
        over=over,
    )
    for lane in result.lanes.values():
        assert most_in_a_second(lane) <= max(1, rate)
    half = -(-count // 2)
    assert result.last_at is not None
    if half < rate * window:
        second = timedelta(seconds=1)
        took = result.last_at - OPEN
        assert over - over / half - second <= took < over + second
    for lane in result.lanes.values():
        order = [TIERS[one.subscriber % 3] for one in lane]
        assert order == sorted(order, key=TIERS.index), "PREMIUM gets the early ones"


def test_even_lanes_do_not_send_in_step() -> None:
    lanes = plan(
        audience(400),
        pool(80, 80, 80, 80),
        opens_at=OPEN,
        pacing=Pacing.EVEN,
        month="2026-11",
        seed="",
        over=timedelta(seconds=100),
    ).lanes
    assert sorted(elapsed(lane)[0] for lane in lanes.values()) == [0.0, 0.25, 0.5, 0.75]


@pytest.mark.sweep
def test_a_plan_of_a_hundred_thousand_weighs_a_few_megabytes() -> None:
    people = (PlanRecipient(number, TIERS[number % 3], "MH") for number in range(1, 100_001))
    tracemalloc.start()
    try:
        audience = Audience.of(people)
        result = plan(
            audience, pool(*[72.0] * 20), opens_at=OPEN, pacing=Pacing.FASTEST, month="", seed=""
        )
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(result.audience) == 100_000
    assert kept < 4 * 2**20
    assert most < 8 * 2**20


@pytest.mark.parametrize("pacing", Pacing)
def test_when_capacity_is_short_premium_goes_first_and_basic_last(pacing: Pacing) -> None:
    lane = planned(900, 2.0, pacing=pacing).lanes[SenderId(1)]
    order = [TIERS[one.subscriber % 3] for one in lane]
    assert order == sorted(order, key=TIERS.index)


def test_it_says_before_the_send_whether_the_window_is_long_enough() -> None:
    ends_at = OPEN + timedelta(seconds=150)
    assert isinstance(fit(planned(2000, 80), ends_at), Fits)
    assert fit(planned(0, 80), ends_at) == Fits(timedelta(0))
    short = fit(planned(2000, 10, pacing=Pacing.FASTEST), ends_at)
    assert short == Exceeds(timedelta(seconds=49.9), 499)
    assert planned(10, 80, pacing=Pacing.FASTEST).exceeds(ends_at) == timedelta(0)


def test_a_plan_needs_a_sender_that_may_send() -> None:
    with pytest.raises(ValueError, match="at least one sender"):
        planned(1, 0.0)
    assert list(planned(5, 0.0, 80.0).lanes) == [SenderId(2)]


def test_the_floor_is_the_longest_lanes() -> None:
    sizes = {SenderId(1): 1000, SenderId(2): 1001, SenderId(3): 0}
    rates = {SenderId(1): 50.0, SenderId(2): 80.0, SenderId(3): 1.0}
    assert floor_seconds(sizes, rates) == 999 / 50
    assert floor_seconds({}, {}) == 0.0
    assert floor_seconds({SenderId(1): 72}, {SenderId(1): 71.5}) == 71 / usable_rate(71.5)


def test_a_hundred_thousand_people_are_planned_in_seconds() -> None:
    began = time.process_time()
    result = planned(100_000, *[72.0] * 20)
    spent = time.process_time() - began
    assert spent < 6, f"planned for 3 s of a machine of its own, took {spent:.1f} s"
    assert sum(len(lane) for lane in result.lanes.values()) == 100_000
    assert result.last_at is not None
    assert result.last_at - OPEN <= SPREAD + timedelta(seconds=1)

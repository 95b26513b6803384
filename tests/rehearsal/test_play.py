"""The rehearsed morning: its sends keep the pace, and its failures are tried again as ever."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.domain import planning
from engine.domain.ids import SenderId
from engine.domain.planning import Pacing, PlanLane
from engine.rehearsal.behaviour import USUAL, Behaviour
from engine.rehearsal.foresee import Staged, foresee
from engine.rehearsal.play import NEVER, LaneWorld, Played, play
from engine.simulator.curves import Uniform

OPENS = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
CLOSES = OPENS + timedelta(seconds=300)
ONE, TWO = SenderId(1), SenderId(2)
SURE = Behaviour(scenario=replace(USUAL.scenario, never_delivered=0.0, failures=()), spread=1.0)


def plan(people: int, lanes: int = 1, rate: float = 40.0, pacing: Pacing = Pacing.FASTEST):
    audience = planning.Audience()
    for number in range(people):
        audience.add(number + 1, "BASIC")
    return planning.plan(
        audience,
        [PlanLane(SenderId(place + 1), rate) for place in range(lanes)],
        opens_at=OPENS,
        pacing=pacing,
        month="2026-11",
        seed="ab",
    )


def played(made: planning.Plan, behaviour: Behaviour = SURE, **given) -> Played:
    worlds = {sender: LaneWorld(rate=40.0, behaviour=behaviour) for sender in made.senders}
    return play(made, worlds, closes_at=CLOSES, seed=3, **given)


def test_everybody_is_sent_to_once_and_no_second_holds_more_than_the_rate() -> None:
    made = plan(400, lanes=2)
    found = played(made)
    assert found.attempts == 400
    for lane in (0, 1):
        sent = sorted(
            at for at, mine in zip(found.based, made.lane_of, strict=True) if mine == lane
        )
        assert all(b - a >= 1.0 - 1e-6 for a, b in zip(sent, sent[40:], strict=False))
        assert sent[-1] == pytest.approx((len(sent) - 1) / 40.0, abs=0.03)
    assert max(found.delivered) < NEVER


def test_what_whatsapp_refuses_for_now_goes_again_and_arrives() -> None:
    flaky = replace(SURE, refused=((131016, 0.2),))
    found = played(plan(300), flaky)
    assert found.attempts == 300 + found.refused[131016] - sum(found.given_up.values())
    assert found.refused[131016] > 40
    missing = sum(at == NEVER for at in found.delivered)
    assert missing == sum(found.given_up.values()) <= 1


def test_too_fast_halves_the_pace_for_a_while() -> None:
    calm, pushed = played(plan(400)), played(plan(400), replace(SURE, refused=((130429, 0.05),)))
    assert max(pushed.based) > max(calm.based) + 3.0


def test_a_person_whom_whatsapp_cannot_reach_is_given_up_and_counted() -> None:
    scenario = replace(SURE.scenario, failures=((131026, 0.1),))
    found = played(plan(500), replace(SURE, scenario=scenario))
    lost = sum(at == NEVER for at in found.delivered)
    assert lost == found.refused[131026] == sum(found.given_up.values())
    assert 30 < lost < 80


def test_what_gets_no_answer_goes_again_once_that_is_proven() -> None:
    found = played(plan(200), replace(SURE, unknown=0.2))
    again = found.attempts - 200
    assert 8 < again < 40
    late = sum(at > 5.0 + 20.0 - 1e-6 - 5.0 for at in found.based)
    assert late >= again - 8


def test_no_more_requests_are_under_way_than_may_be() -> None:
    slow = replace(SURE, scenario=replace(SURE.scenario, api_latency=Uniform(2.0, 2.0)))
    found = played(plan(120, rate=40.0), slow, at_once=20)
    starts = sorted(at - 2.0 for at in found.accepted)
    under_way = Counter(sum(one <= at < one + 2.0 - 1e-9 for one in starts) for at in starts)
    assert max(under_way) == 20


def test_the_same_seed_plays_the_same_morning() -> None:
    made = plan(200, lanes=2, pacing=Pacing.JITTERED)
    flaky = replace(USUAL, refused=((131016, 0.1),))
    assert played(made, flaky).delivered == played(made, flaky).delivered


def test_who_waits_for_the_first_ones_is_sent_to_later() -> None:
    made = plan(100)
    later = [slot + 12_000_000 * (slot > 500_000) for slot in made.slots]
    assert max(played(made, slots=later).based) == pytest.approx(
        max(played(made).based) + 12, abs=0.1
    )


def test_what_is_foreseen_has_its_lanes_its_band_and_its_people() -> None:
    made = plan(1_000, lanes=2, pacing=Pacing.JITTERED)
    worlds = {
        ONE: LaneWorld(rate=40.0, behaviour=SURE),
        TWO: LaneWorld(rate=40.0, behaviour=USUAL),
    }
    seen = foresee(Staged(plan=made, worlds=worlds, closes_at=CLOSES, phones={ONE: "+91 1"}))
    told = (seen.handed_over, seen.low, seen.delivered, seen.high)
    assert sorted(at for at in told if at) == list(told)
    assert [lane.people for lane in seen.lanes] == [500, 500]
    assert seen.lanes[0].phone == "+91 1"
    without = foresee(Staged(plan=made, worlds=worlds, closes_at=CLOSES, without=30))
    assert without.people == 1_030
    assert without.delivered is None, "more than one in a hundred has no room"

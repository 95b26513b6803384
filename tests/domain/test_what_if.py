"""Working out what would be: more senders are never later, a loss is never earlier, nobody is lost
from the count, and the planner itself agrees.
"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain import planning
from engine.domain.audience import Audience, PlanRecipient
from engine.domain.ids import SenderId
from engine.domain.planning import Pacing
from engine.domain.routing import PlanLane
from engine.domain.what_if import Loss, Scenario, shares, work_out
from engine.domain.what_if_lanes import joined

OPENS_AT = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
HAIR = 1e-3


@st.composite
def lanes(draw: st.DrawFn) -> tuple[PlanLane, ...]:
    rates = draw(st.lists(st.integers(1, 80), min_size=1, max_size=5))
    caps = st.one_of(st.none(), st.integers(0, 4_000))
    return tuple(
        PlanLane(SenderId(nth + 1), float(rate), draw(caps)) for nth, rate in enumerate(rates)
    )


scenarios = st.builds(
    Scenario,
    people=st.integers(0, 3_000),
    lanes=lanes(),
    pacing=st.sampled_from(Pacing),
    portfolio=st.one_of(st.none(), st.integers(0, 4_000)),
)
uncapped = scenarios.map(
    lambda one: replace(one, lanes=tuple(PlanLane(o.sender, o.rate) for o in one.lanes))
)
losses = st.builds(Loss, sender=st.integers(1, 5).map(SenderId), at_seconds=st.integers(0, 200))


@settings(max_examples=60)
@given(scenarios, st.one_of(st.none(), losses))
def test_everybody_is_counted_once(scenario: Scenario, loss: Loss | None) -> None:
    found = work_out(replace(scenario, loss=loss))
    assert found.handed_over + found.no_room + found.stranded == scenario.people
    assert min(found.handed_over, found.no_room, found.stranded) >= 0
    counts = [until for _, until in found.sends]
    assert counts == sorted(counts)


@settings(max_examples=60)
@given(uncapped, st.integers(1, 80))
def test_one_more_sender_is_never_later(scenario: Scenario, rate: int) -> None:
    more = replace(scenario, lanes=(*scenario.lanes, PlanLane(SenderId(99), float(rate))))
    one, other = work_out(scenario), work_out(more)
    assert (other.last_seconds or 0.0) <= (one.last_seconds or 0.0) + HAIR
    if one.delivered_seconds is not None:
        assert other.delivered_seconds is not None
        assert other.delivered_seconds <= one.delivered_seconds + 0.1


@settings(max_examples=60)
@given(uncapped, losses)
def test_a_loss_is_never_earlier(scenario: Scenario, loss: Loss) -> None:
    calm, lost = work_out(scenario), work_out(replace(scenario, loss=loss))
    if not lost.stranded:
        assert (lost.last_seconds or 0.0) >= (calm.last_seconds or 0.0) - HAIR
        if lost.delivered_seconds is not None and calm.delivered_seconds is not None:
            assert lost.delivered_seconds >= calm.delivered_seconds - 0.1
    assert lost.handed_over <= calm.handed_over


@given(st.integers(0, 5_000), lanes().filter(lambda some: all(one.most is None for one in some)))
def test_the_shares_are_everybody(people: int, some: tuple[PlanLane, ...]) -> None:
    assert sum(shares(people, some)) == people


@pytest.mark.parametrize("pacing", Pacing)
@pytest.mark.parametrize(
    ("people", "rates"), [(2_000, (72,)), (2_000, (72, 72, 45)), (9_000, (20,)), (400, (5, 72))]
)
def test_the_planner_agrees(pacing: Pacing, people: int, rates: tuple[int, ...]) -> None:
    some = tuple(PlanLane(SenderId(n + 1), float(rate)) for n, rate in enumerate(rates))
    audience = Audience.of(PlanRecipient(n + 1, "PRO") for n in range(people))
    made = planning.plan(
        audience, some, opens_at=OPENS_AT, pacing=pacing, month="2026-11", seed="aa",
        over=planning.SPREAD - planning.LANDING,
    )  # fmt: skip
    assert made.last_at is not None
    real = (made.last_at - OPENS_AT).total_seconds()
    told = work_out(Scenario(people=people, lanes=some, pacing=pacing)).last_seconds
    assert told == pytest.approx(real, rel=0.02, abs=3.0)


def test_wishes_grow_from_nobody_to_everybody() -> None:
    for pacing in Pacing:
        some = [joined(pacing, second, 150.0) for second in range(-1, 200)]
        assert some == sorted(some)
        assert (some[0], some[-1]) == (0.0, 1.0)


def test_without_a_sender_nobody_gets_it() -> None:
    found = work_out(Scenario(people=10, lanes=()))
    assert (found.handed_over, found.no_room, found.last_seconds) == (0, 10, None)
    assert found.delivered_seconds is None

"""What a what-if says of a morning is what then happens, when nothing goes wrong."""

from datetime import timedelta
from statistics import mean

import pytest
from sqlmodel import Session, col, select

from engine.domain.ids import BroadcastId, SenderId
from engine.domain.planning import Pacing
from engine.domain.routing import PlanLane
from engine.domain.what_if import Loss, Outcome, Scenario, work_out
from engine.read.what_if import together
from engine.rehearsal.behaviour import USUAL
from engine.simulator.fates import Fates
from engine.store.tables import Broadcast, Delivery
from engine.trials.options import MorningOptions, MorningResult
from engine.trials.simulated import run_simulated
from engine.trials.visitor import Scene

PHONES = together([(USUAL, 1.0)])
"""Those of the scenario `normal_load`: what a house knows that has not measured anything yet."""
SEEDS = (1, 2, 3)
FOUR_TIMES = 4 * (0.99 * 0.01) ** 0.5
"""Four standard deviations of a share of 99 %, for one."""


class Truth:
    """Remembers when each message was with its phone, in seconds after the opening."""

    def __init__(self) -> None:
        self.delivered: list[float] = []
        self.last = 0.0

    async def during(self, scene: Scene) -> None:
        """Nobody disturbs it."""
        del scene

    def after(self, session: Session, broadcast: BroadcastId, result: MorningResult) -> None:
        """From what the engine knows; WhatsApp cuts its instants to their second."""
        row = session.get(Broadcast, broadcast)
        assert row is not None
        found = session.exec(
            select(Delivery.delivered_at).where(col(Delivery.delivered_at).is_not(None))
        )
        half = timedelta(seconds=0.5)
        self.delivered = sorted((at + half - row.opens_at).total_seconds() for at in found if at)
        self.last = result.send_s

    def reached(self, people: int) -> float:
        """When 99 % had it."""
        return self.delivered[-(-people * 99 // 100) - 1]

    def by(self, seconds: float) -> int:
        """How many had it by then."""
        return sum(at <= seconds for at in self.delivered)


def lived(options: MorningOptions) -> Truth:
    truth = Truth()
    run_simulated(options, [truth])
    return truth


def told(options: MorningOptions, loss: Loss | None = None) -> Outcome:
    lanes = tuple(PlanLane(SenderId(nth + 1), options.rate) for nth in range(options.senders))
    pacing = Pacing(options.pacing)
    return work_out(
        Scenario(people=options.subscribers, lanes=lanes, pacing=pacing, loss=loss), PHONES
    )


def agrees(truth: Truth, said: Outcome, people: int) -> None:
    """The last send to the twentieth, and how many have it by then.

    When exactly 99 % have it is a matter of luck in the tail of the phones: of 60 mornings alike a
    tenth is 19 % early and a tenth 26 % late, which is the band that is shown beside it.
    """
    assert said.last_seconds == pytest.approx(truth.last, rel=0.05)
    at, low, high = said.arrival.at, said.arrival.low, said.arrival.high
    assert at is not None
    assert low is not None
    assert high is not None
    assert truth.by(at) / people == pytest.approx(0.99, abs=FOUR_TIMES / people**0.5)
    assert low * 0.95 <= truth.reached(people) <= high * 1.05
    assert truth.by(300.0) == pytest.approx(said.delivered(300.0), rel=0.005)


def test_a_morning_ends_when_it_was_said_to() -> None:
    options = MorningOptions(subscribers=2_000, senders=4, rate=80.0)
    agrees(lived(options), told(options), 2_000)


@pytest.mark.sweep
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("pacing", Pacing)
def test_so_does_one_that_is_spread(pacing: Pacing, seed: int) -> None:
    options = MorningOptions(
        subscribers=2_000, senders=4, rate=80.0, pacing=pacing.value, seed=seed
    )
    agrees(lived(options), told(options), 2_000)


@pytest.mark.parametrize("backups", [0, 1])
def test_so_does_one_that_loses_a_sender(backups: int) -> None:
    """The simulator bans the first number after three seconds; the engine's backup takes over."""
    options = MorningOptions(
        subscribers=1_200, senders=3, rate=40.0, backups=backups, scenario="phone_failure"
    )
    backup = PlanLane(SenderId(4), 40.0) if backups else None
    said = told(options, Loss(sender=1, at_seconds=3, backup=backup))
    agrees(lived(options), said, 1_200)
    assert said.last_seconds != pytest.approx(told(options).last_seconds, rel=0.1)


def test_over_many_mornings_99_percent_have_it_when_it_was_said() -> None:
    """The world's own phones, without the engine: what it leaves at is checked above."""
    options = MorningOptions(subscribers=2_000, senders=4, rate=80.0)
    found: list[float] = []
    for seed in range(1, 31):
        fates = Fates(seed, USUAL.scenario)
        lags = ((nth / 320, fates.of(f"+91{nth}", 0).delivered_lag) for nth in range(2_000))
        found.append(sorted(left + lag for left, lag in lags if lag is not None)[1_979])
    assert told(options).delivered_seconds == pytest.approx(mean(found), rel=0.05)

"""The world as the engine sees it: through the gateway, on a loop that jumps."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from engine.clock import LoopClock
from engine.domain.ids import Phone, PhoneNumberId, Tracker
from engine.domain.message import Recipient, TemplateMessage, TextMessage
from engine.domain.outcome import Acceptance, Accepted, Blame, Failure, Outcome, Unknown
from engine.simulator.curves import Uniform
from engine.simulator.faults import DropAnswers, Fault, PaceTemplate, SetStatus, SlowAnswers
from engine.simulator.gateway import SimulatedWhatsApp
from engine.simulator.loop import JumpingLoop
from engine.simulator.scenarios import SCENARIOS
from engine.simulator.world import World
from engine.whatsapp.gateway import Gateway
from tests.simulator.cast import ASHA, CALM, MORNING, ONE, make_world

TRACKER = Tracker("dc.1.1.0123456789abcdef")
GREETING = TemplateMessage(template="morning", language="hi", parameters=("Asha",))


def send(
    world: World, *faults: Fault, message: Any = GREETING, to: str = ASHA
) -> tuple[Outcome, float]:
    """The outcome of one send, and the seconds it took."""

    async def run() -> tuple[Outcome, float]:
        clock = LoopClock(starts_at=datetime.fromtimestamp(MORNING, UTC))
        gateway: Gateway = SimulatedWhatsApp(world, clock)
        await gateway.warm(10)
        for fault in faults:
            world.inject(fault)
        began = clock.loop_time()
        recipient = Recipient(phone=Phone(to))
        outcome = await gateway.send(PhoneNumberId(ONE), recipient, message, TRACKER)
        await gateway.aclose()
        return outcome, clock.loop_time() - began

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(run())


def test_an_accepted_message_takes_its_latency() -> None:
    world = make_world(SCENARIOS["normal_load"])
    outcome, took = send(world)
    (message,) = world.truth().trackers[TRACKER]
    assert outcome == Accepted(message.message_id)  # pyright: ignore[reportArgumentType]
    assert 0.150 <= took <= 0.301
    assert (message.recipient, message.accepted_at) == (ASHA, MORNING)


def test_a_refusal_is_a_failure_with_its_blame() -> None:
    outcome, _ = send(make_world(), SetStatus(number=ONE, status="BANNED", code=131045))
    assert isinstance(outcome, Failure)
    assert (outcome.blame, outcome.code) == (Blame.SENDER, 131045)


def test_a_held_template_is_accepted_and_held() -> None:
    outcome, _ = send(make_world(), PaceTemplate())
    assert isinstance(outcome, Accepted)
    assert outcome.acceptance is Acceptance.HELD_FOR_QUALITY


def test_an_answer_that_never_comes_is_unknown_after_the_clients_patience() -> None:
    world = make_world()
    outcome, took = send(world, DropAnswers(accepted=True, how="timeout"))
    assert isinstance(outcome, Unknown)
    assert 30 <= took < 30.1
    assert TRACKER in world.truth().trackers


def test_a_broken_connection_is_unknown_at_once() -> None:
    outcome, took = send(make_world(), DropAnswers(accepted=True, how="reset"))
    assert isinstance(outcome, Unknown)
    assert took < 2


def test_an_answer_after_the_clients_patience_is_unknown() -> None:
    world = make_world()
    outcome, took = send(
        world, SlowAnswers(low=20, high=20), SlowAnswers(low=40, high=40, drip=True)
    )
    assert isinstance(outcome, Accepted)  # the first slow fault decides
    assert 20 <= took < 20.1
    outcome, took = send(make_world(), SlowAnswers(low=40, high=40, drip=True))
    assert isinstance(outcome, Unknown)
    assert 30 <= took < 30.1


def test_a_message_that_cannot_be_written_is_our_fault_and_never_posted() -> None:
    world = make_world(CALM)
    outcome, _ = send(world, message=TextMessage("good morning"), to="919812345610")
    assert isinstance(outcome, Failure)
    assert outcome.blame is Blame.US
    assert world.truth().totals.arrivals == 0


def test_two_thousand_people_take_seconds_of_a_simulated_morning() -> None:
    world = make_world(SCENARIOS["normal_load"], rate=80)

    async def run() -> list[Outcome]:
        clock = LoopClock(starts_at=datetime.fromtimestamp(MORNING, UTC))
        gateway = SimulatedWhatsApp(world, clock)
        async with asyncio.TaskGroup() as group:
            tasks = []
            for n in range(2000):
                to = Recipient(phone=Phone(f"+9198{n:08d}"))
                tracker = Tracker(f"dc.{n}.1.0123456789abcdef")
                tasks.append(
                    group.create_task(gateway.send(PhoneNumberId(ONE), to, GREETING, tracker))
                )
                await asyncio.sleep(1 / 80)
        return [task.result() for task in tasks]

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        outcomes = runner.run(run())
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    totals = world.truth().totals
    assert (totals.accepted, totals.doubled, totals.rate_errors) == (2000, 0, 0)
    assert world.truth().numbers[ONE].arrivals_max_per_second == 80
    assert Uniform(0.15, 0.3) == world.scenario.api_latency

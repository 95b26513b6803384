"""One lane: never too fast, at its instants, and stopped at once. In virtual time."""

import asyncio
import errno
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from engine.domain.content import Wording
from engine.domain.delivery import State
from engine.domain.failover import Stop
from engine.domain.ids import AttemptId, ContentHash, DeliveryId, PhoneNumberId, SenderId
from engine.domain.limits import Quota
from engine.domain.message import TemplateMessage
from engine.domain.outcome import Blame, Failure, Outcome
from engine.store import lanes as lanes_store
from engine.store.attempts import AttemptRecord
from engine.store.tables import Delivery
from engine.trials.findings import max_per_half_open_second
from engine.workers.equipment import Equipment
from engine.workers.gate import Gate
from engine.workers.lane import LanePlan, LaneRun
from engine.workers.record import BACKLOG_LIMIT, Ending, Recorder
from engine.workers.slots import Slots
from tests.workers.cast import NOW
from tests.workers.virtual import Scene, Sent, Whatsapp, play, until


def templates(content: ContentHash) -> dict[Wording, TemplateMessage]:
    """One in each language."""
    return {
        Wording(content, language): TemplateMessage(template="note", language=language.lower())
        for language in ("EN", "HI", "MR")
    }


PLATFORM = Failure(blame=Blame.PLATFORM, code=131000, title="Unwell", retryable=True)
TOO_FAST = Failure(blame=Blame.PACE, code=130429, title="Too fast", retryable=True)


class Disk:
    """A journal on a disk that is full from the nth line on."""

    def __init__(self, room: int) -> None:
        self.lines: list[AttemptId] = []
        self._room = room

    def append(self, attempt: AttemptId) -> None:
        if len(self.lines) >= self._room:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.lines.append(attempt)

    def close(self) -> None:
        return None


@asynccontextmanager
async def lane(
    scene: Scene,
    equipment: Equipment,
    *,
    rate: float = 20.0,
    is_open: bool = True,
    unwritten: int = 0,
    quotas: tuple[Quota, ...] = (),
) -> AsyncGenerator[LaneRun]:
    """The broadcast's only lane at work; told to end, and drained, when the story leaves.

    unwritten: so many endings wait already, and nobody writes them.
    """
    failures: list[Failure] = []
    stops: list[Stop] = []
    run = LaneRun(
        plan=LanePlan(
            lane=scene.cast.lanes[0],
            broadcast=scene.cast.broadcast,
            sender=scene.cast.seeded.senders[0],
            phone_number=PhoneNumberId("1000000000001"),
            messages=templates(scene.cast.seeded.content_hash),
            rate_per_second=rate,
            closes_at=NOW + timedelta(seconds=300),
        ),
        equipment=equipment,
        recorder=Recorder(equipment),
        gate=Gate(is_open=is_open),
        on_failure=lambda plan, failure: failures.append(failure),
        on_stop=lambda plan, stop: stops.append(stop),
        quotas=quotas,
    )
    run.expect(unsent=1_000, retrying=1_000)
    for _ in range(unwritten):
        run.recorder.put(_an_ending())
    async with asyncio.TaskGroup() as tasks:
        recording = None if unwritten else tasks.create_task(run.recorder.run())
        running = tasks.create_task(run.run())
        yield run
        run.end()
        await running
        if recording is not None:
            await run.recorder.drained()
            recording.cancel()


def _an_ending() -> Ending:
    record = AttemptRecord(
        attempt=AttemptId(DeliveryId(999), 1),
        sender=SenderId(1),
        epoch=1,
        started_at=NOW,
        ended_at=NOW,
        outcome="accepted",
    )
    return Ending(record)


def all_due_now(scene: Scene) -> None:
    scene.change(lambda session: session.exec(update(Delivery).values(due_at=NOW)))


def stamps(whatsapp: Whatsapp) -> list[int]:
    return [round(one.at * 1_000_000) for one in whatsapp.sent]


def test_a_backlog_flows_out_at_the_rate_and_never_above_it() -> None:
    async def story(scene: Scene) -> None:
        all_due_now(scene)
        async with lane(scene, scene.equipment(), rate=20.0):
            await until(lambda: len(scene.whatsapp.sent) >= 200)
        assert max_per_half_open_second(stamps(scene.whatsapp)) == 20
        took = scene.whatsapp.sent[-1].at - scene.whatsapp.sent[0].at
        assert took < (200 - 1) / 20 * 1.01
        assert set(scene.states()) == {State.ACCEPTED}

    play(story, people=200)


@pytest.mark.parametrize(
    ("unwritten", "begun"), [(BACKLOG_LIMIT - 1, True), (BACKLOG_LIMIT, False)]
)
def test_nothing_is_begun_while_too_much_waits_to_be_written(unwritten: int, begun: bool) -> None:
    async def story(scene: Scene) -> None:
        all_due_now(scene)
        async with lane(scene, scene.equipment(), unwritten=unwritten):
            await asyncio.sleep(5.0)
        assert bool(scene.whatsapp.sent) is begun

    play(story)


def test_each_goes_at_its_instant_and_not_before() -> None:
    async def story(scene: Scene) -> None:
        async with lane(scene, scene.equipment()):
            await until(lambda: len(scene.whatsapp.sent) >= 6)
        late = [one.at - place for place, one in enumerate(scene.whatsapp.sent)]
        assert min(late[1:]) >= 0.0
        assert max(late[1:]) < 0.005

    play(story)


def test_a_closed_gate_is_felt_at_once_and_all_that_was_marked_is_free_again() -> None:
    async def story(scene: Scene) -> None:
        all_due_now(scene)
        async with lane(scene, scene.equipment(), rate=20.0) as run:
            await until(lambda: len(scene.whatsapp.sent) >= 30)
            closed_at = scene.clock.loop_time()
            run.gate.set(is_open=False)
            await asyncio.sleep(5.0)
            assert [one for one in scene.whatsapp.sent if one.at > closed_at] == []
            assert scene.states().count(State.SENDING) == 0
            assert scene.states().count(State.PLANNED) == 70
            run.gate.set(is_open=True)
            await until(lambda: len(scene.whatsapp.sent) >= 100)
        assert set(scene.states()) == {State.ACCEPTED}

    play(story, people=100)


def test_nothing_is_marked_behind_a_closed_gate() -> None:
    async def story(scene: Scene) -> None:
        all_due_now(scene)
        async with lane(scene, scene.equipment(), is_open=False):
            await asyncio.sleep(3.0)
            assert set(scene.states()) == {State.PLANNED}

    play(story)


def test_who_lost_the_lease_sends_nothing() -> None:
    async def story(scene: Scene) -> None:
        all_due_now(scene)
        async with lane(scene, scene.equipment(valid_until=2.0), rate=20.0):
            await asyncio.sleep(6.0)
        assert scene.whatsapp.sent
        assert max(one.at for one in scene.whatsapp.sent) < 2.0
        assert State.SENDING not in scene.states()

    play(story, people=100)


def test_a_lane_that_was_taken_over_marks_nothing_more() -> None:
    async def story(scene: Scene) -> None:
        all_due_now(scene)
        async with lane(scene, scene.equipment(), rate=20.0):
            await until(lambda: len(scene.whatsapp.sent) >= 10)
            scene.change(lambda s: lanes_store.claim_lanes(s, scene.cast.broadcast, 9))
            unmarked = scene.states().count(State.PLANNED)
            await asyncio.sleep(5.0)
            # What it had marked until then is its own to send.
            assert len(scene.whatsapp.sent) == 100 - unmarked
            assert scene.states().count(State.PLANNED) == unmarked > 0

    play(story, people=100)


def test_a_journal_that_cannot_be_written_lets_nothing_go() -> None:
    async def story(scene: Scene) -> None:
        all_due_now(scene)
        async with lane(scene, scene.equipment(journal=Disk(room=3)), rate=20.0):
            await asyncio.sleep(3.0)
        assert len(scene.whatsapp.sent) == 3
        assert sorted(scene.states()) == [*[State.ACCEPTED] * 3, *[State.PLANNED] * 7]

    play(story, people=10)


def test_what_a_journal_says_was_started_is_said_before_it_goes() -> None:
    async def story(scene: Scene) -> None:
        disk = Disk(room=100)

        def answer(sent: Sent) -> Outcome:
            assert sent.attempt in disk.lines
            return PLATFORM

        scene.whatsapp.answer = answer
        async with lane(scene, scene.equipment(journal=disk)):
            await until(lambda: len(scene.whatsapp.sent) >= 6)

    play(story)


def test_only_so_many_are_in_flight() -> None:
    async def story(scene: Scene) -> None:
        all_due_now(scene)
        equipment = replace(scene.equipment(), slots=Slots(5))
        async with lane(scene, equipment, rate=20.0):
            await until(lambda: len(scene.whatsapp.sent) >= 30)
        assert scene.whatsapp.most_in_flight == 5

    play(story, people=30, whatsapp=Whatsapp(latency=3.0))


def test_a_lane_that_ends_waits_for_what_is_on_its_way() -> None:
    async def story(scene: Scene) -> None:
        all_due_now(scene)
        async with lane(scene, scene.equipment(), rate=20.0) as run:
            await until(lambda: len(scene.whatsapp.sent) >= 5)
            run.end()
        assert scene.whatsapp.in_flight == 0
        states = scene.states()
        assert states.count(State.ACCEPTED) == len(scene.whatsapp.sent)
        assert states.count(State.PLANNED) == 60 - len(scene.whatsapp.sent)

    play(story, people=60, whatsapp=Whatsapp(latency=20.0))


def test_told_too_fast_the_lane_halves_its_pace_once_a_second_and_wins_it_back() -> None:
    async def story(scene: Scene) -> None:
        async with lane(scene, scene.equipment(), rate=40.0) as run:
            await asyncio.sleep(1.0)
            for _ in range(10):
                run.pace.slow_down(scene.clock.loop_time())
            assert run.pace.rate == 20.0
            await asyncio.sleep(1.1)
            run.pace.slow_down(scene.clock.loop_time())
            assert run.pace.rate == 10.0
            run.pace.set_ceiling(40.0)  # the watch looks again: the ceiling is no licence
            assert run.pace.rate == 10.0
            rates: list[float] = []
            for _ in range(20):
                await asyncio.sleep(1.0)
                run.pace.speed_up(scene.clock.loop_time())
                rates.append(run.pace.rate)
            assert rates == sorted(rates)
            assert rates[-1] == 40.0

    play(story)


def test_a_lower_ceiling_counts_at_once() -> None:
    async def story(scene: Scene) -> None:
        all_due_now(scene)
        async with lane(scene, scene.equipment(), rate=40.0) as run:
            await until(lambda: len(scene.whatsapp.sent) >= 40)
            run.pace.set_ceiling(10.0)
            lowered_at = scene.clock.loop_time() + 1.0
            await asyncio.sleep(4.0)
            after = [stamp for stamp in stamps(scene.whatsapp) if stamp > lowered_at * 1_000_000]
            assert max_per_half_open_second(after) <= 10

    play(story, people=200)


def test_a_failure_that_passes_is_tried_again_and_one_for_good_is_not() -> None:
    fails = Failure(blame=Blame.RECIPIENT, code=131026, title="Undeliverable")

    def answer(sent: Sent) -> Outcome:
        return TOO_FAST if sent.attempt.number < 3 else fails

    async def story(scene: Scene) -> None:
        async with lane(scene, scene.equipment()):
            await until(lambda: set(scene.states()) == {State.FAILED})
        assert len(scene.whatsapp.sent) == 3 * 6

    play(story, whatsapp=Whatsapp(answer=answer))


def test_giving_back_a_mark_costs_none_of_the_tries() -> None:
    """Five pauses are no five failures: the first real one is tried again."""

    async def story(scene: Scene) -> None:
        scene.change(lambda s: s.exec(update(Delivery).values(due_at=NOW + timedelta(seconds=5.3))))
        async with lane(scene, scene.equipment()) as run:
            await asyncio.sleep(5.0)
            for _ in range(6):
                run.gate.set(is_open=False)
                await asyncio.sleep(0.3)
                scene.change(
                    lambda s: s.exec(
                        update(Delivery)
                        .where(col(Delivery.state) == State.PLANNED.value)
                        .values(due_at=scene.clock.now() + timedelta(seconds=0.6))
                    )
                )
                run.gate.set(is_open=True)
                await asyncio.sleep(0.4)
            await until(lambda: bool(scene.whatsapp.sent))
            assert scene.whatsapp.sent[0].attempt.number > 5
            await asyncio.sleep(0.4)
            (row,) = scene.database.read_now(lambda s: s.exec(select(Delivery)).all())
            assert row.state in {State.RETRYING, State.SENDING}  # or marked again by now
            assert row.due_at is not None
            assert row.due_at < scene.clock.now() + timedelta(seconds=5)

    play(story, people=1, whatsapp=Whatsapp(answer=lambda sent: PLATFORM))

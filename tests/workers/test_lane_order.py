"""What a lane does right before a POST and right after it: in this order, or nobody could tell
after a death what went. In virtual time.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta

from sqlmodel import select

from engine.domain.delivery import State
from engine.domain.ids import AttemptId, PhoneNumberId, Tracker
from engine.domain.message import Message, Recipient
from engine.domain.outcome import Outcome, Unknown
from engine.store.tables import Attempt
from engine.whatsapp.gateway import MayGo, always
from engine.workers.equipment import HeldLease
from tests.workers.cast import EPOCH, delivery
from tests.workers.test_lane import Disk, all_due_now, lane
from tests.workers.virtual import Scene, Sent, Whatsapp, accepts, play, until


def test_what_goes_is_marked_before_it_goes() -> None:
    async def story(scene: Scene) -> None:
        def answer(sent: Sent) -> Outcome:
            row = scene.database.read_now(delivery, sent.attempt.delivery)
            seen.append((row.state, row.attempts, row.epoch))
            return accepts(sent)

        seen: list[tuple[str, int, int]] = []
        scene.whatsapp.answer = answer
        async with lane(scene, scene.equipment()):
            await until(lambda: len(seen) == 6)
        assert set(seen) == {(State.SENDING, 1, EPOCH)}

    play(story)


class SlowLine(Disk):
    """A disk on which the second line takes longer than the lease lasts."""

    def __init__(self) -> None:
        super().__init__(room=100)
        self.lease: HeldLease | None = None

    def append(self, attempt: AttemptId) -> None:
        super().append(attempt)
        if len(self.lines) == 2 and self.lease is not None:
            self.lease.valid_until = 0.0


def test_who_froze_over_a_line_of_the_journal_sends_nothing() -> None:
    async def story(scene: Scene) -> None:
        all_due_now(scene)
        disk = SlowLine()
        equipment = scene.equipment(journal=disk)
        disk.lease = equipment.lease
        async with lane(scene, equipment):
            await asyncio.sleep(3.0)
        assert len(disk.lines) == 2
        assert [sent.attempt for sent in scene.whatsapp.sent] == disk.lines[:1]
        assert scene.states().count(State.PLANNED) == 5

    play(story)


def test_who_lost_the_lease_before_the_write_sends_nothing() -> None:
    """The line is in the journal, the connection is there, and just then the machine sleeps."""

    async def story(scene: Scene) -> None:
        all_due_now(scene)
        equipment = scene.equipment()
        asked: list[bool] = []

        class Sleepy(Whatsapp):
            async def send(
                self,
                sender: PhoneNumberId,
                to: Recipient,
                message: Message,
                tracker: Tracker,
                may_go: MayGo = always,
            ) -> Outcome:
                equipment.lease.valid_until = 0.0
                asked.append(may_go())
                return await super().send(sender, to, message, tracker, may_go)

        async with lane(scene, replace(equipment, gateway=Sleepy())):
            await asyncio.sleep(1.0)
        assert asked == [False]

    play(story)


def test_an_answer_that_never_came_is_no_refusal() -> None:
    """It goes again with evidence only, and that is not the lane's to find."""

    async def story(scene: Scene) -> None:
        async with lane(scene, scene.equipment()):
            await until(lambda: len(scene.whatsapp.sent) >= 4)
            await asyncio.sleep(timedelta(minutes=5).total_seconds())
        assert len(scene.whatsapp.sent) == 4
        assert set(scene.states()) == {State.UNKNOWN}
        rows = scene.database.read_now(lambda s: s.exec(select(Attempt)).all())
        assert [row.outcome for row in rows] == ["unknown"] * 4

    lost = Whatsapp(answer=lambda sent: Unknown("no answer within 30 s"))
    play(story, people=4, whatsapp=lost)  # a fifth would open the sender's circuit

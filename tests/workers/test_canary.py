"""A broadcast that sends to a few first. In virtual time."""

from sqlmodel import update

from engine.commands.pause_broadcast import pause_broadcast
from engine.commands.rest_sender import rest_sender
from engine.commands.resume_broadcast import resume_broadcast
from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import State
from engine.domain.failure import classify
from engine.domain.outcome import Outcome
from engine.store.tables import Broadcast, Schedule
from tests.workers.mornings import Day, play_day
from tests.workers.test_conduct import once_each, sent_between
from tests.workers.test_triggers import LEAD, trail
from tests.workers.virtual import Sent, Whatsapp, accepts, until


def with_canary(day: Day) -> None:
    """Before the freeze: the calendar would have said so."""
    day.change(lambda s: s.exec(update(Schedule).values(canary=True)))
    day.change(lambda s: s.exec(update(Broadcast).values(canary="waiting")))


def refuses(share: float) -> Whatsapp:
    def answer(sent: Sent) -> Outcome:
        return classify(131026, 400) if sent.nth % 10 < share * 10 else accepts(sent)

    return Whatsapp(answer=answer)


def test_twenty_go_first_and_the_rest_follows_ten_seconds_later() -> None:
    async def story(day: Day) -> None:
        with_canary(day)
        async with day.conducted():
            await until(lambda: day.state is BroadcastState.FINISHED, step=1.0)
        once_each(day, 200)
        stamps = [one.at - LEAD for one in day.whatsapp.sent]
        assert stamps[19] < 1.0
        assert 10.0 <= stamps[20] - stamps[19] < 12.1
        # Twenty, the wait, and the rest at full speed: nothing else is lost.
        assert stamps[-1] < 200 / 40 + 12.1
        assert "did well" in day.words()

    play_day(story, people=200, senders=2, rate=20.0)


def test_too_many_failures_halt_it_before_the_rest_goes() -> None:
    async def story(day: Day) -> None:
        with_canary(day)
        async with day.conducted():
            await day.at(60.0)
            assert day.state is BroadcastState.PAUSED
            assert "canary failed" in day.broadcast.state_reason
            assert len(day.whatsapp.sent) <= 20
            assert "broadcast.pause" in trail(day)
            assert day.person(resume_broadcast) is None
            await day.at(80.0)
            assert day.broadcast.canary == "passed"
        assert len(day.whatsapp.sent) == 200
        assert State.PLANNED not in day.states()

    play_day(story, people=200, senders=2, rate=20.0, whatsapp=refuses(0.3))


def test_a_few_failures_are_no_reason_to_halt() -> None:
    async def story(day: Day) -> None:
        with_canary(day)
        async with day.conducted():
            await day.at(60.0)
        assert len(day.whatsapp.sent) == 200
        assert "canary did well: 2 of the first 20" in day.words()

    play_day(story, people=200, senders=2, rate=20.0, whatsapp=refuses(0.1))


def test_a_template_that_is_refused_costs_the_first_ones_at_most() -> None:
    async def story(day: Day) -> None:
        with_canary(day)
        async with day.conducted():
            await day.at(60.0)
            assert day.state is BroadcastState.PAUSED
        assert len(day.whatsapp.sent) <= 20

    play_day(
        story, people=200, senders=2, rate=20.0, whatsapp=Whatsapp(lambda _: classify(132001, 404))
    )


def test_without_a_canary_nobody_waits() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(6.0)
        once_each(day, 200)

    play_day(story, people=200, senders=2, rate=20.0)


def test_an_engine_that_dies_between_the_first_and_the_rest_goes_on_where_it_was() -> None:
    async def story(day: Day) -> None:
        with_canary(day)
        async with day.conducted():
            await day.at(3.0)
        assert len(day.whatsapp.sent) == 20
        async with day.conducted():
            await day.at(9.0)
            assert sent_between(day, 3.0, 9.0) == 0
            await day.at(40.0)
        once_each(day, 200)

    play_day(story, people=200, senders=2, rate=20.0)


def test_a_pause_meanwhile_changes_nothing_about_it() -> None:
    async def story(day: Day) -> None:
        with_canary(day)
        async with day.conducted():
            await day.at(0.8)
            day.person(pause_broadcast)
            await day.at(30.0)
            assert 8 <= len(day.whatsapp.sent) < 20
            day.person(resume_broadcast)
            await day.at(33.0)
            assert len(day.whatsapp.sent) == 20
            await day.at(90.0)
        once_each(day, 200)

    play_day(story, people=200, senders=2, rate=5.0)


def test_a_first_one_whose_sender_rests_goes_by_another_and_the_rest_follows() -> None:
    async def story(day: Day) -> None:
        with_canary(day)
        async with day.conducted():
            await day.at(0.3)
            day.person(rest_sender, day.seeded.senders[0])
            await day.at(90.0)
        once_each(day, 120)

    play_day(story, people=120, senders=2, rate=3.0)

"""What a person does while it runs is felt within a second, and how soon is said."""

import re

from engine.commands.abort_broadcast import abort_broadcast
from engine.commands.change_sender_pace import change_sender_pace
from engine.commands.pause_broadcast import pause_broadcast
from engine.commands.rest_sender import rest_sender
from engine.commands.resume_sender import resume_sender
from engine.domain.delivery import State
from tests.workers.mornings import Day, play_day
from tests.workers.test_triggers import FIRST, LEAD, by_number


def told(day: Day, pattern: str) -> float:
    """The seconds that the board says it took."""
    found = re.search(pattern, day.words())
    assert found is not None, day.words()
    return float(found[1])


def test_a_pause_says_how_soon_it_was_felt_and_what_was_on_its_way() -> None:
    async def story(day: Day) -> None:
        day.whatsapp.latency = 2.0
        async with day.conducted():
            await day.at(3.0)
            day.person(pause_broadcast)
            await day.at(3.9)
            felt = told(day, r"Stopped in (\d\.\d) s, (?:19|2\d) already on their way")
            last = max(one.at for one in day.whatsapp.sent) - LEAD
            assert last <= 3.0 + felt + 0.05 <= 4.0

    play_day(story, people=80)


def test_an_abort_says_so_too() -> None:
    async def story(day: Day) -> None:
        day.whatsapp.latency = 2.0
        async with day.conducted():
            await day.at(3.0)
            day.person(abort_broadcast)
            await day.at(20.0)
        assert told(day, r"Stopped in (\d\.\d) s, \d+ already on their way") <= 1.0
        assert max(one.at for one in day.whatsapp.sent) - LEAD <= 4.0
        assert set(day.states()) == {State.ACCEPTED, State.CANCELLED}

    play_day(story, people=80)


def test_a_rested_sender_stops_at_once_and_its_work_goes_by_the_others() -> None:
    async def story(day: Day) -> None:
        day.whatsapp.latency = 2.0
        async with day.conducted():
            await day.at(3.0)
            assert day.person(rest_sender, day.seeded.senders[0]) is None
            await day.at(30.0)
        pattern = r"Sender ·· \d{4} stopped in (\d\.\d) s, (?:19|2\d) already on their way"
        assert told(day, pattern) <= 1.0
        assert by_number(day, 4.0)[FIRST] == 0
        assert set(day.states()) == {State.ACCEPTED}
        assert len(day.whatsapp.sent) == 160

    play_day(story, people=160, senders=2)


def test_a_sender_rested_and_put_back_again_and_again_loses_and_doubles_nobody() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            for second in (1.0, 1.3, 1.4, 2.9, 4.0, 4.1):
                await day.at(second)
                command = rest_sender if second in (1.0, 1.4, 4.0) else resume_sender
                day.person(command, day.seeded.senders[0])
            await day.at(60.0)
        assert set(day.states()) == {State.ACCEPTED}
        assert len(day.whatsapp.sent) == 300

    play_day(story, people=300, senders=2)


def test_a_new_pace_is_felt_within_a_second_both_ways() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(3.0)
            assert (
                day.person(change_sender_pace, day.seeded.senders[0], rate_per_second=5.0) is None
            )
            await day.at(7.0)
            assert told(day, r"keeps to 5 a second since (\d\.\d) s after it was asked") <= 1.0
            assert by_number(day, 4.0, 5.0)[FIRST] <= 5
            assert (
                day.person(change_sender_pace, day.seeded.senders[0], rate_per_second=40.0) is None
            )
            await day.at(30.0)
        assert 35 <= by_number(day, 8.0, 9.0)[FIRST] <= 40
        assert set(day.states()) == {State.ACCEPTED}

    play_day(story, people=400, senders=1, rate=20.0)

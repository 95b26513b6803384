"""What a broadcast does about senders, accounts and parts of its own that fail. In virtual time."""

from collections import Counter

from sqlmodel import col, select, update

from engine.commands.resume_broadcast import resume_broadcast
from engine.commands.resume_sender import resume_sender
from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import State
from engine.domain.failure import classify
from engine.domain.outcome import Outcome
from engine.store.tables import Delivery, Lane, Sender
from tests.workers.mornings import Day, play_day
from tests.workers.test_conduct import once_each, sent_between
from tests.workers.virtual import Sent, Whatsapp, accepts, until

FIRST = "1000000000001"


def by_number(day: Day) -> Counter[str]:
    return Counter(one.sender for one in day.whatsapp.sent)


def test_a_banned_number_is_left_alone_and_the_backup_sends_its_part() -> None:
    def answer(sent: Sent) -> Outcome:
        return classify(131045, 500) if sent.sender == FIRST else accepts(sent)

    async def story(day: Day) -> None:
        async with day.conducted():
            await until(lambda: day.state is BroadcastState.FINISHED, step=1.0)
        assert day.states() == [State.ACCEPTED] * 80
        assert by_number(day)[FIRST] <= 6  # what left before the first answer came
        assert len(by_number(day)) == 3
        assert "Backup" in day.words()

    play_day(story, people=80, senders=2, backups=1, whatsapp=Whatsapp(answer=answer))


def test_a_banned_number_without_another_waits_for_a_person() -> None:
    banned = True

    def answer(sent: Sent) -> Outcome:
        return classify(131045, 500) if banned else accepts(sent)

    async def story(day: Day) -> None:
        nonlocal banned
        async with day.conducted():
            await day.at(30.0)
            refused = len(day.whatsapp.sent)
            assert refused <= 6
            banned = False
            assert day.person(resume_sender, day.seeded.senders[0]) is None
            await day.at(60.0)
        assert day.states() == [State.ACCEPTED] * 40
        assert len(day.whatsapp.sent) == 40 + refused

    play_day(story, whatsapp=Whatsapp(answer=answer))


def test_an_expired_token_stops_everything_at_once_until_a_person_resumes() -> None:
    expired = True

    def answer(sent: Sent) -> Outcome:
        return classify(190, 401) if expired else accepts(sent)

    async def story(day: Day) -> None:
        nonlocal expired
        async with day.conducted():
            await day.at(5.0)
            assert day.state is BroadcastState.PAUSED
            # Two lanes of 10 a second, and the first answer after 0.2 s.
            assert len(day.whatsapp.sent) <= 8
            expired = False
            assert day.person(resume_broadcast) is None
            await day.at(20.0)
        assert day.states() == [State.ACCEPTED] * 80

    play_day(story, people=80, senders=2, whatsapp=Whatsapp(answer=answer))


def test_a_number_that_turns_red_hands_its_work_over() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(1.0)
            day.change(
                lambda s: s.exec(
                    update(Sender).where(col(Sender.phone_number_id) == FIRST).values(quality="RED")
                )
            )
            await day.at(2.0)
            so_far = by_number(day)[FIRST]
            await day.at(20.0)
            assert by_number(day)[FIRST] == so_far
        once_each(day, 80)

    play_day(story, people=80, senders=2)


def test_the_last_number_crawls_when_it_turns_red() -> None:
    async def story(day: Day) -> None:
        day.change(lambda s: s.exec(update(Sender).values(quality="RED")))
        async with day.conducted():
            await day.at(8.0)
        once_each(day, 120)
        assert max(sent_between(day, n / 10, n / 10 + 1) for n in range(70)) <= 20

    play_day(story, people=120, rate=80.0)


def test_a_number_that_is_well_again_takes_part_again() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(1.0)
            grade(day, "RED")
            await day.at(2.5)
            grade(day, "GREEN")
            await day.at(4.0)
            lanes = day.database.read_now(lambda s: s.exec(select(Lane.state)).all())
            assert list(lanes) == ["sending", "sending"]
            await day.at(30.0)
        once_each(day, 80)

    play_day(story, people=80, senders=2)


def grade(day: Day, quality: str) -> None:
    day.change(
        lambda s: s.exec(
            update(Sender).where(col(Sender.phone_number_id) == FIRST).values(quality=quality)
        )
    )


def test_a_lane_that_crashes_starts_again_and_nothing_goes_twice() -> None:
    """What it had on its way has no answer any more: that is unknown, and not sent again."""

    def answer(sent: Sent) -> Outcome:
        if sent.nth == 12:
            raise ValueError("a bug of ours")
        return accepts(sent)

    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(30.0)
        assert day.heartbeat.crashes == {"conduct": 1}
        deliveries = [one.attempt.delivery for one in day.whatsapp.sent]
        assert len(deliveries) == len(set(deliveries)) == 40
        states = Counter(day.states())
        assert set(states) == {State.ACCEPTED, State.UNKNOWN}
        assert 1 <= states[State.UNKNOWN] <= 5

    play_day(story, whatsapp=Whatsapp(answer=answer))


def test_the_unwell_platform_is_asked_again_and_nobody_is_lost() -> None:
    """It pauses, tries with one, pauses for longer, and goes on: it does not hammer."""
    unwell = True

    def answer(sent: Sent) -> Outcome:
        return classify(131057, 503) if unwell else accepts(sent)

    async def story(day: Day) -> None:
        nonlocal unwell
        async with day.conducted():
            await day.at(12.0)
            refused = len(day.whatsapp.sent)
            assert refused <= 10  # five, what was on its way, and one after each pause
            unwell = False
            await day.at(40.0)
        assert day.states() == [State.ACCEPTED] * 40
        assert len(day.whatsapp.sent) == 40 + refused
        assert "pauses" in day.words()
        assert "answers again" in day.words()

    play_day(story, whatsapp=Whatsapp(answer=answer))


def test_a_delivery_never_goes_to_two_numbers_at_once() -> None:
    def answer(sent: Sent) -> Outcome:
        return classify(131045, 500) if sent.sender == FIRST else accepts(sent)

    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(60.0)
        taken = [one.attempt for one in day.whatsapp.sent]
        assert len(taken) == len(set(taken))
        tries = day.database.read_now(lambda s: s.exec(select(Delivery.attempts)).all())
        assert max(tries) == 2

    play_day(story, people=80, senders=2, backups=1, whatsapp=Whatsapp(answer=answer, latency=2.0))

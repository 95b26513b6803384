"""What makes others do a sender's work, and what does not quite. In virtual time."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlmodel import col, select, update

from engine.commands.resume_broadcast import resume_broadcast
from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import State
from engine.domain.failure import classify
from engine.domain.outcome import Outcome, Unknown
from engine.store.tables import AuditEntry, Lane, Sender
from tests.workers.mornings import OPENS_AT, STARTS_AT, Day, play_day
from tests.workers.virtual import Sent, Whatsapp, accepts, until

FIRST = "1000000000001"
LEAD = (OPENS_AT - STARTS_AT).total_seconds()


def by_number(day: Day, since: float = -1e9, before: float = 1e9) -> Counter[str]:
    return Counter(one.sender for one in day.whatsapp.sent if since <= one.at - LEAD < before)


def set_sender(day: Day, number: str = FIRST, **values: Any) -> None:
    day.change(
        lambda s: s.exec(
            update(Sender).where(col(Sender.phone_number_id) == number).values(**values)
        )
    )


def trail(day: Day) -> list[str]:
    return list(
        day.database.read_now(
            lambda s: s.exec(
                select(AuditEntry.action)
                .where(AuditEntry.actor == "engine")
                .order_by(col(AuditEntry.number))
            ).all()
        )
    )


def first_lane(day: Day) -> Lane:
    return day.database.read_now(lambda s: s.exec(select(Lane).order_by(col(Lane.id))).all())[0]


def everybody_once(day: Day, people: int) -> None:
    """Whom WhatsApp took: each of them, and nobody twice."""
    assert Counter(day.states()) == {State.ACCEPTED: people}


class Moody(Whatsapp):
    """The first number answers with `answer` between two seconds after the opening."""

    def __init__(self, since: float, before: float, answer: Callable[[Sent], Outcome]) -> None:
        super().__init__(answer=self._answer)
        self._since, self._before, self._bad = since, before, answer

    def _answer(self, sent: Sent) -> Outcome:
        bad = sent.sender == FIRST and self._since <= sent.at - LEAD < self._before
        return self._bad(sent) if bad else accepts(sent)


def unwell(sent: Sent) -> Outcome:
    del sent
    return classify(131016, 503)


def test_a_circuit_that_opens_once_pauses_and_nobody_takes_over() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(5.0)
            assert by_number(day, 3.0, 5.0)[FIRST] == 0
            assert first_lane(day).state == "sending"
            assert "Pauses" in first_lane(day).state_reason
            await day.at(60.0)
        everybody_once(day, 200)
        assert "took" not in day.words()
        assert "answers again" in day.words()
        assert "sender.circuit_opened" in trail(day)

    play_day(story, people=200, senders=2, whatsapp=Moody(1.0, 5.0, unwell))


def test_a_circuit_that_opens_again_hands_over_within_a_second() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(1.0)
            await until(lambda: first_lane(day).state == "stopped", step=0.05)
            tried_again = max(one.at for one in day.whatsapp.sent if one.sender == FIRST)
            assert day.clock.loop_time() - tried_again <= 1.0
            await day.at(9.0)
            assert "took" in day.words()
            assert "Backup" in day.words()
            await day.at(120.0)
        everybody_once(day, 200)
        assert {"lane.stopped", "sender.activated"} <= set(trail(day))

    play_day(story, people=200, senders=2, backups=1, whatsapp=Moody(1.0, 9.0, unwell))


def test_fifty_failures_in_a_row_hand_over_before_the_second_opening() -> None:
    async def story(day: Day) -> None:
        day.whatsapp.latency = 2.0  # at 40 a second, eighty are on their way
        async with day.conducted():
            await day.at(4.5)
            assert first_lane(day).state == "stopped"
            assert "in a row" in first_lane(day).state_reason
            await day.at(120.0)
        everybody_once(day, 600)

    play_day(story, people=600, senders=2, rate=40.0, whatsapp=Moody(0.0, 30.0, unwell))


def test_fewer_than_fifty_in_a_row_only_pause() -> None:
    async def story(day: Day) -> None:
        day.whatsapp.latency = 2.0
        async with day.conducted():
            await day.at(4.5)
            assert first_lane(day).state == "sending"
            await day.at(120.0)
        everybody_once(day, 240)

    play_day(story, people=240, senders=2, rate=15.0, whatsapp=Moody(0.0, 30.0, unwell))


class Slow(Whatsapp):
    """The numbers in `slow` take `seconds` to answer."""

    def __init__(self, seconds: float, *slow: str) -> None:
        super().__init__()
        self._seconds, self._slow = seconds, slow

    def takes(self, sender: str) -> float:
        return self._seconds if sender in self._slow else 0.2


def test_a_sender_that_answers_after_ten_seconds_hands_over() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(12.0)
            assert first_lane(day).state == "stopped"
            assert "longer than 10 s" in first_lane(day).state_reason
            # Stopped as soon as five have been waiting for ten seconds, at ten a second.
            assert by_number(day, 11.6)[FIRST] == 0
            await day.at(200.0)
        everybody_once(day, 400)

    play_day(story, people=400, senders=2, whatsapp=Slow(25.0, FIRST))


def test_a_sender_that_answers_after_nine_seconds_goes_on() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(15.0)
            assert first_lane(day).state == "sending"
            await day.at(200.0)
        everybody_once(day, 400)
        assert by_number(day)[FIRST] == 200

    play_day(story, people=400, senders=2, whatsapp=Slow(9.0, FIRST))


def test_where_all_are_slow_nobody_stops_for_it() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(200.0)
        everybody_once(day, 400)
        assert "stopped" not in day.words()

    play_day(story, people=400, senders=2, whatsapp=Slow(20.0, FIRST, "1000000000002"))


def test_a_number_that_whatsapp_bans_stops_within_a_second() -> None:
    for status in ("BANNED", "RESTRICTED", "FLAGGED"):

        async def story(day: Day, status: str = status) -> None:
            async with day.conducted():
                await day.at(2.0)
                set_sender(day, status=status)
                await day.at(20.0)
            assert by_number(day, 3.0)[FIRST] == 0
            assert status.lower() in day.words()
            assert "lane.stopped" in trail(day)
            everybody_once(day, 80)

        play_day(story, people=80, senders=2)


def test_a_number_of_medium_quality_is_slowed_and_goes_on() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(1.0)
            set_sender(day, quality="YELLOW")
            await day.at(30.0)
        everybody_once(day, 400)
        assert "stopped" not in day.words()
        assert by_number(day, 2.2, 3.2)[FIRST] == 50

    play_day(story, people=400, senders=2, rate=80.0)


def test_a_sender_comes_back_in_steps_and_takes_its_part_back() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(1.0)
            set_sender(day, quality="RED")
            await day.at(5.0)
            set_sender(day, quality="GREEN")
            await day.at(60.0)
        everybody_once(day, 1_200)
        assert "with 10 % of its rate" in day.words()
        assert "back" in day.words()
        steps = [by_number(day, 6.5 + 5 * n, 9.5 + 5 * n)[FIRST] / 3 for n in range(4)]
        assert steps == sorted(steps)
        # A tenth, a quarter, a half of 20 a second, and all of it.
        for found, share in zip(steps, (2, 5, 10, 20), strict=True):
            assert share * 0.6 <= found <= share

    play_day(story, people=1_200, senders=2, rate=20.0)


def test_what_stops_the_account_pauses_all_and_goes_on_when_it_is_mended() -> None:
    broken: set[int] = set()

    for code, status in ((131031, 403), (368, 403), (190, 401), (131042, 400)):
        broken.add(code)

        def answer(sent: Sent, code: int = code, status: int = status) -> Outcome:
            now = code in broken and sent.at > LEAD + 1
            return classify(code, status) if now else accepts(sent)

        async def story(day: Day) -> None:
            async with day.conducted():
                await day.at(2.5)
                assert day.state is BroadcastState.PAUSED
                assert day.broadcast.state_reason in day.words()
                assert by_number(day, 1.6) == {}
                assert "broadcast.pause" in trail(day)
                assert set(day.states()) <= {State.ACCEPTED, State.RETRYING, State.PLANNED}
                broken.clear()
                assert day.person(resume_broadcast) is None
                await day.at(30.0)
            everybody_once(day, 80)

        play_day(story, people=80, senders=2, backups=1, whatsapp=Whatsapp(answer=answer))


def test_a_lost_answer_here_and_there_stops_nobody() -> None:
    def answer(sent: Sent) -> Outcome:
        return Unknown("no answer") if sent.nth % 4 == 0 else accepts(sent)

    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(20.0)
        assert "stopped" not in day.words()
        assert "pauses" not in day.words()

    play_day(story, people=200, senders=2, whatsapp=Whatsapp(answer=answer))

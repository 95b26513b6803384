"""A broadcast from its schedule to its end, whatever people decide meanwhile. In virtual time."""

from datetime import timedelta

from sqlmodel import col, select, update

from engine.commands.abort_broadcast import abort_broadcast
from engine.commands.answer_late_start import send_anyway, skip_day
from engine.commands.pause_broadcast import pause_broadcast
from engine.commands.resume_broadcast import resume_broadcast
from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import State
from engine.store import withdrawn
from engine.store.tables import (
    Content,
    Delivery,
    Sender,
    StandInTemplate,
    Subscriber,
    Variant,
)
from tests.workers.mornings import OPENS_AT, STARTS_AT, Day, play_day
from tests.workers.virtual import Whatsapp, until


def once_each(day: Day, people: int) -> None:
    """Everybody was sent to, and nobody twice."""
    deliveries = [one.attempt.delivery for one in day.whatsapp.sent]
    assert len(deliveries) == len(set(deliveries)) == people
    assert day.states() == [State.ACCEPTED] * people


def sent_between(day: Day, since: float, until: float) -> int:
    lead = (OPENS_AT - STARTS_AT).total_seconds()
    return sum(since < one.at - lead < until for one in day.whatsapp.sent)


def test_a_morning_starts_at_its_instant_and_ends_when_all_is_settled() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await until(lambda: day.state is BroadcastState.FINISHED, step=1.0)
        once_each(day, 40)
        first = day.whatsapp.sent[0].at - (OPENS_AT - STARTS_AT).total_seconds()
        assert 0.0 <= first < 0.050
        assert day.broadcast.finished_at is not None
        for said in ("40 targeted", "Plan final", "Window opened, 1 lanes", "All settled"):
            assert said in day.words()

    play_day(story)


def test_before_the_opening_there_is_a_connection_for_all_that_will_be_on_its_way() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(1.0)
        # Two numbers at 80 a second, each request on its way for 0.3 s.
        assert day.whatsapp.warmed == [48]

    play_day(story, people=200, senders=2, rate=80.0)


def test_a_slow_pool_opens_as_many_connections_as_show_that_whatsapp_is_there() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(1.0)
        assert day.whatsapp.warmed == [32]

    play_day(story, rate=10.0)


def test_without_approval_it_waits_until_the_opening_and_is_refused_then() -> None:
    async def story(day: Day) -> None:
        day.change(lambda s: s.exec(update(Content).values(state="submitted")))
        async with day.conducted():
            await day.at(-1.0)
            assert day.state is BroadcastState.SCHEDULED
            await day.at(1.0)
        assert day.state is BroadcastState.REFUSED
        assert "approved" in day.broadcast.state_reason
        assert day.whatsapp.sent == []

    play_day(story)


def test_an_approval_at_the_last_minute_still_goes_out() -> None:
    async def story(day: Day) -> None:
        day.change(lambda s: s.exec(update(Content).values(state="submitted")))
        async with day.conducted():
            await day.at(-20.0)
            day.change(lambda s: s.exec(update(Content).values(state="approved")))
            await day.at(10.0)
        once_each(day, 40)

    play_day(story)


def test_without_a_sender_it_is_refused_and_nobody_is_kept_waiting() -> None:
    async def story(day: Day) -> None:
        day.change(lambda s: s.exec(update(Sender).values(state="resting")))
        async with day.conducted():
            await day.at(1.0)
        assert day.state is BroadcastState.REFUSED
        assert "sender" in day.broadcast.state_reason
        assert set(day.states()) == {State.CANCELLED}

    play_day(story)


def test_with_nobody_to_send_to_it_is_refused() -> None:
    async def story(day: Day) -> None:
        day.change(lambda s: s.exec(update(Subscriber).values(status="PAUSED")))
        async with day.conducted():
            await day.at(1.0)
        assert day.state is BroadcastState.REFUSED
        assert "Nobody" in day.broadcast.state_reason

    play_day(story)


def test_a_pause_is_felt_at_once_and_a_resume_loses_and_doubles_nobody() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            for second in (1.0, 3.0):
                await day.at(second)
                assert day.person(pause_broadcast) is None
                await day.at(second + 1.0)
                assert State.SENDING not in day.states()
                assert day.person(resume_broadcast) is None
            await day.at(20.0)
        assert sent_between(day, 1.4, 2.0) == sent_between(day, 3.4, 4.0) == 0
        once_each(day, 40)
        assert "Stopped in 0." in day.words()

    play_day(story)


def test_a_broadcast_paused_before_its_opening_and_resumed_goes_out() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(-30.0)
            assert day.person(pause_broadcast) is None
            await day.at(10.0)
            assert day.whatsapp.sent == []
            assert day.person(resume_broadcast) is None
            await day.at(20.0)
        once_each(day, 40)

    play_day(story)


def test_an_abort_cancels_what_was_not_sent_also_what_was_marked_or_came_back() -> None:
    """What was on its way and is refused afterwards has nobody left to send it again."""

    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(1.0)
            day.person(abort_broadcast)
            await day.at(10.0)
        sent = len(day.whatsapp.sent)
        assert sent_between(day, 1.5, 1_000) == 0
        assert day.states().count(State.CANCELLED) == 40
        assert 8 <= sent <= 15

    from tests.workers.test_lane import PLATFORM

    play_day(story, whatsapp=Whatsapp(answer=lambda sent: PLATFORM, latency=1.0))


def test_who_is_paused_in_the_window_is_not_sent_to_and_nobody_waits_for_them() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(1.0)
            day.change(
                lambda s: s.exec(
                    update(Subscriber).where(col(Subscriber.id) > 38).values(status="PAUSED")
                )
            )
            await until(lambda: day.state is BroadcastState.FINISHED, step=1.0)
        assert day.states().count(State.CANCELLED) == 2
        assert day.states().count(State.ACCEPTED) == 38

    play_day(story)


def test_who_was_frozen_with_other_words_than_the_approved_gets_nothing_and_is_told_why() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(-1.0)
            others = update(Delivery).where(col(Delivery.id) > 38).values(content_hash="0" * 64)
            day.change(lambda s: s.exec(others))
            await until(lambda: day.state is BroadcastState.FINISHED, step=1.0)
        reasons = day.read(
            select(Delivery.reason).where(col(Delivery.state) == State.CANCELLED.value)
        )
        assert reasons == [withdrawn.OTHER_WORDS] * 2
        assert len(day.whatsapp.sent) == day.states().count(State.ACCEPTED) == 38

    play_day(story)


def test_a_text_changed_behind_everybodys_back_goes_to_nobody_until_it_is_put_right() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(-10.0)
            lines = [col(Variant.id), col(Variant.body)]
            before = day.read(select(*lines))
            day.change(lambda s: s.exec(update(Variant).values(body="Buy.")))
            await day.at(5.0)
            assert day.person(resume_broadcast) is None
            await day.at(10.0)
            assert day.state is BroadcastState.PAUSED
            assert "not the one that was approved" in day.broadcast.state_reason
            assert day.words().count("not the one that was approved") == 2
            assert day.whatsapp.sent == []
            for variant, body in before:
                put = update(Variant).where(col(Variant.id) == variant).values(body=body)
                day.change(lambda s, put=put: s.exec(put))
            assert day.person(resume_broadcast) is None
            await until(lambda: day.state is BroadcastState.FINISHED, step=1.0)
        once_each(day, 40)

    play_day(story)


def test_who_has_not_got_a_stand_ins_hash_by_the_opening_gets_it_then_and_is_sent_to() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(-1.0)
            late = update(Delivery).where(col(Delivery.id) > 10).values(content_hash="0" * 64)
            day.change(lambda s: s.exec(late))
            taken = _taken(day.broadcast.content_id)
            day.change(lambda s: s.add(taken))
            await until(lambda: day.state is BroadcastState.FINISHED, step=1.0)
        once_each(day, 40)
        assert set(day.read(select(Delivery.content_hash))) == {day.broadcast.content_hash}

    play_day(story)


def _taken(content: int | None) -> StandInTemplate:
    assert content is not None
    return StandInTemplate(
        content_id=content,
        language="EN",
        template_name="note",
        template_language="en",
        template_version=1,
        category="UTILITY",
        body="",
        position=0,
        content_hash="0" * 64,
        instead_of="other",
        taken_at=OPENS_AT,
    )


def test_an_engine_that_comes_back_long_after_the_close_asks_before_it_sends_the_rest() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(2.0)
        sent = len(day.whatsapp.sent)
        assert 0 < sent < 40
        await day.at(300.0 + 11 * 60)
        async with day.conducted():
            await day.at(300.0 + 12 * 60)
            assert day.state is BroadcastState.PAUSED
            assert "The engine was away" in day.broadcast.state_reason
            assert len(day.whatsapp.sent) == sent
            assert day.person(resume_broadcast) is None
            await day.at(300.0 + 13 * 60)
        once_each(day, 40)

    play_day(story)


def test_an_engine_that_comes_back_in_time_goes_on_by_itself() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(2.0)
        await day.at(60.0)
        async with day.conducted():
            await day.at(80.0)
        once_each(day, 40)

    play_day(story)


def test_frozen_in_time_but_not_started_the_late_policy_decides() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(-10.0)
        assert day.state is BroadcastState.PLANNED
        await day.at(20 * 60.0)
        async with day.conducted():
            await day.at(20 * 60.0 + 5)
        assert day.state is BroadcastState.SKIPPED
        assert set(day.states()) == {State.CANCELLED}
        assert day.whatsapp.sent == []

    play_day(story, late_policy="skip")


def test_asked_and_answered_yes_it_goes_in_a_window_of_its_own() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(-10.0)
        await day.at(20 * 60.0)
        async with day.conducted():
            await day.at(20 * 60.0 + 5)
            assert day.state is BroadcastState.WAITING_FOR_PERSON
            assert day.person(send_anyway) is None
            await day.at(20 * 60.0 + 40)
        once_each(day, 40)
        assert day.broadcast.closes_at > OPENS_AT + timedelta(minutes=25)

    play_day(story, late_policy="ask")


def test_asked_and_answered_no_it_is_skipped_and_nobody_is_kept_waiting() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(-10.0)
        await day.at(20 * 60.0)
        async with day.conducted():
            await day.at(20 * 60.0 + 5)
            assert day.person(skip_day) is None
            await day.at(20 * 60.0 + 10)
        assert day.state is BroadcastState.SKIPPED
        assert set(day.states()) == {State.CANCELLED}

    play_day(story, late_policy="ask")

"""Caps and the portfolio's limit, from the plan to the last request. In virtual time."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

from sqlmodel import col, select, update

from engine.domain.delivery import State
from engine.domain.limits import Quota
from engine.domain.outcome import Blame, Failure, Outcome
from engine.store.tables import Attempt, Delivery, Sender, Subscriber
from tests.workers.cast import NOW
from tests.workers.mornings import STARTS_AT, Day, play_day
from tests.workers.test_lane import all_due_now, lane
from tests.workers.test_triggers import FIRST, by_number, set_sender
from tests.workers.virtual import Scene, Sent, Whatsapp, accepts, play


def set_all(day: Day, **values: Any) -> None:
    day.change(lambda s: s.exec(update(Sender).values(**values)))


def wrote(day: Day, subscribers: range, hours_ago: float, sender: int = 0) -> None:
    """These people got a message through the first sender so long ago."""
    at = STARTS_AT - timedelta(hours=hours_ago)

    def write(session: Any) -> None:
        for number in subscribers:
            delivery = Delivery(
                tenant_id=day.seeded.tenant,
                subscriber_id=number,
                key=f"{number}/{hours_ago}",
                content_hash="",
                language="EN",
                state=State.DELIVERED.value,
                updated_at=at,
            )
            session.add(delivery)
            session.flush()
            session.add(
                Attempt(
                    delivery_id=delivery.id or 0,
                    number=1,
                    sender_id=day.seeded.senders[sender],
                    epoch=1,
                    started_at=at,
                    ended_at=at,
                    outcome="accepted",
                )
            )

    day.change(write)


def tiers_of(day: Day, state: State) -> Counter[str]:
    return Counter(
        day.database.read_now(
            lambda s: s.exec(
                select(Delivery.tier).where(
                    Delivery.state == state.value, col(Delivery.broadcast_id).is_not(None)
                )
            ).all()
        )
    )


def todays(day: Day) -> Counter[str]:
    return Counter(
        day.database.read_now(
            lambda s: s.exec(
                select(Delivery.state).where(col(Delivery.broadcast_id).is_not(None))
            ).all()
        )
    )


def test_who_finds_no_room_in_the_portfolio_is_told_of_before_the_send() -> None:
    async def story(day: Day) -> None:
        set_all(day, messaging_limit="TIER_50")
        day.change(
            lambda s: s.exec(
                update(Subscriber).where(col(Subscriber.id) <= 50).values(tier="BASIC")
            )
        )
        day.change(
            lambda s: s.exec(
                update(Subscriber).where(col(Subscriber.id) > 50).values(tier="PREMIUM")
            )
        )
        async with day.conducted():
            await day.at(-1.0)
            assert "30 left out" in day.words()
            assert "50 people in 24 hours" in day.words()
            await day.at(30.0)
        assert len(day.whatsapp.sent) == 50
        assert tiers_of(day, State.CANCELLED) == {"BASIC": 30}

    play_day(story, people=80, senders=2)


def test_yesterdays_readers_find_room_today() -> None:
    async def story(day: Day) -> None:
        set_all(day, messaging_limit="TIER_50")
        # Those of exactly a day ago still count when their turn comes; that costs nothing.
        wrote(day, range(1, 41), hours_ago=23.9)
        async with day.conducted():
            await day.at(30.0)
        assert todays(day) == {State.ACCEPTED: 40}

    play_day(story, people=40, senders=2)


def test_others_who_were_written_to_today_leave_less_room() -> None:
    async def story(day: Day) -> None:
        set_all(day, messaging_limit="TIER_50")
        wrote(day, range(1, 16), hours_ago=2.0)
        day.change(
            lambda s: s.exec(
                update(Subscriber).where(col(Subscriber.id) <= 15).values(status="PAUSED")
            )
        )
        async with day.conducted():
            await day.at(30.0)
        assert todays(day) == {State.ACCEPTED: 35, State.CANCELLED: 30}

    play_day(story, people=80, senders=2)


def test_a_capped_sender_gets_no_more_than_its_cap_and_the_others_the_rest() -> None:
    async def story(day: Day) -> None:
        set_sender(day, daily_cap=10)
        async with day.conducted():
            await day.at(30.0)
        assert todays(day) == {State.ACCEPTED: 80}
        assert by_number(day)[FIRST] == 10

    play_day(story, people=80, senders=2)


def test_a_failover_does_not_push_anybody_over_a_cap() -> None:
    async def story(day: Day) -> None:
        set_sender(day, "1000000000002", daily_cap=50)
        async with day.conducted():
            await day.at(1.0)
            set_sender(day, status="BANNED")
            await day.at(30.0)
        sent = by_number(day)
        assert sent["1000000000002"] == 50
        assert todays(day)[State.PLANNED.value] == 80 - sum(sent.values()) > 0

    play_day(story, people=80, senders=2)


def test_a_cap_that_is_set_while_it_runs_holds_from_then_on() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(1.0)
            set_sender(day, daily_cap=15)
            await day.at(30.0)
        assert len(day.whatsapp.sent) == 15
        assert todays(day) == {State.ACCEPTED: 15, State.FAILED: 25}

    play_day(story, people=40, senders=1)


def test_a_lane_asks_before_each_post_and_says_why_not() -> None:
    async def story(scene: Scene) -> None:
        all_due_now(scene)
        quota = Quota(7, [(99, NOW)])
        async with lane(scene, scene.equipment(), quotas=(quota,)):
            await asyncio.sleep(3.0)
        assert len(scene.whatsapp.sent) == 6
        assert Counter(scene.states()) == {State.ACCEPTED: 6, State.FAILED: 6}
        (reason,) = scene.database.read_now(
            lambda s: s.exec(select(Delivery.reason).where(Delivery.state == "failed")).unique()
        )
        assert "limit of 7 people" in reason

    play(story, people=12)


def test_whom_whatsapp_refused_takes_no_place_of_the_limit() -> None:
    refuses = Failure(blame=Blame.RECIPIENT, code=131026, title="Undeliverable")

    def answer(sent: Sent) -> Outcome:
        return refuses if sent.nth < 3 else accepts(sent)

    async def story(scene: Scene) -> None:
        all_due_now(scene)
        async with lane(scene, scene.equipment(), quotas=(Quota(7, [(99, NOW)]),)):
            await asyncio.sleep(3.0)
        assert len(scene.whatsapp.sent) == 9
        assert Counter(scene.states()) == {State.ACCEPTED: 6, State.FAILED: 6}

    play(story, people=12, whatsapp=Whatsapp(answer=answer, latency=0.01))

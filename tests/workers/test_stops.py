"""Who says stop gets nothing from that moment on, though their message is marked."""

import asyncio
import hashlib
from collections.abc import Callable

import pytest
from sqlmodel import Session, col, select

from engine.commands.set_subscriber_status import set_subscriber_status
from engine.domain.delivery import State
from engine.domain.ids import SubscriberId
from engine.domain.roles import Actor, Role
from engine.domain.subscriber import Status
from engine.store import inbox
from engine.store.tables import Delivery, Subscriber
from engine.workers.receive import receive
from tests.workers.mornings import Day, play_day
from tests.workers.said import change, receipts, status, text
from tests.workers.test_triggers import FIRST, LEAD
from tests.workers.virtual import until

LAST = 30
"""Three seconds after the opening is their turn, at ten a second."""


def late_one(day: Day) -> tuple[SubscriberId, str]:
    """Somebody whose turn is three seconds after the opening, and their number."""

    def find(session: Session) -> tuple[SubscriberId, str]:
        row = session.exec(select(Delivery).order_by(col(Delivery.due_at)).offset(LAST)).first()
        assert row is not None
        person = session.get_one(Subscriber, row.subscriber_id)
        return SubscriberId(person.id or 0), person.phone or ""

    return day.database.read_now(find)


def state_of(day: Day, subscriber: SubscriberId) -> str:
    return day.database.read_now(
        lambda s: s.exec(select(Delivery.state).where(Delivery.subscriber_id == subscriber)).one()
    )


def hears(day: Day, body: bytes) -> None:
    """A webhook is stored; the engine's own worker reads it."""
    day.change(
        lambda s: inbox.store_webhook(s, body, hashlib.sha256(body).hexdigest(), day.clock.now())
    )


def stop_by_word(word: str) -> Callable[[Day, str], bytes]:
    return lambda day, phone: text(word, sender=phone.lstrip("+"), at=day.clock.now())


def by_preference(day: Day, phone: str) -> bytes:
    said = {
        "wa_id": phone.lstrip("+"),
        "detail": "User requested to stop marketing messages",
        "category": "marketing_messages",
        "value": "stop",
        "timestamp": int(day.clock.now().timestamp()),
    }
    value = {"metadata": {"phone_number_id": FIRST}, "user_preferences": [said]}
    return change("user_preferences", value)


@pytest.mark.parametrize(
    "spoken",
    [stop_by_word("STOP"), stop_by_word("बंद करो!"), stop_by_word("थांबवा"), by_preference],
    ids=["english", "hindi", "marathi", "preference"],
)
def test_a_stop_that_is_read_holds_before_the_next_post(
    spoken: Callable[[Day, str], bytes],
) -> None:
    async def story(day: Day) -> None:
        async with day.conducted(receive):
            await day.at(0.5)
            subscriber, phone = late_one(day)
            await until(lambda: state_of(day, subscriber) == State.SENDING, step=0.02)
            hears(day, spoken(day, phone))
            # Read within half a second, and their turn is later than that.
            await day.at(20.0)
        assert len(day.whatsapp.sent) == 59
        assert state_of(day, subscriber) == State.CANCELLED

    play_day(story, people=60)


def test_a_stop_that_somebody_notes_on_a_page_is_felt_within_half_a_second() -> None:
    async def story(day: Day) -> None:
        async with day.conducted():
            await day.at(0.5)
            subscriber, _ = late_one(day)
            await until(lambda: state_of(day, subscriber) == State.SENDING, step=0.02)
            await day.at(2.5)
            by = Actor("operator", day.seeded.tenant, Role.OPERATOR)
            day.change(
                lambda s: set_subscriber_status(
                    s, subscriber, Status.OPTED_OUT, by=by, now=day.clock.now()
                )
            )
            await day.at(20.0)
        assert len(day.whatsapp.sent) == 59
        assert state_of(day, subscriber) == State.CANCELLED
        assert max(one.at for one in day.whatsapp.sent) - LEAD < 6.1

    play_day(story, people=60)


def test_whom_whatsapp_refuses_for_good_gets_nothing_that_is_planned() -> None:
    """131050 in a receipt: they told WhatsApp. Yesterday's message says so for today's."""

    async def story(day: Day) -> None:
        async with day.conducted(receive):
            await day.at(0.5)
            subscriber, _ = late_one(day)
            tracker = day.whatsapp.sent[0].tracker
            first = day.whatsapp.sent[0].attempt.delivery

            def is_theirs(session: Session) -> None:
                # The receipt is about an earlier message to the same person.
                session.get_one(Delivery, first).subscriber_id = subscriber

            day.change(is_theirs)
            said = status(
                f"wamid.{tracker}", "failed", tracker=tracker, at=day.clock.now(), code=131050
            )
            hears(day, receipts(said))
            await day.at(20.0)
        assert len(day.whatsapp.sent) == 59

    play_day(story, people=60)


def test_who_wants_messages_again_is_not_kept_back_for_ever() -> None:
    async def story(day: Day) -> None:
        async with day.conducted(receive):
            await day.at(0.2)
            subscriber, phone = late_one(day)
            hears(day, stop_by_word("STOP")(day, phone))
            await asyncio.sleep(1.5)
            assert day.equipment is not None
            assert subscriber in day.equipment.stops
            hears(day, stop_by_word("START")(day, phone))
            await asyncio.sleep(1.5)
            assert subscriber not in day.equipment.stops

    play_day(story, people=60)

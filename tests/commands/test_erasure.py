"""Who asks to be erased is named nowhere, and what was counted stays. On both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.commands.answer_reply import answer_reply
from engine.commands.edit_subscriber import edit_subscriber
from engine.commands.erase_subscriber import erase_subscriber
from engine.commands.set_subscriber_status import set_subscriber_status
from engine.domain.audit import Intact
from engine.domain.delivery import State
from engine.domain.enrolment import SubscriberForm
from engine.domain.ids import ConversationId, SubscriberId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Forbidden, Role
from engine.domain.subscriber import Status
from engine.store import audit, inbox
from engine.store.tables import (
    Broadcast,
    Conversation,
    Delivery,
    Inbound,
    Notification,
    Receipt,
    Subscriber,
    Webhook,
)
from engine.workers.upkeep import erase_again
from tests.workers.cast import NOW, stage
from tests.workers.said import NUMBER, change, hear, receipts, status, text

LATER = NOW + timedelta(hours=5)
NAME, PHONE, DIGITS = "Xenobia Quill", "+919812345610", "919812345610"
MESSAGE, READ = "wamid.HBgMOTE5ODEyMzQ1NjEw", "wamid.HBgMOTE5ODEyMzQ1NjEwMg"


@pytest.fixture
def keeper(session: Session) -> Actor:
    """An administrator, after a morning in which Xenobia got her message and wrote back."""
    cast = stage(session, people=2)
    tenant = TenantId(cast.seeded.tenant)
    admin = Actor("Esha", tenant, Role.ADMINISTRATOR)
    person = first(session)
    form = SubscriberForm(
        name=NAME,
        phone=PHONE,
        language="EN",
        tier="PRO",
        region="Zanskar",
        registration_no="ARN-777",
    )
    assert edit_subscriber(session, whom(session), form, by=admin, now=NOW) is None
    delivery = session.exec(select(Delivery).where(Delivery.subscriber_id == person.id)).one()
    session.exec(
        sa.update(Delivery)
        .values(
            phone=PHONE,
            parameters=f'["{NAME}"]',
            state=State.SENT.value,
            message_id=MESSAGE,
            reason=f"to {DIGITS}",
        )
        .where(col(Delivery.id) == delivery.id)
    )
    session.exec(sa.update(Delivery).values(state="sent").where(col(Delivery.state) != "sent"))
    session.exec(sa.update(Broadcast).values(state="finished"))
    profile = {"profile": {"name": NAME}, "wa_id": DIGITS}
    written = {
        "messages": [
            {"from": DIGITS, "id": "wamid.x", "type": "text", "text": {"body": "Thanks, Xenobia"}}
        ]
    }
    hear(
        session,
        receipts(
            status(MESSAGE, "delivered") | {"recipient_id": DIGITS}, status("wamid.other", "sent")
        ),
        change("messages", {"metadata": {"phone_number_id": "1"}, "contacts": [profile]} | written),
        text("STOP", sender=DIGITS),
        now=NOW,
    )
    return admin


def first(session: Session) -> Subscriber:
    session.expire_all()
    return session.exec(select(Subscriber).order_by(col(Subscriber.id))).all()[0]


def whom(session: Session) -> SubscriberId:
    return SubscriberId(first(session).id or 0)


def everything(session: Session) -> str:
    """The whole database as text."""
    session.flush()
    # What searches keeps no rows of its own to be read; what it is made of is among the tables.
    names = set(sa.inspect(session.connection()).get_table_names()) - {"subscribers_search"}
    rows = (session.execute(sa.text(f'SELECT * FROM "{name}"')).all() for name in names)
    return "\n".join(
        str(bytes(value) if isinstance(value, memoryview) else value)
        for table in rows
        for row in table
        for value in row
    )


NAMES = (NAME, "Xenobia", DIGITS, "ARN-777", MESSAGE, "wamid.x", "Zanskar")


def test_an_erased_person_is_named_nowhere_in_the_database(session: Session, keeper: Actor) -> None:
    before = everything(session)
    assert all(name in before for name in NAMES), "or this test would prove nothing"
    assert erase_subscriber(session, whom(session), "Ticket 17", by=keeper, now=LATER) is None
    after = everything(session)
    assert [name for name in NAMES if name in after] == []
    assert "Ticket 17" in after
    assert isinstance(audit.verify(session), Intact)


def test_what_was_counted_stays(session: Session, keeper: Actor) -> None:
    counted = [Delivery, Receipt, Webhook, Subscriber]

    def counts() -> list[int]:
        return [len(session.exec(select(table)).all()) for table in counted]

    before = counts()
    erase_subscriber(session, whom(session), "Ticket 17", by=keeper, now=LATER)
    assert counts() == before
    delivery = session.exec(select(Delivery).where(Delivery.subscriber_id == whom(session))).one()
    assert delivery.state == State.DELIVERED.value
    bodies = [bytes(row.body) for row in session.exec(select(Webhook)).all()]
    assert any(b'"delivered"' in body and b"wamid.other" in body for body in bodies)


def test_a_receipt_after_the_erasure_is_erased_in_its_turn(session: Session, keeper: Actor) -> None:
    tracker = session.exec(select(Delivery).where(Delivery.subscriber_id == whom(session))).one()
    named = f"dc.{tracker.id}.1.{tracker.key[:16]}"
    erase_subscriber(session, whom(session), "Ticket 17", by=keeper, now=LATER)
    assert erase_again(session) == 0
    late = status(READ, "read", tracker=named, at=LATER) | {"recipient_id": DIGITS}
    hear(session, receipts(late), now=LATER)
    assert DIGITS in everything(session)
    assert erase_again(session) == 1
    assert DIGITS not in everything(session)
    assert READ not in everything(session)
    assert erase_again(session) == 0


def test_nobody_is_erased_while_something_of_theirs_is_open(
    session: Session, keeper: Actor
) -> None:
    subscriber = whom(session)

    def refused(words: str, reference: str = "Ticket 17") -> None:
        answer = erase_subscriber(session, subscriber, reference, by=keeper, now=LATER)
        assert isinstance(answer, Refused)
        assert words in answer.why
        assert first(session).name == NAME

    refused("where the request can be found", "  ")
    session.exec(sa.update(Broadcast).values(state="sending"))
    refused("under way")
    session.exec(sa.update(Broadcast).values(state="finished"))
    session.exec(sa.update(Delivery).values(state="held"))
    refused("not settled")
    session.exec(sa.update(Delivery).values(state="delivered"))
    inbox.store_webhook(session, text("Hello", sender=DIGITS, at=LATER), "f" * 64, LATER)
    refused("Try again in a moment")


def test_only_an_administrator_of_the_house_erases(session: Session, keeper: Actor) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(Forbidden):
            erase_subscriber(
                session, whom(session), "x", by=Actor("N", keeper.tenant, role), now=LATER
            )
    stranger = Actor("Farid", TenantId(99), Role.ADMINISTRATOR)
    assert isinstance(
        erase_subscriber(session, whom(session), "x", by=stranger, now=LATER), Refused
    )


def test_who_was_erased_is_not_brought_back_by_hand(session: Session, keeper: Actor) -> None:
    erase_subscriber(session, whom(session), "Ticket 17", by=keeper, now=LATER)
    for result in (
        erase_subscriber(session, whom(session), "Ticket 17", by=keeper, now=LATER),
        set_subscriber_status(session, whom(session), Status.ACTIVE, by=keeper, now=LATER),
        edit_subscriber(session, whom(session), SubscriberForm(name="X"), by=keeper, now=LATER),
    ):
        assert isinstance(result, Refused)
        assert "erased" in result.why


def test_what_an_erased_person_wrote_and_was_answered_is_gone_and_the_count_stays(
    session: Session, keeper: Actor
) -> None:
    asked = text("Xenobia asks: should I sell?", sender=DIGITS, number=NUMBER, at=NOW)
    hear(session, asked, now=NOW)
    conversation = session.exec(
        select(Conversation).where(Conversation.subscriber_id == whom(session))
    ).one()
    answered = answer_reply(
        session,
        ConversationId(conversation.id or 0),
        "Dear Xenobia, hold.",
        client_key="k1",
        by=replace(keeper, user=None),
        now=NOW,
    )
    assert answered is True
    session.exec(sa.update(Delivery).values(state="sent").where(col(Delivery.state) == "planned"))
    written = len(session.exec(select(Inbound)).all())
    assert erase_subscriber(session, whom(session), "T-1", by=keeper, now=LATER) is None
    session.expire_all()
    texts = [row.text for row in session.exec(select(Inbound)).all()]
    texts += [row.text for row in session.exec(select(Notification)).all()]
    texts += [row.last_words for row in session.exec(select(Conversation)).all()]
    assert not any("Xenobia" in words for words in texts)
    assert len(session.exec(select(Inbound)).all()) == written
    names = [row.message_id for row in session.exec(select(Inbound)).all()]
    assert not any(DIGITS in name for name in names)

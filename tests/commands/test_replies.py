"""Answering, assigning and finishing what people wrote. On both databases."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from engine.commands.answer_reply import LATE, answer_reply
from engine.commands.handle_reply import assign_reply, close_reply, read_reply, reopen_reply
from engine.domain.delivery import State
from engine.domain.ids import ConversationId, TenantId, UserId
from engine.domain.priority import Priority
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Forbidden, Role
from engine.store.tables import AuditEntry, Conversation, Delivery, Notification, Subscriber
from tests.workers.cast import NOW, stage
from tests.workers.said import hear, text

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def neha(session: Session) -> Actor:
    """The operator, after somebody asked a question."""
    cast = stage(session, people=2)
    person = session.exec(select(Subscriber).order_by(Subscriber.id)).first()  # pyright: ignore
    assert person is not None
    hear(session, text("Sell?", sender=(person.phone or "").lstrip("+"), at=NOW), now=NOW)
    user = cast.seeded.users[Role.OPERATOR]
    return Actor("Neha", TenantId(cast.seeded.tenant), Role.OPERATOR, UserId(user))


def conversation(session: Session) -> Conversation:
    session.expire_all()
    return session.exec(select(Conversation)).one()


def mine(session: Session) -> ConversationId:
    return ConversationId(conversation(session).id or 0)


def answers(session: Session) -> list[tuple[str, Delivery]]:
    session.expire_all()
    rows = session.exec(select(Notification).order_by(Notification.id)).all()  # pyright: ignore
    return [(row.text, session.get_one(Delivery, row.delivery_id)) for row in rows]


def test_an_answer_goes_to_whoever_wrote_through_the_number_they_wrote_to(
    session: Session, neha: Actor
) -> None:
    done = answer_reply(session, mine(session), " Hold it. ", client_key="k1", by=neha, now=LATER)
    assert done is True
    ((words, delivery),) = answers(session)
    row = conversation(session)
    assert words == "Hold it."
    assert (delivery.state, delivery.priority) == (State.PLANNED, Priority.HIGH)
    assert (delivery.subscriber_id, delivery.sender_id) == (row.subscriber_id, row.sender_id)
    assert (delivery.lane_id, delivery.broadcast_id) == (None, None)
    assert (row.unread, row.last_words) == (0, "You: Hold it.")


def test_a_form_that_comes_twice_sends_once(session: Session, neha: Actor) -> None:
    done = [
        answer_reply(session, mine(session), "Hold.", client_key="k1", by=neha, now=LATER)
        for _ in range(2)
    ]
    assert done == [True, False]
    assert len(answers(session)) == 1
    assert len([row for row in session.exec(select(Delivery)).all() if row.lane_id is None]) == 1
    assert answer_reply(session, mine(session), "Hold.", client_key="k2", by=neha, now=LATER)
    assert len(answers(session)) == 2


def test_after_24_hours_nothing_is_sent_and_the_reason_is_said(
    session: Session, neha: Actor
) -> None:
    at = NOW + timedelta(hours=24)
    done = answer_reply(session, mine(session), "Hold.", client_key="k1", by=neha, now=at)
    assert done == Refused(LATE)
    assert answers(session) == []


@pytest.mark.parametrize(("words", "why"), [("  ", "Write an answer"), ("x" * 5000, "at most")])
def test_what_cannot_be_sent_is_refused(
    session: Session, neha: Actor, words: str, why: str
) -> None:
    done = answer_reply(session, mine(session), words, client_key="k1", by=neha, now=LATER)
    assert isinstance(done, Refused)
    assert why in done.why


def test_the_audit_trail_tells_that_an_answer_was_given_and_not_what_it_said(
    session: Session, neha: Actor
) -> None:
    answer_reply(session, mine(session), "A secret word", client_key="k1", by=neha, now=LATER)
    entries = session.exec(select(AuditEntry).where(AuditEntry.action == "reply.answered")).all()
    assert len(entries) == 1
    assert "secret" not in entries[0].after


@pytest.mark.parametrize("role", [Role.VIEWER, Role.APPROVER])
def test_who_may_not_answer_changes_nothing(session: Session, neha: Actor, role: Role) -> None:
    other = Actor("X", neha.tenant, role, UserId(99))
    for deed in (
        lambda: answer_reply(session, mine(session), "x", client_key="k", by=other, now=LATER),
        lambda: assign_reply(session, mine(session), None, by=other, now=LATER),
        lambda: close_reply(session, mine(session), by=other, now=LATER),
    ):
        with pytest.raises(Forbidden):
            deed()
    assert answers(session) == []


def test_another_house_finds_no_conversation(session: Session, neha: Actor) -> None:
    stranger = Actor("X", TenantId(999), Role.ADMINISTRATOR, UserId(99))
    done = answer_reply(session, mine(session), "x", client_key="k", by=stranger, now=LATER)
    assert isinstance(done, Refused)


def test_it_is_given_to_a_colleague_who_may_answer_and_to_no_other(
    session: Session, neha: Actor
) -> None:
    assert assign_reply(session, mine(session), neha.user, by=neha, now=LATER) is None
    assert conversation(session).assigned_to == neha.user
    again = assign_reply(session, mine(session), neha.user, by=neha, now=LATER)
    assert again == Refused("It is theirs already.")
    assert isinstance(
        assign_reply(session, mine(session), UserId(12345), by=neha, now=LATER), Refused
    )
    assert assign_reply(session, mine(session), None, by=neha, now=LATER) is None


def test_it_is_done_and_open_again(session: Session, neha: Actor) -> None:
    read_reply(session, mine(session), by=neha, now=LATER)
    assert conversation(session).unread == 0
    assert close_reply(session, mine(session), by=neha, now=LATER) is None
    assert conversation(session).state == "done"
    assert isinstance(close_reply(session, mine(session), by=neha, now=LATER), Refused)
    assert reopen_reply(session, mine(session), by=neha, now=LATER) is None
    assert conversation(session).state == "open"

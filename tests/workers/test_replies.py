"""What people write is kept for whoever answers it. On both databases."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from engine.domain.ids import SenderId, TenantId
from engine.domain.replies import Desk, Shelf
from engine.read import replies as read
from engine.store import senders
from engine.store.tables import Conversation, Inbound, Subscriber
from tests.workers.cast import NOW, Cast, stage
from tests.workers.said import NUMBER, change, hear, text

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def cast(session: Session) -> Cast:
    return stage(session, people=3)


def digits(session: Session, place: int = 0) -> str:
    row = session.exec(select(Subscriber).order_by(col(Subscriber.id))).all()[place]
    return (row.phone or "").lstrip("+")


def wrote(session: Session, *, kind: str, at: datetime = LATER, **content: Any) -> bytes:
    message = {
        "from": digits(session),
        "id": f"wamid.in.{kind}.{int(at.timestamp())}",
        "timestamp": str(int(at.timestamp())),
        "type": kind,
        kind: content,
    }
    return change("messages", {"metadata": {"phone_number_id": NUMBER}, "messages": [message]})


def conversations(session: Session) -> list[Conversation]:
    session.expire_all()
    return list(session.exec(select(Conversation).order_by(col(Conversation.id))).all())


def inbox(session: Session, cast: Cast, shelf: Shelf = Shelf.OPEN, **asked: Any) -> list[read.Row]:
    return read.page(session, TenantId(cast.seeded.tenant), shelf, me=None, **asked).rows


def test_a_question_opens_a_conversation_and_waits_to_be_read(session: Session, cast: Cast) -> None:
    hear(session, text("Should I sell?", sender=digits(session), at=LATER), now=LATER)

    (row,) = inbox(session, cast)
    person = session.exec(select(Subscriber).order_by(col(Subscriber.id))).all()[0]
    assert (row.person.subscriber, row.person.name) == (person.id, person.name)
    assert (row.unread, row.last_words, row.assigned_to) == (1, "Should I sell?", None)
    assert row.closes_at == LATER + timedelta(hours=24)
    counts = read.counts(session, TenantId(cast.seeded.tenant), None)
    assert (counts.open, counts.mine, counts.done, counts.unread) == (1, 0, 0, 1)


def test_a_webhook_that_comes_twice_is_one_message(session: Session, cast: Cast) -> None:
    body = text("Hello", sender=digits(session), at=LATER)
    hear(session, body, body + b" ", now=LATER)

    assert len(session.exec(select(Inbound)).all()) == 1
    assert conversations(session)[0].unread == 1


def test_a_stop_is_acted_on_shown_in_its_thread_and_asks_nothing_of_anybody(
    session: Session, cast: Cast
) -> None:
    hear(session, text("STOP", sender=digits(session), at=LATER), now=LATER)

    assert inbox(session, cast) == []
    (row,) = inbox(session, cast, Shelf.DONE)
    assert (row.state, row.unread, row.person.status) == (Desk.DONE, 0, "OPTED_OUT")
    thread = read.thread(session, TenantId(cast.seeded.tenant), row.id)
    assert thread is not None
    assert [(one.text, one.wish) for one in thread.said] == [("STOP", "stop")]


def test_a_conversation_that_was_done_opens_again_when_they_write(
    session: Session, cast: Cast
) -> None:
    hear(session, text("STOP", sender=digits(session), at=NOW), now=NOW)
    hear(session, text("Why did it stop?", sender=digits(session), at=LATER), now=LATER)

    (row,) = inbox(session, cast)
    assert (row.unread, row.last_words) == (1, "Why did it stop?")


def test_an_older_message_that_comes_later_neither_shortens_the_window_nor_is_shown_as_the_last(
    session: Session, cast: Cast
) -> None:
    hear(session, text("second", sender=digits(session), at=LATER), now=LATER)
    hear(session, text("first", sender=digits(session), at=NOW), now=LATER)

    (row,) = inbox(session, cast)
    assert (row.closes_at, row.last_words) == (LATER + timedelta(hours=24), "second")
    thread = read.thread(session, TenantId(cast.seeded.tenant), row.id)
    assert thread is not None
    assert [one.text for one in thread.said] == ["first", "second"]


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("image", {"id": "1", "caption": "my holding"}, "Photo: my holding"),
        ("audio", {"id": "1"}, "Voice message"),
        ("reaction", {"message_id": "wamid.1", "emoji": "👍"}, "Reacted 👍"),
        ("button", {"text": "Call me", "payload": "call"}, "Call me"),
        ("interactive", {"type": "button_reply", "button_reply": {"title": "Yes"}}, "Yes"),
        ("a_new_kind", {}, "A message of another kind"),
    ],
)
def test_what_is_no_text_is_named(
    session: Session, cast: Cast, kind: str, content: dict[str, Any], words: str
) -> None:
    hear(session, wrote(session, kind=kind, **content), now=LATER)
    assert conversations(session)[0].last_words == words


def test_a_reaction_keeps_the_window_open_and_asks_nothing(session: Session, cast: Cast) -> None:
    hear(session, wrote(session, kind="reaction", message_id="wamid.1", emoji="👍"), now=LATER)
    (row,) = conversations(session)
    assert (row.state, row.unread, row.heard_at) == ("done", 0, LATER)


def test_what_whatsapp_itself_says_in_a_chat_is_nobodys_reply(session: Session, cast: Cast) -> None:
    hear(session, wrote(session, kind="system", body="changed their number"), now=LATER)
    assert conversations(session) == []


def test_a_stranger_has_a_conversation_too_and_brings_it_along_to_the_list(
    session: Session, cast: Cast
) -> None:
    hear(session, text("Who are you?", sender="919800000077", at=NOW), now=NOW)
    (row,) = inbox(session, cast)
    assert (row.person.subscriber, row.person.phone) == (None, "+919800000077")

    person = session.exec(select(Subscriber).order_by(col(Subscriber.id))).all()[0]
    person.phone = "+919800000077"
    session.add(person)
    session.flush()
    hear(session, text("It is me", sender="919800000077", at=LATER), now=LATER)
    (row,) = inbox(session, cast)
    assert (row.person.subscriber, row.unread) == (person.id, 2)
    assert conversations(session)[0].address is None


def test_a_stop_of_a_stranger_is_read_by_somebody(session: Session, cast: Cast) -> None:
    hear(session, text("stop", sender="919800000077", at=LATER), now=LATER)
    assert [row.unread for row in inbox(session, cast)] == [1]


def test_an_answer_goes_by_the_number_they_wrote_to_last(session: Session, cast: Cast) -> None:
    other = senders.add(
        session,
        TenantId(cast.seeded.tenant),
        "1000000000777",  # pyright: ignore[reportArgumentType]
        display_phone="+91 22 1",
        now=NOW,
    )
    hear(session, text("one", sender=digits(session), at=NOW), now=NOW)
    hear(session, text("two", sender=digits(session), at=LATER, number="1000000000777"), now=LATER)
    assert SenderId(conversations(session)[0].sender_id) == other


def test_the_inbox_is_searched_and_paged(session: Session, cast: Cast) -> None:
    for place in range(3):
        at = NOW + timedelta(seconds=place)
        hear(session, text(f"no {place}", sender=digits(session, place), at=at), now=at)
    assert [row.last_words for row in inbox(session, cast)] == ["no 2", "no 1", "no 0"]
    assert [row.last_words for row in inbox(session, cast, search=digits(session, 1))] == ["no 1"]
    assert inbox(session, cast, search="nobody of this name") == []
    first = read.page(session, TenantId(cast.seeded.tenant), Shelf.OPEN, me=None)
    after = (first.rows[0].last_at, int(first.rows[0].id))
    assert [row.last_words for row in inbox(session, cast, after=after)] == ["no 1", "no 0"]

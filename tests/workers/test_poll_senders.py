"""What WhatsApp says of a number is written down as it said it, and what changed is told."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from engine.domain.ids import PhoneNumberId, SenderId
from engine.domain.outcome import Blame, Failure
from engine.store import senders
from engine.store.database import Database
from engine.store.tables import LogEntry, Sender, SenderChange
from engine.whatsapp.numbers import NumberNode, Problem
from engine.workers.poll_senders import everyone, poll
from tests.commands.content_cast import NOW, add_sender, cast

LATER = NOW + timedelta(minutes=1)


class ToldNumbers:
    """A WhatsApp that says what it was told to say."""

    def __init__(self, answers: Mapping[str, NumberNode | Failure]) -> None:
        self.answers = dict(answers)

    async def read(self, number: PhoneNumberId) -> NumberNode | Failure:
        return self.answers[number]


def node(
    number: int, *, quality: str = "GREEN", status: str = "CONNECTED", can_send: str = "AVAILABLE",
    problems: tuple[Problem, ...] = (),
) -> NumberNode:  # fmt: skip
    return NumberNode(
        phone_number_id=PhoneNumberId(f"10000000000{number}"),
        display_phone="+91 80 9999 9999",
        verified_name="Udaya Research",
        quality=quality,
        status=status,
        throughput="HIGH",
        messaging_limit="TIER_100K",
        can_send=can_send,
        problems=problems,
    )


def furnish(session: Session) -> SenderId:
    return add_sender(session, cast(session).tenant, 4101)


def ask(database: Database, answer: NumberNode | Failure) -> Sender:
    """Ask about the only sender once; how it stands afterwards."""
    (known,) = database.read_now(everyone)
    asyncio.run(poll(database, ToldNumbers({known.number: answer}), known, LATER))
    row = database.read_now(senders.get, known.id)
    assert row is not None
    return row


def told(database: Database) -> list[str]:
    return database.read_now(lambda session: list(session.exec(select(LogEntry.words)).all()))


def test_an_answer_is_kept_in_whatsapps_words(database: Database) -> None:
    database.transact_now(furnish)
    row = ask(database, node(4101, quality="YELLOW"))
    assert (row.quality, row.status) == ("YELLOW", "CONNECTED")
    assert (row.throughput, row.messaging_limit) == ("HIGH", "TIER_100K")
    assert row.polled_at == LATER
    assert told(database) == []  # the first answer is news to nobody


def test_a_change_is_told_on_the_board(database: Database) -> None:
    database.transact_now(furnish)
    ask(database, node(4101))
    ask(database, node(4101))
    assert told(database) == []
    ask(database, node(4101, quality="RED", status="FLAGGED"))
    assert told(database) == [
        "Sender +91 80 4000 4101: quality green to red, status connected to flagged"
    ]


def test_names_people_gave_stay_and_missing_ones_are_filled_in(database: Database) -> None:
    sender = database.transact_now(furnish)
    assert ask(database, node(4101)).label == "Morning 4101"

    def forget(session: Session) -> None:
        row = senders.get(session, sender)
        assert row is not None
        row.label = row.display_phone = ""

    database.transact_now(forget)
    row = ask(database, node(4101))
    assert (row.display_phone, row.label) == ("+91 80 9999 9999", "Udaya Research")


def test_why_a_number_is_blocked_stands_on_its_card(database: Database) -> None:
    database.transact_now(furnish)
    why = Problem(
        entity="WABA",
        can_send="BLOCKED",
        code="141006",
        description="There is an error with the payment method.",
        solution="Add one.",
    )
    row = ask(database, node(4101, can_send="BLOCKED", problems=(why,)))
    assert row.last_error == (
        "WhatsApp blocks this number. There is an error with the payment method. Add one. (141006)"
    )


@pytest.mark.parametrize(
    ("blame", "shown"), [(Blame.ACCOUNT, True), (Blame.SENDER, True), (Blame.PLATFORM, False)]
)
def test_no_answer_leaves_what_was_known(database: Database, blame: Blame, shown: bool) -> None:
    database.transact_now(furnish)
    ask(database, node(4101))
    failure = Failure(blame=blame, code=190, title="Access token expired")
    row = ask(database, failure)
    assert (row.quality, row.status) == ("GREEN", "CONNECTED")
    assert bool(row.last_error) == shown
    if shown:
        assert "Access token expired (190)" in row.last_error


def history(database: Database) -> list[tuple[str, str, str, str]]:
    def question(session: Session) -> list[tuple[str, str, str, str]]:
        rows = session.exec(select(SenderChange).order_by(col(SenderChange.id))).all()
        return [(row.what, row.before, row.after, row.source) for row in rows]

    return database.read_now(question)


def test_every_change_goes_into_the_numbers_history_and_nothing_else(database: Database) -> None:
    database.transact_now(furnish)
    ask(database, node(4101))
    first = history(database)
    assert ("quality", "UNKNOWN", "GREEN", "poll") in first
    assert ("messaging_limit", "TIER_NOT_SET", "TIER_100K", "poll") in first
    ask(database, node(4101))
    assert history(database) == first
    ask(database, node(4101, quality="RED"))
    assert history(database) == [*first, ("quality", "GREEN", "RED", "poll")]

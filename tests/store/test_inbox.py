"""The inbox on both databases: once means once, and nothing is claimed that was read."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from engine.store import inbox
from engine.store.database import Database

NOW = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)


def store(session: Session, body: bytes, at: datetime = NOW) -> bool:
    return inbox.store_webhook(session, body, hashlib.sha256(body).hexdigest(), at)


def states(session: Session) -> list[tuple[str, str, datetime | None]]:
    rows = session.connection().execute(
        sa.text("SELECT state, note, processed_at FROM webhooks ORDER BY id")
    )
    return [(row.state, row.note, row.processed_at) for row in rows]


def test_the_same_bytes_are_stored_once(session: Session) -> None:
    assert store(session, b"one")
    assert not store(session, b"one", NOW + timedelta(seconds=5))
    assert store(session, b"two")

    assert [one.body for one in inbox.claim_waiting(session, 10)] == [b"one", b"two"]
    assert inbox.count_waiting(session) == 2


def test_the_same_bytes_in_one_group_commit_are_stored_once(database: Database) -> None:
    def many(session: Session) -> list[bool]:
        return [store(session, b"one") for _ in range(5)]

    assert database.transact_now(many) == [True, False, False, False, False]
    assert database.transact_now(many) == [False] * 5


def test_many_go_in_together_and_each_only_once(session: Session) -> None:
    bodies = [b"%d" % number for number in (1, 2, 2, 3)]
    new = [(body, hashlib.sha256(body).hexdigest()) for body in bodies]
    store(session, b"1")

    assert inbox.store_webhooks(session, new, NOW) == 2
    assert inbox.store_webhooks(session, new, NOW) == 0
    assert inbox.store_webhooks(session, [], NOW) == 0

    assert [one.body for one in inbox.claim_waiting(session, 10)] == [b"1", b"2", b"3"]


@pytest.mark.parametrize("many", [1, 63, 64, 65, 200])
def test_as_many_come_out_as_went_in(session: Session, many: int) -> None:
    bodies = [b"%d" % number for number in range(many)]
    new = [(body, hashlib.sha256(body).hexdigest()) for body in bodies]

    assert inbox.store_webhooks(session, new, NOW) == many

    assert [one.body for one in inbox.claim_waiting(session, 1_000)] == bodies


def test_many_come_out_as_they_went_in_however_long_each_is(session: Session) -> None:
    bodies = [bytes(range(256)), b"", "सुप्रभात".encode(), b"\x00" * 3, b"'\"\\", b"x" * 70_000]
    new = [(body, hashlib.sha256(body).hexdigest()) for body in bodies]

    inbox.store_webhooks(session, new, NOW)

    claimed = inbox.claim_waiting(session, 10)
    assert [one.body for one in claimed] == bodies
    assert {one.received_at for one in claimed} == {NOW}


def test_a_webhook_comes_out_as_it_went_in(session: Session) -> None:
    body = bytes(range(256))
    store(session, body)

    [claimed] = inbox.claim_waiting(session, 10)

    assert (claimed.body, claimed.received_at) == (body, NOW)


def test_the_oldest_come_first_and_never_more_than_asked_for(session: Session) -> None:
    for number in range(5):
        store(session, b"%d" % number)

    assert [one.body for one in inbox.claim_waiting(session, 3)] == [b"0", b"1", b"2"]


def test_what_was_read_is_not_claimed_again(session: Session) -> None:
    for number in range(4):
        store(session, b"%d" % number)
    first, second, third, _ = inbox.claim_waiting(session, 10)

    inbox.mark_done(session, [first.id, second.id], now=NOW)
    inbox.mark_unreadable(session, third.id, now=NOW, note="The body is not JSON.")
    inbox.mark_done(session, [], now=NOW)

    assert [one.body for one in inbox.claim_waiting(session, 10)] == [b"3"]
    assert [row[:2] for row in states(session)] == [
        ("done", ""),
        ("done", ""),
        ("unreadable", "The body is not JSON."),
        ("waiting", ""),
    ]
    assert not store(session, b"0"), "what was read is still known"


@pytest.mark.parametrize(("sizes", "claimed"), [((3, 2, 1), 1), ((1, 1, 1), 3), ((5, 1, 1), 1)])
def test_huge_webhooks_are_read_a_few_at_a_time(
    session: Session, sizes: tuple[int, ...], claimed: int
) -> None:
    for number, size in enumerate(sizes):
        store(session, b"%d" % number * (size * inbox.CLAIM_BYTES // 4))

    assert len(inbox.claim_waiting(session, 10)) == claimed

"""What a simulated morning says without SQLAlchemy's ceremony is what SQLAlchemy would say."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import sqlalchemy.exc
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.pool import StaticPool

from engine.store.dialects import table
from engine.store.tables import Webhook
from engine.trials.spoken import Mouth

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
HOOKS = table(Webhook)
PUT = sa.insert(HOOKS)
PUT_ONCE = insert(HOOKS).on_conflict_do_nothing(index_elements=["body_hash"]).returning(HOOKS.c.id)
SINCE = (
    sa.select(HOOKS.c.id, HOOKS.c.body, HOOKS.c.received_at, HOOKS.c.processed_at)
    .where(HOOKS.c.received_at >= sa.bindparam("since"), HOOKS.c.state == "waiting")
    .order_by(HOOKS.c.id)
)
COUNT = sa.select(sa.func.count()).select_from(HOOKS)
READ = sa.update(HOOKS).where(HOOKS.c.received_at < sa.bindparam("before")).values(state="done")
SOME = sa.select(HOOKS.c.id).where(HOOKS.c.id.in_(sa.bindparam("some", expanding=True)))


@pytest.fixture
def both() -> Iterator[tuple[sa.Connection, Mouth]]:
    raw = sqlite3.connect(":memory:", isolation_level=None)
    db_engine = sa.create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
    with db_engine.connect() as opened:
        HOOKS.create(opened)
        yield opened, Mouth(opened, raw)
    raw.close()


def hook(number: int) -> dict[str, Any]:
    at = NOW + timedelta(seconds=number, microseconds=7)
    return {
        "received_at": at,
        "body_hash": f"hash {number}",
        "body": b"{}",
        "state": "waiting",
        "note": "",
    }


def test_rows_come_back_as_from_the_connection_at_every_saying(
    both: tuple[sa.Connection, Mouth],
) -> None:
    opened, mouth = both
    for number in range(4):
        mouth.execute(PUT, hook(number))
    since = {"since": NOW + timedelta(seconds=1)}
    expected = [tuple(row) for row in opened.execute(SINCE, since)]

    assert len(expected) == 3
    for _ in range(3):
        rows = mouth.execute(SINCE, since).all()
        assert [tuple(row) for row in rows] == expected
        assert rows[0].received_at == NOW + timedelta(seconds=1, microseconds=7)
        assert mouth.execute(COUNT).scalar_one() == 4


def test_what_was_touched_is_counted_and_what_is_there_already_is_not_put_again(
    both: tuple[sa.Connection, Mouth],
) -> None:
    _, mouth = both
    put = [mouth.execute(PUT_ONCE, hook(number)).first() for number in (1, 2, 3, 3)]

    assert [row is not None for row in put] == [True, True, True, False]
    counts = [
        mouth.execute(READ, {"before": NOW + timedelta(seconds=n)}).rowcount for n in (2, 3, 9)
    ]
    assert counts == [1, 2, 3]


def test_a_list_of_any_length_is_left_to_the_connection(both: tuple[sa.Connection, Mouth]) -> None:
    _, mouth = both
    for number in range(3):
        mouth.execute(PUT, hook(number))

    for some in ([1], [1, 3], [], [1, 2, 3]):
        assert [row.id for row in mouth.execute(SOME, {"some": some})] == some


def test_what_the_database_refuses_is_raised_as_the_connection_raises_it(
    both: tuple[sa.Connection, Mouth],
) -> None:
    _, mouth = both
    mouth.execute(PUT, hook(1))
    mouth.execute(PUT, hook(2))

    with pytest.raises(sqlalchemy.exc.IntegrityError):
        mouth.execute(PUT, hook(2))

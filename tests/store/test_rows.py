"""Rows that travel as one text arrive as they were, on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.store.dialects import insert_ignoring_from, table
from engine.store.rows import INSTANT, TEXT, WHOLE, ManyRows
from engine.store.tables import ParkedReceipt
from tests.workers.cast import NOW

_parked = table(ParkedReceipt)
INSERT = ManyRows(
    {
        "message_id": TEXT,
        "status": TEXT,
        "tracker": TEXT,
        "at": INSTANT,
        "received_at": INSTANT,
        "webhook_id": WHOLE,
        "error_code": WHOLE,
        "detail": TEXT,
    },
    lambda dialect, rows: insert_ignoring_from(
        dialect, ParkedReceipt, ["message_id", "status"], rows
    ),
)
UPDATE = ManyRows(
    {"when": INSTANT, "message": TEXT},
    lambda _dialect, rows: (
        sa.update(_parked)
        .where(_parked.c.message_id == rows.c.message, _parked.c.status == "sent")
        .values(at=rows.c.when, received_at=rows.c.when, detail="100 % ours")
    ),
)


def row(message: str, at: datetime = NOW) -> tuple[object, ...]:
    return (message, "sent", None, at, at, 1, None, "50 % off: 'quoted' \\ \"twice\" \n नमस्ते; --")


def stored(session: Session) -> dict[str, ParkedReceipt]:
    session.expire_all()
    return {one.message_id: one for one in session.exec(select(ParkedReceipt))}


def test_rows_are_written_as_they_are(session: Session) -> None:
    assert INSERT.run(session, [row("a"), row("b", NOW + timedelta(seconds=1))]) == 2

    found = stored(session)
    assert found["a"].at == NOW
    assert found["b"].at == NOW + timedelta(seconds=1)
    assert (found["a"].tracker, found["a"].detail) == (
        None,
        "50 % off: 'quoted' \\ \"twice\" \n नमस्ते; --",
    )


def test_what_is_there_already_is_left_alone_and_not_counted(session: Session) -> None:
    INSERT.run(session, [row("a")])

    assert INSERT.run(session, [row("a", NOW + timedelta(hours=1)), row("b")]) == 1
    assert stored(session)["a"].at == NOW


def test_no_rows_are_no_statement(session: Session) -> None:
    assert INSERT.run(session, []) == 0


def test_a_statement_over_rows_has_values_of_its_own(session: Session) -> None:
    INSERT.run(session, [row("a"), row("b"), row("c")])
    later = NOW + timedelta(minutes=3)

    assert UPDATE.run(session, [(later, "a"), (later, "nobody"), (later, "c")]) == 2

    found = stored(session)
    assert (found["a"].at, found["a"].received_at, found["a"].detail) == (
        later,
        later,
        "100 % ours",
    )
    assert found["b"].detail.startswith("50 %")


def test_instants_are_kept_in_utc_whatever_their_zone(session: Session) -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    INSERT.run(session, [row("a", datetime(2026, 11, 23, 6, 0, tzinfo=india))])

    assert stored(session)["a"].at == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    earlier = col(ParkedReceipt.at) < datetime(2026, 11, 23, 0, 30, 1, tzinfo=UTC)
    assert len(session.exec(select(ParkedReceipt).where(earlier)).all()) == 1


def test_an_instant_without_a_zone_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="timezone"):
        INSERT.run(session, [row("a", datetime(2026, 11, 23, 6, 0))])  # noqa: DTZ001

"""Stretches in which webhooks were turned away. On both databases."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session, select

from engine.store import intake_gaps
from engine.store.intake_gaps import Gap
from engine.store.tables import IntakeGap

NOW = datetime(2026, 11, 23, 0, 31, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_what_is_turned_away_shortly_after_the_last_makes_one_gap_with_it(session: Session) -> None:
    for since, until, webhooks in ((0, 2, 5), (61, 62, 1), (200, 200, 7)):
        intake_gaps.note(session, Gap(at(since), at(until), webhooks))

    rows = session.exec(select(IntakeGap)).all()
    assert [(row.began_at, row.ended_at, row.webhooks) for row in rows] == [
        (at(0), at(62), 6),
        (at(200), at(200), 7),
    ]


def test_the_last_end_is_looked_for_between_two_instants(session: Session) -> None:
    assert intake_gaps.last_end(session, at(0), at(100)) is None
    intake_gaps.note(session, Gap(at(10), at(20), 1))
    intake_gaps.note(session, Gap(at(200), at(210), 1))

    assert intake_gaps.last_end(session, at(0), at(205)) == at(20)
    assert intake_gaps.last_end(session, at(0), at(300)) == at(210)
    assert intake_gaps.last_end(session, at(220), at(300)) is None

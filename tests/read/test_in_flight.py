"""What is told of a stop: the engine's own words on the last pause, and on no other."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session, update

from engine.domain.ids import BroadcastId, TenantId
from engine.read.in_flight import stopped
from engine.store import broadcasts
from engine.store.tables import Broadcast, Schedule, Tenant

NOW = datetime(2026, 11, 23, 0, 31, tzinfo=UTC)
HOME, MORNING = TenantId(1), BroadcastId(1)


def say(session: Session, event: str, words: str, seconds: float) -> None:
    at = NOW + timedelta(seconds=seconds)
    broadcasts.log(session, tenant=HOME, broadcast=MORNING, event=event, words=words, now=at)
    session.flush()


def paused(session: Session, seconds: float) -> None:
    at = NOW + timedelta(seconds=seconds)
    session.connection().execute(update(Broadcast).values(control_at=at))


def test_the_words_are_those_of_the_last_pause(session: Session) -> None:
    session.add(Tenant(id=1, name="home", created_at=NOW))
    session.flush()
    session.add(Schedule(id=1, tenant_id=1, name="daily", kind="daily", created_at=NOW))
    session.flush()
    session.add(
        Broadcast(
            id=1,
            tenant_id=1,
            schedule_id=1,
            service_day=NOW.date(),
            title="today",
            state="paused",
            opens_at=NOW,
            window_ends_at=NOW,
            closes_at=NOW,
            created_at=NOW,
        )
    )
    session.flush()
    assert stopped(session, HOME, MORNING) == "", "nobody has paused it"

    paused(session, 10)
    say(session, "broadcast.pause", "Paused by Neha", 10)
    assert stopped(session, HOME, MORNING) == "", "the engine has not told yet"
    say(session, "broadcast.stopped", "Stopped in 0.4 s, 14 already on their way", 10.4)
    assert stopped(session, HOME, MORNING) == "Stopped in 0.4 s, 14 already on their way"
    assert stopped(session, TenantId(2), MORNING) == "", "another's broadcast"

    paused(session, 20)
    assert stopped(session, HOME, MORNING) == "", "that was the pause before"

"""A sender stops, the others take over, and nothing goes twice. On both databases."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select, update

from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import State
from engine.domain.failure import classify
from engine.domain.ids import LaneId, SenderId
from engine.domain.outcome import Failure
from engine.domain.pool import able_lanes
from engine.store import outbox
from engine.store.tables import Broadcast, Delivery, Lane, LogEntry, Sender
from engine.workers import failover, handover, watch
from engine.workers.watch import LaneView, View
from tests.workers.cast import EPOCH, NOW, Cast, delivery, stage

LATER = NOW + timedelta(seconds=2)
BANNED: Failure = classify(131045, 500)


@pytest.fixture
def cast(session: Session) -> Cast:
    return stage(session, people=12, lanes=2)


def look(session: Session, cast: Cast) -> View:
    session.flush()
    return watch.look(session, cast.broadcast)


def lane_of(view: View, lane: LaneId) -> LaneView:
    return next(one for one in view.lanes if one.lane == lane)


def stop(session: Session, cast: Cast) -> LaneView:
    """The first lane's sender is refused by WhatsApp."""
    view = look(session, cast)
    failover.stop_sender(session, view, cast.seeded.senders[0], BANNED, LATER)
    return lane_of(look(session, cast), cast.lanes[0])


def take_over(session: Session, cast: Cast, stopped: LaneView) -> int:
    return handover.take_over(session, look(session, cast), stopped, LATER, 0.1)


def words(session: Session) -> str:
    return "\n".join(session.exec(select(LogEntry.words).order_by(col(LogEntry.id))).all())


def by_sender(session: Session) -> dict[int | None, int]:
    rows = session.exec(select(Delivery.sender_id)).all()
    return {sender: rows.count(sender) for sender in rows}


def grade(session: Session, sender: SenderId, quality: str) -> None:
    session.exec(update(Sender).where(col(Sender.id) == sender).values(quality=quality))


def test_a_refused_sender_is_stopped_with_its_lane_and_the_reason(
    session: Session, cast: Cast
) -> None:
    stopped = stop(session, cast)

    sender = session.get_one(Sender, stopped.sender, populate_existing=True)
    assert (stopped.state, sender.state) == ("stopped", "stopped")
    assert sender.state_reason
    assert sender.state_reason == sender.last_error
    assert "stopped" in words(session)


def test_its_work_goes_to_the_others_and_a_backup_that_is_called_in(
    session: Session, cast: Cast
) -> None:
    assert take_over(session, cast, stop(session, cast)) == 6

    first, second = cast.seeded.senders
    (backup,) = cast.seeded.backups
    counts = by_sender(session)
    assert first not in counts
    assert counts[second] + counts[backup] == 12
    assert counts[backup] == 3
    assert "Backup" in words(session)


def test_a_backup_is_called_in_once(session: Session, cast: Cast) -> None:
    stopped = stop(session, cast)
    take_over(session, cast, stopped)
    take_over(session, cast, stopped)

    assert len(session.exec(select(Lane)).all()) == 3


def test_only_what_is_unsent_moves(session: Session, cast: Cast) -> None:
    on_their_way = outbox.mark_due(
        session,
        cast.lanes[0],
        epoch=EPOCH,
        horizon=NOW + timedelta(hours=1),
        limit=4,
        now=NOW,
    )
    assert take_over(session, cast, stop(session, cast)) == 2
    rows = [delivery(session, one.attempt.delivery) for one in on_their_way]
    assert {(row.state, row.lane_id) for row in rows} == {(State.SENDING, cast.lanes[0])}


def test_what_was_on_its_way_and_came_back_refused_follows(session: Session, cast: Cast) -> None:
    stopped = stop(session, cast)
    take_over(session, cast, stopped)
    one = session.exec(select(Delivery)).first()
    assert one is not None
    one.state, one.lane_id, one.due_at = State.RETRYING.value, cast.lanes[0], NOW

    assert take_over(session, cast, lane_of(look(session, cast), cast.lanes[0])) == 1
    row = delivery(session, one.id or 0)
    assert row.lane_id != cast.lanes[0]
    assert row.due_at == LATER


def test_a_retry_that_must_wait_still_waits_with_its_new_sender(
    session: Session, cast: Cast
) -> None:
    wait = NOW + timedelta(seconds=60)
    session.exec(update(Delivery).values(state=State.RETRYING.value, due_at=wait))
    take_over(session, cast, stop(session, cast))

    assert set(session.exec(select(Delivery.due_at)).all()) == {wait}


def test_without_anybody_else_it_waits(session: Session) -> None:
    cast = stage(session, people=3, lanes=1)
    session.exec(update(Sender).where(col(Sender.role) == "backup").values(state="resting"))

    assert take_over(session, cast, stop(session, cast)) == 0
    assert set(by_sender(session)) == {cast.seeded.senders[0]}


def test_a_sender_that_a_person_starts_again_opens_its_lane(session: Session, cast: Cast) -> None:
    stopped = stop(session, cast)
    failover.reopen_lane(session, look(session, cast), stopped, LATER)

    assert lane_of(look(session, cast), cast.lanes[0]).state == "sending"


def test_what_the_account_may_not_send_pauses_everything_and_says_why(
    session: Session, cast: Cast
) -> None:
    failover.stop_all(session, look(session, cast), classify(190, 401), LATER)

    row = session.get_one(Broadcast, cast.broadcast, populate_existing=True)
    assert row.state == BroadcastState.PAUSED
    assert row.state_reason in words(session)


def test_a_red_sender_stops_while_others_can_send(session: Session, cast: Cast) -> None:
    grade(session, cast.seeded.senders[0], "RED")
    view = look(session, cast)

    assert [view.rate_of(lane, 0.0) for lane in view.lanes] == [0.0, 80.0]


def test_a_red_sender_stops_while_a_backup_waits(session: Session) -> None:
    cast = stage(session, lanes=1)
    grade(session, cast.seeded.senders[0], "RED")
    view = look(session, cast)

    assert view.spares == 1
    assert view.rate_of(view.lanes[0], 0.0) == 0.0


def test_a_red_sender_crawls_where_it_is_the_last_resort(session: Session) -> None:
    cast = stage(session, lanes=1)
    for sender in (*cast.seeded.senders, *cast.seeded.backups):
        grade(session, sender, "RED")
    view = look(session, cast)

    assert view.rate_of(view.lanes[0], 0.0) == 20.0


def test_a_resting_sender_is_no_last_resort(session: Session) -> None:
    cast = stage(session, lanes=1)
    session.exec(update(Sender).values(state="resting", quality="RED"))
    view = look(session, cast)

    assert view.rate_of(view.lanes[0], 0.0) == 0.0


def test_a_red_backup_is_not_called_in(session: Session, cast: Cast) -> None:
    (backup,) = cast.seeded.backups
    grade(session, backup, "RED")
    take_over(session, cast, stop(session, cast))

    assert set(by_sender(session)) == {cast.seeded.senders[1]}


def pool(session: Session) -> list[Sender]:
    return list(session.exec(select(Sender).order_by(col(Sender.position))).all())


@pytest.mark.parametrize(
    ("states", "rates"),
    [
        ("active GREEN, active GREEN, active GREEN", [80.0, 80.0]),
        ("active GREEN, active YELLOW, active GREEN", [80.0, 50.0]),
        ("resting GREEN, active RED, active GREEN", [80.0]),
        ("active RED, resting RED, resting GREEN", [20.0]),
        ("resting GREEN, stopped GREEN, resting GREEN", []),
    ],
)
def test_the_plan_is_made_for_those_who_can_send(
    session: Session, cast: Cast, states: str, rates: list[float]
) -> None:
    senders = pool(session)
    for sender, both in zip(senders, states.split(", "), strict=True):
        sender.state, sender.quality = both.split()

    assert [lane.rate for lane in able_lanes(senders, 0.0)[1]] == rates

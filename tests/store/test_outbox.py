"""What may be marked, by whom, and what an attempt's end does to its delivery: both databases."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, update

from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import Event, State
from engine.domain.ids import LaneId
from engine.store import attempts, lanes, outbox
from engine.store.attempts import AttemptRecord, Verdict
from engine.store.outbox import Marked
from engine.store.tables import Broadcast, Delivery, Subscriber
from tests.workers.cast import EPOCH, NOW, Cast, delivery, stage

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def cast(session: Session) -> Cast:
    return stage(session)


def mark(
    session: Session, lane: LaneId, *, epoch: int = EPOCH, limit: int = 100, seconds: float = 60
) -> list[Marked]:
    return outbox.mark_due(
        session,
        lane,
        epoch=epoch,
        horizon=NOW + timedelta(seconds=seconds),
        limit=limit,
        now=NOW,
    )


def test_a_lane_takes_what_is_due_earliest_first(session: Session, cast: Cast) -> None:
    taken = mark(session, cast.lanes[0], seconds=2)

    assert [(one.due_at - NOW).total_seconds() for one in taken] == [0, 1, 2]
    assert {delivery(session, one.attempt.delivery).state for one in taken} == {State.SENDING}
    assert {one.attempt.number for one in taken} == {1}


def test_what_is_marked_is_not_marked_again(session: Session, cast: Cast) -> None:
    assert len(mark(session, cast.lanes[0], limit=4)) == 4
    assert len(mark(session, cast.lanes[0])) == 2
    assert mark(session, cast.lanes[0]) == []


def test_a_ghost_of_an_older_epoch_marks_nothing(session: Session, cast: Cast) -> None:
    lanes.claim_lanes(session, cast.broadcast, EPOCH + 1)

    assert mark(session, cast.lanes[0], epoch=EPOCH) == []
    assert len(mark(session, cast.lanes[0], epoch=EPOCH + 1)) == 6


def test_what_was_frozen_with_other_words_than_the_approved_is_not_marked(
    session: Session, cast: Cast
) -> None:
    first = mark(session, cast.lanes[0], limit=1)[0]
    assert first.wording.content == cast.seeded.content_hash
    last = update(Delivery).where(col(Delivery.id) == first.attempt.delivery + 5)
    session.exec(last.values(content_hash="0" * 64))

    assert len(mark(session, cast.lanes[0])) == 4
    session.exec(last.values(content_hash=cast.seeded.content_hash))
    assert len(mark(session, cast.lanes[0])) == 1


@pytest.mark.parametrize("state", [BroadcastState.PAUSED, BroadcastState.ABORTED])
def test_nothing_is_marked_unless_the_broadcast_is_sending(
    session: Session, cast: Cast, state: BroadcastState
) -> None:
    session.exec(update(Broadcast).values(state=state.value))

    assert mark(session, cast.lanes[0]) == []


def test_nothing_is_marked_in_a_stopped_lane(session: Session, cast: Cast) -> None:
    assert lanes.set_lane_state(session, cast.lanes[0], was="sending", state="stopped", reason="")

    assert mark(session, cast.lanes[0]) == []


@pytest.mark.parametrize("change", [{"status": "OPTED_OUT"}, {"consented": False}])
def test_who_said_stop_after_the_freeze_is_not_marked(
    session: Session, cast: Cast, change: dict[str, object]
) -> None:
    gone = mark(session, cast.lanes[0], limit=1)[0].subscriber + 1
    session.exec(update(Subscriber).where(col(Subscriber.id) == gone).values(**change))

    assert gone not in {one.subscriber for one in mark(session, cast.lanes[0])}


def test_a_retry_goes_before_the_rest(session: Session, cast: Cast) -> None:
    tried = mark(session, cast.lanes[0], limit=1)[0]
    conclude(session, tried, Event.RETRY, State.RETRYING)

    again = mark(session, cast.lanes[0], limit=1)[0]

    assert again.attempt.delivery == tried.attempt.delivery
    assert again.attempt.number == 2


def test_an_answer_is_recorded_once(session: Session, cast: Cast) -> None:
    taken = mark(session, cast.lanes[0], limit=1)[0]
    accept(session, taken, "wamid.1")
    accept(session, taken, "wamid.2")

    row = delivery(session, taken.attempt.delivery)
    assert (row.state, row.message_id) == (State.ACCEPTED, "wamid.1")


def test_a_late_answer_of_an_old_attempt_does_not_speak_for_the_new_one(
    session: Session, cast: Cast
) -> None:
    old = mark(session, cast.lanes[0], limit=1)[0]
    conclude(session, old, Event.RETRY, State.RETRYING)
    new = mark(session, cast.lanes[0], limit=1)[0]
    assert new.attempt.delivery == old.attempt.delivery

    assert conclude(session, old, Event.GIVE_UP, State.FAILED) == 0
    assert delivery(session, new.attempt.delivery).state == State.SENDING


def test_an_answer_never_undoes_what_a_receipt_told(session: Session, cast: Cast) -> None:
    taken = mark(session, cast.lanes[0], limit=1)[0]
    session.exec(
        update(Delivery)
        .where(col(Delivery.id) == taken.attempt.delivery)
        .values(state=State.RETRYING.value, message_id="wamid.1")
    )

    accept(session, taken, "wamid.1")

    assert delivery(session, taken.attempt.delivery).state == State.RETRYING


def test_a_release_makes_it_free_at_once(session: Session, cast: Cast) -> None:
    taken = mark(session, cast.lanes[0], limit=1)[0]
    assert conclude(session, taken, Event.RELEASE, State.PLANNED) == 1

    again = mark(session, cast.lanes[0], limit=1)[0]

    assert (again.attempt.delivery, again.attempt.number) == (taken.attempt.delivery, 2)


def test_an_abort_cancels_only_what_is_unsent(session: Session, cast: Cast) -> None:
    taken = mark(session, cast.lanes[0], limit=2)

    assert outbox.cancel_unsent_of(session, cast.broadcast, reason="Aborted", now=LATER) == 4
    assert {delivery(session, one.attempt.delivery).state for one in taken} == {State.SENDING}


def test_moving_touches_only_what_is_unsent(session: Session) -> None:
    cast = stage(session, lanes=2)
    old, new = cast.lanes
    taken = mark(session, old, limit=1)[0]
    unsent = outbox.unsent_of(session, old)
    sender = cast.seeded.senders[1]
    everything = [(row[0], old, new, sender, LATER) for row in unsent]
    outbox.move(session, [*everything, (taken.attempt.delivery, old, new, sender, LATER)])

    assert outbox.unsent_of(session, old) == []
    assert delivery(session, taken.attempt.delivery).lane_id == old
    assert len(outbox.unsent_of(session, new)) == 6 - 1


def accept(session: Session, taken: Marked, message: str) -> None:
    attempts.record_attempts(
        session,
        [
            AttemptRecord(
                attempt=taken.attempt,
                sender=taken.sender,
                epoch=EPOCH,
                started_at=NOW,
                ended_at=NOW,
                outcome="accepted",
                message_id=message,
            )
        ],
    )
    attempts.accept(session, [(taken.attempt, message)], event=Event.ACCEPT, now=NOW)


def conclude(session: Session, taken: Marked, event: Event, after: State) -> int:
    return attempts.conclude(
        session,
        [Verdict(attempt=taken.attempt, event=event, after=after, due_at=taken.due_at)],
        NOW,
    )

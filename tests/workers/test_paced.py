"""A message that WhatsApp holds while it assesses its template, and one that came twice."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from engine.commands.resend_held import resend_held
from engine.domain.delivery import Event, State
from engine.domain.failure import words_for
from engine.domain.roles import Actor, Role
from engine.read.board import board
from engine.read.broadcast import broadcast
from engine.read.stages import Stage
from engine.store import attempts, outbox
from engine.store.attempts import AttemptRecord, Verdict
from engine.store.outbox import Marked
from tests.workers.cast import EPOCH, NOW, Cast, delivery, stage
from tests.workers.said import hear, receipts, status

LATER = NOW + timedelta(minutes=40)


@pytest.fixture
def cast(session: Session) -> Cast:
    return stage(session, people=3)


def marked(session: Session, cast: Cast) -> Marked:
    (one,) = outbox.mark_due(session, cast.lanes[0], epoch=EPOCH, horizon=LATER, limit=1, now=NOW)
    return one


def paced(session: Session, cast: Cast) -> Marked:
    """WhatsApp answered `held_for_quality_assessment`."""
    one = marked(session, cast)
    attempts.accept(session, [(one.attempt, "wamid.paced")], event=Event.PACE, now=NOW)
    assert delivery(session, one.attempt.delivery).state == State.PACED
    return one


def test_what_whatsapp_holds_is_shown_and_counted_apart(session: Session, cast: Cast) -> None:
    paced(session, cast)
    seen = broadcast(session, cast.seeded.tenant, cast.broadcast, now=NOW)
    assert seen is not None
    assert (seen.row.figures.stage(Stage.PACED), seen.row.figures.stage(Stage.SENT)) == (1, 0)
    assert [problem.title for problem in seen.problems] == ["Held by WhatsApp"]
    live = board(session, cast.seeded.tenant, NOW)
    assert live.counts[State.PACED] == 1
    assert [problem.title for problem in live.problems] == ["Held by WhatsApp"]


def test_what_whatsapp_held_and_then_sent_goes_its_usual_way(session: Session, cast: Cast) -> None:
    one = paced(session, cast)
    hear(session, receipts(status("wamid.paced", "sent", tracker=one.tracker)))
    assert delivery(session, one.attempt.delivery).state == State.SENT
    hear(session, receipts(status("wamid.paced", "delivered", tracker=one.tracker)))
    assert delivery(session, one.attempt.delivery).state == State.DELIVERED


def test_what_whatsapp_held_and_then_refused_is_a_dead_letter_with_its_cause(
    session: Session, cast: Cast
) -> None:
    one = paced(session, cast)
    hear(session, receipts(status("wamid.paced", "failed", tracker=one.tracker, code=132015)))
    row = delivery(session, one.attempt.delivery)
    assert (row.state, row.error_code) == (State.FAILED, 132015)
    assert row.reason == words_for(132015)
    seen = broadcast(session, cast.seeded.tenant, cast.broadcast, now=NOW)
    assert seen is not None
    assert (seen.failed, seen.retryable) == (1, 1)


def record(session: Session, one: Marked, outcome: str, message: str | None) -> None:
    written = AttemptRecord(
        attempt=one.attempt,
        sender=one.sender,
        epoch=EPOCH,
        started_at=NOW,
        ended_at=NOW,
        outcome=outcome,
        message_id=message,
    )
    attempts.record_attempts(session, [written])


def test_a_late_receipt_after_a_knowing_resend_is_counted_as_a_double_openly(
    session: Session, cast: Cast
) -> None:
    first = marked(session, cast)
    record(session, first, "unknown", None)
    for event, after in ((Event.LOSE_TRACK, State.UNKNOWN), (Event.HOLD, State.HELD)):
        verdict = Verdict(attempt=first.attempt, event=event, after=after)
        attempts.conclude(session, [verdict], NOW)
    by = Actor("Neha", cast.seeded.tenant, Role.OPERATOR)
    assert resend_held(session, first.attempt.delivery, by=by, now=LATER) is None
    second = marked(session, cast)
    assert second.attempt.delivery == first.attempt.delivery
    record(session, second, "accepted", "wamid.second")
    attempts.accept(session, [(second.attempt, "wamid.second")], event=Event.ACCEPT, now=LATER)
    hear(session, receipts(status("wamid.second", "sent", tracker=second.tracker, at=LATER)))

    def doubled() -> int:
        seen = broadcast(session, cast.seeded.tenant, cast.broadcast, now=LATER)
        assert seen is not None
        return seen.doubled

    assert doubled() == 0
    late = status("wamid.first", "delivered", tracker=first.tracker)
    hear(session, receipts(late), receipts(late | {"status": "read"}), now=LATER)
    assert doubled() == 1
    hear(session, receipts(status("wamid.second", "delivered", tracker=second.tracker)), now=LATER)
    assert doubled() == 1


def test_one_message_and_a_refused_one_are_no_double(session: Session, cast: Cast) -> None:
    first = marked(session, cast)
    hear(session, receipts(status("wamid.first", "failed", tracker=first.tracker, code=131016)))
    second = marked(session, cast)
    assert second.attempt.number == 2
    hear(session, receipts(status("wamid.second", "sent", tracker=second.tracker)))
    seen = broadcast(session, cast.seeded.tenant, cast.broadcast, now=LATER)
    assert seen is not None
    assert seen.doubled == 0

"""What receipts make of deliveries, in whatever order they come. On both databases."""

import itertools
from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select, update

from engine.domain.broadcast import OVER, BroadcastState
from engine.domain.delivery import Event, State
from engine.domain.ids import AttemptId, DeliveryId
from engine.store import attempts, inbox, outbox
from engine.store.attempts import AttemptRecord, Verdict
from engine.store.outbox import Marked
from engine.store.tables import (
    Broadcast,
    Delivery,
    ParkedReceipt,
    Receipt,
    Subscriber,
    Webhook,
)
from engine.workers import receive
from tests.workers.cast import EPOCH, NOW, Cast, delivery, first, stage, tracker
from tests.workers.said import change, hear, receipts, status

DICE = Random(0)
ORDERS = list(itertools.permutations(["sent", "delivered", "read"]))
SOON = NOW + timedelta(seconds=10)


def mark(session: Session, cast: Cast, limit: int = 1) -> list[Marked]:
    return outbox.mark_due(
        session,
        cast.lanes[0],
        epoch=EPOCH,
        horizon=NOW + timedelta(hours=1),
        limit=limit,
        now=NOW,
    )


def accept(session: Session, taken: Marked, message: str) -> None:
    record(session, taken, "accepted", message)
    attempts.accept(session, [(taken.attempt, message)], event=Event.ACCEPT, now=NOW)


def lose_track(session: Session, taken: Marked) -> None:
    record(session, taken, "unknown", None)
    conclude(session, taken, Event.LOSE_TRACK, State.UNKNOWN)


def record(session: Session, taken: Marked, outcome: str, message: str | None) -> None:
    written = AttemptRecord(
        attempt=taken.attempt,
        sender=taken.sender,
        epoch=EPOCH,
        started_at=NOW,
        ended_at=NOW,
        outcome=outcome,
        message_id=message,
    )
    attempts.record_attempts(session, [written])


def conclude(session: Session, taken: Marked, event: Event, after: State) -> None:
    verdict = Verdict(attempt=taken.attempt, event=event, after=after, due_at=NOW)
    assert attempts.conclude(session, [verdict], NOW) == 1


def state(session: Session, identity: int) -> State:
    return State(delivery(session, identity).state)


def count(session: Session, model: type) -> int:
    return session.exec(select(sa.func.count()).select_from(model)).one()


@pytest.mark.parametrize("together", [True, False])
def test_receipts_in_any_order_and_twice_end_in_the_same_state(
    session: Session, together: bool
) -> None:
    taken = mark(session, stage(session, people=len(ORDERS)), limit=len(ORDERS))
    for one, order in zip(taken, ORDERS, strict=True):
        message = f"wamid.{one.attempt.delivery}"
        accept(session, one, message)
        said = [status(message, word, tracker=one.tracker) for word in (*order, *order)]
        bodies = [receipts(*said)] if together else [receipts(one) for one in said]
        for body in bodies:
            hear(session, body)

        row = delivery(session, one.attempt.delivery)
        assert (row.state, row.message_id) == (State.READ, message)
        assert row.sent_at == row.delivered_at == row.read_at == NOW
    assert count(session, Receipt) == 3 * len(ORDERS)


def test_receipts_that_are_quicker_than_our_own_record_of_the_send_stay(session: Session) -> None:
    (taken,) = mark(session, stage(session))
    for word in ("read", "delivered"):
        hear(session, receipts(status("wamid.1", word, tracker=taken.tracker)))
    accept(session, taken, "wamid.1")
    hear(session, receipts(status("wamid.1", "sent", tracker=taken.tracker)))

    row = delivery(session, taken.attempt.delivery)
    assert (row.state, row.message_id) == (State.READ, "wamid.1")


def test_a_failure_that_is_quicker_than_our_own_record_of_the_send_stays(session: Session) -> None:
    (taken,) = mark(session, stage(session))
    hear(session, receipts(status("wamid.1", "failed", tracker=taken.tracker, code=131000)))
    accept(session, taken, "wamid.1")

    assert state(session, taken.attempt.delivery) is State.RETRYING


@pytest.mark.parametrize(
    "before", [State.PLANNED, State.UNKNOWN, State.RETRYING, State.HELD, State.FAILED]
)
def test_a_late_receipt_wins_over_what_we_thought_and_nothing_is_sent_again(
    session: Session, before: State
) -> None:
    cast = stage(session, people=1)
    (taken,) = mark(session, cast)
    session.exec(update(Delivery).values(state=before.value, due_at=NOW))

    hear(session, receipts(status("wamid.1", "sent", tracker=taken.tracker)))

    row = delivery(session, taken.attempt.delivery)
    assert (row.state, row.message_id) == (State.SENT, "wamid.1")
    assert mark(session, cast) == []


def test_who_was_cancelled_and_got_it_all_the_same_has_it(session: Session) -> None:
    (taken,) = mark(session, stage(session, people=1))
    session.exec(update(Delivery).values(state=State.CANCELLED.value))

    hear(session, receipts(status("wamid.1", "delivered", tracker=taken.tracker)))

    assert state(session, taken.attempt.delivery) is State.DELIVERED


def test_a_failure_that_may_pass_is_tried_again_inside_the_window(session: Session) -> None:
    cast = stage(session, people=1)
    (taken,) = mark(session, cast)
    accept(session, taken, "wamid.1")
    hear(session, receipts(status("wamid.1", "failed", tracker=taken.tracker, code=131000)))

    row = delivery(session, taken.attempt.delivery)
    assert (row.state, row.error_code) == (State.RETRYING, 131000)
    assert row.due_at is not None
    assert NOW < row.due_at < NOW + timedelta(seconds=5)
    assert [again.attempt.number for again in mark(session, cast)] == [2]


def test_a_failure_for_good_is_a_dead_letter_and_was_never_handed_over(session: Session) -> None:
    (taken,) = mark(session, stage(session, people=1))
    accept(session, taken, "wamid.1")
    for word, code in (("sent", None), ("failed", 131026)):
        hear(session, receipts(status("wamid.1", word, tracker=taken.tracker, code=code)))

    row = delivery(session, taken.attempt.delivery)
    assert (row.state, row.error_code, row.sent_at) == (State.FAILED, 131026, None)
    assert row.reason


def test_a_failure_that_overtook_the_sent_is_not_undone_by_it(session: Session) -> None:
    (taken,) = mark(session, stage(session, people=1))
    accept(session, taken, "wamid.1")
    for word, code in (("failed", 131026), ("sent", None)):
        hear(session, receipts(status("wamid.1", word, tracker=taken.tracker, code=code)))

    row = delivery(session, taken.attempt.delivery)
    assert (row.state, row.sent_at) == (State.FAILED, None)


@pytest.mark.parametrize("code", [131042, 190, 368])
def test_what_the_account_cannot_send_is_not_sent_again_and_again(
    session: Session, code: int
) -> None:
    cast = stage(session, people=1)
    (taken,) = mark(session, cast)
    accept(session, taken, "wamid.1")
    hear(session, receipts(status("wamid.1", "failed", tracker=taken.tracker, code=code)))

    assert state(session, taken.attempt.delivery) is State.FAILED
    assert mark(session, cast) == []


def test_what_the_sender_cannot_send_waits_before_it_goes_again(session: Session) -> None:
    (taken,) = mark(session, stage(session, people=1))
    accept(session, taken, "wamid.1")
    hear(session, receipts(status("wamid.1", "failed", tracker=taken.tracker, code=131048)))

    row = delivery(session, taken.attempt.delivery)
    assert row.state == State.RETRYING
    assert row.due_at is not None
    assert row.due_at > NOW + timedelta(milliseconds=500)


@pytest.mark.parametrize("over", sorted(OVER))
def test_a_failure_after_the_broadcast_is_over_waits_for_no_retry(
    session: Session, over: BroadcastState
) -> None:
    (taken,) = mark(session, stage(session, people=1))
    accept(session, taken, "wamid.1")
    session.exec(update(Broadcast).values(state=over.value))
    hear(session, receipts(status("wamid.1", "failed", tracker=taken.tracker, code=131000)))

    row = delivery(session, taken.attempt.delivery)
    assert row.state == State.FAILED
    assert "over" in row.reason


@pytest.mark.parametrize("together", [True, False])
def test_a_message_that_fails_says_nothing_about_one_that_lives(
    session: Session, together: bool
) -> None:
    """The first attempt's answer was lost: only a receipt tells that its message lives."""
    cast = stage(session, people=1)
    (lost,) = mark(session, cast)
    lose_track(session, lost)
    conclude(session, lost, Event.RESEND, State.RETRYING)
    (again,) = mark(session, cast)
    accept(session, again, "wamid.2")
    lives = status("wamid.1", "sent", tracker=lost.tracker)
    fails = status("wamid.2", "failed", tracker=again.tracker, code=131000)
    for body in [receipts(lives, fails)] if together else [receipts(lives), receipts(fails)]:
        hear(session, body)

    assert state(session, lost.attempt.delivery) is State.SENT
    assert mark(session, cast) == []


def test_an_old_attempt_that_was_accepted_drops_the_retry(session: Session) -> None:
    """A worker that was stalled records its answer when the delivery has long been marked anew."""
    cast = stage(session, people=1)
    (old,) = mark(session, cast)
    lose_track(session, old)
    conclude(session, old, Event.RESEND, State.RETRYING)
    (new,) = mark(session, cast)
    accept(session, old, "wamid.1")
    assert state(session, old.attempt.delivery) is State.ACCEPTED
    attempts.conclude(
        session,
        [Verdict(attempt=new.attempt, event=Event.RETRY, after=State.RETRYING, due_at=NOW)],
        NOW,
    )

    assert state(session, old.attempt.delivery) is State.ACCEPTED
    assert mark(session, cast) == []


def test_an_old_attempt_whose_message_failed_meanwhile_drops_nothing(session: Session) -> None:
    cast = stage(session, people=1)
    (old,) = mark(session, cast)
    lose_track(session, old)
    hear(session, receipts(status("wamid.1", "failed", tracker=old.tracker, code=131000)))
    (new,) = mark(session, cast)
    accept(session, old, "wamid.1")

    assert new.attempt.number == 2
    assert state(session, old.attempt.delivery) is State.SENDING


@pytest.mark.parametrize("theirs", ["order-4711", "dc.1.1.0123456789abcdef", None, "dc.1.1"])
def test_what_is_not_ours_is_parked_and_touches_nothing(
    session: Session, theirs: str | None
) -> None:
    taken = mark(session, stage(session), limit=6)
    hear(session, receipts(status("wamid.theirs", "read", tracker=theirs)))

    assert count(session, ParkedReceipt) == 1
    assert {state(session, one.attempt.delivery) for one in taken} == {State.SENDING}


def test_a_parked_receipt_is_applied_when_our_record_tells_its_message(session: Session) -> None:
    (taken,) = mark(session, stage(session))
    hear(session, receipts(status("wamid.1", "delivered")))
    assert receive.retry_parked(session, NOW, DICE) == 0

    accept(session, taken, "wamid.1")

    assert receive.retry_parked(session, NOW, DICE) == 1
    assert state(session, taken.attempt.delivery) is State.DELIVERED
    assert count(session, ParkedReceipt) == 0


def test_a_parked_receipt_is_applied_when_another_receipt_tells_its_message(
    session: Session,
) -> None:
    (taken,) = mark(session, stage(session))
    lose_track(session, taken)
    hear(session, receipts(status("wamid.1", "read")))
    hear(session, receipts(status("wamid.1", "sent", tracker=taken.tracker)))

    assert receive.retry_parked(session, NOW, DICE) == 1
    assert state(session, taken.attempt.delivery) is State.READ
    assert receive.retry_parked(session, NOW, DICE) == 0


@pytest.mark.parametrize("order", [("sent", "read"), ("read", "sent")])
def test_a_receipt_that_names_its_attempt_is_heard_beside_one_that_does_not(
    session: Session, order: tuple[str, str]
) -> None:
    """Of a message whose answer was lost, in one batch: it would be parked for ever."""
    (taken,) = mark(session, stage(session, people=1))
    lose_track(session, taken)
    trackers = {"sent": taken.tracker, "read": None}
    hear(session, receipts(*(status("wamid.1", word, tracker=trackers[word]) for word in order)))
    receive.retry_parked(session, SOON, DICE)

    assert state(session, taken.attempt.delivery) is State.READ
    assert count(session, ParkedReceipt) == 0


def test_a_thousand_receipts_in_one_webhook_settle_in_one_go(session: Session) -> None:
    cast = stage(session, people=334)
    taken = mark(session, cast, limit=334)
    said = [
        status(f"wamid.{one.attempt.delivery}", word, tracker=one.tracker)
        for word in ("read", "sent", "delivered")
        for one in taken
    ][:1000]
    for one in taken:
        record(session, one, "accepted", f"wamid.{one.attempt.delivery}")
    hear(session, receipts(*said))

    states = session.exec(select(Delivery.state)).all()
    assert states == [State.READ] * 334
    assert count(session, Receipt) == 1000


def test_more_receipts_than_a_statement_takes_values_are_no_trouble(session: Session) -> None:
    """Meta promises a thousand in a POST; signed bytes are believed to hold more all the same."""
    (taken,) = mark(session, stage(session))
    foreign = [
        status("wamid.theirs", "sent", tracker=f"dc.{10_000 + n}.1.0123456789abcdef")
        for n in range(33_000)
    ]
    many = [status(f"wamid.other.{n}", "sent") for n in range(6_000)]
    ours = status("wamid.1", "sent", tracker=taken.tracker)
    hear(session, receipts(*foreign, *many, ours))

    assert state(session, taken.attempt.delivery) is State.SENT


def test_numbers_too_large_for_a_column_are_no_trouble(session: Session) -> None:
    (taken,) = mark(session, stage(session))
    key = delivery(session, taken.attempt.delivery).key[:16]
    hear(
        session,
        receipts(
            status("wamid.2", "sent", tracker=f"dc.999999999999999999.1.{key}"),
            status("wamid.3", "failed", tracker=f"dc.{taken.attempt.delivery}.999999999.{key}"),
            status("wamid.4", "failed", tracker=taken.tracker, code=10**18),
        ),
    )

    assert inbox.count_waiting(session) == 0


def test_the_same_webhook_ten_times_changes_nothing(session: Session) -> None:
    (taken,) = mark(session, stage(session))
    accept(session, taken, "wamid.1")
    body = receipts(
        *(status("wamid.1", word, tracker=taken.tracker) for word in ("sent", "delivered"))
    )
    hear(session, body)
    before = delivery(session, taken.attempt.delivery)
    for _ in range(9):
        hear(session, body, now=SOON)

    assert delivery(session, taken.attempt.delivery) == before
    assert (count(session, Receipt), count(session, Webhook)) == (2, 1)


def test_the_same_receipts_in_ten_other_webhooks_change_nothing(session: Session) -> None:
    (taken,) = mark(session, stage(session))
    accept(session, taken, "wamid.1")
    said = [status("wamid.1", word, tracker=taken.tracker) for word in ("sent", "delivered")]
    hear(session, receipts(*said))
    before = delivery(session, taken.attempt.delivery)
    for nth in range(9):
        hear(session, receipts(*said[nth % 2 :], status(f"wamid.other.{nth}", "sent")), now=SOON)

    assert delivery(session, taken.attempt.delivery) == before
    assert count(session, Receipt) == 2


@pytest.mark.parametrize(
    "garbage", [b"", b"\xff\xfe", b"[]", b'{"entry": 7}', b"[" * 100_000, b'{"entry": [null, 3]}']
)
def test_garbage_is_set_aside_and_keeps_nobody_waiting(session: Session, garbage: bytes) -> None:
    (taken,) = mark(session, stage(session))
    hear(session, garbage, receipts(status("wamid.1", "sent", tracker=taken.tracker)))

    assert state(session, taken.attempt.delivery) is State.SENT
    assert inbox.count_waiting(session) == 0


def test_unreadable_webhooks_stay_as_they_came_with_a_note(session: Session) -> None:
    hear(session, b"not json")

    row = session.exec(select(Webhook)).one()
    assert (row.state, row.body) == (inbox.UNREADABLE, b"not json")
    assert row.note == "The body is not JSON."


def test_a_kind_nobody_knows_is_read_and_done_with(session: Session) -> None:
    hear(session, change("tomorrows_field", {"event": "NEWS"}))

    assert session.exec(select(Webhook.state)).one() == inbox.DONE


def test_the_refusal_of_somebody_who_stopped_opts_them_out(session: Session) -> None:
    cast = stage(session, people=2)
    (taken,) = mark(session, cast)
    accept(session, taken, "wamid.1")
    hear(session, receipts(status("wamid.1", "failed", tracker=taken.tracker, code=131050)))

    person = session.get_one(Subscriber, taken.subscriber, populate_existing=True)
    assert (person.status, person.consented) == ("OPTED_OUT", False)
    assert state(session, taken.attempt.delivery) is State.FAILED


def test_a_receipt_finds_its_attempt_by_the_tracker_alone(session: Session) -> None:
    cast = stage(session, people=1)
    identity = first(cast, session)
    (taken,) = mark(session, cast)
    assert taken.tracker == tracker(session, AttemptId(DeliveryId(identity), 1))
    hear(session, receipts(status("wamid.9", "sent", tracker=taken.tracker)))

    row = session.exec(select(Receipt).where(col(Receipt.message_id) == "wamid.9")).one()
    assert (row.delivery_id, row.attempt) == (identity, 1)

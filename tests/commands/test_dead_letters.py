"""Dead letters: put back, one or many; closed with a reason; and never sent twice."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select, update

from engine.commands.discard_dead_letters import discard_dead_letters
from engine.commands.put_back import AT_ONCE, PutBack
from engine.commands.requeue_dead_letters import requeue_dead_letters
from engine.commands.requeue_delivery import requeue_delivery
from engine.commands.resend_all_held import resend_all_held
from engine.commands.retry_failed import Retried, retry_failed
from engine.domain.broadcast import BroadcastState
from engine.domain.dead_letter import WORDS, Objection, WantedLetters
from engine.domain.delivery import State
from engine.domain.ids import AttemptId, DeliveryId, DeliveryKey, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Forbidden, Role
from engine.store import outbox
from engine.store.tables import (
    Attempt,
    AuditEntry,
    Broadcast,
    Content,
    Delivery,
    LogEntry,
    Sender,
    Subscriber,
    Template,
)
from tests.workers.cast import EPOCH, NOW, Cast, delivery, stage
from tests.workers.said import hear, receipts, status

LATER = NOW + timedelta(minutes=20)
PEOPLE = 6


@pytest.fixture
def cast(session: Session) -> Cast:
    """A finished broadcast all of whose deliveries failed, because WhatsApp was unavailable."""
    made = stage(session, people=PEOPLE)
    session.exec(update(Delivery).values(state="failed", error_code=131016, attempts=1))
    session.exec(update(Broadcast).values(state="finished", finished_at=NOW))
    return made


def operator(cast: Cast, role: Role = Role.OPERATOR) -> Actor:
    return Actor("Neha", cast.seeded.tenant, role)


def letters(cast: Cast, **narrowed: Any) -> WantedLetters:
    return WantedLetters(tenant=cast.seeded.tenant, broadcast=cast.broadcast, **narrowed)


def ids(session: Session) -> list[DeliveryId]:
    return [
        DeliveryId(i or 0) for i in session.exec(select(Delivery.id).order_by(col(Delivery.id)))
    ]


def states(session: Session) -> list[str]:
    return list(session.exec(select(Delivery.state).order_by(col(Delivery.id))))


def last_audit(session: Session) -> tuple[str, str, dict[str, Any]]:
    row = session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc()).limit(1)).one()
    return row.action, row.subject, json.loads(row.after)


def put_back(session: Session, cast: Cast, wanted: WantedLetters | None = None) -> PutBack:
    done = requeue_dead_letters(session, wanted or letters(cast), by=operator(cast), now=LATER)
    assert isinstance(done, PutBack)
    return done


def test_a_dead_letter_put_back_is_due_at_once_and_its_broadcast_open_again(
    session: Session, cast: Cast
) -> None:
    one = ids(session)[0]
    assert requeue_delivery(session, one, by=operator(cast), now=LATER) is None

    row = delivery(session, one)
    assert (row.state, row.due_at, row.error_code) == (State.RETRYING, LATER, None)
    assert row.reason == "Put back by Neha"
    assert session.exec(select(Broadcast.state)).one() == BroadcastState.SETTLING
    action, subject, after = last_audit(session)
    assert (action, subject, after["state"]) == (
        "delivery.requeued",
        f"delivery:{one}",
        "retrying",
    )
    (marked,) = outbox.mark_due(
        session, cast.lanes[0], epoch=EPOCH, horizon=LATER, limit=9, now=LATER
    )
    assert marked.attempt.delivery == one
    assert marked.attempt.number == 2


def test_it_is_put_back_once_whoever_presses(session: Session, cast: Cast) -> None:
    one = ids(session)[0]
    assert requeue_delivery(session, one, by=operator(cast), now=LATER) is None
    again = requeue_delivery(session, one, by=operator(cast), now=LATER)
    assert again == Refused(WORDS[Objection.SETTLED])
    assert put_back(session, cast).count == PEOPLE - 1
    assert put_back(session, cast).count == 0


def test_what_was_dead_and_then_heard_of_is_not_put_back(session: Session, cast: Cast) -> None:
    one = ids(session)[0]
    tracker = AttemptId(one, 1).tracker(DeliveryKey(delivery(session, one).key))
    hear(session, receipts(status("wamid.late", "sent", tracker=tracker)), now=LATER)

    refused = requeue_delivery(session, one, by=operator(cast), now=LATER)
    assert refused == Refused(WORDS[Objection.SETTLED])
    assert put_back(session, cast).count == PEOPLE - 1
    assert delivery(session, one).state == State.SENT


Change = tuple[type[Any], dict[str, Any]]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ([(Subscriber, {"status": "OPTED_OUT", "consented": False})], Objection.OPTED_OUT),
        ([(Subscriber, {"status": "PAUSED"})], Objection.NOT_ACTIVE),
        ([(Broadcast, {"state": "aborted"})], Objection.ENDED),
        ([(Content, {"state": "draft", "content_hash": None})], Objection.VOID),
        ([(Content, {"content_hash": "another"})], Objection.VOID),
        ([(Broadcast, {"content_id": None})], Objection.VOID),
        ([(Template, {"status": "PAUSED"})], Objection.TEMPLATE),
        ([(Template, {"version": 9})], Objection.TEMPLATE),
        ([(Delivery, {"phone": None})], Objection.ERASED),
        ([(Sender, {"state": "stopped"})], Objection.NO_SENDER),
    ],
)
def test_what_may_not_go_stays_a_dead_letter_and_says_why(
    session: Session, cast: Cast, changes: Sequence[Change], why: Objection
) -> None:
    for model, values in changes:
        session.exec(update(model).values(**values))
    refused = requeue_delivery(session, ids(session)[0], by=operator(cast), now=LATER)
    assert refused == Refused(WORDS[why])
    done = put_back(session, cast)
    assert (done.count, dict(done.stayed)) == (0, {why: PEOPLE})
    assert set(states(session)) == {"failed"}


def test_the_next_day_nothing_of_the_morning_goes(session: Session, cast: Cast) -> None:
    tomorrow = NOW + timedelta(days=1)
    done = requeue_dead_letters(session, letters(cast), by=operator(cast), now=tomorrow)
    assert isinstance(done, PutBack)
    assert dict(done.stayed) == {Objection.ANOTHER_DAY: PEOPLE}


def test_a_stopped_sender_is_no_reason_while_a_backup_may_send(
    session: Session, cast: Cast
) -> None:
    """The conductor hands what a stopped lane has to the others and to a backup."""
    session.exec(update(Sender).where(col(Sender.role) == "primary").values(state="stopped"))
    assert put_back(session, cast).count == PEOPLE


def test_a_try_without_an_answer_goes_back_alone_and_knowingly(
    session: Session, cast: Cast
) -> None:
    one = ids(session)[0]
    session.add(
        Attempt(
            delivery_id=one,
            number=1,
            sender_id=cast.seeded.senders[0],
            epoch=EPOCH,
            started_at=NOW,
            ended_at=NOW,
            outcome="unknown",
        )
    )
    session.flush()
    done = put_back(session, cast)
    assert (done.count, dict(done.stayed)) == (PEOPLE - 1, {Objection.UNANSWERED: 1})
    refused = requeue_delivery(session, one, by=operator(cast), now=LATER)
    assert refused == Refused(WORDS[Objection.UNANSWERED])
    assert requeue_delivery(session, one, knowingly=True, by=operator(cast), now=LATER) is None
    assert last_audit(session)[2]["knowingly"] is True


def test_many_go_back_in_bounded_transactions_each_with_its_audit(
    session: Session, cast: Cast
) -> None:
    many(session, cast, AT_ONCE + 50)
    first = put_back(session, cast)
    assert (first.count, first.next is None) == (AT_ONCE, False)
    action, subject, after = last_audit(session)
    assert (action, subject) == ("dead_letters.requeued", f"broadcast:{cast.broadcast}")
    assert (after["count"], len(after["deliveries"])) == (AT_ONCE, AT_ONCE)
    rest = requeue_dead_letters(
        session, letters(cast), before=first.next, by=operator(cast), now=LATER
    )
    assert isinstance(rest, PutBack)
    assert (rest.count, rest.next) == (PEOPLE + 50, None)
    assert set(states(session)) == {"retrying"}


def test_a_slice_costs_the_same_number_of_statements_however_many_there_are(
    session: Session, cast: Cast
) -> None:
    def statements() -> int:
        said: list[str] = []
        engine = session.get_bind()
        listener = lambda *given: said.append(given[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        put_back(session, cast)
        event.remove(engine, "before_cursor_execute", listener)
        return len(said)

    session.exec(update(Delivery).values(state="failed"))
    few = statements()
    many(session, cast, AT_ONCE)
    session.exec(update(Delivery).values(state="failed"))
    session.exec(update(Broadcast).values(state="finished"))
    assert statements() == few


def many(session: Session, cast: Cast, number: int) -> None:
    pattern = delivery(session, ids(session)[0])
    for place in range(number):
        values: dict[str, Any] = pattern.model_dump(exclude={"id"}) | {"key": f"many {place}"}
        session.add(Delivery(**values))
    session.flush()


def test_filters_narrow_what_goes_back(session: Session, cast: Cast) -> None:
    first, second, *_ = ids(session)
    session.exec(update(Delivery).where(col(Delivery.id) == first).values(error_code=131026))
    session.exec(update(Delivery).where(col(Delivery.id) == second).values(error_code=None))
    person = session.exec(
        select(Subscriber).where(Subscriber.id == delivery(session, first).subscriber_id)
    ).one()
    assert put_back(session, cast, letters(cast, codes=(131026,), search=person.name)).count == 1
    assert put_back(session, cast, letters(cast, codes=(None,))).count == 1
    other = cast.seeded.backups[0]
    assert put_back(session, cast, letters(cast, sender=other)).count == 0
    assert put_back(session, cast, letters(cast, sender=cast.seeded.senders[0])).count == PEOPLE - 2


def test_only_failed_ones_are_put_back_this_way(session: Session, cast: Cast) -> None:
    wanted = letters(cast, state=State.HELD)
    refused = requeue_dead_letters(session, wanted, by=operator(cast), now=LATER)
    assert isinstance(refused, Refused)


def test_many_are_closed_with_one_reason_that_stays_with_each(session: Session, cast: Cast) -> None:
    by = operator(cast)
    assert isinstance(discard_dead_letters(session, letters(cast), " ", by=by, now=LATER), Refused)
    done = discard_dead_letters(session, letters(cast), "too  late", by=by, now=LATER)
    assert isinstance(done, PutBack)
    assert (done.count, done.next) == (PEOPLE, None)
    row = delivery(session, ids(session)[0])
    assert (row.state, row.reason) == ("discarded", "Closed by Neha: too late")
    assert row.error_code == 131016  # the cause stays with it
    assert last_audit(session)[2]["reason"] == "too late"
    assert put_back(session, cast).count == 0


def test_retry_failed_takes_what_may_have_passed_and_names_what_has_not(
    session: Session, cast: Cast
) -> None:
    first, second, third, *_ = ids(session)
    for one, code in ((first, 131026), (second, 131050), (third, 132015)):
        session.exec(update(Delivery).where(col(Delivery.id) == one).values(error_code=code))
    done = retry_failed(session, cast.broadcast, by=operator(cast), now=LATER)
    assert isinstance(done, Retried)
    assert done.put_back.count == PEOPLE - 2
    assert dict(done.for_good) == {131026: 1, 131050: 1}
    assert sorted(states(session)) == ["failed"] * 2 + ["retrying"] * (PEOPLE - 2)
    assert "4 that had failed go again" in session.exec(select(LogEntry.words)).all()[-1]
    again = retry_failed(session, cast.broadcast, by=operator(cast), now=LATER)
    assert isinstance(again, Retried)
    assert (again.put_back.count, sum(again.for_good.values())) == (0, 2)


def test_a_template_that_is_still_paused_keeps_its_failures(session: Session, cast: Cast) -> None:
    session.exec(update(Delivery).values(error_code=132015))
    session.exec(update(Template).values(status="PAUSED"))
    done = retry_failed(session, cast.broadcast, by=operator(cast), now=LATER)
    assert isinstance(done, Retried)
    assert (done.put_back.count, dict(done.put_back.stayed)) == (0, {Objection.TEMPLATE: PEOPLE})


def test_where_nothing_failed_there_is_nothing_to_retry(session: Session, cast: Cast) -> None:
    session.exec(update(Delivery).values(state="read"))
    refused = retry_failed(session, cast.broadcast, by=operator(cast), now=LATER)
    assert refused == Refused("Nothing of this broadcast has failed.")


def test_all_held_ones_of_a_broadcast_go_again_knowingly(session: Session, cast: Cast) -> None:
    first, *_ = ids(session)
    session.exec(update(Delivery).values(state="held", error_code=None))
    stopped = delivery(session, first).subscriber_id
    session.exec(update(Subscriber).where(col(Subscriber.id) == stopped).values(consented=False))
    done = resend_all_held(session, cast.broadcast, by=operator(cast), now=LATER)
    assert isinstance(done, PutBack)
    assert (done.count, dict(done.stayed)) == (PEOPLE - 1, {Objection.OPTED_OUT: 1})
    assert delivery(session, first).state == State.HELD
    assert delivery(session, ids(session)[1]).reason == "Sent again knowingly by Neha"
    assert last_audit(session)[0] == "broadcast.held_resent"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUTHOR, Role.APPROVER])
def test_only_who_runs_the_morning_touches_dead_letters(
    session: Session, cast: Cast, role: Role
) -> None:
    by, at = operator(cast, role), LATER
    one = ids(session)[0]
    asked: list[tuple[Any, tuple[Any, ...]]] = [
        (requeue_delivery, (one,)),
        (requeue_dead_letters, (letters(cast),)),
        (discard_dead_letters, (letters(cast), "x")),
        (retry_failed, (cast.broadcast,)),
        (resend_all_held, (cast.broadcast,)),
    ]
    for command, given in asked:
        with pytest.raises(Forbidden):
            command(session, *given, by=by, now=at)
    assert set(states(session)) == {"failed"}


def test_another_firms_dead_letters_are_not_there(session: Session, cast: Cast) -> None:
    stranger = Actor("Farid", TenantId(cast.seeded.tenant + 1), Role.OPERATOR)
    at: datetime = LATER
    with pytest.raises(Forbidden):
        requeue_dead_letters(session, letters(cast), by=stranger, now=at)
    for refused in (
        requeue_delivery(session, ids(session)[0], by=stranger, now=at),
        retry_failed(session, cast.broadcast, by=stranger, now=at),
        resend_all_held(session, cast.broadcast, by=stranger, now=at),
    ):
        assert isinstance(refused, Refused)

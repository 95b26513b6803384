"""Single messages go once, by their own number, and a death loses or doubles none of them."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select, update

from engine.clock import MachineClock
from engine.commands.answer_reply import answer_reply
from engine.domain.delivery import State
from engine.domain.ids import ConversationId, MessageId, TenantId, UserId
from engine.domain.outcome import Accepted, Blame, Failure, Outcome, Unknown
from engine.domain.roles import Actor, Role
from engine.store import leases, singles
from engine.store.database import Database
from engine.store.journal import MemoryJournals
from engine.store.tables import (
    Attempt,
    Conversation,
    Delivery,
    Lease,
    Notification,
    Sender,
    Subscriber,
)
from engine.workers.equipment import Equipment
from engine.workers.record import Recorder
from engine.workers.singles import WINDOW_OVER, send_singles
from tests.workers.cast import EPOCH, equipment, stage
from tests.workers.patience import until
from tests.workers.said import hear, text
from tests.workers.virtual import Sent, Whatsapp

pytestmark = pytest.mark.anyio


def ask_and_answer(session: Session, *, words: str = "Hold it.", key: str = "k1") -> int:
    """Somebody asked, and was answered; the delivery's number."""
    now = MachineClock().now()
    person = session.exec(select(Subscriber).order_by(col(Subscriber.id))).first()
    assert person is not None
    hear(session, text("Sell?", sender=(person.phone or "").lstrip("+"), at=now), now=now)
    row = session.exec(select(Conversation)).one()
    by = Actor("Neha", TenantId(row.tenant_id), Role.OPERATOR, UserId(1))
    done = answer_reply(session, ConversationId(row.id or 0), words, client_key=key, by=by, now=now)
    assert done is True
    found = session.exec(select(Notification).order_by(col(Notification.id).desc())).first()
    assert found is not None
    return found.delivery_id


def furnish(session: Session) -> None:
    stage(session, people=2)
    session.exec(update(Delivery).values(state=State.CANCELLED.value))
    session.add(
        Lease(
            name=leases.NAME,
            owner="test",
            token=EPOCH,
            expires_at=MachineClock().now() + timedelta(hours=1),
        )
    )


def state_of(database: Database, delivery: int) -> Delivery:
    def question(session: Session) -> Delivery:
        return session.get_one(Delivery, delivery)

    return database.read_now(question)


async def run_until(made: Equipment, happened: "object") -> None:
    """The worker and the recorder, until something has happened."""
    recorder, stopping = Recorder(made), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        recording = tasks.create_task(recorder.run())
        sending = tasks.create_task(send_singles(made, recorder, stopping))
        await until(happened)  # pyright: ignore[reportArgumentType]
        stopping.set()
        await sending
        await recorder.drained()
        recording.cancel()


async def test_an_answer_is_sent_once_as_text_and_its_attempt_is_on_record(
    database: Database,
) -> None:
    database.transact_now(furnish)
    delivery = database.transact_now(ask_and_answer)
    whatsapp = Whatsapp(latency=0.01)
    made = equipment(database, whatsapp)
    await run_until(made, lambda: state_of(database, delivery).state == State.ACCEPTED)
    assert len(whatsapp.sent) == 1
    row = state_of(database, delivery)
    assert (row.attempts, row.message_id) == (1, f"wamid.{whatsapp.sent[0].tracker}")
    attempts = database.read_now(lambda s: list(s.exec(select(Attempt)).all()))
    assert [(one.outcome, one.delivery_id) for one in attempts] == [("accepted", delivery)]


async def test_a_run_whose_lease_was_taken_marks_nothing(database: Database) -> None:
    database.transact_now(furnish)
    database.transact_now(ask_and_answer)
    now = MachineClock().now()
    assert database.transact_now(singles.mark_due, epoch=EPOCH + 1, limit=9, now=now) == []
    assert len(database.transact_now(singles.mark_due, epoch=EPOCH, limit=9, now=now)) == 1
    assert database.transact_now(singles.mark_due, epoch=EPOCH, limit=9, now=now) == []


async def test_an_answer_whose_window_closed_before_it_went_is_cancelled_with_the_reason(
    database: Database,
) -> None:
    database.transact_now(furnish)
    delivery = database.transact_now(ask_and_answer)
    database.transact_now(
        lambda s: s.exec(update(Notification).values(expires_at=MachineClock().now())).rowcount
    )
    whatsapp = Whatsapp(latency=0.01)
    made = equipment(database, whatsapp)
    await run_until(made, lambda: state_of(database, delivery).state == State.CANCELLED)
    assert state_of(database, delivery).reason == WINDOW_OVER
    assert whatsapp.sent == []


async def test_it_waits_for_a_number_that_rests_and_goes_by_no_other(database: Database) -> None:
    database.transact_now(furnish)
    delivery = database.transact_now(ask_and_answer)
    database.transact_now(lambda s: s.exec(update(Sender).values(state="resting")).rowcount)
    now = MachineClock().now()
    assert not database.read_now(singles.any_due, now)
    assert database.transact_now(singles.mark_due, epoch=EPOCH, limit=9, now=now) == []
    database.transact_now(lambda s: s.exec(update(Sender).values(state="active")).rowcount)
    assert database.read_now(singles.any_due, now)
    assert state_of(database, delivery).state == State.PLANNED


async def test_a_request_without_an_answer_is_unknown_and_not_sent_again(
    database: Database,
) -> None:
    def nothing(_sent: Sent) -> Outcome:
        return Unknown("no answer")

    database.transact_now(furnish)
    delivery = database.transact_now(ask_and_answer)
    whatsapp = Whatsapp(answer=nothing, latency=0.01)
    made = equipment(database, whatsapp)
    await run_until(made, lambda: state_of(database, delivery).state == State.UNKNOWN)
    assert len(whatsapp.sent) == 1


async def test_what_the_account_may_not_send_now_waits_a_minute_instead_of_hammering(
    database: Database,
) -> None:
    def expired(_sent: Sent) -> Outcome:
        return Failure(blame=Blame.ACCOUNT, code=190, title="Token")

    database.transact_now(furnish)
    delivery = database.transact_now(ask_and_answer)
    whatsapp = Whatsapp(answer=expired, latency=0.01)
    made = equipment(database, whatsapp)
    await run_until(made, lambda: state_of(database, delivery).state == State.RETRYING)
    due_at = state_of(database, delivery).due_at
    assert due_at is not None
    assert due_at > MachineClock().now() + timedelta(seconds=50)
    assert len(whatsapp.sent) == 1


async def test_a_crash_of_the_worker_leaves_what_had_begun_unknown_and_frees_what_had_not(
    database: Database,
) -> None:
    database.transact_now(furnish)
    begun = database.transact_now(ask_and_answer)
    fresh = database.transact_now(ask_and_answer, words="And more.", key="k2")
    journals = MemoryJournals()
    whatsapp = Whatsapp(latency=0.01)
    made = equipment(database, whatsapp, journal=journals.open("journal"))
    made = _with_journal(made, journals)
    marked = database.transact_now(singles.mark_due, epoch=EPOCH, limit=9, now=MachineClock().now())
    assert {int(one.attempt.delivery) for one in marked} == {begun, fresh}
    made.journal.append(next(one.attempt for one in marked if one.attempt.delivery == begun))
    await run_until(made, lambda: state_of(database, fresh).state == State.ACCEPTED)
    assert state_of(database, begun).state == State.UNKNOWN
    assert [sent.attempt.delivery for sent in whatsapp.sent] == [fresh]


def _with_journal(made: Equipment, journals: MemoryJournals) -> Equipment:
    from dataclasses import replace
    from functools import partial

    return replace(made, started=partial(journals.started, "journal"))


async def test_two_answers_do_not_outrun_their_numbers_pace(database: Database) -> None:
    def accepts(sent: Sent) -> Outcome:
        return Accepted(MessageId(f"wamid.{sent.nth}"))

    database.transact_now(furnish)
    database.transact_now(lambda s: s.exec(update(Sender).values(rate_per_second=2.0)).rowcount)
    numbers = [
        database.transact_now(ask_and_answer, words=f"No {n}", key=f"k{n}") for n in range(5)
    ]
    whatsapp = Whatsapp(answer=accepts, latency=0.01)
    made = equipment(database, whatsapp)
    await run_until(
        made, lambda: all(state_of(database, n).state == State.ACCEPTED for n in numbers)
    )
    instants = [sent.at for sent in whatsapp.sent]
    for first, third in zip(instants, instants[2:], strict=False):
        assert third - first >= 0.99


async def test_a_callers_message_obeys_the_cap_of_the_day_and_an_answer_does_not(
    database: Database,
) -> None:
    database.transact_now(furnish)
    answer = database.transact_now(ask_and_answer)
    asked = database.transact_now(ask_and_answer, words="By a caller", key="k2")

    def by_a_caller(session: Session) -> None:
        mine = update(Notification).where(col(Notification.delivery_id) == asked)
        session.exec(mine.values(origin="api", expires_at=None))
        session.exec(update(Sender).values(daily_cap=0))

    database.transact_now(by_a_caller)
    made = equipment(database, Whatsapp(latency=0.01))
    await run_until(made, lambda: state_of(database, asked).state == State.FAILED)
    assert "people" in state_of(database, asked).reason
    assert state_of(database, answer).state == State.ACCEPTED

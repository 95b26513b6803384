"""The delivery table under any sequence of marks, answers, losses, receipts and requeues, on a real
database: states only follow arrows, one row for each attempt, and what is known is never unlearnt.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from random import Random

import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlmodel import Session, SQLModel, col, select

from engine.domain.delivery import ON_THE_PHONE, TRANSITIONS, Event, State, possible
from engine.domain.ids import AttemptId, DeliveryId, MessageId, SenderId
from engine.domain.receipts import ReceiptStatus
from engine.store import attempts, held, outbox
from engine.store.attempts import AttemptRecord, Verdict
from engine.store.database import Database
from engine.store.tables import Attempt, Delivery, Receipt
from engine.workers.receipts import Arrived, apply_receipts
from tests.workers.cast import EPOCH, NOW, stage, tracker

PEOPLE = 4
REACHABLE = {before: frozenset(arrows.values()) for before, arrows in TRANSITIONS.items()}
"""Where one arrow leads to."""
STATUSES = st.sampled_from(list(ReceiptStatus))
PLACES = st.integers(0, 1_000)


class DeliveryMachine(RuleBasedStateMachine):
    """Four deliveries in a lane, and everything that is ever done to them, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.database = Database("sqlite://", inline=True, durable=False)
        self.database.transact_now(lambda s: SQLModel.metadata.create_all(s.connection()))
        self.cast = self.database.transact_now(stage, people=PEOPLE)
        self.in_flight: list[AttemptId] = []
        self.trackers: dict[AttemptId, str] = {}
        self.made: list[AttemptId] = []
        self.now = NOW
        self.states = self.database.read_now(_states)
        self.webhooks = count(1)

    def teardown(self) -> None:
        self.database.close()

    def _step(self, work: Callable[..., object], *args: object) -> None:
        """One transaction; each state then stands where some arrows lead from where it stood."""
        self.now += timedelta(seconds=1)
        self.database.transact_now(lambda session: work(session, *args))
        after = self.database.read_now(_states)
        for delivery, before in self.states.items():
            assert after[delivery] in _reachable(before, 3), (before, after[delivery])
            if before in ON_THE_PHONE:
                assert after[delivery] in ON_THE_PHONE
            if before is State.READ:
                assert after[delivery] is State.READ
        self.states = after

    @rule(limit=st.integers(1, PEOPLE))
    def mark(self, limit: int) -> None:
        """A lane takes what is due."""

        def marks(session: Session) -> None:
            for one in outbox.mark_due(
                session,
                self.cast.lanes[0],
                epoch=EPOCH,
                horizon=self.now + timedelta(days=1),
                limit=limit,
                now=self.now,
            ):
                assert one.attempt not in self.trackers, "an attempt was marked twice"
                self.in_flight.append(one.attempt)
                self.made.append(one.attempt)
                self.trackers[one.attempt] = tracker(session, one.attempt)

        self._step(marks)

    @rule(limit=st.integers(1, PEOPLE))
    def a_ghost_marks_nothing(self, limit: int) -> None:
        """A run with an older epoch."""

        def marks(session: Session) -> None:
            assert not outbox.mark_due(
                session,
                self.cast.lanes[0],
                epoch=EPOCH - 1,
                horizon=self.now + timedelta(days=1),
                limit=limit,
                now=self.now,
            )

        self._step(marks)

    @precondition(lambda self: self.in_flight)
    @rule(place=PLACES, event=st.sampled_from([Event.ACCEPT, Event.PACE]), twice=st.booleans())
    def is_accepted(self, place: int, event: Event, twice: bool) -> None:
        """WhatsApp took it; the record may be written a second time."""
        attempt = self.in_flight.pop(place % len(self.in_flight))

        def record(session: Session) -> None:
            self._record(session, attempt, "accepted", _message(attempt))
            accepted = [(attempt, _message(attempt))]
            attempts.accept(session, accepted, event=event, now=self.now)

        for _ in range(1 + twice):
            self._step(record)

    @precondition(lambda self: self.in_flight)
    @rule(
        place=PLACES,
        ending=st.sampled_from(
            [
                ("failed", Event.RETRY, State.RETRYING),
                ("failed", Event.GIVE_UP, State.FAILED),
                ("unknown", Event.LOSE_TRACK, State.UNKNOWN),
                ("released", Event.RELEASE, State.PLANNED),
            ]
        ),
    )
    def is_not_accepted(self, place: int, ending: tuple[str, Event, State]) -> None:
        """Refused, lost, or never begun."""
        attempt = self.in_flight.pop(place % len(self.in_flight))
        outcome, event, after = ending

        def record(session: Session) -> None:
            self._record(session, attempt, outcome, None)
            verdict = Verdict(attempt=attempt, event=event, after=after, due_at=self.now)
            attempts.conclude(session, [verdict], self.now)

        self._step(record)

    @precondition(lambda self: self.made)
    @rule(place=PLACES, event=st.sampled_from([Event.HOLD, Event.RESEND]))
    def is_judged(self, place: int, event: Event) -> None:
        """The evidence rule speaks of an attempt, the latest or an old one."""
        attempt = self.made[place % len(self.made)]
        after = State.HELD if event is Event.HOLD else State.RETRYING
        verdict = Verdict(attempt=attempt, event=event, after=after, due_at=self.now)
        self._step(attempts.conclude, [verdict], self.now)

    @precondition(lambda self: self.made)
    @rule(said=st.lists(st.tuples(PLACES, STATUSES), min_size=1, max_size=5), named=st.booleans())
    def receipts_come(self, said: list[tuple[int, ReceiptStatus]], named: bool) -> None:
        """In any order, twice, with our tracker or by the message's name alone."""
        arrived: list[Arrived] = []
        for place, status in said:
            attempt = self.made[place % len(self.made)]
            failed = status is ReceiptStatus.FAILED
            arrived.append(
                Arrived(
                    message_id=MessageId(_message(attempt)),
                    status=status,
                    at=self.now,
                    tracker=self.trackers[attempt] if named else None,
                    error_code=131_000 if failed else None,
                    detail="",
                    webhook=next(self.webhooks),
                    received_at=self.now,
                )
            )
        self._step(apply_receipts, arrived, self.now, Random(1))

    @rule(place=st.integers(1, PEOPLE))
    def a_person_puts_it_back(self, place: int) -> None:
        """A dead letter goes again."""
        before = self.states[place]
        if not possible(before, Event.REQUEUE):
            return
        self._step(_requeue, DeliveryId(place), before, self)

    @rule()
    def a_person_aborts(self) -> None:
        """What is unsent is cancelled."""

        def cancel(session: Session) -> None:
            outbox.cancel_unsent_of(session, self.cast.broadcast, reason="Aborted", now=self.now)

        self._step(cancel)

    def _record(
        self, session: Session, attempt: AttemptId, outcome: str, message: str | None
    ) -> None:
        record = AttemptRecord(
            attempt=attempt,
            sender=SenderId(1),
            epoch=EPOCH,
            started_at=self.now,
            ended_at=self.now,
            outcome=outcome,
            message_id=message,
        )
        attempts.record_attempts(session, [record])

    @invariant()
    def one_row_for_each_attempt_and_each_receipt(self) -> None:
        """Nothing is written twice, and nothing that was never made."""
        numbers = self.database.read_now(_numbers)
        assert len(numbers) == len(set(numbers))
        assert set(numbers) <= {(one.delivery, one.number) for one in self.made}
        said = self.database.read_now(_said)
        assert len(said) == len(set(said))

    @invariant()
    def the_number_of_the_latest_attempt_is_how_many_there_were(self) -> None:
        """So no two POSTs share a tracker."""
        made = self.database.read_now(_attempts_made)
        for delivery, number in made.items():
            assert number == sum(one.delivery == delivery for one in self.made)


def _reachable(state: State, arrows: int) -> frozenset[State]:
    """Where up to so many arrows lead: one transaction may hold several receipts."""
    found = frozenset({state})
    for _ in range(arrows):
        found |= frozenset(after for one in found for after in REACHABLE[one])
    return found


def _message(attempt: AttemptId) -> str:
    return f"wamid.{attempt.delivery}.{attempt.number}"


def _states(session: Session) -> dict[int, State]:
    rows = session.connection().execute(sa.select(col(Delivery.id), col(Delivery.state)))
    return {row[0] or 0: State(row[1]) for row in rows}


def _attempts_made(session: Session) -> dict[int, int]:
    rows = session.connection().execute(sa.select(col(Delivery.id), col(Delivery.attempts)))
    return {row[0] or 0: row[1] for row in rows}


def _numbers(session: Session) -> list[tuple[int, int]]:
    return list(session.exec(select(Attempt.delivery_id, Attempt.number)).all())


def _said(session: Session) -> list[tuple[str, str]]:
    return list(session.exec(select(Receipt.message_id, Receipt.status)).all())


def _requeue(
    session: Session, delivery: DeliveryId, before: State, machine: DeliveryMachine
) -> None:
    held.move(
        session,
        delivery,
        old=before,
        new=TRANSITIONS[before][Event.REQUEUE],
        reason="Put back",
        due_at=machine.now,
        now=machine.now,
    )


DeliveryMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestDeliveries = DeliveryMachine.TestCase

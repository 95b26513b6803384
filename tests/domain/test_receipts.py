"""Receipts of several attempts in any order: nobody is greeted twice, nobody is lost."""

from itertools import chain, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.domain.delivery import (
    ACCEPTED_OR_BETTER,
    HANDED_OVER,
    ON_THE_PHONE,
    UNSENT,
    Event,
    State,
    advance,
)
from engine.domain.receipts import (
    ReceiptStatus,
    answer_event,
    failure_event,
    is_alive,
    is_news,
    receipt_event,
)

S = ReceiptStatus


class Book:
    """The least a store must remember of one delivery; it follows the rules and decides nothing."""

    def __init__(self, state: State = State.PLANNED) -> None:
        self.state = state
        self.latest = 0
        self.outcomes: dict[int, str] = {}  # accepted, failed, unknown; absent while in flight
        self.receipts: dict[int, list[S]] = {}  # by the attempt that made the message

    def mark(self) -> int:
        self.latest += 1
        self.happen(Event.MARK)
        return self.latest

    def happen(self, event: Event | None) -> None:
        if event is not None:
            self.state = advance(self.state, event)

    def answer(self, attempt: int, outcome: str, event: Event) -> None:
        self.outcomes[attempt] = outcome
        earlier = self.receipts.get(attempt, [])
        self.happen(
            answer_event(event, attempt=attempt, latest_attempt=self.latest, earlier=earlier)
        )

    def receipt(self, attempt: int, status: S, *, retry: bool = False) -> None:
        earlier = list(self.receipts.get(attempt, []))
        if status in earlier:
            return  # the unique key of the receipts
        self.receipts.setdefault(attempt, []).append(status)
        if status is not S.FAILED:
            self.happen(receipt_event(status, earlier=earlier))
            return
        others = {n for n, outcome in self.outcomes.items() if outcome == "accepted"}
        others |= set(self.receipts)
        self.happen(
            failure_event(
                state=self.state,
                attempt=attempt,
                latest_attempt=self.latest,
                latest_settled=self.outcomes.get(self.latest, "unknown") != "unknown",
                earlier=earlier,
                others=[self.receipts.get(n, []) for n in others - {attempt}],
                retry=retry,
            )
        )


STORIES = [
    tuple(chosen)
    for chosen in (
        [S.SENT, S.DELIVERED, S.READ],
        [S.SENT, S.FAILED],
        [S.SENT, S.FAILED, S.DELIVERED],
        [S.FAILED],
        [S.DELIVERED, S.READ, S.PLAYED],
        [S.READ],
    )
]


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("retry", [True, False])
def test_one_messages_receipts_and_answer_end_the_same_in_every_order(
    story: tuple[S, ...], retry: bool
) -> None:
    ends: set[State] = set()
    for order in permutations((*story, "answer")):
        book = Book()
        attempt = book.mark()
        for what in chain(order, order):  # everything comes twice
            if isinstance(what, S):
                book.receipt(attempt, what, retry=retry)
            elif attempt not in book.outcomes:
                book.answer(attempt, "accepted", Event.ACCEPT)
        ends.add(book.state)
    assert len(ends) == 1, ends


def test_a_late_sent_does_not_drop_the_retry_of_a_failure_that_overtook_it() -> None:
    book = Book()
    attempt = book.mark()
    book.answer(attempt, "accepted", Event.ACCEPT)
    book.receipt(attempt, S.FAILED, retry=True)
    book.receipt(attempt, S.SENT)
    assert book.state is State.RETRYING


def test_an_answer_does_not_undo_the_failure_that_overtook_it() -> None:
    book = Book()
    attempt = book.mark()
    book.receipt(attempt, S.FAILED)
    book.answer(attempt, "accepted", Event.ACCEPT)
    assert book.state is State.FAILED


def test_a_receipt_of_an_attempt_written_off_drops_the_retry() -> None:
    book = Book()
    first = book.mark()
    book.answer(first, "unknown", Event.LOSE_TRACK)
    book.happen(Event.RESEND)
    book.receipt(first, S.DELIVERED)
    assert book.state is State.DELIVERED


def test_the_refusal_of_a_resend_does_not_undo_the_first_message() -> None:
    book = Book()
    first = book.mark()
    book.answer(first, "unknown", Event.LOSE_TRACK)
    book.happen(Event.RESEND)
    second = book.mark()
    book.receipt(first, S.SENT)
    book.answer(second, "failed", Event.RETRY)
    assert book.state is State.SENT


def test_an_old_failure_says_nothing_while_a_newer_attempt_is_on_its_way() -> None:
    book = Book()
    first = book.mark()
    book.answer(first, "unknown", Event.LOSE_TRACK)
    book.happen(Event.RESEND)
    book.mark()
    book.receipt(first, S.FAILED, retry=True)
    assert book.state is State.SENDING


def test_an_old_attempts_late_refusal_says_nothing_about_the_newest() -> None:
    for outcome, event in (("unknown", Event.LOSE_TRACK), ("failed", Event.GIVE_UP)):
        book = Book()
        first = book.mark()
        book.happen(Event.LOSE_TRACK)  # by whoever took over from a stalled worker
        book.happen(Event.RESEND)
        second = book.mark()
        book.answer(first, outcome, event)
        assert book.state is State.SENDING
        book.answer(second, "accepted", Event.ACCEPT)
        assert book.state is State.ACCEPTED


def test_one_of_two_messages_failing_leaves_the_other_standing() -> None:
    book = Book()
    first = book.mark()
    book.answer(first, "unknown", Event.LOSE_TRACK)
    book.happen(Event.RESEND)
    second = book.mark()
    book.receipt(first, S.SENT)
    book.answer(second, "accepted", Event.ACCEPT)
    book.receipt(first, S.FAILED, retry=True)
    assert book.state is State.SENT


def test_a_failure_while_another_attempt_has_no_outcome_waits_as_a_dead_letter() -> None:
    book = Book()
    first = book.mark()
    book.answer(first, "unknown", Event.LOSE_TRACK)
    book.happen(Event.RESEND)
    second = book.mark()
    book.receipt(first, S.SENT)
    book.receipt(first, S.FAILED, retry=True)
    assert book.state is State.FAILED
    book.answer(second, "accepted", Event.ACCEPT)
    assert book.state is State.ACCEPTED


@given(st.sets(st.sampled_from(S)), st.sampled_from(S))
def test_news_raises_a_messages_standing(earlier: set[S], status: S) -> None:
    if is_news(status, earlier):
        assert status not in earlier
        if S.FAILED in earlier:
            assert status in {S.DELIVERED, S.READ, S.PLAYED}


def test_a_message_is_dead_only_by_a_failure_without_an_arrival() -> None:
    assert is_alive([])
    assert is_alive([S.SENT])
    assert is_alive([S.FAILED, S.DELIVERED])
    assert not is_alive([S.SENT, S.FAILED])


def test_a_failed_receipt_asked_as_an_arrival_is_our_bug() -> None:
    with pytest.raises(AssertionError, match="failure_event"):
        receipt_event(S.FAILED)


class AnyMorning(RuleBasedStateMachine):
    """Attempts, lost answers, evidence, and receipts for any of them at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Book()

    @precondition(lambda self: self.book.state in UNSENT and self.book.latest < 5)
    @rule()
    def a_lane_takes_it(self) -> None:
        self.book.mark()

    @precondition(lambda self: self.book.latest)
    @rule(
        data=st.data(),
        answer=st.sampled_from(
            [
                ("accepted", Event.ACCEPT),
                ("failed", Event.RETRY),
                ("failed", Event.GIVE_UP),
                ("unknown", Event.LOSE_TRACK),
            ]
        ),
    )
    def an_attempt_answers(self, data: st.DataObject, answer: tuple[str, Event]) -> None:
        attempt = data.draw(st.integers(1, self.book.latest))
        if self.book.outcomes.get(attempt, "unknown") != "unknown":
            return  # it answers once; only a lost one may be heard of late
        if answer[0] == "failed" and self.book.receipts.get(attempt):
            return  # what was refused has no receipts
        self.book.answer(attempt, *answer)

    @precondition(lambda self: self.book.state is State.UNKNOWN)
    @rule(event=st.sampled_from([Event.RESEND, Event.HOLD]))
    def the_evidence_rule_speaks(self, event: Event) -> None:
        self.book.happen(event)

    @precondition(lambda self: self.book.state in {State.FAILED, State.CANCELLED})
    @rule()
    def a_person_puts_it_back(self) -> None:
        self.book.happen(Event.REQUEUE)

    @precondition(lambda self: self.book.latest)
    @rule(data=st.data(), status=st.sampled_from(S), retry=st.booleans())
    def a_receipt_comes(self, data: st.DataObject, status: S, retry: bool) -> None:
        attempt = data.draw(st.integers(1, self.book.latest))
        if self.book.outcomes.get(attempt) != "failed":
            self.book.receipt(attempt, status, retry=retry)

    def living(self) -> list[list[S]]:
        accepted = {n for n, outcome in self.book.outcomes.items() if outcome == "accepted"}
        known = accepted | set(self.book.receipts)
        return [r for n in known if is_alive(r := self.book.receipts.get(n, []))]

    @invariant()
    def it_never_goes_again_while_a_message_of_it_is_alive(self) -> None:
        if self.living():
            assert self.book.state not in UNSENT
            assert self.book.state in ACCEPTED_OR_BETTER

    @invariant()
    def the_best_receipt_decides(self) -> None:
        statuses = set(chain.from_iterable(self.living()))
        if statuses & {S.READ, S.PLAYED}:
            assert self.book.state is State.READ
        elif S.DELIVERED in statuses:
            assert self.book.state is State.DELIVERED
        elif S.SENT in statuses:
            assert self.book.state in HANDED_OVER

    @invariant()
    def it_is_on_the_phone_only_by_whatsapps_word(self) -> None:
        if self.book.state in ON_THE_PHONE:
            assert set(chain.from_iterable(self.book.receipts.values())) - {S.SENT, S.FAILED}


AnyMorning.TestCase.settings = settings(max_examples=400, stateful_step_count=30, deadline=None)
TestAnyMorning = AnyMorning.TestCase

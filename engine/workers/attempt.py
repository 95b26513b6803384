"""One attempt, start to end: ask WhatsApp, understand the answer, decide what it means for the
delivery.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Protocol, assert_never

from engine.domain import retry
from engine.domain.delivery import Event, State
from engine.domain.ids import PhoneNumberId
from engine.domain.message import Message, TemplateMessage
from engine.domain.outcome import Acceptance, Accepted, Failure, Unknown
from engine.domain.pacing import AdaptivePace
from engine.store import attempts
from engine.store.attempts import AttemptRecord, Verdict
from engine.store.outbox import Marked
from engine.workers.equipment import Equipment
from engine.workers.record import Ending

HELD_UP_SECONDS = 0.002


class Clocks(Protocol):
    """How a lane reads its clocks."""

    def by_the_plan(self) -> datetime:
        """What time it is by the clock of the plan, which `closes_at` is read on."""
        ...

    def stamp(self, at: float) -> datetime:
        """What is written down of the loop's instant `at`, which is now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptContext:
    """What an attempt needs besides the delivery itself."""

    equipment: Equipment
    phone_number: PhoneNumberId
    message: Message
    closes_at: datetime | None
    """The end of its broadcast's window; None for a single message."""
    pace: AdaptivePace
    clocks: Clocks
    policy: retry.RetryPolicy = retry.WINDOW


@dataclass(slots=True)
class _Start:
    """When a request left: as it was meant to, or later, where something held it up."""

    context: AttemptContext
    at: float
    stamp: datetime

    def may_go(self) -> bool:
        """The last thing before the request is written."""
        equipment = self.context.equipment
        if not equipment.lease.held():
            return False
        now = equipment.clock.loop_time()
        if now - self.at > HELD_UP_SECONDS:
            # A new connection, or a machine that stood still: the ones behind it keep their
            # distance to what it became.
            self.context.pace.put_off(self.at, now)
            self.at, self.stamp = now, self.context.clocks.stamp(now)
        return True


async def make_attempt(
    context: AttemptContext, marked: Marked, started: float
) -> tuple[Ending, Failure | None]:
    """Send once. Returns how it ended, and the failure when it was one, for the lane to learn from.

    started: now, by the loop's clock. Cancelling it leaves the delivery `sending`: the
    next engine run finds it in the journal and treats it as unknown.
    """
    equipment = context.equipment
    message = context.message
    if isinstance(message, TemplateMessage):
        message = replace(message, parameters=marked.parameters)
    start = _Start(context, started, context.clocks.stamp(started))
    outcome = await equipment.gateway.send(
        context.phone_number, marked.to, message, marked.tracker, start.may_go
    )
    now = equipment.clock.now()
    record = partial(
        AttemptRecord,
        attempt=marked.attempt,
        sender=marked.sender,
        epoch=equipment.epoch,
        started_at=start.stamp,
        ended_at=now,
    )
    match outcome:
        case Accepted(message_id, acceptance):
            paced = acceptance is not Acceptance.ACCEPTED
            event = Event.PACE if paced else Event.ACCEPT
            written = record(outcome="accepted", message_id=message_id)
            return Ending(written, acceptance=event), None
        case Unknown(why):
            verdict = Verdict(
                attempt=marked.attempt, event=Event.LOSE_TRACK, after=State.UNKNOWN, reason=why
            )
            return Ending(record(outcome="unknown", detail=why), verdict=verdict), None
        case Failure():
            written = record(
                outcome="failed",
                error_code=outcome.code,
                blame=outcome.blame.value,
                detail=outcome.detail,
            )
            tries = await _tries(context, marked)
            return Ending(written, verdict=_after_failure(context, marked, outcome, tries)), outcome
    assert_never(outcome)


async def _tries(context: AttemptContext, marked: Marked) -> int:
    """How often this delivery was really tried, this time included.

    Its attempts are numbered by marks, and a mark that was given back at a pause is no try.
    """
    if marked.attempt.number == 1:
        return 1
    recorded = await context.equipment.database.read(attempts.tries, marked.attempt.delivery)
    return min(recorded + 1, marked.attempt.number)


def _after_failure(
    context: AttemptContext, marked: Marked, failure: Failure, tries: int
) -> Verdict:
    # What is due again waits in the plan, beside what has not been tried.
    now = context.clocks.by_the_plan()
    decision = retry.decide(
        failure,
        attempts=tries,
        now=now,
        policy=context.policy,
        rng=context.equipment.rng,
        window_close=context.closes_at,
    )
    event, after, due_at = what_follows(decision, now)
    return Verdict(
        attempt=marked.attempt,
        event=event,
        after=after,
        reason=decision.reason,
        error_code=failure.code,
        due_at=due_at,
    )


def what_follows(decision: retry.Decision, now: datetime) -> tuple[Event, State, datetime | None]:
    """The event of a decision, the state it leads to, and when the delivery is due again."""
    match decision:
        case retry.RetryAt(at=due_at):
            return Event.RETRY, State.RETRYING, due_at
        case retry.FailOver() | retry.StopAll():
            # Due at once: its lane is stopping, so it waits for another sender, or for a person.
            return Event.RETRY, State.RETRYING, now
        case retry.GiveUp():
            return Event.GIVE_UP, State.FAILED, None
    assert_never(decision)

"""Sends the messages that no broadcast made: answers to people, and what API callers asked for.

They share their number's pace with its lanes: what passes may use the part that broadcasts leave
(spec N2, P4). Marks, journal, lease and records are a lane's, so that a death is settled alike.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from engine.clock import Clock
from engine.domain import limits, quality, retry
from engine.domain.content import Wording
from engine.domain.delivery import Event, State
from engine.domain.ids import LaneId, SenderId, SubscriberId
from engine.domain.limits import Quota
from engine.domain.message import TemplateMessage
from engine.domain.outcome import Blame, Failure, Unknown
from engine.domain.pacing import LOWEST_RATE
from engine.store import singles as outbox
from engine.store.attempts import Verdict
from engine.store.notifications import NO_CONTENT
from engine.store.outbox import Marked
from engine.store.singles import Single, is_high
from engine.workers.attempt import AttemptContext, make_attempt
from engine.workers.equipment import Equipment
from engine.workers.pulse import Pulse
from engine.workers.record import Ending, Recorder, released
from engine.workers.recover import recover_singles

AT_ONCE = 50
LOOK_EVERY_SECONDS = 0.5
WAITS_FOR = timedelta(seconds=60)
"""How long one waits that its number or the account may not send now."""
TOO_OFTEN = 5
"""Tries after which nothing of the account's or the number's doing keeps a message any longer."""
NO_LANE = LaneId(0)
NOBODY = SubscriberId(0)
OWN_WORDS = Wording(NO_CONTENT, "")
"""They come with the message; no content was approved for it."""
WINDOW_OVER = (
    "The 24 hours ended in which WhatsApp takes free text to them, before it could be sent."
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Now:
    """A single message has no plan whose distances it must keep: the wall clock is right."""

    clock: Clock

    def by_the_plan(self) -> datetime:
        """As it stands."""
        return self.clock.now()

    def stamp(self, at: float) -> datetime:
        """`at` is now."""
        del at
        return self.clock.now()


async def send_singles(equipment: Equipment, recorder: Recorder, stopping: asyncio.Event) -> None:
    """Mark what is due, send it, look again, until told to stop; waits for what is under way."""
    await recorder.drained()
    await recover_singles(equipment)
    async with asyncio.TaskGroup() as tasks:
        while not stopping.is_set():
            equipment.beat("singles")
            if await equipment.database.peek(outbox.any_due, equipment.clock.now()):
                for single in await _mark(equipment, recorder):
                    tasks.create_task(_send(equipment, recorder, single))
            await equipment.doze(LOOK_EVERY_SECONDS, stopping)


async def _mark(equipment: Equipment, recorder: Recorder) -> list[Single]:
    database, now = equipment.database, equipment.clock.now()
    await database.transact(outbox.expire, now=now, reason=WINDOW_OVER)
    if recorder.is_full or not equipment.lease.held():
        return []
    for tenant in await database.read(outbox.tenants_waiting, now):
        # Before they are marked: a mark counts as a person who is being written to.
        await equipment.quotas.of(database, tenant, now)
    return await database.transact(outbox.mark_due, epoch=equipment.epoch, limit=AT_ONCE, now=now)


async def _send(equipment: Equipment, recorder: Recorder, single: Single) -> None:
    """One message, at its turn; given back when it may not go after all."""
    clock = equipment.clock
    marked = _marked(single)
    if (full := await _full(equipment, single)) is not None:
        recorder.put(_left_out(marked, equipment, full, clock.now()))
        return
    pulse = _pulse_of(equipment, single)
    if pulse is None or not await _its_turn(equipment, pulse, single):
        recorder.put(_put_off(marked, equipment, clock.now()))
        return
    started, stamp = clock.loop_time(), clock.now()
    try:
        # Noted, then the lease is looked at once more, as a lane does.
        equipment.journal.append(single.attempt)
        if not equipment.lease.held():
            recorder.put(released(marked, equipment.epoch, stamp))
            return
        pulse.pace.sent(started)
        if not pulse.is_closed:
            pulse.starting()
        context = AttemptContext(
            equipment=equipment,
            phone_number=single.phone_number,
            message=single.message,
            closes_at=None,
            pace=pulse.pace,
            clocks=_Now(clock),
            policy=retry.NOTIFICATION if single.origin == "api" else retry.WINDOW,
        )
        ending, failure = await make_attempt(context, marked, started)
    except OSError:
        log.exception("journal.refused", delivery=single.attempt.delivery)
        recorder.put(_put_off(marked, equipment, clock.now()))
        return
    finally:
        equipment.slots.release()
    if failure is not None and single.subscriber is not None and single.origin != "reply":
        equipment.quotas.give_back(single.tenant, single.sender, single.subscriber)
    _learn(pulse, ending, failure, clock.loop_time() - started)
    recorder.put(ending if failure is None else _patient(ending, failure, marked))


async def _full(equipment: Equipment, single: Single) -> Quota | None:
    """The limit of the day that has no room for its person; None: it may go, and is counted.

    An answer inside the service window counts against none (facts B).
    """
    if single.origin == "reply" or single.subscriber is None or single.expires_at is not None:
        return None
    now = equipment.clock.now()
    quotas = await equipment.quotas.of(equipment.database, single.tenant, now)
    binding = quotas.of(single.sender)
    full = next((quota for quota in binding if not quota.may(single.subscriber, now)), None)
    if full is None:
        for quota in binding:
            quota.take(single.subscriber, now)
    return full


async def _its_turn(equipment: Equipment, pulse: Pulse, single: Single) -> bool:
    """Wait for the number's pace and a slot; False when it may not go now. True holds a slot."""
    clock = equipment.clock
    while True:
        at = pulse.pace.next_instant(clock.loop_time(), passes=is_high(single))
        if (wait := at - clock.loop_time()) > 0:
            await asyncio.sleep(wait)
            continue
        waited = await equipment.slots.acquire()
        if waited and pulse.pace.next_instant(clock.loop_time(), passes=is_high(single)) > (
            clock.loop_time()
        ):
            equipment.slots.release()
            continue
        now = clock.now()
        if (
            equipment.lease.held()
            and (pulse.is_closed or pulse.may_send(now))
            and (single.expires_at is None or now < single.expires_at)
            and not _said_stop(equipment, single)
        ):
            return True
        equipment.slots.release()
        return False


def _said_stop(equipment: Equipment, single: Single) -> bool:
    """An answer goes to them all the same: they asked for it by writing."""
    return (
        single.origin != "reply"
        and single.subscriber is not None
        and single.subscriber in equipment.stops
    )


def _pulse_of(equipment: Equipment, single: Single) -> Pulse | None:
    """The number's; None when it may not send at all."""
    reserve = equipment.tuning.reserve
    rate = quality.effective_rate(
        single.rate_per_second,
        single.quality,
        reserve,
        throughput=single.throughput,
        status=single.status,
        last_resort=True,  # an answer goes by the number that was written to, or not at all
    )
    return (
        equipment.pulses.of(SenderId(single.sender), rate, reserve) if rate >= LOWEST_RATE else None
    )


def _marked(single: Single) -> Marked:
    message = single.message
    return Marked(
        attempt=single.attempt,
        tracker=single.attempt.tracker(single.key),
        lane=NO_LANE,
        sender=single.sender,
        subscriber=single.subscriber or NOBODY,
        to=single.to,
        wording=OWN_WORDS,
        parameters=message.parameters if isinstance(message, TemplateMessage) else (),
        due_at=single.due_at,
        priority=single.priority,
    )


def _put_off(marked: Marked, equipment: Equipment, now: datetime) -> Ending:
    """Nothing left, and nothing is to be tried again at once."""
    ending = released(marked, equipment.epoch, now)
    assert ending.verdict is not None
    return Ending(ending.record, verdict=replace(ending.verdict, due_at=now + WAITS_FOR / 6))


def _left_out(marked: Marked, equipment: Equipment, full: Quota, now: datetime) -> Ending:
    """A limit of the day is reached: no POST, and a person is told why."""
    verdict = Verdict(
        attempt=marked.attempt,
        event=Event.GIVE_UP,
        after=State.FAILED,
        reason=limits.full(full.most),
    )
    return Ending(released(marked, equipment.epoch, now).record, verdict=verdict)


def _patient(ending: Ending, failure: Failure, marked: Marked) -> Ending:
    """Where a lane would hand on to another sender or stop, a single message waits a minute; and
    not for ever.
    """
    verdict = ending.verdict
    if verdict is None or verdict.event is not Event.RETRY:
        return ending
    if failure.blame not in {Blame.SENDER, Blame.ACCOUNT}:
        return ending
    if marked.attempt.number >= TOO_OFTEN:
        given_up = replace(verdict, event=Event.GIVE_UP, after=State.FAILED)
        return Ending(ending.record, verdict=given_up)
    later = ending.record.ended_at + WAITS_FOR
    return Ending(ending.record, verdict=replace(verdict, due_at=later))


def _learn(pulse: Pulse, ending: Ending, failure: Failure | None, took: float) -> None:
    now = ending.record.ended_at
    if ending.acceptance is not None:
        pulse.accepted(took, now)
        return
    wrong = Unknown(ending.record.detail) if failure is None else failure
    pulse.went_wrong(wrong, took, now, in_window=False)

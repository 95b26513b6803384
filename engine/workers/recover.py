"""After a death: what an earlier engine run marked and never recorded is dealt with, before
anything is sent.

Its journal tells, on the same boot, which marks never became requests: those are free to go at
once. All others are unknown, and only receipts or evidence settle them (spec E3).
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from engine.domain.delivery import Event, State
from engine.domain.ids import AttemptId, BroadcastId, SenderId
from engine.store import attempts, broadcasts, lanes, leases, outbox, singles, unrecorded
from engine.store.attempts import AttemptRecord, Verdict
from engine.store.journal import Journals
from engine.store.tables import EngineRun
from engine.workers.equipment import Equipment

SLICE = 500
LAST_SECOND = 1.0
JUST_NOW = timedelta(milliseconds=500)
"""Lanes open later than that after the start: a crashed conductor is back after half a second."""
RECORDED_BACK = timedelta(days=1)
STRANDED_LOOKED_BACK = timedelta(days=7)

log = structlog.get_logger()


async def recover(equipment: Equipment, journals: Journals) -> int:
    """Settle the leftovers of every earlier run. Returns how many deliveries are now unknown."""
    database, clock = equipment.database, equipment.clock
    began = clock.loop_time()
    # The fence first: a stalled run that wakes up must not add to what is counted below.
    await database.transact(lanes.fence, equipment.epoch)
    runs = await database.read(leases.unsettled_runs, equipment.epoch)
    unknown = 0
    for run in runs:
        left = await database.read(attempts.left_sending, run.token)
        asked = {attempt for attempt, _, _ in left}
        started = journals.started(run.journal, asked) if _same_boot(run, equipment) else None
        unknown += await _settle(equipment, left, started, run.token)
        await database.transact(leases.settled, run.token, clock.now())
        # Only now: had we died in between, the next run would have needed it.
        journals.remove(run.journal)
        log.info("recover.settled", run=run.token, left=len(left), journal=started is not None)
    if runs:
        await _record_missing(equipment)
    await database.transact(cancel_stranded, clock.now())
    if any(run.ended_at is None for run in runs):
        # WhatsApp counts what the dead run sent in its last second, and we cannot know how much.
        await asyncio.sleep(max(0.0, began + LAST_SECOND - clock.loop_time()))
    return unknown


async def _record_missing(equipment: Equipment, broadcast: BroadcastId | None = None) -> None:
    """What was sent is on record, also where nobody waits for its outcome any more."""
    # Looked for beside the writer: it takes a while among a hundred thousand, and finds few.
    now = equipment.clock.now()
    missing = await equipment.database.read(unrecorded.find, now - RECORDED_BACK, broadcast)
    for start in range(0, len(missing), SLICE):
        records = [
            AttemptRecord(
                attempt=attempt,
                sender=sender,
                epoch=epoch,
                started_at=None,
                ended_at=now,
                outcome="unknown",
                detail=_DIED,
            )
            for attempt, sender, epoch in missing[start : start + SLICE]
        ]
        await equipment.database.transact(attempts.record_attempts, records)


def cancel_stranded(session: Session, now: datetime) -> int:
    """Cancel what is unsent in broadcasts that ended early: given back, or refused, after the end.

    Nobody conducts them any more. Returns how many there were.
    """
    reason = "Its broadcast was over before it went out."
    return sum(
        outbox.cancel_unsent_of(session, broadcast, reason=reason, now=now)
        for broadcast in broadcasts.stranded(session, now - STRANDED_LOOKED_BACK)
    )


async def recover_own(equipment: Equipment, broadcast: BroadcastId) -> int:
    """Settle what a crashed conductor of this very run left `sending` in its broadcast.

    Call it while no lane of the broadcast runs and the recorder has written all it knows.
    """
    left = await equipment.database.read(attempts.left_sending, equipment.epoch, broadcast)
    unknown = 0
    if left:
        started = equipment.started({attempt for attempt, _, _ in left})
        unknown = await _settle(equipment, left, started, equipment.epoch)
    row = await equipment.database.read(broadcasts.get, broadcast)
    now = equipment.clock.now()
    if row.started_at is None or abs(now - row.started_at) > JUST_NOW:  # clocks are set back, too
        # Not at the opening: nothing was sent, and there may be a hundred thousand to look at.
        await _record_missing(equipment, broadcast)
    return unknown


async def recover_singles(equipment: Equipment) -> int:
    """Settle what a crash of this very run left `sending` without a lane. As `recover_own`."""
    left = await equipment.database.read(singles.left_sending, equipment.epoch)
    if not left:
        return 0
    started = equipment.started({attempt for attempt, _, _ in left})
    return await _settle(equipment, left, started, equipment.epoch)


async def _settle(
    equipment: Equipment,
    left: Sequence[tuple[AttemptId, SenderId, datetime | None]],
    started: frozenset[AttemptId] | None,
    epoch: int,
) -> int:
    unknown = 0
    for start in range(0, len(left), SLICE):
        unknown += await equipment.database.transact(
            _settle_slice, left[start : start + SLICE], started, epoch, equipment.clock.now()
        )
    return unknown


def _same_boot(run: EngineRun, equipment: Equipment) -> bool:
    return run.boot_id == equipment.clock.boot_id()


def _settle_slice(
    session: Session,
    left: Sequence[tuple[AttemptId, SenderId, datetime | None]],
    started: frozenset[AttemptId] | None,
    epoch: int,
    now: datetime,
) -> int:
    records: list[AttemptRecord] = []
    verdicts: list[Verdict] = []
    for attempt, sender, _ in left:
        never_started = started is not None and attempt not in started
        records.append(
            AttemptRecord(
                attempt=attempt,
                sender=sender,
                epoch=epoch,
                # Nobody wrote the instant down; the mark's, on the delivery, is the nearest known.
                started_at=None,
                ended_at=now,
                outcome="released" if never_started else "unknown",
                detail=_NEVER_STARTED if never_started else _DIED,
            )
        )
        if never_started:
            verdicts.append(Verdict(attempt=attempt, event=Event.RELEASE, after=State.PLANNED))
        else:
            verdicts.append(
                Verdict(attempt=attempt, event=Event.LOSE_TRACK, after=State.UNKNOWN, reason=_DIED)
            )
    attempts.record_attempts(session, records)
    attempts.conclude(session, verdicts, now)
    return sum(verdict.event is Event.LOSE_TRACK for verdict in verdicts)


_NEVER_STARTED = "The engine died before this request began; its journal shows so."
_DIED = "The engine died while this request may have been under way."

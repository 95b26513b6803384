"""Conducts one broadcast, from wherever it stands to its end: freeze, plan, open the lanes, settle,
finish.

Everything it knows is read from the database on each look, so the conductor of a new engine run
goes on where the last one died.
"""

import asyncio
import math
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from engine.domain import content as content_rules
from engine.domain.broadcast import OVER, BroadcastEvent, BroadcastState, Moment, moment
from engine.domain.content import ContentEvent, ContentState
from engine.domain.delivery import UNSENT, State
from engine.domain.ids import BroadcastId, ContentId, TenantId
from engine.domain.schedule import LatePolicy, too_late
from engine.store import broadcasts, schedules, stand_ins
from engine.store import content as contents
from engine.store import lanes as lanes_store
from engine.store.tables import Broadcast
from engine.workers import fallback, fan_out, freeze, watch
from engine.workers.equipment import Equipment
from engine.workers.morning import Morning
from engine.workers.record import Recorder
from engine.workers.recover import cancel_stranded, recover_own

STALE_AFTER = timedelta(minutes=10)
"""An engine that comes back this long after the close asks a person before it sends the rest (spec
C2).
"""

log = structlog.get_logger()

_S = BroadcastState
_E = BroadcastEvent


async def conduct(
    equipment: Equipment, recorder: Recorder, broadcast: BroadcastId, stopping: asyncio.Event
) -> None:
    """Run a broadcast to its end. Returns when nothing is left to do, or the engine stops."""
    while not stopping.is_set():
        equipment.beat("conduct")
        view = await equipment.database.read(watch.look, broadcast)
        if view.state in OVER:
            await _leave(equipment, recorder, view, broadcast)
            return
        if moment(view.state) is Moment.BEFORE:
            await _prepare(equipment, view, broadcast, stopping)
        elif not await _ask_when_stale(equipment, view):
            await _stamp_the_rest(equipment, view)
            # Not with the start alone: it may have been paused before, and resumed since.
            await equipment.database.transact(lanes_store.open_ready, broadcast)
            await Morning(equipment, recorder, broadcast, stopping).run()


async def _leave(
    equipment: Equipment, recorder: Recorder, view: watch.View, broadcast: BroadcastId
) -> None:
    """Nothing stays behind in a broadcast that is over: neither what was given back after its end,
    nor what a conductor had marked that crashed while a person aborted it.
    """
    if view.state is _S.ABORTED:
        await recorder.drained()
        await recover_own(equipment, broadcast)
    if view.count(State.SENDING, *UNSENT):
        await equipment.database.transact(cancel_stranded, equipment.clock.now())


async def _prepare(
    equipment: Equipment, view: watch.View, broadcast: BroadcastId, stopping: asyncio.Event
) -> None:
    """The next step of a broadcast whose lanes are not open yet."""
    opens_at = view.broadcast.opens_at
    if view.state is _S.SCHEDULED:
        await _freeze(equipment, opens_at, broadcast)
    elif view.state is _S.FROZEN:
        if not view.broadcast.targeted:
            await _refuse(equipment, broadcast, "Nobody is to be sent to. See who was left out.")
        elif not await fan_out.fan_out(equipment, broadcast):
            await _refuse(equipment, broadcast, "No sender may send. See Senders.")
    elif view.state is _S.PLANNED:
        await _until_opening(equipment, opens_at, view)
    else:
        # While a person is asked, a small question now and then is enough.
        while not stopping.is_set() and view.state is await equipment.database.peek(
            broadcasts.state_of, broadcast
        ):
            equipment.beat("conduct")
            await equipment.doze(LOOK_EVERY_SECONDS, stopping)


async def _freeze(equipment: Equipment, opens_at: datetime, broadcast: BroadcastId) -> None:
    if await freeze.freeze(equipment, broadcast):
        return
    if await equipment.database.read(fallback.is_left_out, broadcast, equipment.clock.now()):
        await equipment.database.transact(fallback.leave_out, broadcast, equipment.clock.now())
        return
    # Nothing approved yet: an approval may still come until the window opens.
    if equipment.clock.now() >= opens_at:
        await _refuse(equipment, broadcast, "Nothing was approved for this day.")
    else:
        await _look_again(equipment)


async def _until_opening(equipment: Equipment, opens_at: datetime, view: watch.View) -> None:
    now = equipment.clock.now()
    wait = (opens_at - now).total_seconds() - OPEN_AHEAD_SECONDS
    if wait > WARM_AHEAD_SECONDS:
        # No further ahead than this: clocks are set.
        await asyncio.sleep(min(wait - WARM_AHEAD_SECONDS, LOOK_AHEAD_SECONDS))
        equipment.beat("conduct")
        return
    with suppress(TimeoutError):  # a peer that hangs must not keep the window closed
        async with asyncio.timeout(max(0.0, wait)):
            await equipment.gateway.warm(_connections_for(view, equipment.tuning.reserve))
    await asyncio.sleep(
        max(0.0, (opens_at - equipment.clock.now()).total_seconds() - OPEN_AHEAD_SECONDS)
    )
    which = BroadcastId(view.broadcast.id or 0)
    await equipment.database.transact(_start, which, equipment.epoch, equipment.clock.now())


def _connections_for(view: watch.View, reserve: float) -> int:
    """As many as will have a request on its way at once. Opened in the first second instead, they
    make its sends late, and at a full pace what is late once is late again in every second after.
    """
    rate = sum(view.rate_of(lane, reserve) for lane in view.lanes)
    wanted = math.ceil(min(rate, MOST_RATE) * ANSWER_SECONDS)
    return max(CONNECTIONS_WARMED, min(wanted, view.broadcast.targeted))


LOOK_EVERY_SECONDS = 0.25
LOOK_AHEAD_SECONDS = 1.0
OPEN_AHEAD_SECONDS = 0.6
"""Lanes open this much before the first instant, so that the first marks are durable by then (spec
C3).
"""
CONNECTIONS_WARMED = 32
"""At least; they show that WhatsApp can be reached."""
ANSWER_SECONDS = 0.3
"""As long as an answer takes, at most and usually."""
MOST_RATE = 1_600
"""A rate, in messages per second: twenty senders at their usual pace."""
WARM_AHEAD_SECONDS = 3.0


def _start(session: Session, broadcast: BroadcastId, epoch: int, now: datetime) -> None:
    row = broadcasts.get(session, broadcast)
    if _held_back(session, row, now):
        return
    if not broadcasts.advance(session, broadcast, _E.START, started_at=now):
        return
    for pack in (row.content_id, row.b_content_id):
        content = None if pack is None else contents.get(session, ContentId(pack))
        if content is None:
            continue
        sent = content_rules.advance(ContentState(content.state), ContentEvent.SEND)
        contents.move(session, content, state=sent, now=now)
    lanes_store.claim_lanes(session, broadcast, epoch)
    opened = lanes_store.open_ready(session, broadcast)
    broadcasts.log(
        session,
        tenant=TenantId(row.tenant_id),
        broadcast=broadcast,
        event="broadcast.started",
        words=f"Window opened, {opened} lanes",
        now=now,
    )


def _held_back(session: Session, row: Broadcast, now: datetime) -> bool:
    """Whether the late-start policy keeps a broadcast from starting now (spec C2)."""
    schedule = schedules.schedule_of(session, row)
    why = too_late(now, row.opens_at, timedelta(seconds=schedule.late_after_seconds))
    policy = LatePolicy(schedule.late_policy)
    if why is None or policy is LatePolicy.SEND:
        return False
    event = _E.ASK if policy is LatePolicy.ASK else _E.SKIP
    if broadcasts.advance(session, BroadcastId(row.id or 0), event, state_reason=why):
        broadcasts.log(
            session,
            tenant=TenantId(row.tenant_id),
            broadcast=BroadcastId(row.id or 0),
            event=f"broadcast.{event.value}",
            words=why,
            now=now,
        )
    return True


async def _stamp_the_rest(equipment: Equipment, view: watch.View) -> None:
    """Whose words were changed for a stand-in's right before the opening: the lanes pass over a
    delivery until it says so.
    """
    row, database = view.broadcast, equipment.database
    packs = [ContentId(one) for one in (row.content_id, row.b_content_id) if one is not None]
    if not any([await database.read(stand_ins.taken, pack) for pack in packs]):
        return
    while await database.transact(stand_ins.stamp, BroadcastId(row.id or 0), stand_ins.AT_ONCE):
        equipment.beat("conduct")


async def _ask_when_stale(equipment: Equipment, view: watch.View) -> bool:
    """Pause a broadcast that an engine finds unfinished long after its close; True when it did."""
    row = view.broadcast
    late = equipment.clock.now() - row.closes_at
    if view.state is _S.PAUSED or late < STALE_AFTER:
        return False
    if not view.count(State.PLANNED):
        return False
    return await equipment.database.transact(_pause_stale, view, equipment.clock.now())


def _pause_stale(session: Session, view: watch.View, now: datetime) -> bool:
    row = view.broadcast
    broadcast = BroadcastId(row.id or 0)
    words = (
        f"The engine was away at the close; {view.count(State.PLANNED)} were never sent. "
        "Resume to send them late, or abort."
    )
    if not broadcasts.advance(session, broadcast, _E.PAUSE, state_reason=words, control_at=now):
        return False
    broadcasts.log(
        session,
        tenant=TenantId(row.tenant_id),
        broadcast=broadcast,
        event="broadcast.paused",
        words=words,
        now=now,
    )
    return True


async def _refuse(equipment: Equipment, broadcast: BroadcastId, why: str) -> None:
    now = equipment.clock.now()

    def refuse(session: Session) -> None:
        row = broadcasts.get(session, broadcast)
        if broadcasts.advance(session, broadcast, _E.REFUSE, state_reason=why, finished_at=now):
            broadcasts.log(
                session,
                tenant=TenantId(row.tenant_id),
                broadcast=broadcast,
                event="broadcast.refused",
                words=why,
                now=now,
            )

    await equipment.database.transact(refuse)


async def _look_again(equipment: Equipment) -> None:
    equipment.beat("conduct")
    await asyncio.sleep(LOOK_EVERY_SECONDS)

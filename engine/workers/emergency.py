"""Sends an emergency out: gather, mark, send, record; each person once (spec E6).

A message is marked before it leaves. Who dies in between leaves it unknown, and nobody sends it
again: a second SMS about money is worse than none. A carrier that takes nothing is asked more and
more seldom, one message at a time, so that a dead provider does not use up everybody's one try.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any, assert_never

import structlog
from sqlmodel import Session

from engine.domain import emergency as rules
from engine.domain.alert_channels import NotTold, Told
from engine.domain.carriers import per_second
from engine.domain.emergency import (
    CARRIER,
    Channel,
    EmergencyState,
    LetterState,
    Lost,
    Other,
    Taken,
)
from engine.domain.ids import BroadcastId, TenantId
from engine.domain.retry import GiveUp, RetryAt
from engine.domain.roles import ENGINE
from engine.store import (
    audit,
    broadcasts,
    carriers,
    emergencies,
    emergency_letters,
    wordings,
)
from engine.store.emergency_letters import Letter
from engine.workers.emergency_dispatch import Batch, Dispatch, carry
from engine.workers.equipment import Equipment

LOOK_EVERY_SECONDS = 1.0
"""A step is one second's messages, so this is also what the pace is counted by."""
GATHERED_AT_ONCE = 100
LONGEST_REST = timedelta(seconds=60)

log = structlog.get_logger()


async def send_emergencies(equipment: Equipment, dispatch: Dispatch) -> None:
    """Send what emergencies owe, for ever."""
    database, clock = equipment.database, equipment.clock
    lost = await database.transact(
        emergency_letters.leave_unknown, epoch=equipment.epoch, now=clock.now()
    )
    if lost:
        log.warning("emergency.left_unknown", count=lost)
    try:
        while True:
            equipment.beat("emergency")
            if await database.peek(emergencies.under_way):
                await step(equipment, dispatch)
            await equipment.doze(LOOK_EVERY_SECONDS)
    finally:
        await dispatch.aclose()


async def step(equipment: Equipment, dispatch: Dispatch) -> int:
    """One second's work on every emergency that goes on; how many messages left."""
    database, clock, left = equipment.database, equipment.clock, 0
    for broadcast, tenant, state, people in await database.read(emergencies.under_way):
        if state is EmergencyState.GATHERING:
            await database.transact(gather, broadcast, tenant, people, clock.now())
        async with asyncio.TaskGroup() as channels:
            ways = [
                channels.create_task(_one_way(equipment, dispatch, broadcast, tenant, channel))
                for channel in Channel
            ]
        left += sum(way.result() for way in ways)
        if state is EmergencyState.GOING:
            await database.transact(end_if_done, broadcast, tenant, clock.now())
    return left


def gather(
    session: Session, broadcast: BroadcastId, tenant: TenantId, people: int, now: datetime
) -> int:
    """Owe the next few who have not got it their one message; how many are new."""
    row = emergencies.get(session, broadcast)
    if row is None or row.state != EmergencyState.GATHERING:
        return 0
    carried = frozenset(
        channel for channel in Channel if carriers.get(session, tenant, CARRIER[channel])
    )
    found, up_to = emergencies.missing(
        session, broadcast, after=row.gathered_up_to, limit=GATHERED_AT_ONCE
    )
    chosen = [
        (one, channel)
        for one in found
        if (channel := rules.channel_for(one.addresses, carried)) is not None
    ]
    new = emergency_letters.enlist(
        session, tenant, broadcast, chosen, up_to=up_to, most=people, now=now
    )
    if up_to is None:
        emergencies.advance(session, broadcast, EmergencyState.GATHERING, EmergencyState.GOING)
    return new


def end_if_done(session: Session, broadcast: BroadcastId, tenant: TenantId, now: datetime) -> bool:
    """End one of which nothing is open."""
    if emergency_letters.open_letters(session, broadcast):
        return False
    if not emergencies.advance(
        session, broadcast, EmergencyState.GOING, EmergencyState.DONE, ended_at=now
    ):
        return False
    counted: dict[str, int] = {}
    for (channel, state), count in emergency_letters.counts(session, broadcast).items():
        counted[f"{channel.value}_{state.value}"] = count
    audit.append(
        session,
        by=ENGINE,
        action="emergency.ended",
        subject=f"broadcast:{broadcast}",
        after=counted,
        now=now,
        tenant=tenant,
    )
    return True


async def _one_way(
    equipment: Equipment,
    dispatch: Dispatch,
    broadcast: BroadcastId,
    tenant: TenantId,
    channel: Channel,
) -> int:
    """One second's messages of one channel, all at once."""
    now, way = equipment.clock.now(), (broadcast, channel)
    rest = dispatch.rests.get(way)
    if rest is not None and now < rest[0]:
        return 0
    batch = await equipment.database.transact(
        claim, broadcast, tenant, channel, probing=rest is not None, epoch=equipment.epoch, now=now
    )
    if batch is None:
        return 0
    async with asyncio.TaskGroup() as sending:
        tries = [
            sending.create_task(_send_one(equipment, dispatch, batch, letter))
            for letter in batch.letters
        ]
    if any(one.result() for one in tries):
        dispatch.rests.pop(way, None)
    elif tries:
        before = rest[1] if rest is not None else timedelta(seconds=1)
        longer = min(LONGEST_REST, 2 * before)
        dispatch.rests[way] = (equipment.clock.now() + longer, longer)
    return len(tries)


def claim(
    session: Session,
    broadcast: BroadcastId,
    tenant: TenantId,
    channel: Channel,
    *,
    probing: bool,
    epoch: int,
    now: datetime,
) -> Batch | None:
    """Mark a second's messages as leaving. probing: one alone, to see whether it is taken."""
    reach = carriers.reach(session, tenant, CARRIER[channel])
    row = broadcasts.get(session, broadcast)
    if reach is None or row.content_id is None:
        return None
    most = 1 if probing else per_second(reach.options)
    letters = emergency_letters.mark(session, broadcast, channel, most, epoch=epoch, now=now)
    if not letters:
        return None
    variants = wordings.by_key(session, row.content_id, row.b_content_id)
    return Batch(
        broadcast=broadcast,
        title=row.title,
        bodies={key: one.body for key, one in variants},
        letters=tuple(letters),
        reach=reach,
    )


async def _send_one(equipment: Equipment, dispatch: Dispatch, batch: Batch, letter: Letter) -> bool:
    """Whether the carrier took it."""
    if not equipment.lease.held():
        # It has not left, unless another engine found it marked and says otherwise.
        await equipment.database.transact(
            emergency_letters.end,
            letter.id,
            LetterState.SENDING,
            LetterState.WAITING,
            now=equipment.clock.now(),
        )
        return False
    outcome = await carry(dispatch, batch, letter, equipment.clock.now())
    await equipment.database.transact(
        record, batch, letter, outcome, equipment=equipment, now=equipment.clock.now()
    )
    return isinstance(outcome, Told)


def record(
    session: Session,
    batch: Batch,
    letter: Letter,
    outcome: Told | NotTold,
    *,
    equipment: Equipment,
    now: datetime,
) -> None:
    """Write down what became of it, if it is still ours."""
    carried = frozenset(
        channel
        for channel in Channel
        if carriers.get(session, _tenant_of(session, batch), CARRIER[channel])
    )
    untried = letter.channel is next(iter(Channel))
    other = rules.channel_for(letter.addresses, carried, but=letter.channel) if untried else None
    decision = rules.after(
        outcome, attempts=letter.attempts, other=other, now=now, rng=equipment.rng
    )
    more: dict[str, Any] = {}
    match decision:
        case Taken():
            state, words = LetterState.SENT, ""
        case Lost(words):
            state = LetterState.UNKNOWN
        case RetryAt(at, words):
            state, more = LetterState.WAITING, {"due_at": at}
        case Other(channel, words):
            state = LetterState.WAITING
            more = {"due_at": now, "channel": channel.value, "attempts": 0}
        case GiveUp(words):
            state = LetterState.FAILED
        case _:
            assert_never(decision)
    emergency_letters.end(
        session, letter.id, LetterState.SENDING, state, words=words, now=now, **more
    )
    log.info("emergency.sent", letter=letter.id, channel=letter.channel, state=state)


def _tenant_of(session: Session, batch: Batch) -> TenantId:
    return TenantId(broadcasts.get(session, batch.broadcast).tenant_id)

"""Gets ready what a window needs: the templates are looked at once more, and changed for those that
were approved to stand in; connections are opened; what is uploaded is counted (spec §1, T2).

Everything it knows is in the database: an engine that comes back goes on where the last one was.
Nothing is done once a window is open.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from engine.domain import day_steps as rules
from engine.domain.day_steps import Step, StepEvent, StepState
from engine.domain.ids import BroadcastId, ContentId, TenantId
from engine.domain.outcome import Failure
from engine.store import content as contents
from engine.store import day_steps, deadlines, stand_ins, tenant_settings
from engine.store.tables import Broadcast, DayStep
from engine.workers import stand_in, uploads
from engine.workers.conduct import CONNECTIONS_WARMED
from engine.workers.equipment import Equipment
from engine.workers.keep_templates import why, write_down
from engine.workers.template_shelf import Templates

LOOK_EVERY_SECONDS = 2.0
TRY_AGAIN_AFTER = timedelta(seconds=30)
ANSWER_SECONDS = 25.0
HANDS_OFF = timedelta(seconds=5)
"""So long before an opening nothing is begun any more: the lanes are about to read all of it."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A broadcast that waits for its window, and how far its steps are."""

    broadcast: BroadcastId
    tenant: TenantId
    contents: tuple[ContentId, ...]
    """What it sends: one content, or that and its second wording."""
    opens_at: datetime
    due: Mapping[Step, datetime]
    steps: Mapping[Step, DayStep]
    lacks: int
    """Uploads that senders have not got."""
    files: int
    """Languages with a file above the message."""
    in_order: bool
    """Whether WhatsApp would send every template, as far as we were told."""

    def state(self, step: Step) -> StepState:
        """How far one step is."""
        row = self.steps.get(step)
        return StepState.WAITS if row is None else StepState(row.state)

    def may_begin(self, step: Step, now: datetime) -> bool:
        """Whether a step is due, or asked for, and not done; what failed waits a little."""
        row = self.steps.get(step)
        if row is None or row.state in (StepState.WAITS, StepState.RUNS):
            # Asked for before its time is done before its time.
            return now >= self.due[step] or (row is not None and row.asked_by != "")
        if row.state == StepState.FAILED:
            return row.ended_at is None or now >= row.ended_at + TRY_AGAIN_AFTER
        return False


async def make_ready(equipment: Equipment, shelf: Templates | None) -> None:
    """Look after what comes, for ever. shelf: who keeps the templates; None: nobody to ask."""
    while True:
        equipment.beat("make_ready")
        for one in await equipment.database.peek(coming, equipment.clock.now()):
            await look_after(equipment, shelf, one)
        await equipment.doze(LOOK_EVERY_SECONDS)


async def look_after(equipment: Equipment, shelf: Templates | None, one: Ahead) -> None:
    """Do what is due of one broadcast."""
    now = equipment.clock.now()
    await _count_media(equipment, one, now)
    if _templates_wanted(one, now):
        await validate(equipment, shelf, one)
    if one.may_begin(Step.CONNECTIONS, equipment.clock.now()):
        await _connect(equipment, one)


def coming(session: Session, now: datetime) -> tuple[Ahead, ...]:
    """Every broadcast that waits for its window, unless that is about to open."""
    return tuple(
        _of(session, row, now) for row in day_steps.ahead(session) if now < row.opens_at - HANDS_OFF
    )


def _of(session: Session, row: Broadcast, now: datetime) -> Ahead:
    tenant = TenantId(row.tenant_id)
    packs = tuple(ContentId(one) for one in (row.content_id, row.b_content_id) if one is not None)
    values = tenant_settings.values(session, tenant)
    broadcast = BroadcastId(row.id or 0)
    variants = [one for pack in packs for one in contents.variants(session, pack)]
    return Ahead(
        broadcast=broadcast,
        tenant=tenant,
        contents=packs,
        opens_at=row.opens_at,
        due=rules.due(
            deadlines.of_opening(row.opens_at, values),
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            leads=day_steps.leads(session, tenant),
            opened_at=row.created_at,
        ),
        steps=day_steps.of_broadcast(session, broadcast),
        lacks=sum(len(uploads.of_content(session, tenant, pack, now)) for pack in packs),
        files=sum(1 for variant in variants if variant.header_sha256),
        in_order=not any(stand_in.problems(session, tenant, pack) for pack in packs),
    )


async def _count_media(equipment: Equipment, one: Ahead, now: datetime) -> None:
    """Nothing is lacking: done, whoever uploaded it and whenever. What lacks, `uploads` sees to."""
    row = one.steps.get(Step.MEDIA)
    if one.lacks or (row is not None and row.asked_by):
        return
    if row is not None and row.state == StepState.DONE:
        return
    if row is not None and row.state == StepState.FAILED and not one.may_begin(Step.MEDIA, now):
        return  # what went wrong is to be read for a moment
    words = "Every sender has it" if one.files else "No file stands above the message"
    await equipment.database.transact(_done, one.broadcast, Step.MEDIA, words, now)


def _done(session: Session, broadcast: BroadcastId, step: Step, words: str, now: datetime) -> None:
    day_steps.advance(session, broadcast, step, StepEvent.BEGIN, now=now)
    day_steps.advance(session, broadcast, step, StepEvent.SUCCEED, words=words, now=now)


def _templates_wanted(one: Ahead, now: datetime) -> bool:
    """At its time, once more at the last call, and at once when WhatsApp stops one after that."""
    if one.may_begin(Step.TEMPLATES, now):
        return True
    row = one.steps.get(Step.TEMPLATES)
    if row is None or row.state != StepState.DONE or row.began_at is None:
        return False
    again = one.due[Step.CONNECTIONS]
    return not one.in_order or row.began_at < again <= now


async def validate(equipment: Equipment, shelf: Templates | None, one: Ahead) -> None:
    """Ask WhatsApp for its templates, then change those it would not send for their stand-ins."""
    database, clock = equipment.database, equipment.clock
    began = await database.transact(
        day_steps.advance, one.broadcast, Step.TEMPLATES, StepEvent.BEGIN, now=clock.now()
    )
    if not began:
        return
    unasked = await _ask(equipment, shelf, one.tenant)
    equipment.beat("make_ready")
    found = await database.transact(stand_in.change_all, one.broadcast, one.contents, clock.now())
    while await database.transact(stand_ins.stamp, one.broadcast, stand_ins.AT_ONCE):
        equipment.beat("make_ready")
    if unasked:
        found = replace(found, words=f"{found.words}. {unasked}")
    event = StepEvent.SUCCEED if found.in_order else StepEvent.FAIL
    await database.transact(
        day_steps.advance,
        one.broadcast,
        Step.TEMPLATES,
        event,
        words=found.words,
        now=clock.now(),
    )
    log.info("templates.validated", broadcast=one.broadcast, in_order=found.in_order)


async def _ask(equipment: Equipment, shelf: Templates | None, tenant: TenantId) -> str:
    """Write down what WhatsApp says; a sentence when it says nothing."""
    if shelf is None:
        return "As WhatsApp told us last: no account is named that could be asked"
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            nodes = await shelf.everything()
    except TimeoutError:
        return "As WhatsApp told us last: it did not answer now"
    if isinstance(nodes, Failure):
        return f"As WhatsApp told us last. {why(nodes).rstrip('.')}"
    await write_down(equipment, tenant, nodes)
    return ""


async def _connect(equipment: Equipment, one: Ahead) -> None:
    """Open the connections while there is time to mend what keeps them shut."""
    database, clock = equipment.database, equipment.clock
    begin = StepEvent.BEGIN
    if not await database.transact(
        day_steps.advance, one.broadcast, Step.CONNECTIONS, begin, now=clock.now()
    ):
        return
    open_ones = 0
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            open_ones = await equipment.gateway.warm(CONNECTIONS_WARMED)
    except TimeoutError:
        log.warning("connections.silent", broadcast=one.broadcast)
    words = (
        f"{open_ones} of {CONNECTIONS_WARMED} connections answer"
        if open_ones
        else "WhatsApp cannot be reached: none of the connections got an answer"
    )
    event = StepEvent.SUCCEED if open_ones else StepEvent.FAIL
    await database.transact(
        day_steps.advance, one.broadcast, Step.CONNECTIONS, event, words=words, now=clock.now()
    )

"""Files above messages, uploaded to every number that may send them, ahead of the window (spec §1).

An id belongs to the number it was uploaded to, so every sender of the pool gets its own, backups
too: who takes over a lane must not begin with an upload. What is missing is looked for again and
again, so a failed upload is simply still missing. A lane without its ids does not open.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog
from sqlmodel import Session, col, select

from engine.domain import content as content_rules
from engine.domain.broadcast import BroadcastState
from engine.domain.content import Wording
from engine.domain.day_steps import Step, StepEvent
from engine.domain.ids import BroadcastId, ContentId, PhoneNumberId, SenderId, TenantId
from engine.domain.media import REUSED_FOR, Header
from engine.domain.message import TemplateMessage
from engine.domain.outcome import Failure
from engine.store import content as contents
from engine.store import day_steps, media, senders
from engine.store.tables import Broadcast, Variant
from engine.whatsapp.graph import Graph
from engine.whatsapp.media import UPLOADS_AT_ONCE
from engine.whatsapp.media import upload_media as upload_to_meta
from engine.workers.equipment import Equipment

LOOK_EVERY_SECONDS = 2.0
AFTER_FAILURE_SECONDS = 5.0
WANTING = (
    BroadcastState.FROZEN,
    BroadcastState.PLANNED,
    BroadcastState.SENDING,
    BroadcastState.PAUSED,
    BroadcastState.SETTLING,
)

log = structlog.get_logger()


class Uploads(Protocol):
    """Who takes files; `GraphUploads` is Meta."""

    async def upload(self, sender: PhoneNumberId, content: bytes) -> str | Failure:
        """The id of the file for this sender's messages, or why there is none."""
        ...


@dataclass(frozen=True, slots=True)
class GraphUploads:
    """Meta's own shelf."""

    graph: Graph

    async def upload(self, sender: PhoneNumberId, content: bytes) -> str | Failure:
        """One POST of the file."""
        return await upload_to_meta(self.graph, sender, content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file that one sender needs and does not have, or is to have anew."""

    tenant: TenantId
    content: ContentId
    sender: SenderId
    number: PhoneNumberId
    header: Header
    brand_line: str


async def upload_media(equipment: Equipment, uploads: Uploads) -> None:
    """Upload what broadcasts under way will need, for ever."""
    while True:
        equipment.beat("uploads")
        failed = await upload_missing(equipment, uploads)
        await equipment.doze(AFTER_FAILURE_SECONDS if failed else LOOK_EVERY_SECONDS)


async def upload_missing(equipment: Equipment, uploads: Uploads) -> bool:
    """Upload what is wanted now; whether anything failed."""
    database, clock = equipment.database, equipment.clock
    wanted = await database.peek(missing, clock.now())
    if not wanted:
        return False
    await database.transact(_begin, wanted, clock.now())
    failed = await upload_each(equipment, uploads, wanted)
    await database.transact(_end, wanted, failed, clock.now())
    return bool(failed)


def _begin(session: Session, wanted: Sequence[Wanted], now: datetime) -> None:
    """The step begins, of the broadcasts that wait for their window."""
    for broadcast in _waiting_for(session, wanted):
        day_steps.advance(session, broadcast, Step.MEDIA, StepEvent.BEGIN, now=now)


def _end(session: Session, wanted: Sequence[Wanted], failed: Sequence[str], now: datetime) -> None:
    """What came of it; each of these broadcasts is told of all that failed."""
    words = "; ".join(dict.fromkeys(failed))
    for broadcast in _waiting_for(session, wanted):
        event = StepEvent.FAIL if failed else StepEvent.SUCCEED
        done = words or f"Every sender has it: {len(wanted)} uploaded"
        day_steps.advance(session, broadcast, Step.MEDIA, event, words=done, now=now)


def _waiting_for(session: Session, wanted: Sequence[Wanted]) -> list[BroadcastId]:
    found = (day_steps.of_content(session, content) for content in {one.content for one in wanted})
    return sorted({broadcast for some in found for broadcast in some})


def missing(session: Session, now: datetime) -> tuple[Wanted, ...]:
    """What the broadcasts under way want uploaded."""
    under_way = session.exec(
        select(Broadcast.tenant_id, Broadcast.content_id, Broadcast.b_content_id).where(
            col(Broadcast.state).in_([state.value for state in WANTING]),
            col(Broadcast.content_id).is_not(None),
        )
    ).all()
    wanted: dict[tuple[SenderId, str, str], Wanted] = {}
    anew = day_steps.wanted_anew(session, Step.MEDIA)
    for tenant, pack in _packs(under_way):
        since = now if pack in anew else None
        for one in of_content(session, tenant, pack, now, since=since):
            wanted[one.sender, one.header.sha256, one.brand_line] = one
    return tuple(wanted.values())


def _packs(rows: Iterable[tuple[int, int | None, int | None]]) -> list[tuple[TenantId, ContentId]]:
    return [
        (TenantId(tenant), ContentId(content))
        for tenant, *packs in rows
        for content in packs
        if content is not None
    ]


def of_content(
    session: Session,
    tenant: TenantId,
    content: ContentId,
    now: datetime,
    only: Collection[SenderId] | None = None,
    since: datetime | None = None,
) -> tuple[Wanted, ...]:
    """What one content lacks at the tenant's senders, or at some of them.

    since: what was uploaded before counts as lacking; None: what is younger than a day will do.
    """
    variants = [one for one in contents.variants(session, content) if one.header_sha256]
    if not variants:
        return ()
    pool = {
        SenderId(row.id or 0): PhoneNumberId(row.phone_number_id)
        for row in senders.pool(session, tenant)
        if row.state == "active" and (only is None or row.id in only)
    }
    there = media.uploaded(session, list(pool), since or now - REUSED_FOR)
    return tuple(
        Wanted(
            tenant=tenant,
            content=content,
            sender=sender,
            number=number,
            header=header,
            brand_line=variant.brand_line,
        )
        for variant in variants
        if (header := contents.header_of(variant)) is not None
        for sender, number in pool.items()
        if (sender, header.sha256, variant.brand_line) not in there
    )


async def upload_all(equipment: Equipment, uploads: Uploads, wanted: Sequence[Wanted]) -> int:
    """Upload each, a few at a time; how many failed."""
    return len(await upload_each(equipment, uploads, wanted))


async def upload_each(
    equipment: Equipment, uploads: Uploads, wanted: Sequence[Wanted]
) -> list[str]:
    """The same; a sentence for each that failed."""
    turns = asyncio.Semaphore(UPLOADS_AT_ONCE)
    files: dict[tuple[str, str], bytes | None] = {}
    for one in wanted:
        key = (one.header.sha256, one.brand_line)
        if key not in files:
            files[key] = await _file(equipment, one)

    async def upload(one: Wanted) -> str:
        content = files[one.header.sha256, one.brand_line]
        if content is None:
            return f"The file {one.header.name} is not the one that was approved"
        async with turns:
            equipment.beat("uploads")
            began = equipment.clock.loop_time()
            answer = await uploads.upload(one.number, content)
            took_ms = round((equipment.clock.loop_time() - began) * 1000)
        if isinstance(answer, Failure):
            log.warning("media.not_uploaded", sender=one.sender, code=answer.code)
            words = f"WhatsApp did not take the file above the message: {answer.title}"
            await equipment.database.transact(
                senders.note_error, one.sender, words=words, now=equipment.clock.now()
            )
            return words
        await equipment.database.transact(
            media.note_upload,
            one.sender,
            sha256=one.header.sha256,
            brand_line=one.brand_line,
            whatsapp_id=answer,
            took_ms=max(1, took_ms),
            now=equipment.clock.now(),
        )
        return ""

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(upload(one)) for one in wanted]
    return [words for task in tasks if (words := task.result())]


def templates(
    session: Session,
    content: int,
    among: Sequence[SenderId],
    now: datetime,
    second: int | None = None,
) -> dict[SenderId, dict[Wording, TemplateMessage]]:
    """What a sender sends in each language; senders that lack an upload are left out.

    second: the content of the second wording. The hashes are worked out anew: a text changed behind
    everybody's back is not called what it was.
    """
    variants = _worded(session, content) + ([] if second is None else _worded(session, second))
    there = media.uploaded(session, among, now - REUSED_FOR)
    found: dict[SenderId, dict[Wording, TemplateMessage]] = {}
    for sender in among:
        messages: dict[Wording, TemplateMessage] = {}
        for wording, variant in variants:
            header = contents.header_of(variant)
            media_id = (
                None
                if header is None
                else there.get((sender, header.sha256, variant.brand_line), "")
            )
            if media_id == "":
                break
            messages[wording] = message_of(
                variant.template_name, variant.template_language, header, media_id
            )
        else:
            found[sender] = messages
    return found


def _worded(session: Session, content: int) -> list[tuple[Wording, Variant]]:
    variants = contents.variants(session, ContentId(content))
    as_stored = content_rules.content_hash(map(contents.as_new, variants))
    return [(Wording(as_stored, variant.language), variant) for variant in variants]


def message_of(
    template: str, language: str, header: Header | None, media_id: str | None
) -> TemplateMessage:
    """A template with its header, before a reader's values are put in."""
    if header is None:
        return TemplateMessage(template=template, language=language)
    if header.is_image:
        return TemplateMessage(template=template, language=language, header_image_id=media_id)
    return TemplateMessage(
        template=template,
        language=language,
        header_document_id=media_id,
        header_document_name=header.name,
    )


async def _file(equipment: Equipment, one: Wanted) -> bytes | None:
    """The bytes to upload: what was approved, with its brand line; None when they are not it."""
    # Only who draws on a picture pays for it: the library weighs as much as the engine.
    from engine.documents import pictures

    try:
        content = await equipment.database.read(media.content_of, one.tenant, one.header.sha256)
        if content is None or not one.brand_line:
            return content
        # Beside the loop: drawing takes as long as a dozen sends.
        return await asyncio.to_thread(pictures.branded, content, one.header.type, one.brand_line)
    except (media.TamperedError, pictures.UnreadableError) as error:
        log.warning("media.unusable", sha256=one.header.sha256, why=str(error))
        return None

"""Sends drafts to the phones of those who asked, one at a time, through the same gateway (spec D7).

Marked before they leave and never sent again: at most once. While a morning is on the road they
wait; they are no deliveries and count nowhere.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

import structlog
from sqlmodel import Session, col, select

from engine.domain import content as content_rules
from engine.domain import test_message as rules
from engine.domain.broadcast import BroadcastState
from engine.domain.ids import ContentId, Phone, PhoneNumberId, SenderId, TenantId, Tracker, UserId
from engine.domain.media import REUSED_FOR
from engine.domain.message import Recipient, TemplateMessage
from engine.domain.outcome import Accepted, Failure, Unknown
from engine.domain.test_message import TestState
from engine.store import content as contents
from engine.store import media, senders, test_messages, users
from engine.store.tables import Broadcast, TestMessage
from engine.workers.equipment import Equipment
from engine.workers.uploads import Uploads, Wanted, message_of, of_content, upload_all

LOOK_EVERY_SECONDS = 1.0
ON_THE_ROAD = (BroadcastState.SENDING, BroadcastState.PAUSED)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A test that may leave: where to, what, and what has to be uploaded before."""

    number: int
    tracker: Tracker
    to: Phone
    sender: SenderId
    phone_number: PhoneNumberId
    variant: contents.NewVariant
    parameters: tuple[str, ...]
    uploads: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A test that will not leave, and why."""

    number: int
    words: str


async def send_tests(equipment: Equipment, uploads: Uploads) -> None:
    """Send what was asked for, for ever."""
    await equipment.database.transact(test_messages.leave_unknown, equipment.clock.now())
    while True:
        equipment.beat("test_sends")
        if await equipment.database.peek(test_messages.any_open):
            await send_next(equipment, uploads)
        await equipment.doze(LOOK_EVERY_SECONDS)


async def send_next(equipment: Equipment, uploads: Uploads) -> None:
    """The oldest test that waits, if it may leave now."""
    database, clock = equipment.database, equipment.clock
    found = await database.read(look, clock.now())
    if found is None:
        return
    if isinstance(found, Refusal):
        await database.transact(
            test_messages.end, found.number, TestState.FAILED, found.words, now=clock.now()
        )
        return
    message = await _message(equipment, uploads, found)
    if message is None:
        why = "WhatsApp did not take the file above the text."
        await database.transact(
            test_messages.end, found.number, TestState.FAILED, why, now=clock.now()
        )
        return
    if not await database.transact(test_messages.take, found.number, found.sender):
        return
    outcome = await equipment.gateway.send(
        found.phone_number,
        Recipient(phone=found.to),
        message,
        found.tracker,
        equipment.lease.held,
    )
    message_id = None
    match outcome:
        case Accepted(message_id, _):
            state, words = TestState.ACCEPTED, "WhatsApp has it; it is on its way to your phone."
        case Unknown(why):
            state, words = TestState.UNKNOWN, f"Nobody answered: {why}. It is not sent again."
        case Failure():
            code = "" if outcome.code is None else f" ({outcome.code})"
            state, words = TestState.FAILED, f"{outcome.title}{code}."
        case _:
            assert_never(outcome)
    log.info("test_message.sent", number=found.number, state=state)
    await database.transact(
        test_messages.end, found.number, state, words, message_id=message_id, now=clock.now()
    )


def look(session: Session, now: datetime) -> Ready | Refusal | None:
    """The oldest test that waits: as it may leave, or why it will not; None: it has to wait."""
    row = test_messages.next_open(session)
    if row is None or row.state != TestState.ASKED:
        return None
    assert row.id is not None
    if now - row.asked_at > rules.WAITS_AT_MOST:
        return Refusal(row.id, "It waited too long and was not sent.")
    tenant = TenantId(row.tenant_id)
    if _on_the_road(session):
        return None
    sender = next((one for one in senders.pool(session, tenant) if one.state == "active"), None)
    if sender is None:
        return Refusal(row.id, "No sender may send. See Senders.")
    variant = _variant(session, row)
    if variant is None:
        return Refusal(row.id, "The content was changed meanwhile. Ask for another test.")
    content = ContentId(row.content_id)
    sender_id = SenderId(sender.id or 0)
    return Ready(
        number=row.id,
        tracker=rules.tracker(row.id, row.content_hash),
        to=Phone(row.phone),
        sender=sender_id,
        phone_number=PhoneNumberId(sender.phone_number_id),
        variant=variant,
        parameters=_parameters(session, row, variant),
        uploads=tuple(
            one
            for one in of_content(session, tenant, content, now, only=[sender_id])
            if variant.header is not None and one.header.sha256 == variant.header.sha256
        ),
    )


def _parameters(
    session: Session, row: TestMessage, variant: contents.NewVariant
) -> tuple[str, ...]:
    """As the person who tests it would get them."""
    user = users.get(session, UserId(row.user_id))
    rendered = content_rules.render(
        variant.parameters,
        name="" if user is None else user.name,
        registration_no="INH000000000",
    )
    return rules.marked(rendered)


def _variant(session: Session, row: TestMessage) -> contents.NewVariant | None:
    """The language that is tested, if the content is still what it was when it was asked for."""
    variants = [
        contents.as_new(one) for one in contents.variants(session, ContentId(row.content_id))
    ]
    if content_rules.content_hash(variants) != row.content_hash:
        return None
    return next((one for one in variants if one.language == row.language), None)


def _on_the_road(session: Session) -> bool:
    statement = select(Broadcast.id).where(
        col(Broadcast.state).in_([state.value for state in ON_THE_ROAD])
    )
    return session.exec(statement.limit(1)).first() is not None


async def _message(equipment: Equipment, uploads: Uploads, ready: Ready) -> TemplateMessage | None:
    """What is sent, its file uploaded; None when that did not work."""
    if ready.uploads and await upload_all(equipment, uploads, ready.uploads):
        return None
    variant, header = ready.variant, ready.variant.header
    media_id = None
    if header is not None:
        there = await equipment.database.read(
            media.uploaded, [ready.sender], equipment.clock.now() - REUSED_FOR
        )
        media_id = there.get((ready.sender, header.sha256, variant.brand_line))
        if media_id is None:
            return None
    base = message_of(variant.template_name, variant.template_language, header, media_id)
    return replace(base, parameters=ready.parameters)

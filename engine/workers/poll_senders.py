"""Asks WhatsApp, once a minute, how each of our numbers is doing, and writes it down (spec N1).

What follows from it is decided by those who read it: the lanes, the watch, the pages.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlmodel import Session

from engine.domain.ids import PhoneNumberId, SenderId, TenantId
from engine.domain.outcome import Blame, Failure
from engine.store import broadcasts, sender_changes, senders
from engine.store.database import Database
from engine.whatsapp.graph import Graph
from engine.whatsapp.numbers import NumberNode, read_number
from engine.workers.equipment import Equipment

POLL_EVERY = timedelta(seconds=60)
BEAT_EVERY = timedelta(seconds=5)
"""A worker that is silent for longer counts as dead, so it waits in short steps."""
BLOCKED = "BLOCKED"
"""Meta's word in `health_status` for what may not send at all."""
OURS = frozenset({Blame.SENDER, Blame.ACCOUNT})
"""Whose doing a failed question must be to be worth showing on the sender's card."""

log = structlog.get_logger()


class Numbers(Protocol):
    """Who knows how a number is doing; `GraphNumbers` asks Meta."""

    async def read(self, number: PhoneNumberId) -> NumberNode | Failure:
        """One number as it stands now."""
        ...


@dataclass(frozen=True, slots=True)
class GraphNumbers:
    """Meta's own answer."""

    graph: Graph

    async def read(self, number: PhoneNumberId) -> NumberNode | Failure:
        """One GET of the number's node."""
        return await read_number(self.graph, number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A sender as it was when we asked about it."""

    id: SenderId
    tenant: TenantId
    number: PhoneNumberId
    phone: str
    quality: str
    status: str
    polled: bool


async def poll_senders(
    equipment: Equipment, numbers: Numbers, every: timedelta = POLL_EVERY
) -> None:
    """Ask about every sender, wait, ask again, for ever."""
    while True:
        for sender in await equipment.database.read(everyone):
            equipment.beat("poll_senders")
            await poll(equipment.database, numbers, sender, equipment.clock.now())
        for _ in range(max(1, every // BEAT_EVERY)):
            equipment.beat("poll_senders")
            await asyncio.sleep(min(every, BEAT_EVERY).total_seconds())


async def poll(database: Database, numbers: Numbers, sender: Known, now: datetime) -> None:
    """Ask about one sender and keep the answer."""
    answer = await numbers.read(sender.number)
    if isinstance(answer, Failure):
        log.warning("sender.not_polled", sender=sender.id, blame=answer.blame, code=answer.code)
        if answer.blame in OURS:
            await database.transact(keep_failure, sender, answer, now)
        return
    await database.transact(keep, sender, answer, now)


def everyone(session: Session) -> Sequence[Known]:
    """Whom to ask about."""
    return [
        Known(
            id=SenderId(row.id or 0),
            tenant=TenantId(row.tenant_id),
            number=PhoneNumberId(row.phone_number_id),
            phone=row.display_phone,
            quality=row.quality,
            status=row.status,
            polled=row.polled_at is not None,
        )
        for row in senders.everyone(session)
    ]


def keep(session: Session, sender: Known, node: NumberNode, now: datetime) -> None:
    """Write down what Meta said; what changed since the last time also goes into the number's
    history and on the board.
    """
    before = sender_changes.said(session, sender.id)
    senders.record_poll(
        session,
        sender.id,
        quality=node.quality,
        status=node.status,
        throughput=node.throughput,
        messaging_limit=node.messaging_limit,
        display_phone=node.display_phone,
        label=node.verified_name,
        now=now,
    )
    sender_changes.note(
        session,
        sender.tenant,
        sender.id,
        before=before,
        after=sender_changes.said(session, sender.id),
        source="poll",
        now=now,
    )
    if node.can_send == BLOCKED:
        senders.note_error(session, sender.id, words=_why_blocked(node), now=now)
    changes = _changes(sender, node)
    if changes and sender.polled:
        log.info("sender.changed", sender=sender.id, quality=node.quality, status=node.status)
        broadcasts.log(
            session,
            tenant=sender.tenant,
            broadcast=None,
            event="sender.changed",
            words=f"Sender {sender.phone}: {', '.join(changes)}",
            now=now,
        )


def keep_failure(session: Session, sender: Known, failure: Failure, now: datetime) -> None:
    """Write down that WhatsApp would not tell us about this number, and why."""
    code = "" if failure.code is None else f" ({failure.code})"
    words = f"WhatsApp would not say how this number is doing: {failure.title}{code}."
    senders.note_error(session, sender.id, words=words, now=now)


def _changes(sender: Known, node: NumberNode) -> list[str]:
    pairs = (("quality", sender.quality, node.quality), ("status", sender.status, node.status))
    return [f"{what} {old.lower()} to {new.lower()}" for what, old, new in pairs if old != new]


def _why_blocked(node: NumberNode) -> str:
    reasons = [
        " ".join(part for part in (problem.description, problem.solution) if part)
        + (f" ({problem.code})" if problem.code else "")
        for problem in node.problems
        if problem.can_send == BLOCKED
    ]
    return " ".join(["WhatsApp blocks this number.", *reasons])

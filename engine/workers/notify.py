"""Tells the channels what is owed to them: claim, send, record; again where that may help.

A channel that does not answer holds up nobody but itself. What a run had in its hands when it ended
goes again under the same key (see `store.alert_notices`).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

import structlog
from sqlmodel import Session

from engine.channels import mail, pagerduty, slack, webhook
from engine.channels.doorway import Doorway
from engine.domain.alert_channels import (
    TOGETHER,
    ChannelKind,
    Letter,
    NoticeState,
    NotTold,
    Told,
)
from engine.domain.alerting import News, Severity
from engine.domain.retry import ALERT, GiveUp, RetryAt, tell_again
from engine.store import alert_channels, alert_notices, alerts
from engine.store.alert_channels import Connection
from engine.store.tables import AlertNotice
from engine.workers.equipment import Equipment

LOOK_EVERY_SECONDS = 0.5

log = structlog.get_logger()


@dataclass(slots=True)
class Post:
    """The ways out, one for each kind of tenant. link: of the page of alerts; empty: none."""

    link: str = ""
    sandbox: Doorway = field(default_factory=lambda: Doorway(sandbox=True))
    production: Doorway = field(default_factory=lambda: Doorway(sandbox=False))

    def doorway(self, connection: Connection) -> Doorway:
        """The one that may reach what this channel's organisation may."""
        return self.sandbox if connection.sandbox else self.production

    async def aclose(self) -> None:
        """Close what is open."""
        await self.sandbox.aclose()
        await self.production.aclose()


@dataclass(frozen=True, slots=True)
class Batch:
    """What was claimed for one channel, and how to reach it; None: it is gone."""

    notices: tuple[AlertNotice, ...]
    rules: dict[int, str]
    connection: Connection | None


async def tell_channels(equipment: Equipment, post: Post) -> None:
    """Send what is due, for ever; every channel at its own pace."""
    database, clock = equipment.database, equipment.clock
    taken = await database.transact(alert_notices.take_back, epoch=equipment.epoch, now=clock.now())
    if taken:
        log.info("notices.taken_back", count=taken)
    busy: set[int] = set()
    try:
        async with asyncio.TaskGroup() as sending:
            while True:
                equipment.beat("notify")
                for channel in await database.peek(alert_notices.channels_due, clock.now()):
                    if channel not in busy:
                        busy.add(channel)
                        sending.create_task(_one_channel(equipment, post, channel, busy))
                await equipment.doze(LOOK_EVERY_SECONDS)
    finally:
        await post.aclose()


async def _one_channel(equipment: Equipment, post: Post, channel: int, busy: set[int]) -> None:
    try:
        await tell_due(equipment, post, channel)
    finally:
        busy.discard(channel)


async def tell_due(equipment: Equipment, post: Post, channel: int) -> int:
    """Send what is due of one channel; how many notices were claimed."""
    database, now = equipment.database, equipment.clock.now()
    batch = await database.transact(claim, channel, epoch=equipment.epoch, now=now)
    if batch.connection is None:
        await _record(equipment, batch.notices, None)
        return len(batch.notices)
    for together in _parts(batch):
        letters = [_letter(one, batch, post.link) for one in together]
        outcome = await send(post, batch.connection, letters, equipment.clock.now())
        await _record(equipment, together, outcome)
    return len(batch.notices)


def claim(session: Session, channel: int, *, epoch: int, now: datetime) -> Batch:
    """Mark what is due of a channel as ours, and read how to reach it."""
    notices = tuple(alert_notices.claim(session, channel, epoch=epoch, now=now))
    rules: dict[int, str] = {}
    for notice in notices:
        found = None if notice.alert_id is None else alerts.get(session, None, notice.alert_id)
        if found is not None:
            rules[found.id] = found.rule
    for notice in notices:
        session.expunge(notice)
    return Batch(notices, rules, alert_channels.connection(session, channel))


async def send(
    post: Post, connection: Connection, letters: Sequence[Letter], now: datetime
) -> Told | NotTold:
    """Tell one channel; the kinds that are read by people take several letters at once."""
    doorway, options, secrets = post.doorway(connection), connection.options, connection.secrets
    match connection.kind:
        case ChannelKind.SLACK:
            return await slack.tell(doorway, secrets, letters)
        case ChannelKind.EMAIL:
            return await mail.tell(options, secrets, letters, sandbox=connection.sandbox)
        case ChannelKind.PAGERDUTY:
            return await pagerduty.tell(doorway, options, secrets, letters[0])
        case ChannelKind.WEBHOOK:
            seconds = int(now.timestamp())
            return await webhook.tell(doorway, options, secrets, letters[0], now_seconds=seconds)
    assert_never(connection.kind)


def _parts(batch: Batch) -> list[tuple[AlertNotice, ...]]:
    assert batch.connection is not None
    if batch.connection.kind in TOGETHER and batch.notices:
        return [batch.notices]
    return [(one,) for one in batch.notices]


def _letter(notice: AlertNotice, batch: Batch, link: str) -> Letter:
    assert batch.connection is not None
    return Letter(
        key=notice.key,
        event=News(notice.event),
        rule=batch.rules.get(notice.alert_id or 0, ""),
        severity=Severity(notice.severity),
        subject=notice.subject,
        words=notice.words,
        organisation=batch.connection.organisation,
        alert=notice.alert_id,
        at=notice.created_at,
        link=link,
    )


async def _record(
    equipment: Equipment, notices: Sequence[AlertNotice], outcome: Told | NotTold | None
) -> None:
    """None: there is no channel any more."""
    now = equipment.clock.now()
    for notice in notices:
        state, error, due_at = NoticeState.SENT, "", None
        match outcome:
            case None:
                state, error = NoticeState.DROPPED, "The channel was removed."
            case Told():
                pass
            case NotTold(words, again):
                decision = tell_again(
                    words,
                    attempts=notice.attempts,
                    may_pass=again,
                    now=now,
                    policy=ALERT,
                    rng=equipment.rng,
                )
                error = words
                match decision:
                    case RetryAt(at):
                        state, due_at = NoticeState.WAITING, at
                    case GiveUp():
                        state = NoticeState.FAILED
        await equipment.database.transact(
            alert_notices.record,
            [notice.id or 0],
            epoch=equipment.epoch,
            state=state,
            error=error,
            due_at=due_at,
            now=now,
        )
        log.info(
            "notice.sent" if not error else "notice.not_sent", state=state, event_=notice.event
        )

"""Rehearses each morning right after its freeze, and whenever somebody asks (spec §1).

A process of its own does the work, with little of the machine. A freeze is rehearsed once: the key
of its row decides. While a window is open nothing is rehearsed.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlmodel import Session

from engine.domain.digits import grouped
from engine.domain.ids import BroadcastId, TenantId
from engine.domain.keeping import ChoreState
from engine.domain.rehearsal import Rehearsal, from_plain
from engine.domain.roles import ENGINE
from engine.domain.schedule import IST, zone_named
from engine.store import audit, broadcasts, rehearsals, tables
from engine.workers.aside import FailedAsideError, aside
from engine.workers.equipment import Equipment

LOOK_EVERY_SECONDS = 2.0
BEFORE_OPENING = timedelta(seconds=30)
"""So near to its opening a morning is past rehearsing, and the machine belongs to it."""
PATIENCE_SECONDS = 180.0

Doing = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsing:
    """What rehearsals need of the machine. access: how WhatsApp is reached, asked each time, with
    its tokens. after: how long after a freeze. do: how the work is done; None: in a process of its
    own.
    """

    url: str
    access: Callable[[], Mapping[str, Any]]
    reserve: float
    at_once: int | None
    after: timedelta
    do: Doing | None = None


async def rehearse(equipment: Equipment, how: Rehearsing) -> None:
    """Look for what is due and what was asked for, for ever."""
    await equipment.database.transact(rehearsals.begin_again)
    while True:
        equipment.beat("rehearse")
        if not await rehearse_next(equipment, how):
            await equipment.doze(LOOK_EVERY_SECONDS)


async def rehearse_next(equipment: Equipment, how: Rehearsing) -> bool:
    """Make the one that is due or waits longest; False when there is none, or a window is open."""
    database, now = equipment.database, equipment.clock.now()
    if await database.read(_window_open, now):
        return False
    due = await database.read(rehearsals.frozen, now - how.after, now + BEFORE_OPENING)
    if due:
        await database.transact(_note, due, now)
    row = await database.read(rehearsals.first_waiting)
    if row is None or not await database.transact(
        rehearsals.move, row.id or 0, ChoreState.WAITING, ChoreState.MAKING
    ):
        return False
    told = {
        "what": "rehearsal",
        "url": how.url,
        "tenant": row.tenant_id,
        "broadcast": row.broadcast_id,
        "reserve": how.reserve,
        "at_once": how.at_once,
        "now": now.isoformat(),
        "access": dict(how.access()),
    }
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            made = from_plain(await (how.do or _aside(equipment))(told))
    except (FailedAsideError, TimeoutError) as error:
        words = str(error) or f"It took longer than {PATIENCE_SECONDS:.0f} s."
        await database.transact(_failed, row, words, equipment.clock.now())
        log.error("rehearsal.failed", why=words)  # noqa: TRY400 - a sentence says it all
        return True
    await database.transact(_done, row, made, equipment.clock.now())
    log.info("rehearsal.made", go=made.go, failing=[check.name for check in made.failing])
    return True


def _aside(equipment: Equipment) -> Doing:
    async def do(told: Mapping[str, Any]) -> dict[str, Any]:
        return await aside(told, beat=lambda: equipment.beat("rehearse"))

    return do


def _window_open(session: Session, now: datetime) -> bool:
    """Whether some broadcast owns this instant, or is about to."""
    return any(
        one.opens_at - BEFORE_OPENING <= now <= one.closes_at
        for one in broadcasts.not_over(session)
    )


def _note(
    session: Session, due: list[tuple[BroadcastId, TenantId, datetime]], now: datetime
) -> None:
    for broadcast, tenant, frozen_at in due:
        occasion = rehearsals.occasion_of(frozen_at)
        rehearsals.note(
            session, tenant, broadcast=broadcast, occasion=occasion, by=ENGINE.label, now=now
        )


def _done(session: Session, row: tables.Rehearsal, made: Rehearsal, now: datetime) -> None:
    opens_at = datetime.fromisoformat(made.opens_at)
    broadcast = row.broadcast_id or made.broadcast
    moved = rehearsals.move(
        session,
        row.id or 0,
        ChoreState.MAKING,
        ChoreState.DONE,
        broadcast_id=broadcast,
        ended_at=now,
        go=made.go,
        failing=len(made.failing),
        opens_at=opens_at,
        closes_at=opens_at + timedelta(seconds=made.closes),
        result=json.dumps(made.as_plain(), ensure_ascii=False),
    )
    if not moved:
        return
    tenant = TenantId(row.tenant_id)
    audit.append(
        session,
        by=ENGINE,
        action="rehearsal.made",
        subject=f"rehearsal:{row.id}",
        after={
            "broadcast": broadcast,
            "go": made.go,
            "failing": [check.name for check in made.failing],
            "people": 0 if made.foreseen is None else made.foreseen.people,
        },
        now=now,
        tenant=tenant,
    )
    broadcasts.log(
        session,
        tenant=tenant,
        broadcast=None if broadcast is None else BroadcastId(broadcast),
        event="rehearsal.made",
        words=words_of(made),
        now=now,
    )


def words_of(made: Rehearsal) -> str:
    """The result as one line of the log."""
    said = "Rehearsal: GO" if made.go else "Rehearsal: NO-GO"
    if made.failing:
        said += f" ({', '.join(check.name for check in made.failing)})"
    seen = made.foreseen
    if seen is None or seen.delivered is None:
        return said
    at = datetime.fromisoformat(made.opens_at) + timedelta(seconds=seen.delivered)
    clock = at.astimezone(zone_named(IST))
    return f"{said}, 99 % of {grouped(seen.people)} at {clock:%H:%M:%S}"


def _failed(session: Session, row: tables.Rehearsal, words: str, now: datetime) -> None:
    known = row.broadcast_id
    rehearsals.move(
        session,
        row.id or 0,
        ChoreState.MAKING,
        ChoreState.FAILED,
        words=words,
        ended_at=now,
        opens_at=None if known is None else broadcasts.get(session, BroadcastId(known)).opens_at,
    )
    audit.append(
        session,
        by=ENGINE,
        action="rehearsal.failed",
        subject=f"rehearsal:{row.id}",
        after={"why": words},
        now=now,
        tenant=TenantId(row.tenant_id),
    )

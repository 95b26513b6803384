"""Makes the evidence packs that were asked for, one after the other, when no broadcast owns the
hour.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlmodel import Session

from engine.domain.ids import TenantId
from engine.domain.keeping import ChoreState
from engine.domain.precedence import waits_until
from engine.domain.roles import ENGINE
from engine.store import audit, broadcasts, evidence_packs
from engine.store.tables import EvidencePack
from engine.workers.aside import FailedAsideError, aside
from engine.workers.equipment import Equipment

LOOK_EVERY_SECONDS = 5.0
NO_KEY = (
    "There is no key to sign with. On the server, run `dawncast evidence key`, or set "
    "DAWNCAST_EVIDENCE_KEY."
)

Doing = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """What making packs needs of the machine. key: the private one's text, asked at each pack."""

    url: str
    folder: Path
    key: Callable[[], str | None]
    version: str
    do: Doing | None = None
    """How the work is done; None: in a process of its own."""


async def pack_evidence(equipment: Equipment, packing: Packing) -> None:
    """Look for packs that wait, for ever."""
    await equipment.database.transact(evidence_packs.begin_again)
    while True:
        equipment.beat("pack_evidence")
        await clear_away(equipment, packing)
        if not await pack_next(equipment, packing):
            await equipment.doze(LOOK_EVERY_SECONDS)


async def clear_away(equipment: Equipment, packing: Packing) -> None:
    """Remove the files of packs that were let go."""
    for pack, name in await equipment.database.read(evidence_packs.files_to_remove):
        try:
            await asyncio.to_thread((packing.folder / name).unlink, missing_ok=True)
        except OSError as error:
            log.warning("evidence.not_removed", file=name, why=str(error))
            continue
        await equipment.database.transact(evidence_packs.file_removed, pack)


async def pack_next(equipment: Equipment, packing: Packing) -> bool:
    """Make the pack that waits longest; False when none waits, or a broadcast owns the hour."""
    database, now = equipment.database, equipment.clock.now()
    pack = await database.read(_due, now)
    if pack is None or not await database.transact(
        evidence_packs.move, pack, ChoreState.WAITING, ChoreState.MAKING
    ):
        return False
    row = await database.read(evidence_packs.get, pack)
    assert row is not None
    name = f"evidence-{row.day.isoformat()}-{row.people}-{pack}.zip"
    key = packing.key()
    told = {
        "what": "evidence",
        "url": packing.url,
        "file": str(packing.folder / name),
        "tenant": row.tenant_id,
        "day": row.day.isoformat(),
        "people": row.people,
        "key": key or "",
        "now": now.isoformat(),
        "version": packing.version,
        "asked_by": row.asked_by,
    }
    try:
        if key is None:
            raise FailedAsideError(NO_KEY)  # noqa: TRY301 - told in the same way as the others
        do = packing.do or _aside(equipment)
        made = await do(told)
    except FailedAsideError as error:
        await database.transact(_failed, row, str(error), equipment.clock.now())
        log.error("evidence.failed", pack=pack, why=str(error))  # noqa: TRY400 - a sentence
        return True
    await database.transact(_done, row, name, made, equipment.clock.now())
    log.info("evidence.made", pack=pack, size=made["size"])
    return True


def _aside(equipment: Equipment) -> Doing:
    async def do(told: Mapping[str, Any]) -> dict[str, Any]:
        return await aside(told, beat=lambda: equipment.beat("pack_evidence"))

    return do


def _due(session: Session, now: datetime) -> int | None:
    pack = evidence_packs.first_waiting(session)
    if pack is None:
        return None
    windows = [(one.opens_at, one.closes_at) for one in broadcasts.not_over(session)]
    return pack if waits_until(now, windows) is None else None


def _done(
    session: Session, row: EvidencePack, name: str, made: Mapping[str, Any], now: datetime
) -> None:
    pack, key = row.id or 0, str(made["key"])
    values: dict[str, Any] = {
        "file_name": name,
        "size_bytes": made["size"],
        "manifest_sha256": made["manifest_sha256"],
        "key_id": key,
        "ended_at": now,
    }
    if not evidence_packs.move(session, pack, ChoreState.MAKING, ChoreState.DONE, **values):
        return
    by = replace(ENGINE, tenant=TenantId(row.tenant_id))
    if evidence_packs.note_key(session, key, str(made["public"]), now):
        public = {"public": made["public"]}
        subject = f"evidence_key:{key}"
        audit.append(
            session, by=ENGINE, action="evidence.key_used", subject=subject, after=public, now=now
        )
    audit.append(
        session,
        by=by,
        action="evidence.made",
        subject=f"evidence:{pack}",
        after={
            "day": row.day,
            "people": row.people,
            "manifest_sha256": made["manifest_sha256"],
            "key": key,
        },
        now=now,
    )


def _failed(session: Session, row: EvidencePack, why: str, now: datetime) -> None:
    evidence_packs.move(
        session, row.id or 0, ChoreState.MAKING, ChoreState.FAILED, words=why, ended_at=now
    )

"""What the house does for its own records: an anchor a day, and erasures kept (spec X1, S1).

Once a day the end of the audit trail is exported to a file; whoever copies it elsewhere can prove
later that nothing before it was taken out. Receipts that came late are emptied of the erased.
"""

from datetime import datetime

import structlog
from sqlmodel import Session

from engine.domain.audit import Anchor
from engine.domain.roles import ENGINE
from engine.domain.schedule import service_day
from engine.store import audit, erasures
from engine.store.anchors import Anchors
from engine.whatsapp.erasure import without_person
from engine.workers.equipment import Equipment

LOOK_EVERY_SECONDS = 600.0

log = structlog.get_logger()


async def upkeep(equipment: Equipment, anchors: Anchors) -> None:
    """Look every few minutes, for ever."""
    while True:
        equipment.beat("upkeep")
        await anchor_the_day(equipment, anchors)
        told = await equipment.database.transact(erase_again)
        if told:
            log.info("erasure.kept", people=told)
        await _doze(equipment)


async def anchor_the_day(equipment: Equipment, anchors: Anchors) -> str | None:
    """Export the end of the trail, unless this day has an anchor; the file's name, if it is new.

    A folder that cannot be written, or in which somebody was at work, is logged, and tried again
    at the next look: sending must not wait for it.
    """
    now = equipment.clock.now()
    end = await equipment.database.read(audit.end)
    try:
        known = anchors.all()
        if end.number == 0 or (known and service_day(known[-1].taken_at) == service_day(now)):
            return None
        name = anchors.write(end, now)
    except (OSError, ValueError) as error:
        log.error("audit.not_anchored", why=str(error))  # noqa: TRY400 - the sentence says it all
        return None
    await equipment.database.transact(note_anchor, end, name, now)
    log.info("audit.anchored", number=end.number, file=name)
    return name


def note_anchor(session: Session, anchor: Anchor, file: str, now: datetime) -> None:
    """The trail tells of its own anchors, so that people see how fresh the last one is."""
    audit.append(
        session,
        by=ENGINE,
        action="audit.anchored",
        subject="audit",
        after={"number": anchor.number, "hash": anchor.hash, "file": file},
        now=now,
    )


def erase_again(session: Session) -> int:
    """Erase what late receipts told of people since their erasure; how many people.

    No audit row: it is the same erasure, kept.
    """
    told = erasures.told_after_erasure(session)
    for subscriber in told:
        webhooks = erasures.webhooks_naming(session, subscriber, [])
        erasures.take_out(session, subscriber, webhooks, [], clean=without_person)
    return len(told)


async def _doze(equipment: Equipment) -> None:
    # In steps: a heart that beats every ten minutes would be taken for a dead one.
    for _ in range(int(LOOK_EVERY_SECONDS // BEAT_EVERY_SECONDS)):
        await equipment.doze(BEAT_EVERY_SECONDS)
        equipment.beat("upkeep")


BEAT_EVERY_SECONDS = 5.0

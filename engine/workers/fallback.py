"""What becomes of a morning for which nothing was approved: told of in time, then stood in for.

Reminder and cut-off are each told once; at the last call the evergreen takes the day, or the day is
left out, as the organisation set (spec §1, D4).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from sqlmodel import Session

from engine.domain.broadcast import BroadcastEvent, BroadcastState
from engine.domain.cut_off import Fallback, Phase
from engine.domain.ids import BroadcastId, TenantId
from engine.domain.schedule import service_day
from engine.store import broadcasts, content_lists, deadlines, schedules, tenant_settings
from engine.store.tables import Broadcast, Content
from engine.workers.equipment import Equipment

LOOK_EVERY_SECONDS = 5.0
REMINDER, CUT_OFF = "reminder", "cut_off"

log = structlog.get_logger()


async def remind(equipment: Equipment) -> None:
    """Tell of mornings that have no approval while there is time, for ever."""
    while True:
        equipment.beat("remind")
        now = equipment.clock.now()
        if await equipment.database.peek(missing, now):
            await equipment.database.transact(tell, now)
        await equipment.doze(LOOK_EVERY_SECONDS)


def missing(session: Session, now: datetime) -> bool:
    """Whether there is anything to tell."""
    return bool(_missing(session, now))


def tell(session: Session, now: datetime) -> int:
    """Tell of every morning without an approval; returns how many were told of for the first
    time.
    """
    count = 0
    for one in _missing(session, now):
        if not deadlines.tell_once(session, one.tenant, one.day, one.kind, now):
            continue
        count += 1
        log.warning("approval.missing", kind=one.kind, tenant=one.tenant, day=one.day.isoformat())
        broadcasts.log(
            session,
            tenant=one.tenant,
            broadcast=broadcasts.running(session, one.tenant),
            event=f"approval.{one.kind}",
            words=one.words,
            now=now,
        )
    return count


def standing_in(session: Session, row: Broadcast, now: datetime) -> Content | None:
    """The evergreen for a broadcast without an approval, from its last call on; else None."""
    tenant = TenantId(row.tenant_id)
    values = tenant_settings.values(session, tenant)
    if deadlines.of_opening(row.opens_at, values).phase(now) is not Phase.CLOSED:
        return None
    if deadlines.fallback_of(session, tenant) is not Fallback.EVERGREEN:
        return None
    found = content_lists.fallback(session, tenant)
    if found is not None:
        broadcasts.log(
            session,
            tenant=tenant,
            broadcast=BroadcastId(row.id or 0),
            event="approval.fallback",
            words=f"Nothing was approved in time: the evergreen “{found.title}” stands in",
            now=now,
        )
    return found


def is_left_out(session: Session, broadcast: BroadcastId, now: datetime) -> bool:
    """Whether a day without an approval is over by the organisation's own word: its last call is,
    and nothing is to stand in.
    """
    row = broadcasts.get(session, broadcast)
    if row.content_id is not None or row.state != BroadcastState.SCHEDULED:
        return False
    tenant = TenantId(row.tenant_id)
    values = tenant_settings.values(session, tenant)
    closed = deadlines.of_opening(row.opens_at, values).phase(now) is Phase.CLOSED
    return closed and deadlines.fallback_of(session, tenant) is Fallback.SKIP


def leave_out(session: Session, broadcast: BroadcastId, now: datetime) -> None:
    """Record such a day as one without."""
    row = broadcasts.get(session, broadcast)
    if broadcasts.advance(session, broadcast, BroadcastEvent.SKIP, state_reason=LEFT_OUT):
        broadcasts.log(
            session,
            tenant=TenantId(row.tenant_id),
            broadcast=broadcast,
            event="broadcast.skip",
            words=LEFT_OUT,
            now=now,
        )


LEFT_OUT = "Nothing was approved by the last call: a day without, as the settings say."


@dataclass(frozen=True, slots=True)
class Missing:
    """A day without an approval, and what to say of it."""

    tenant: TenantId
    day: date
    kind: str
    words: str


def _missing(session: Session, now: datetime) -> list[Missing]:
    found: list[Missing] = []
    for tenant in deadlines.tenants_with_mornings(session):
        for day in (service_day(now), service_day(now) + timedelta(days=1)):
            times = deadlines.of_day(session, tenant, day)
            if times is None or times.phase(now) not in (Phase.REMINDED, Phase.LATE):
                continue
            kind = REMINDER if times.phase(now) is Phase.REMINDED else CUT_OFF
            if kind in deadlines.told(session, tenant, day):
                continue
            if schedules.approved_for(session, tenant, day) is None:
                found.append(Missing(tenant, day, kind, _words(session, tenant, kind)))
    return found


def _words(session: Session, tenant: TenantId, kind: str) -> str:
    if kind == REMINDER:
        return "Nothing is approved for the coming morning yet"
    if deadlines.fallback_of(session, tenant) is Fallback.SKIP:
        return "The cut-off is over and nothing is approved: the day is left out at the last call"
    evergreen = content_lists.fallback(session, tenant)
    if evergreen is None:
        return "The cut-off is over, nothing is approved, and there is no evergreen to stand in"
    return (
        f"The cut-off is over and nothing is approved: the evergreen “{evergreen.title}” stands in "
        "at the last call"
    )

"""Foretells, once a second, when a broadcast will have reached its people; and does what it may
when that is late (spec P7).

What it foretells is a row that pages and alerts read. What it does, it does once, with a line on
the board and one in the trail.
"""

import math
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from engine.domain.broadcast import LANES_OPEN
from engine.domain.forecast import LATE_FOR, Forecast, by_lane, forecast, is_late, look
from engine.domain.forecast_words import because
from engine.domain.ids import BroadcastId, SenderId, TenantId
from engine.domain.levers import Lever, LeverPolicy, Pulled, helpful
from engine.domain.quality import Quality, effective_rate
from engine.domain.roles import ENGINE
from engine.domain.schedule import IST
from engine.domain.signs import Signs
from engine.domain.tenant_settings import LEVERS, value_of
from engine.store import audit, broadcasts, forecasts, senders, tenant_settings
from engine.store import signs as signs_store
from engine.store.tables import Sender
from engine.workers import handover, watch
from engine.workers.equipment import Equipment

EVERY_SECONDS = 1.0


async def foretell(equipment: Equipment) -> None:
    """Look at every broadcast under way, for ever."""
    while True:
        equipment.beat("foretell")
        now = equipment.clock.now()
        for broadcast, tenant in await equipment.database.peek(forecasts.running, now):
            await foretell_one(equipment, broadcast, tenant)
        await equipment.doze(EVERY_SECONDS)


async def foretell_one(equipment: Equipment, broadcast: BroadcastId, tenant: TenantId) -> None:
    """One look, what follows from it for the row, and what may be done about it."""
    database, now = equipment.database, equipment.clock.now()
    reserve = equipment.tuning.reserve
    signs = await database.read(signs_store.read, broadcast, now, reserve)
    model = None if signs is None else look(signs)
    if signs is None or model is None:
        return
    told = forecast(model)
    why = because(model) if told.late >= WORTH_A_REASON else ""
    late_for = await database.transact(
        _write, broadcast, tenant, signs, told, why, by_lane(model), now
    )
    if late_for is not None and late_for >= LATE_FOR.total_seconds():
        await database.transact(_act, equipment, broadcast, tenant, signs, told, now)


WORTH_A_REASON = 0.3


def _write(
    session: Session,
    broadcast: BroadcastId,
    tenant: TenantId,
    signs: Signs,
    told: Forecast,
    why: str,
    lanes: dict[int, datetime | None],
    now: datetime,
) -> float | None:
    """Write the row; how many seconds it has been foretold to be late, None when it is not."""
    before = forecasts.get(session, broadcast)
    since = None if before is None else before.late_since
    late = is_late(told, before=since is not None)
    since = (since or now) if late else None
    forecasts.put(session, broadcast, told, now=now, late_since=since, why=why, lanes=lanes)
    if since is None:
        if before is not None and before.late_since is not None and told.late < 1.0:
            words = f"Foretold in time again: {_when(told)}"
            broadcasts.log(
                session,
                tenant=tenant,
                broadcast=broadcast,
                event="forecast.in_time",
                words=words,
                now=now,
            )
        return None
    if before is None or before.late_since is None:
        words = f"Foretold late: {_when(told)}. {why}"
        broadcasts.log(
            session, tenant=tenant, broadcast=broadcast, event="forecast.late", words=words, now=now
        )
    return (now - since).total_seconds()


def _act(
    session: Session,
    equipment: Equipment,
    broadcast: BroadcastId,
    tenant: TenantId,
    signs: Signs,
    told: Forecast,
    now: datetime,
) -> None:
    """Pull the lever that helps, if there is one that was not pulled yet."""
    chosen = LeverPolicy(value_of(tenant_settings.values(session, tenant), LEVERS))
    done = forecasts.pulled(forecasts.get(session, broadcast))
    pulled = {one.lever for one in done}
    allowed = [lever for lever in chosen.allowed if lever.value not in pulled]
    if not allowed or broadcasts.state_of(session, broadcast) not in LANES_OPEN:
        return
    pool = {row.id or 0: row for row in senders.pool(session, tenant)}
    found = helpful(
        signs,
        told,
        spares=_spares(signs, pool, equipment.tuning.reserve) if Lever.BACKUP in allowed else {},
        ceilings=_ceilings(signs, pool, equipment.tuning.reserve)
        if Lever.CEILING in allowed
        else {},
    )
    if found is None:
        return
    lever, sender = found
    row = pool[sender]
    before = row.rate_per_second
    if lever is Lever.BACKUP:
        words = handover.reinforce(
            session, watch.look(session, broadcast), SenderId(sender), now, equipment.tuning.reserve
        )
    else:
        words = _raise(session, row, now)
    broadcasts.log(
        session, tenant=tenant, broadcast=broadcast, event="forecast.acted", words=words, now=now
    )
    audit.append(
        session,
        by=ENGINE,
        action=f"forecast.{lever.value}",
        subject=f"sender:{sender}",
        before={"rate_per_second": before},
        after={"reason": words},
        now=now,
        tenant=tenant,
    )
    one = Pulled(
        lever=lever.value,
        sender=sender,
        at=now.timestamp(),
        words=words,
        before=before,
        after=_ceiling(row) if lever is Lever.CEILING else before,
    )
    forecasts.note_pulled(session, broadcast, (*done, one))


def _spares(signs: Signs, pool: dict[int, Sender], reserve: float) -> dict[int, float]:
    used = {lane.sender for lane in signs.lanes}
    return {
        sender: rate
        for sender, row in pool.items()
        if sender not in used
        and row.role == "backup"
        and row.state == "active"
        and (rate := _rate(row, row.rate_per_second, reserve)) > 0
    }


def _ceilings(signs: Signs, pool: dict[int, Sender], reserve: float) -> dict[int, float]:
    return {
        lane.sender: rate
        for lane in signs.lanes
        if lane.sends
        and (row := pool.get(lane.sender)) is not None
        and (rate := _rate(row, _ceiling(row), reserve)) > lane.rate * 1.05
    }


def _rate(row: Sender, rate_per_second: float, reserve: float) -> float:
    return effective_rate(
        rate_per_second,
        row.quality,
        reserve,
        throughput=row.throughput,
        status=row.status,
    )


def _ceiling(row: Sender) -> float:
    """What WhatsApp lets the number send at its best."""
    return effective_rate(math.inf, Quality.GREEN, 0.0, throughput=row.throughput)


def _raise(session: Session, row: Sender, now: datetime) -> str:
    most = _ceiling(row)
    before = row.rate_per_second
    senders.set_pace(session, SenderId(row.id or 0), rate_per_second=most, now=now)
    return (
        f"Sender ·· {row.display_phone[-4:]} raised from {before:g} to {most:g} messages a second, "
        "because the end was foretold late. It keeps that pace until a person changes it."
    )


def _when(told: Forecast) -> str:
    if told.at is None:
        return "99 % not in sight"
    return f"99 % at {told.at.astimezone(ZoneInfo(IST)):%H:%M:%S}"

"""Opens the broadcasts that their schedules want; the pure `schedule.due` decides which.

APScheduler wakes it at the schedules' own times; a look every second finds what people add in
between, and what was due while nothing ran. A broadcast is opened by a unique key, so two engines,
a restart or a clock that steps back make no second one (spec C1).
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from math import inf
from typing import Any, assert_never

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # pyright: ignore[reportMissingTypeStubs]
from apscheduler.triggers.cron import CronTrigger  # pyright: ignore[reportMissingTypeStubs]
from apscheduler.triggers.date import DateTrigger  # pyright: ignore[reportMissingTypeStubs]
from sqlmodel import Session

from engine.domain import schedule as rules
from engine.domain.broadcast import BroadcastState
from engine.domain.canary import CanaryState
from engine.domain.content import Category
from engine.domain.ids import ScheduleId, TenantId
from engine.domain.schedule import Kind
from engine.domain.tenant_settings import (
    CLOSES_MINUTES,
    FREEZE_MINUTES,
    ROUTING,
    shape_of,
    value_of,
)
from engine.store import broadcasts, copies, schedules, tenant_settings
from engine.store.tables import RestoredCopy, Schedule
from engine.workers.equipment import Equipment, secret_seed

LOOK_EVERY_SECONDS = 1.0
LOOK_CLOSELY_SECONDS = 15.0
"""With an alarm for each schedule, only its content, or a clock that was set, tells anything new in
between.
"""
DAYS_LOOKED_BACK = 3
SHAPING = (FREEZE_MINUTES, CLOSES_MINUTES)
"""The settings of a tenant that lay out its day."""

Alarm = tuple[int | None, str, str, str, datetime | None, timedelta]
Leads = dict[ScheduleId, timedelta]
"""How long before its time each schedule freezes."""

log = structlog.get_logger()


async def calendar(equipment: Equipment, alarm: AsyncIOScheduler | None) -> None:
    """Look at the schedules whenever one may be due, for ever.

    alarm: wakes this loop on time; a simulated morning has none and lives by the look every second
    while anything is ahead.
    """
    wake = asyncio.Event()
    known: set[Alarm] = set()
    seen: str | None = None
    look_at = -inf
    is_on_time = alarm is not None
    while True:
        equipment.beat("calendar")
        wake.clear()
        glance = await equipment.database.peek(schedules.glance)
        loop_time = equipment.clock.loop_time()
        if not is_on_time or glance != seen or loop_time >= look_at:
            seen, look_at = glance, loop_time + LOOK_CLOSELY_SECONDS
            now = equipment.clock.now()
            rows, due, leads = await equipment.database.read(look, now)
            if alarm is not None:
                known = _set_alarms(alarm, rows, leads, known, wake)
            else:
                is_on_time = all(_is_past(row, now) for row in rows)
            if due:
                await equipment.database.transact(open_due, now, equipment.draw_seed)
                look_at = -inf
        await equipment.doze(LOOK_EVERY_SECONDS, wake)
        if wake.is_set():
            look_at = -inf


def _is_past(row: Schedule, now: datetime) -> bool:
    """Whether nobody need be woken for it any more, as for a one-off that has opened."""
    return row.kind == Kind.ONCE and row.once_at is not None and row.once_at <= now


def wanted(session: Session, now: datetime) -> list[rules.Due]:
    """What the schedules want at `now` and do not have."""
    return look(session, now)[1]


def look(session: Session, now: datetime) -> tuple[list[Schedule], list[rules.Due], Leads]:
    """The active schedules, what they want at `now` and do not have, and when each freezes."""
    rows = schedules.active_schedules(session)
    since = rules.service_day(now) - timedelta(days=DAYS_LOOKED_BACK)
    existing = schedules.days_opened(session, since)
    set_by = tenant_settings.of_all(session, SHAPING)
    left_out = schedules.skip_days(session, since)
    wanted = [
        schedules.rule_of(
            row,
            category=_category(session, row, now),
            usual=shape_of(set_by.get(TenantId(row.tenant_id), {})),
            skip_days=left_out.get(TenantId(row.tenant_id)),
        )
        for row in rows
    ]
    leads = {rule.id: rule.usual.freeze_lead for rule in wanted}
    return rows, rules.due(now, wanted, existing), leads


def open_due(session: Session, now: datetime, draw_seed: Callable[[], str] = secret_seed) -> int:
    """Open every broadcast that is wanted; returns how many were new.

    draw_seed: gives each its plan's seed, which is recorded, so that the plan can be replayed (P1).
    """
    active, wanted_now, _ = look(session, now)
    rows = {row.id: row for row in active}
    set_by = tenant_settings.of_all(session, [ROUTING.key]) if wanted_now else {}
    opened = 0
    copy = copies.latest(session) if wanted_now else None
    for due in wanted_now:
        row = rows[due.schedule]
        routing = value_of(set_by.get(TenantId(row.tenant_id), {}), ROUTING.key)
        values = _broadcast(row, due.day, due.window, now)
        values |= {"seed": draw_seed(), "routing": routing}
        match due:
            case rules.Open():
                pass
            case rules.Skip(reason=reason):
                values |= {"state": BroadcastState.SKIPPED.value, "state_reason": reason}
            case rules.Ask(reason=reason):
                values |= {"state": BroadcastState.WAITING_FOR_PERSON.value, "state_reason": reason}
            case _:
                assert_never(due)
        if copy is not None and _was_the_original_s(copy, due.window.opens_at):
            values |= {
                "state": BroadcastState.WAITING_FOR_PERSON.value,
                "state_reason": "This database was restored from a backup made before that time: "
                "the original may have sent it.",
            }
        if broadcasts.open_broadcast(session, values):
            opened += 1
            log.info("broadcast.opened", schedule=due.schedule, day=due.day.isoformat())
    return opened


def _was_the_original_s(copy: RestoredCopy, opens_at: datetime) -> bool:
    """Whether an opening lies where this database knows nothing of what its original did."""
    return copy.released_at is not None and copy.backed_up_at <= opens_at <= copy.released_at


def _category(session: Session, row: Schedule, now: datetime) -> Category:
    """What the schedule would send: it sets the opening. MARKETING while nothing is approved."""
    day = rules.service_day(row.once_at or now, row.zone)
    categories = schedules.categories_of(session, row, day)
    return rules.strictest(Category(category) for category in categories)


def _broadcast(row: Schedule, day: date, window: rules.Window, now: datetime) -> dict[str, Any]:
    return {
        "tenant_id": row.tenant_id,
        "schedule_id": row.id,
        "service_day": day,
        "title": row.name,
        "content_id": row.content_id,
        "content_hash": "",
        "category": "",
        "state": BroadcastState.SCHEDULED.value,
        "state_reason": "",
        "pacing": row.pacing,
        "canary": (CanaryState.WAITING if row.canary else CanaryState.OFF).value,
        "opens_at": window.opens_at,
        "window_ends_at": window.primary_ends_at,
        "closes_at": window.closes_at,
        "targeted": 0,
        "excluded": 0,
        "created_at": now,
    }


def _set_alarms(
    alarm: AsyncIOScheduler,
    rows: Sequence[Schedule],
    leads: Leads,
    known: set[Alarm],
    wake: asyncio.Event,
) -> set[Alarm]:
    """Have APScheduler wake us at each schedule's freeze, when the schedules changed."""
    wanted_alarms = {
        (row.id, row.kind, row.at, row.zone, row.once_at, leads[ScheduleId(row.id or 0)])
        for row in rows
    }
    if wanted_alarms == known:
        return known

    async def ring() -> (
        None
    ):  # a plain function would run in a thread, and an Event is not for them
        wake.set()

    alarm.remove_all_jobs()  # pyright: ignore[reportUnknownMemberType]
    for row in rows:
        alarm.add_job(  # pyright: ignore[reportUnknownMemberType]
            ring,
            _trigger(row, leads[ScheduleId(row.id or 0)]),
            id=str(row.id),
            misfire_grace_time=None,
        )
    return wanted_alarms


def _trigger(row: Schedule, lead: timedelta) -> CronTrigger | DateTrigger:
    if row.kind == Kind.ONCE and row.once_at is not None:
        return DateTrigger(row.once_at - lead)
    at = rules.time_of_day(row.at)
    freeze_minutes = (at.hour * 60 + at.minute) - int(lead.total_seconds() // 60)
    hour, minute = divmod(freeze_minutes % (24 * 60), 60)
    return CronTrigger(hour=hour, minute=minute, second=at.second, timezone=row.zone)

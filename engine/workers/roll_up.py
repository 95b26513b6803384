"""Makes days in numbers once they are over, and again when late receipts change them (spec L3, R3).

A day is counted in short reads beside the writer, never in a morning, and written in one small
transaction. Making a day twice makes the same day; one that was cut off is simply made again. On an
installation that has years of mornings and no figures, the years are made one after the other.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

import structlog
from sqlmodel import Session

from engine.domain import fading
from engine.domain.ab_test import LATE_NEWS, WITHIN, Counts
from engine.domain.ids import TenantId
from engine.domain.precedence import waits_until
from engine.domain.reporting import DaySheet
from engine.domain.schedule import service_day
from engine.domain.sla import LATE_RECEIPTS, is_targeted
from engine.store import broadcasts, report_facts, reports
from engine.store.database import Database
from engine.store.report_facts import Part
from engine.store.reports import DayDue
from engine.workers.equipment import Equipment

LOOK_EVERY_SECONDS = 60.0
BEAT_EVERY_SECONDS = 5.0
READ_AT_ONCE = 250
"""Deliveries in one read: some six milliseconds."""
WRITTEN_AT_ONCE = 250
LATE_AT_ONCE = 2_000
REST = timedelta(minutes=10)
"""People read all morning: a day that was made is left alone for so long."""
LOOKED_BACK = timedelta(days=7)
"""So far back states are compared, too: what a person closes or calls off leaves no receipt."""

Beat = Callable[[str], None]


class Wall(Protocol):
    """A clock of which only the wall's side is asked."""

    def now(self) -> datetime:
        """Aware, in UTC."""
        ...


log = structlog.get_logger()


async def roll_up(equipment: Equipment) -> None:
    """Look for days to make, for ever."""
    while True:
        await look(equipment.database, equipment.clock, equipment.beat)
        for _ in range(int(LOOK_EVERY_SECONDS // BEAT_EVERY_SECONDS)):
            await equipment.doze(BEAT_EVERY_SECONDS)
            equipment.beat("roll_up")


async def look(database: Database, clock: Wall, beat: Beat = lambda name: None) -> int:
    """Find late news, and make every day that is due; how many were made."""
    if await database.read(must_wait, clock.now()):
        return 0
    await find_news(database, clock, beat)
    made = 0
    while (found := await database.read(next_due, clock.now())) is not None:
        beat("roll_up")
        if not await make(database, clock, found, beat):
            break
        made += 1
    return made


def must_wait(session: Session, now: datetime) -> bool:
    """Whether the send path owns this instant."""
    windows = [(one.opens_at, one.closes_at) for one in broadcasts.not_over(session)]
    return waits_until(now, windows) is not None


def next_due(session: Session, now: datetime) -> DayDue | None:
    """The oldest day to make. A day is over when its verdict is final."""
    return reports.due(
        session, now, after_close=LATE_RECEIPTS, rest=REST, judged_after=WITHIN + LATE_NEWS
    )


async def find_news(database: Database, clock: Wall, beat: Beat) -> None:
    """Mark the days that receipts, attempts or people changed since they were counted."""
    for name in reports.LATE:
        while (some := await database.read(reports.late_slice, name, LATE_AT_ONCE)) is not None:
            beat("roll_up")
            days = await database.read(reports.days_with_news, name, *some)
            await database.transact(reports.note_news, days, name, some[1])
    await database.transact(reports.look_up)
    since = service_day(clock.now()) - LOOKED_BACK
    for tenant, day, was in await database.read(reports.made_since, since):
        if await database.read(report_facts.states, tenant, day) != was:
            await database.transact(reports.note_news, [(tenant, day)])


@dataclass(slots=True)
class _Counting:
    sheet: DaySheet
    refusals: "Counter[int | None]" = field(default_factory=lambda: Counter[int | None]())
    readers: dict[int, tuple[bool, bool]] = field(
        default_factory=lambda: dict[int, tuple[bool, bool]]()
    )
    wordings: dict[tuple[int, str], Counts] = field(
        default_factory=lambda: dict[tuple[int, str], Counts]()
    )
    """By (broadcast, wording), where there were two."""


async def make(
    database: Database, clock: Wall, found: DayDue, beat: Beat = lambda name: None
) -> bool:
    """Count a day and write it down. False when a morning began meanwhile: it is left for later."""
    now = clock.now()
    tenant, day = found.tenant, found.day
    states = await database.read(report_facts.states, tenant, day)
    counting = _Counting(DaySheet(await database.read(report_facts.zone_of, tenant)))
    parts = await database.read(report_facts.parts, tenant, day)
    for part in parts:
        texts = await database.read(report_facts.texts, tenant, part)
        for after in range(part.first - 1, part.last, READ_AT_ONCE):
            beat("roll_up")
            if await database.read(must_wait, clock.now()):
                return False
            await database.read(_count, counting, part, texts, after)
    people = [(one, *both) for one, both in counting.readers.items()]
    for start in range(0, len(people), WRITTEN_AT_ONCE):
        some = people[start : start + WRITTEN_AT_ONCE]
        await database.transact(reports.mark_readers, tenant, day, some)
        beat("roll_up")
    await database.transact(
        reports.write,
        found,
        counting.sheet,
        refusals=counting.refusals,
        states=states,
        wordings=counting.wordings,
        excluded=sum(part.excluded for part in parts),
        now=now,
    )
    if service_day(now) - day <= LOOKED_BACK:
        await note_fading(database, tenant, day, beat)
    log.info("report.day_made", tenant=tenant, day=day.isoformat(), people=len(people))
    return True


def _count(
    session: Session, counting: _Counting, part: Part, texts: report_facts.Texts, after: int
) -> None:
    until = min(after + READ_AT_ONCE, part.last)
    for subscriber, fact in report_facts.facts(session, part, texts, after, until):
        counting.sheet.count(fact, opens_at=part.opens_at, closes_at=part.closes_at)
        if fact.wording:
            counts = counting.wordings.setdefault((part.broadcast, fact.wording), Counts())
            targeted = is_targeted(fact.opted_out_at, fact.planned_at)
            counts.take(fact, targeted=targeted, opens_at=part.opens_at)
        if subscriber is not None:
            reached = fact.delivered_at is not None or fact.read_at is not None
            was = counting.readers.get(subscriber, (False, False))
            read = fact.read_at is not None
            counting.readers[subscriber] = (was[0] or reached, was[1] or read)
    counting.refusals.update(report_facts.refusals(session, part, after, until))


async def note_fading(
    database: Database, tenant: TenantId, day: date, beat: Beat = lambda name: None
) -> Mapping[str, tuple[int, int]]:
    """Keep with a day in whom reading fell, by tier: (people of whom it is known, in whom)."""
    first, last = fading.months_needed(day)
    found: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    after = 0
    while people := await database.read(reports.readers, tenant, first, last, after, READ_AT_ONCE):
        beat("roll_up")
        for _, tier, months in people:
            fades = fading.fades(months, day)
            if fades is not None:
                known, fell = found[tier]
                found[tier] = (known + 1, fell + fades)
        after = people[-1][0]
    await database.transact(reports.write_fading, tenant, day, found)
    return found

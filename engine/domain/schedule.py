"""When a broadcast happens. The only module that thinks in local time; everything it gives is UTC.

The day of spec §1, relative to the schedule's time `at` (06:00 in Asia/Kolkata unless set
otherwise): frozen 30 minutes before; utility templates open 30 seconds before, marketing templates
at `at` sharp, never inside the quiet hours; the primary window ends 2 min 30 s after, the SLA
closes 5 minutes after.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.domain.content import Category
from engine.domain.digits import grouped
from engine.domain.ids import ScheduleId

IST = "Asia/Kolkata"
EVERY_DAY = frozenset(range(1, 8))
"""ISO numbers of the days of the week: Monday is 1."""
LOOKED_AHEAD_DAYS = 400
"""Longer than any run of skip days: a daily schedule that finds no opening by then has none."""
FORGOTTEN_AFTER = timedelta(days=2)
"""A one-off that was not even skipped by then is past: nobody need remember older days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayShape:
    """The distances of a day's instants from its time `at`. Every one of them is a setting."""

    freeze_lead: timedelta = timedelta(minutes=30)
    utility_lead: timedelta = timedelta(seconds=30)
    primary: timedelta = timedelta(minutes=2, seconds=30)
    closes: timedelta = timedelta(minutes=5)
    quiet_from: time = time(22)
    quiet_until: time = time(6)


USUAL = DayShape()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The instants of one broadcast, aware, in UTC."""

    freezes_at: datetime
    opens_at: datetime
    primary_ends_at: datetime
    closes_at: datetime


class Kind(StrEnum):
    """How often a schedule fires."""

    DAILY = "daily"
    ONCE = "once"


class LatePolicy(StrEnum):
    """What to do when the engine comes up after the opening, and after the grace (spec C2)."""

    SKIP = "skip"
    ASK = "ask"
    SEND = "send"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule as `due` sees it. `once_at` is set exactly when `kind` is once.

    `category` is the strictest of the content it would send: MARKETING while that is not known.
    """

    id: ScheduleId
    kind: Kind
    at: time = time(6)
    zone: str = IST
    once_at: datetime | None = None
    category: Category = Category.MARKETING
    late_policy: LatePolicy = LatePolicy.SKIP
    late_after: timedelta = timedelta(minutes=10)
    window: timedelta | None = None
    """From the schedule's time to the end of its primary window, where that is not the usual one.
    """
    weekdays: frozenset[int] = EVERY_DAY
    """A daily one fires on these days of the week only."""
    skip_days: Mapping[date, str] = field(default_factory=lambda: dict[date, str]())
    """The days its organisation leaves out, with the reason. A one-off does not ask: its day was
    chosen.
    """
    active: bool = True
    created_at: datetime
    """Openings before it are not this schedule's: it was made, or moved to its time, then."""
    usual: DayShape = USUAL
    """How its organisation lays out a day."""

    def shape(self) -> DayShape:
        """The shape of its days. The close comes no earlier than usual, nor before the window's
        end.
        """
        if self.window is None:
            return self.usual
        closes = max(self.usual.closes, self.window)
        return replace(self.usual, primary=self.window, closes=closes)


@dataclass(frozen=True, slots=True)
class Open:
    """Make the broadcast of this day now: freeze it, plan it, and send when its window opens."""

    schedule: ScheduleId
    day: date
    window: Window


@dataclass(frozen=True, slots=True)
class Skip:
    """Too late by policy, or a day to leave out: recorded as skipped, with the reason to read."""

    schedule: ScheduleId
    day: date
    window: Window
    reason: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Too late to go without a word: record the day as waiting for a person."""

    schedule: ScheduleId
    day: date
    window: Window
    reason: str


Due = Open | Skip | Ask


def due(
    now: datetime,
    schedules: Iterable[Schedule],
    existing: Collection[tuple[ScheduleId, date]],
) -> list[Due]:
    """Which schedules want a broadcast now, and what is to become of each.

    `existing` are the (schedule, service day) pairs that have a broadcast, whatever became of it: a
    day fires once. Three days back suffice. Whether two engines agree is the business of the
    database's unique key.
    """
    wanted: list[Due] = []
    for schedule in schedules:
        if not schedule.active:
            continue
        for day, window in _candidates(schedule, now, schedule.shape()):
            ripe = window.freezes_at <= now and schedule.created_at < window.opens_at
            if ripe and (schedule.id, day) not in existing:
                wanted.append(_decide(schedule, day, window, now))
    return wanted


def too_late(now: datetime, opens_at: datetime, late_after: timedelta) -> str | None:
    """The sentence to show when a broadcast that has not started is past its grace, else None.

    Also asked of a broadcast that was frozen in time when the engine died before its opening.
    """
    lateness = now - opens_at
    if lateness <= late_after:
        return None
    minutes = int(lateness.total_seconds() // 60)
    return f"The engine was not running at the opening and is {grouped(minutes)} minutes late."


def next_opening(schedule: Schedule, now: datetime) -> datetime | None:
    """The next instant this schedule would open at, after `now`; None when it never will again."""
    if not schedule.active:
        return None
    shape = schedule.shape()
    if schedule.kind is Kind.ONCE:
        opens_at = _once(schedule, shape)[1].opens_at
        return opens_at if opens_at > now else None
    today = service_day(now, schedule.zone)
    days = (today + timedelta(days=offset) for offset in range(-1, LOOKED_AHEAD_DAYS))
    openings = (
        window_for(day, schedule.zone, schedule.at, schedule.category, shape).opens_at
        for day in days
        if day.isoweekday() in schedule.weekdays and day not in schedule.skip_days
    )
    return next((opening for opening in openings if opening > now), None)


def window_for(
    day: date,
    zone: str,
    at: time,
    category: Category,
    shape: DayShape = USUAL,
) -> Window:
    """The window of a daily schedule on `day`, for content of `category`."""
    reference = _to_utc(day, at, zone)
    if category is Category.MARKETING:
        reference = after_quiet_hours(reference, zone, shape)
        opens_at = reference
    else:
        opens_at = reference - shape.utility_lead
    return _window(opens_at, reference, shape)


def window_once(at: datetime, zone: str, category: Category, shape: DayShape = USUAL) -> Window:
    """The window of a one-off that a person set to open at `at` (aware): then, and not before.

    Marketing inside the quiet hours moves to their end. When `at` is nearer than the freeze's lead,
    the freeze is simply due at once.
    """
    opens_at = at.astimezone(UTC)
    if category is Category.MARKETING:
        opens_at = after_quiet_hours(opens_at, zone, shape)
    return _window(opens_at, opens_at, shape)


def after_quiet_hours(at: datetime, zone: str, shape: DayShape = USUAL) -> datetime:
    """`at` itself, or the end of the quiet hours it falls into. Their end is no longer quiet."""
    local = at.astimezone(zone_named(zone))
    quiet_since, quiet_until = shape.quiet_from, shape.quiet_until
    moment = local.time()
    if quiet_since > quiet_until:  # over midnight
        if moment >= quiet_since:
            return _to_utc(local.date() + timedelta(days=1), quiet_until, zone)
        quiet = moment < quiet_until
    else:
        quiet = quiet_since <= moment < quiet_until
    return _to_utc(local.date(), quiet_until, zone) if quiet else at


def service_day(now: datetime, zone: str = IST) -> date:
    """The calendar day it is for the people of `zone`: the one way from an instant to a date."""
    return now.astimezone(zone_named(zone)).date()


def month_of(day: date) -> str:
    """`2026-11`: what turns the jitter groups (spec P1)."""
    return f"{day.year:04d}-{day.month:02d}"


def strictest(categories: Iterable[Category]) -> Category:
    """The category a broadcast of several variants is timed by: marketing if any of them is."""
    found = set(categories)
    return Category.MARKETING if not found or Category.MARKETING in found else Category.UTILITY


def zone_named(name: str) -> ZoneInfo:
    """The time zone of that name. Raises ValueError, in words, for one that does not exist."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone; one looks like {IST}") from error


def time_of_day(text: str) -> time:
    """`06:00` or `06:00:30` as a time. Raises ValueError, in words, for anything else."""
    try:
        parsed = time.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a time of day; one looks like 06:00") from error
    if parsed.tzinfo is not None:
        raise ValueError(f"{text!r} carries a zone of its own; the schedule has one already")
    return parsed


def _decide(schedule: Schedule, day: date, window: Window, now: datetime) -> Due:
    left_out = schedule.skip_days.get(day) if schedule.kind is Kind.DAILY else None
    if left_out is not None:
        return Skip(schedule.id, day, window, f"A day that is left out: {left_out}.")
    reason = too_late(now, window.opens_at, schedule.late_after)
    if reason is None:
        return Open(schedule.id, day, window)
    match schedule.late_policy:
        case LatePolicy.SEND:
            return Open(schedule.id, day, window)
        case LatePolicy.SKIP:
            return Skip(schedule.id, day, window, reason)
        case LatePolicy.ASK:
            return Ask(schedule.id, day, window, reason)


def _candidates(schedule: Schedule, now: datetime, shape: DayShape) -> list[tuple[date, Window]]:
    """The broadcasts that might be wanted at `now`: those opening today or later, with their days.

    An opening early in the night freezes the evening before; one that the quiet hours moved belongs
    to the day before.
    """
    if schedule.kind is Kind.ONCE:
        day, window = _once(schedule, shape)
        return [(day, window)] if now - window.opens_at < FORGOTTEN_AFTER else []
    today = service_day(now, schedule.zone)
    days = [
        day
        for day in (today + timedelta(days=offset) for offset in (-1, 0, 1))
        if day.isoweekday() in schedule.weekdays
    ]
    windows = [
        (day, window_for(day, schedule.zone, schedule.at, schedule.category, shape)) for day in days
    ]
    return [
        (day, window)
        for day, window in windows
        if service_day(window.opens_at, schedule.zone) >= today
    ]


def _once(schedule: Schedule, shape: DayShape) -> tuple[date, Window]:
    assert schedule.once_at is not None, f"schedule {schedule.id} is once, but has no instant"
    window = window_once(schedule.once_at, schedule.zone, schedule.category, shape)
    # By the instant the person chose, not the one it was moved to: an edit of the content's
    # category must not turn one broadcast into two.
    return service_day(schedule.once_at, schedule.zone), window


def _window(opens_at: datetime, reference: datetime, shape: DayShape) -> Window:
    return Window(
        freezes_at=reference - shape.freeze_lead,
        opens_at=opens_at,
        primary_ends_at=reference + shape.primary,
        closes_at=reference + shape.closes,
    )


def _to_utc(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, tzinfo=zone_named(zone)).astimezone(UTC)

"""Schedules in words: when, how fast, what becomes of a late one, and who goes first."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app import formats
from app.pages.organisation.words import PACINGS
from engine.read.schedules import ScheduleRow

DAYS = {"1": "Mon", "2": "Tue", "3": "Wed", "4": "Thu", "5": "Fri", "6": "Sat", "7": "Sun"}
LABELS = {
    "name": "Name",
    "at": "Time",
    "day": "Day",
    "zone": "Time zone",
    "weekdays": "Days of the week",
    "content": "Content",
    "pacing": "Pace",
    "window_minutes": "Window",
    "late_policy": "When it comes too late",
    "late_minutes": "Too late is",
    "wait_seconds": "The rest waits",
    "failures": "Failures",
    "failure_percent": "Share of failures",
}
ZONES = (
    *("Asia/Kolkata", "UTC", "Asia/Dubai", "Asia/Singapore", "Asia/Kathmandu", "Asia/Colombo"),
    *("Asia/Dhaka", "Asia/Hong_Kong", "Asia/Tokyo", "Europe/London", "Europe/Paris"),
    *("America/New_York", "America/Los_Angeles", "Australia/Sydney"),
)
"""What is offered; any other name is taken, too."""


def when(row: ScheduleRow) -> str:
    """`Every day at 06:00`, `Mon to Fri at 06:00`, `Once: Mon 30 Nov 2026, 10:00`."""
    if row.once_at is not None:
        return f"Once: {local(row.once_at, row.zone)}"
    return f"{_days(row.weekdays)} at {row.at}"


def local(at: datetime, zone: str) -> str:
    """An instant as people of that zone read it; in another zone than India's with both."""
    there = at.astimezone(ZoneInfo(zone))
    said = f"{there:%a} {there.day} {there:%b} {there.year}, {_clock(there)}"
    if zone == str(formats.IST):
        return f"{said} IST"
    return f"{said} {zone} ({formats.minute(at)} IST)"


def _clock(at: datetime) -> str:
    return at.strftime("%H:%M:%S" if at.second else "%H:%M")


def pace(row: ScheduleRow) -> str:
    """How the messages lie in the window, and how long that is."""
    words = PACINGS.get(row.pacing, row.pacing)
    if row.window_seconds is None:
        return f"{words}: 2 min 30 s, as usual"
    return f"{words}: {formats.seconds(row.window_seconds)}"


def late(row: ScheduleRow) -> str:
    """What becomes of a missed opening."""
    minutes = row.late_after_seconds // 60
    what = {
        "skip": "the day is skipped",
        "ask": "a person is asked",
        "send": "it is sent all the same",
    }.get(row.late_policy, row.late_policy)
    return f"More than {minutes} min late: {what}"


def first_ones(row: ScheduleRow) -> str:
    """The canary."""
    if not row.canary:
        return "All at once"
    return (
        f"1 % first (20 at least), then {row.canary_wait_seconds} s of waiting; halts above "
        f"{formats.count(row.canary_failures, 'failure')} and {row.canary_failure_percent} %"
    )


def complaint(detail: str) -> str:
    """A command's detail with the field's name as people know it."""
    field, _, rest = detail.partition(": ")
    return f"{LABELS[field]}: {rest}" if field in LABELS else detail


def _days(numbers: str) -> str:
    known = {"1234567": "Every day", "12345": "Mon to Fri", "123456": "Mon to Sat"}
    return known.get(numbers) or ", ".join(DAYS[number] for number in numbers)

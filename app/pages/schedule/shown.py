"""The Schedule page as values: from the read model to what the browser is sent."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app import formats
from app.pages.live.shown import STATE_WORDS
from app.pages.schedule.words import first_ones, late, local, pace, when
from engine.domain.broadcast import BroadcastState
from engine.domain.schedule import Kind
from engine.read.schedules import Pack, ScheduleRow

ON, OFF, DONE = ("On", "good"), ("Off", "quiet"), ("Done", "quiet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One schedule's card."""

    id: int
    name: str
    kind: str
    once: bool
    active: bool
    done: bool
    state: str
    tone: str
    when: str
    next: str
    next_note: str
    pace: str
    late: str
    first: str
    content: str
    last: str
    last_href: str
    last_tone: str
    plan_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipShown:
    """One day that is left out."""

    day: str
    words: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing to choose."""

    value: str
    words: str


def shown(row: ScheduleRow) -> Shown:
    """One schedule in words."""
    done = row.kind is Kind.ONCE and row.last is not None
    state, tone = DONE if done else (ON if row.active else OFF)
    last_word, last_tone = ("", "quiet")
    if row.last is not None and row.last_day is not None:
        word, last_tone = STATE_WORDS[BroadcastState(row.last_state)]
        last_word = f"{row.last_day:%a} {row.last_day.day} {row.last_day:%b}: {word.lower()}"
    return Shown(
        id=row.id,
        name=row.name,
        kind="Once" if row.kind is Kind.ONCE else "Daily",
        once=row.kind is Kind.ONCE,
        active=row.active,
        done=done,
        state=state,
        tone=tone,
        when=when(row),
        next=_next(row, done=done),
        next_note=_next_note(row),
        pace=pace(row),
        late=late(row),
        first=first_ones(row),
        content=row.content_title or "What is approved for its day",
        last=last_word,
        last_href="" if row.last is None else f"/broadcasts/{row.last}",
        last_tone=last_tone,
        plan_href=f"/broadcasts/plan?schedule={row.id}" if row.next else "",
    )


def option(pack: Pack) -> Option:
    """A pack to choose: what it is, for which day, and whether it is approved."""
    day = f"{pack.day.day} {pack.day:%b}"
    return Option(value=str(pack.id), words=f"{pack.title} · {day} · {pack.state}")


def typed(row: ScheduleRow) -> dict[str, str]:
    """A schedule as its form starts with it."""
    there = None if row.once_at is None else row.once_at.astimezone(ZoneInfo(row.zone))
    return {
        "name": row.name,
        "at": row.at if there is None else there.strftime("%H:%M"),
        "day": "" if there is None else there.date().isoformat(),
        "zone": row.zone,
        "weekdays": row.weekdays,
        "content": "" if row.content is None else str(row.content),
        "pacing": row.pacing,
        "window_minutes": "" if row.window_seconds is None else str(row.window_seconds // 60),
        "late_policy": row.late_policy,
        "late_minutes": str(row.late_after_seconds // 60),
        "canary": "yes" if row.canary else "",
        "wait_seconds": str(row.canary_wait_seconds),
        "failures": str(row.canary_failures),
        "failure_percent": str(row.canary_failure_percent),
    }


NEW = {
    "name": "",
    "at": "06:00",
    "day": "",
    "zone": "Asia/Kolkata",
    "weekdays": "1234567",
    "content": "",
    "pacing": "jittered",
    "window_minutes": "",
    "late_policy": "ask",
    "late_minutes": "10",
    "canary": "",
    "wait_seconds": "10",
    "failures": "3",
    "failure_percent": "10",
}
"""What a new one starts with."""


def _next(row: ScheduleRow, *, done: bool) -> str:
    if row.next is not None:
        return f"Opens {local(row.next.opens_at, row.zone)}"
    if done:
        return "Nothing more: it has been opened."
    if not row.active:
        return "Nothing, while it is off."
    return "Its instant is past."


def _next_note(row: ScheduleRow) -> str:
    if row.next is None:
        return ""
    said = f"Frozen at {formats.minute(row.next.freezes_at)}, on time until "
    said += f"{formats.minute(row.next.closes_at)} IST."
    if row.moved:
        said += " Marketing rests from 22:00 to 06:00: the quiet hours moved it."
    return said

"""A schedule as a person types it: what is allowed, and the sentence for what is not.

Everything comes as text, as a form sends it, and leaves as values; nothing of it is guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from engine.domain.canary import CanaryRule
from engine.domain.digits import grouped
from engine.domain.ids import ContentId
from engine.domain.planning import Pacing
from engine.domain.schedule import EVERY_DAY, IST, Kind, LatePolicy, time_of_day, zone_named

SHORTEST_NAME, LONGEST_NAME = 2, 60
SOONEST = timedelta(minutes=1)
"""A one-off opens no sooner: freezing, planning and opening the lanes take a moment."""
FURTHEST = timedelta(days=366)
"""A one-off further away is a slip of the finger."""
LONGEST_WINDOW_MINUTES = 240
LONGEST_LATE_MINUTES = 1_440
LONGEST_WAIT_SECONDS = 120
"""Two minutes of a window of five."""
FIELDS = (
    *("name", "kind", "at", "day", "zone", "weekdays", "content", "pacing", "window_minutes"),
    *("late_policy", "late_minutes", "canary", "wait_seconds", "failures", "failure_percent"),
)
"""What a form may send. `weekdays`: ISO numbers, `12345`; `canary`: `yes` or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleDraft:
    """A schedule somebody asked for, all of it allowed by itself."""

    name: str
    kind: Kind
    at: time
    zone: str
    once_at: datetime | None
    weekdays: frozenset[int]
    content: ContentId | None
    pacing: Pacing
    window: timedelta | None
    late_policy: LatePolicy
    late_after: timedelta
    canary: bool
    rule: CanaryRule


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one field, as a sentence."""

    field: str
    words: str


def read_draft(typed: Mapping[str, str], now: datetime) -> ScheduleDraft | tuple[Wrong, ...]:
    """What was typed as a schedule, or everything that is wrong with it."""
    form = _Form(typed)
    name = form.text("name")
    kind = form.one_of("kind", Kind, Kind.DAILY)
    zone = form.zone("zone")
    at = form.clock("at")
    once_at = form.once_at(at, zone, now) if kind is Kind.ONCE else None
    weekdays = form.weekdays("weekdays") if kind is Kind.DAILY else EVERY_DAY
    content = form.whole("content", 1, 2**31 - 1, "Choose one of the packs.", optional=True)
    pacing = form.one_of("pacing", Pacing, Pacing.JITTERED)
    window = form.between("window_minutes", 1, LONGEST_WINDOW_MINUTES, "minutes", optional=True)
    late_policy = form.one_of("late_policy", LatePolicy, LatePolicy.SKIP)
    late = form.between("late_minutes", 0, LONGEST_LATE_MINUTES, "minutes")
    canary = typed.get("canary", "") == "yes"
    wait = form.between("wait_seconds", 1, LONGEST_WAIT_SECONDS, "seconds")
    failures = form.between("failures", 0, 10_000, "failures")
    percent = form.between("failure_percent", 0, 99, "per cent")
    if form.wrong:
        return tuple(form.wrong)
    return ScheduleDraft(
        name=name,
        kind=kind,
        at=at or time(6),
        zone=zone,
        once_at=once_at,
        weekdays=weekdays,
        content=None if content is None or kind is Kind.DAILY else ContentId(content),
        pacing=pacing,
        window=None if window is None else timedelta(minutes=window),
        late_policy=late_policy,
        late_after=timedelta(minutes=late or 0),
        canary=canary,
        rule=CanaryRule(
            wait=timedelta(seconds=wait or 0), failures=failures or 0, percent=percent or 0
        ),
    )


E = TypeVar("E", Kind, Pacing, LatePolicy)


class _Form:
    """The texts, and what was found wrong with them so far."""

    def __init__(self, typed: Mapping[str, str]) -> None:
        self._typed = typed
        self.wrong: list[Wrong] = []

    def complain(self, field: str, words: str) -> None:
        self.wrong.append(Wrong(field, words))

    def typed(self, field: str) -> str:
        return " ".join(self._typed.get(field, "").split())

    def text(self, field: str) -> str:
        typed = self.typed(field)
        if not SHORTEST_NAME <= len(typed) <= LONGEST_NAME:
            self.complain(field, f"{SHORTEST_NAME} to {LONGEST_NAME} characters.")
        return typed

    def one_of(self, field: str, kinds: type[E], usual: E) -> E:
        typed = self.typed(field)
        if typed in set(kinds):
            return kinds(typed)
        self.complain(field, f"One of {', '.join(kinds)}.")
        return usual

    def zone(self, field: str) -> str:
        typed = self.typed(field)
        try:
            zone_named(typed)
        except ValueError:
            self.complain(field, f"“{typed}” is not a time zone; one looks like {IST}.")
            return IST
        return typed

    def clock(self, field: str) -> time | None:
        typed = self.typed(field)
        try:
            return time_of_day(typed)
        except ValueError:
            self.complain(field, "A time of day; one looks like 06:00.")
            return None

    def weekdays(self, field: str) -> frozenset[int]:
        typed = self.typed(field)
        days = frozenset(int(one) for one in typed if one.isascii() and one.isdigit())
        if not days or not days <= EVERY_DAY:
            self.complain(field, "At least one day of the week.")
            return EVERY_DAY
        return days

    def once_at(self, at: time | None, zone: str, now: datetime) -> datetime | None:
        try:
            day = date.fromisoformat(self.typed("day"))
        except ValueError:
            self.complain("day", "A day; one looks like 2026-11-30.")
            return None
        if at is None:
            return None
        opens = datetime.combine(day, at, tzinfo=zone_named(zone)).astimezone(UTC)
        if opens < now + SOONEST:
            self.complain("day", "In a minute at the soonest: this is past, or too near.")
        elif opens > now + FURTHEST:
            self.complain("day", "Within a year from now.")
        return opens

    def between(
        self, field: str, low: int, high: int, unit: str, *, optional: bool = False
    ) -> int | None:
        words = f"A whole number of {unit} from {low} to {grouped(high)}."
        return self.whole(field, low, high, words, optional=optional)

    def whole(
        self, field: str, low: int, high: int, words: str, *, optional: bool = False
    ) -> int | None:
        typed = self.typed(field)
        if optional and not typed:
            return None
        whole = typed.isascii() and typed.isdigit() and len(typed) < 11
        if not whole or not low <= int(typed) <= high:
            self.complain(field, words)
            return None
        return int(typed)

"""A report in words and tones, as the page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from app import formats
from app.formats import SPOKEN, calendar_day, rupees
from app.words.speech import ENGLISH, told
from engine.domain.ab_test import Finding, note
from engine.domain.cost import GST, RATE_CARDS, to_paisa
from engine.domain.fading import shares
from engine.domain.reporting import Dimension, Figures
from engine.domain.sla import GOAL
from engine.domain.targets import Outcome, Target
from engine.read.report import Report
from engine.read.report_rows import DayRow, ErrorRow, GroupRow
from engine.read.report_wordings import TwoWordings, WordingRow
from engine.read.report_words import PROMISES, value_words, verdict_of

GROUPS_SHOWN = 40
TESTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Square:
    """A day of the calendar; without a date it only fills a week."""

    day: str
    tone: str
    words: str


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A promise."""

    name: str
    goal: str
    value: str
    note: str
    verdict: str
    tone: str


@dataclass(frozen=True, slots=True)
class DayLine:
    """A line of the table of days."""

    iso: str
    day: str
    targeted: str
    on_time: str
    delivered: str
    read: str
    failed: str
    p95: str
    cost: str
    tone: str


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A line of a breakdown."""

    name: str
    targeted: str
    on_time: str
    delivered: str
    read: str
    failed: str
    p50: str
    p95: str
    p99: str


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """A cause."""

    title: str
    words: str
    code: str
    failed: str
    attempts: str


@dataclass(frozen=True, slots=True)
class CostLine:
    """What one kind of message cost."""

    kind: str
    delivered: str
    amount: str


@dataclass(frozen=True, slots=True)
class AdviceLine:
    """A recommendation."""

    words: str
    evidence: str


@dataclass(frozen=True, slots=True)
class WordingLine:
    """One of two wordings."""

    name: str
    hash: str
    targeted: str
    delivered: str
    read: str
    rate: str
    replied: str
    stopped: str
    failed: str


@dataclass(frozen=True, slots=True)
class TestLine:
    """A broadcast that went out in two wordings, and what it shows."""

    title: str
    broadcast: int
    note: str
    tone: str
    lines: list[WordingLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Shown:
    """The whole page."""

    title: str = ""
    is_day: bool = False
    days_words: str = ""
    made: str = ""
    on_time: str = ""
    on_time_note: str = ""
    on_time_tone: str = "quiet"
    delivered: str = ""
    delivered_note: str = ""
    read: str = ""
    read_note: str = ""
    within: str = ""
    within_note: str = ""
    cost: str = ""
    cost_note: str = ""
    budget: str = ""
    budget_tone: str = "quiet"
    fading: str = ""
    rates: str = ""
    squares: list[Square] = field(default_factory=list)
    targets: list[TargetLine] = field(default_factory=list)
    days: list[DayLine] = field(default_factory=list)
    senders: list[GroupLine] = field(default_factory=list)
    tiers: list[GroupLine] = field(default_factory=list)
    languages: list[GroupLine] = field(default_factory=list)
    regions: list[GroupLine] = field(default_factory=list)
    templates: list[GroupLine] = field(default_factory=list)
    errors: list[ErrorLine] = field(default_factory=list)
    costs: list[CostLine] = field(default_factory=list)
    advice: list[AdviceLine] = field(default_factory=list)
    tests: list[TestLine] = field(default_factory=list)


def show(found: Report, language: str = ENGLISH) -> Shown:
    """A report as the page has it. language: of the person who looks."""
    total, is_day = found.total, found.first == found.last
    on_time = next(one for one in found.targets if one.promise.target is Target.ON_TIME)
    first, last = calendar_day(found.first), calendar_day(found.last)
    groups = {dimension: _groups(rows) for dimension, rows in found.groups.items()}
    return Shown(
        title=first if is_day else f"{first} to {last}",
        is_day=is_day,
        days_words=formats.count(len(found.days), "day with broadcasts", "days with broadcasts"),
        made=formats.moment(max((row.made_at for row in found.days), default=None)),
        on_time=_percent(total.on_time, total.targeted, 2),
        on_time_note=f"of {formats.count(total.targeted, 'person', 'people')} targeted",
        on_time_tone=_tone(on_time.met),
        delivered=formats.number(total.delivered),
        delivered_note=f"{formats.number(total.failed)} given up on, "
        f"{formats.number(total.missed_ours)} late or lost by us",
        read=_percent(total.read, total.delivered),
        read_note=f"{formats.number(total.read)} of {formats.number(total.delivered)} delivered",
        within=formats.seconds(None if found.lags is None else found.lags.p99),
        within_note="99 % on the phone, from WhatsApp’s yes; exact to the second",
        cost=rupees(to_paisa(found.bill.amount)),
        cost_note=f"{rupees(found.bill.with_tax)} with {GST:.0%} GST",
        budget=_budget(found),
        budget_tone="bad" if found.budget.over else "warn" if found.budget.will_be_over else "good",
        fading=_fading(found),
        rates=f"{RATE_CARDS[-1].source}, in force since {RATE_CARDS[-1].since:%d %b %Y}, page "
        f"read {RATE_CARDS[-1].read_on:%d %b %Y}.",
        squares=_squares(found),
        targets=[_target(one) for one in found.targets],
        days=[_day(row) for row in reversed(found.days)],
        senders=groups[Dimension.SENDER],
        tiers=groups[Dimension.TIER],
        languages=groups[Dimension.LANGUAGE],
        regions=groups[Dimension.REGION],
        templates=groups[Dimension.TEMPLATE],
        errors=[_error(row) for row in found.errors],
        costs=[
            CostLine(
                f"{line.category.capitalize()}, {line.country}",
                formats.number(line.delivered),
                "no rate known" if line.amount is None else rupees(to_paisa(line.amount)),
            )
            for line in found.bill.lines
        ],
        advice=[AdviceLine(one.words, one.evidence) for one in found.advice],
        tests=[_test(one, language) for one in found.wordings[:TESTS_SHOWN]],
    )


def _test(one: TwoWordings, language: str) -> TestLine:
    tone = "good" if one.judgement.finding in {Finding.A_MORE, Finding.B_MORE} else "quiet"
    return TestLine(
        title=f"{calendar_day(one.day)}, {one.title}",
        broadcast=one.broadcast,
        note=told(note(one.judgement), language),
        tone=tone,
        lines=[_wording(row, language) for row in (one.a, one.b)],
    )


def _wording(row: WordingRow, language: str) -> WordingLine:
    counts = row.counts
    return WordingLine(
        name=told(f"Wording {row.wording}, for {row.percent} %", language),
        hash=formats.short_hash(row.content_hash),
        targeted=formats.number(counts.targeted),
        delivered=formats.number(counts.delivered),
        read=formats.number(counts.read),
        rate=_percent(counts.read, counts.delivered),
        replied=formats.number(counts.replied),
        stopped=formats.number(counts.stopped),
        failed=formats.number(counts.failed),
    )


def _target(one: Outcome) -> TargetLine:
    goal, value = value_words(one, SPOKEN)
    note = f"{formats.number(one.count)} of {formats.number(one.of)}" if one.of else ""
    name = PROMISES[one.promise.target]
    return TargetLine(name, goal, value, note, verdict_of(one), _tone(one.met))


def _day(row: DayRow) -> DayLine:
    f = row.figures
    return DayLine(
        iso=row.day.isoformat(),
        day=calendar_day(row.day),
        targeted=formats.number(f.targeted),
        on_time=_percent(f.on_time, f.targeted, 2),
        delivered=formats.number(f.delivered),
        read=_percent(f.read, f.delivered),
        failed=formats.number(f.failed),
        p95=formats.seconds(None if row.times is None else row.times.p95),
        cost=rupees(to_paisa(row.amount)),
        tone=_tone(_met(f)),
    )


def _groups(rows: Sequence[GroupRow]) -> list[GroupLine]:
    return [
        GroupLine(
            name=row.name,
            targeted=formats.number(row.figures.targeted),
            on_time=_percent(row.figures.on_time, row.figures.targeted, 2),
            delivered=formats.number(row.figures.delivered),
            read=_percent(row.figures.read, row.figures.delivered),
            failed=formats.number(row.figures.failed),
            p50=formats.seconds(None if row.times is None else row.times.p50),
            p95=formats.seconds(None if row.times is None else row.times.p95),
            p99=formats.seconds(None if row.times is None else row.times.p99),
        )
        for row in rows[:GROUPS_SHOWN]
    ]


def _error(row: ErrorRow) -> ErrorLine:
    return ErrorLine(
        title=row.title,
        words=row.words,
        code="" if row.code is None else str(row.code),
        failed=formats.number(row.failed),
        attempts=formats.number(row.attempts),
    )


def _squares(found: Report) -> list[Square]:
    """Every day of the range, Mondays on top; days before the first fill its week."""
    known = {row.day: row for row in found.days}
    start = found.first - timedelta(days=found.first.weekday())
    length = (found.last - start).days + 1
    return [_square(start + timedelta(days=place), found, known) for place in range(length)]


def _square(day: date, found: Report, known: dict[date, DayRow]) -> Square:
    if day < found.first:
        return Square("", "none", "")
    row = known.get(day)
    if row is None:
        return Square("", "quiet", f"{calendar_day(day)}: nothing was sent")
    share = _percent(row.figures.on_time, row.figures.targeted, 2)
    return Square(
        day.isoformat(), _tone(_met(row.figures)), f"{calendar_day(day)}: {share} in time"
    )


def _budget(found: Report) -> str:
    budget = found.budget
    spent = rupees(to_paisa(budget.spent))
    if budget.limit is None:
        return f"{spent} this month. No budget is set; an administrator sets one in Organisation."
    return (
        f"{spent} of {rupees(budget.limit)} by day {budget.day} of {budget.days}; at this rate "
        f"{rupees(budget.heading_for)} for the month."
    )


def _fading(found: Report) -> str:
    known, fell = shares(found.fading)
    if not known or found.fading_on is None:
        return "Too little is known yet: it takes six weeks of mornings."
    parts = ", ".join(
        f"{tier} {formats.number(one[1])} of {formats.number(one[0])}"
        for tier, one in sorted(found.fading.items())
    )
    return (
        f"{formats.number(fell)} of {formats.number(known)} people who used to read have read less "
        f"than half as much in the two weeks to {calendar_day(found.fading_on)}: {parts}."
    )


def _met(figures: Figures) -> bool | None:
    return figures.on_time > GOAL * figures.targeted if figures.targeted else None


def _percent(count: int, of: int, digits: int = 1) -> str:
    return formats.percent(100 * count / of if of else None, digits)


def _tone(met: bool | None) -> str:
    return {True: "good", False: "bad", None: "quiet"}[met]

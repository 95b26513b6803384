"""A what-if in words: the morning as it is beside the one that is supposed."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app import formats
from app.styles import Tone
from engine.domain.what_if import Outcome, price
from engine.domain.what_if_form import Standing

NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: what, as it is, as it is supposed, the difference, and whether that is better."""

    label: str
    now: str
    then: str
    difference: str = ""
    tone: str = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What came of it."""

    tone: str = "quiet"
    sentence: str = ""
    beside: str = ""
    """How that compares with the morning as it is."""
    without: list[str] = field(default_factory=list[str])
    """Who does not get it, a sentence for each reason."""
    lines: list[Line] = field(default_factory=list[Line])


def show(now: Outcome, then: Outcome, standing: Standing) -> Shown:
    """Both, side by side."""
    tone, sentence = _verdict(then, standing)
    return Shown(
        tone=tone,
        sentence=sentence,
        beside=_beside(now, then, standing),
        without=_without(then, standing),
        lines=_lines(now, then, standing),
    )


def _verdict(then: Outcome, standing: Standing) -> tuple[Tone, str]:
    """Whether the SLA holds, and the window, in one sentence."""
    closes = formats.minute(standing.closes_at)
    if then.last_seconds is None:
        return "bad", "Nobody gets it: no sender may send, or no limit lets anybody in."
    at = then.delivered_seconds
    if at is None:
        share = formats.percent(100 * then.delivered_in_all / then.people)
        return "bad", f"99 % never have it: {share} do, in the end."
    has_it = f"99 % have it by {_clock(standing, at)}"
    spare = _closes(standing) - at
    if spare < 0:
        return (
            "bad",
            f"{has_it}, {_long(-spare)} after the close at {closes}: the SLA does not hold.",
        )
    last = _clock(standing, then.last_seconds)
    ends = formats.minute(standing.primary_ends_at)
    if then.last_seconds > _window(standing):
        return "warn", (
            f"{has_it}, {_long(spare)} before the close: the SLA holds. But the last leaves at "
            f"{last}, after the window's end at {ends}."
        )
    high = then.arrival.high
    if high is None or high > _closes(standing):
        return "warn", (
            f"{has_it}, {_long(spare)} before the close: the SLA holds, but one morning in ten "
            "would be late."
        )
    return "good", f"{has_it}, {_long(spare)} before the close: the SLA holds, and the window."


def _beside(now: Outcome, then: Outcome, standing: Standing) -> str:
    if now.delivered_seconds is None:
        return "As it is, 99 % never have it."
    as_it_is = f"As it is: {_clock(standing, now.delivered_seconds)}"
    if then.delivered_seconds is None:
        return f"{as_it_is}."
    gap = then.delivered_seconds - now.delivered_seconds
    if abs(gap) < 0.5:
        return f"{as_it_is}, the same."
    return f"{as_it_is}, {_long(abs(gap))} {'sooner' if gap > 0 else 'later'}."


def _without(then: Outcome, standing: Standing) -> list[str]:
    def people(count: int) -> str:
        return formats.count(count, "person", "people")

    said: list[str] = []
    if then.without_sender:
        said.append(f"{people(then.without_sender)}: no sender may send.")
    if then.beyond_limit:
        said.append(
            f"{people(then.beyond_limit)} find no room in WhatsApp's limit of the day. PREMIUM "
            "goes first, then PRO, then BASIC."
        )
    if then.beyond_caps:
        said.append(
            f"{people(then.beyond_caps)} find no room in the senders' own caps: raise one, or add "
            "a sender."
        )
    if then.stranded:
        said.append(
            f"{people(then.stranded)} belong to the lost sender, and no other has room for them."
        )
    never = then.handed_over - then.delivered_in_all
    if never:
        said.append(
            f"{people(never)} are sent to and never have it, as on other mornings: phones that are "
            "off or gone."
        )
    return said


def _lines(now: Outcome, then: Outcome, standing: Standing) -> list[Line]:
    closes = _closes(standing)

    def counted(label: str, of: Callable[[Outcome], int], *, more_is_good: bool | None) -> Line:
        a, b = of(now), of(then)
        return Line(
            label=label,
            now=formats.number(a),
            then=formats.number(b),
            difference=_signed(b - a),
            tone=_better(a, b, more_is_good=more_is_good),
        )

    def timed(label: str, of: Callable[[Outcome], float | None]) -> Line:
        a, b = of(now), of(then)
        gap = None if a is None or b is None or round(a) == round(b) else b - a
        return Line(
            label=label,
            now=_clock(standing, a),
            then=_clock(standing, b),
            difference="" if gap is None else f"{'+' if gap > 0 else '−'}{_long(abs(gap))}",
            tone=_better(_whole(a), _whole(b), more_is_good=False),
        )

    def late(one: Outcome) -> int:
        return max(0, one.handed_over - round(one.sent(closes)))

    return [
        counted("People", lambda one: one.people, more_is_good=None),
        counted("Senders", lambda one: sum(1 for lane in one.lanes if lane.people),
                more_is_good=None),
        counted("Handed to WhatsApp", lambda one: one.handed_over, more_is_good=True),
        counted("Without room or sender", lambda one: one.people - one.handed_over,
                more_is_good=False),
        timed("The last one leaves", lambda one: one.last_seconds),
        _held("The window", now, then, lambda one: one.last_seconds, _window(standing)),
        timed("99 % have it", lambda one: one.delivered_seconds),
        timed("In nine of ten mornings by", lambda one: one.arrival.high),
        _held("The SLA", now, then, lambda one: one.delivered_seconds, closes),
        counted("Have it at the close", lambda one: round(one.delivered(closes)),
                more_is_good=True),
        counted("Leave after the close", late, more_is_good=False),
        _cost(now, then, standing),
    ]  # fmt: skip


def _held(
    label: str,
    now: Outcome,
    then: Outcome,
    of: Callable[[Outcome], float | None],
    limit: float,
) -> Line:
    def holds(one: Outcome) -> bool:
        at = of(one)
        return at is not None and at <= limit

    a, b = holds(now), holds(then)
    return Line(
        label=label,
        now=_HOLDS[a],
        then=_HOLDS[b],
        tone="quiet" if a == b else "good" if b else "bad",
    )


_HOLDS = {True: "holds", False: "does not hold"}


def _cost(now: Outcome, then: Outcome, standing: Standing) -> Line:
    def of(one: Outcome) -> int:
        return round(one.delivered_in_all * standing.priced)

    a, b = price(of(now), standing.each), price(of(then), standing.each)
    difference = ""
    if a is not None and b is not None and a != b:
        difference = f"{'+' if b > a else '−'}{formats.rupees(abs(b - a))}"
    return Line(
        label="Cost, without tax",
        now=formats.rupees(a),
        then=formats.rupees(b),
        difference=difference,
    )


def heading(standing: Standing) -> str:
    """Which morning it begins with."""
    day, opens = formats.day(standing.opens_at), f"opens {formats.time(standing.opens_at)} IST"
    closes = f"close {formats.minute(standing.closes_at)}"
    window = f"window until {formats.minute(standing.primary_ends_at)}"
    return " · ".join((standing.title, day, opens, window, closes))


def cost_words(standing: Standing) -> str:
    """What the cost is made of."""
    if not standing.categories:
        return "The cost is told once something is written for the day: it goes by its template."
    kinds = " and ".join(one.lower() for one in standing.categories)
    if standing.each is None:
        return f"No rate is known for {kinds} messages on that day."
    words = (
        f"{formats.rupees(standing.each)} for each that is delivered, by the rate card ({kinds})."
    )
    if standing.priced < 1:
        abroad = formats.percent(100 * (1 - standing.priced))
        words += f" Of {abroad} no rate is known: they live abroad."
    return words


def _closes(standing: Standing) -> float:
    return (standing.closes_at - standing.opens_at).total_seconds()


def _window(standing: Standing) -> float:
    return (standing.primary_ends_at - standing.opens_at).total_seconds()


def _clock(standing: Standing, seconds: float | None) -> str:
    """06:01:02 IST; with its day when that is another one."""
    if seconds is None:
        return NEVER
    at = standing.opens_at + timedelta(seconds=math.ceil(seconds - 1e-6))
    return formats.time_with_zone(at) if _same_day(at, standing.opens_at) else formats.moment(at)


def _same_day(a: datetime, b: datetime) -> bool:
    return a.astimezone(formats.IST).date() == b.astimezone(formats.IST).date()


def _long(seconds: float) -> str:
    return formats.duration(timedelta(seconds=round(seconds)))


def _whole(seconds: float | None) -> float:
    return math.inf if seconds is None else round(seconds)


def _signed(number: int) -> str:
    return "" if not number else f"{'+' if number > 0 else ''}{formats.number(number)}"


def _better(a: float, b: float, *, more_is_good: bool | None) -> str:
    if more_is_good is None or a == b:
        return "quiet"
    return "good" if (b > a) == more_is_good else "bad"

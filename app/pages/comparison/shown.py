"""Two broadcasts in words, line by line."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from app import formats
from app.pages.broadcasts import share_words
from engine.domain.sla import Percentiles, Verdict
from engine.read.broadcast import LaneRow, Problem
from engine.read.comparison import Side
from engine.read.stages import Stage

NONE = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: what, on the one day, on the other, and the difference. Tones: which is better."""

    label: str
    a: str
    b: str
    difference: str = ""
    tone: str = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The page's tables."""

    a: str = ""
    b: str = ""
    a_href: str = ""
    b_href: str = ""
    figures: list[Line] = field(default_factory=list[Line])
    times: list[Line] = field(default_factory=list[Line])
    senders: list[Line] = field(default_factory=list[Line])
    causes: list[Line] = field(default_factory=list[Line])


def show(a: Side, b: Side) -> Shown:
    """Both, side by side."""
    return Shown(
        a=_name(a),
        b=_name(b),
        a_href=f"/broadcasts/{a.view.row.id}",
        b_href=f"/broadcasts/{b.view.row.id}",
        figures=_figures(a, b),
        times=_times(a, b),
        senders=_senders(a, b),
        causes=_causes(a, b),
    )


def _name(side: Side) -> str:
    row = side.view.row
    return f"{row.day.day} {row.day:%b}, {formats.minute(row.opens_at)}"


def _figures(a: Side, b: Side) -> list[Line]:
    def of(count: Callable[[Side], int], label: str, *, more_is_good: bool | None) -> Line:
        return counted(label, count(a), count(b), more_is_good=more_is_good)

    def stage(*stages: Stage) -> Callable[[Side], int]:
        return lambda side: side.view.row.figures.stage(*stages)

    rows_a, rows_b = a.view.row, b.view.row
    return [
        of(lambda side: side.view.row.figures.targeted, "Targeted", more_is_good=None),
        of(lambda side: side.view.row.excluded, "Left out", more_is_good=None),
        _share("Handed over in time", rows_a.verdicts.handed_over, rows_b.verdicts.handed_over),
        _share("Delivered in time", rows_a.verdicts.delivered, rows_b.verdicts.delivered),
        of(stage(Stage.DELIVERED, Stage.READ), "Delivered in all", more_is_good=True),
        of(stage(Stage.READ), "Read", more_is_good=True),
        of(stage(Stage.FAILED), "Failed", more_is_good=False),
        of(stage(Stage.UNKNOWN, Stage.HELD), "Unknown or held", more_is_good=False),
        of(lambda side: side.view.doubled, "Got it twice", more_is_good=False),
    ]


def _times(a: Side, b: Side) -> list[Line]:
    lines: list[Line] = []
    for title, one, two in (
        ("had it after the opening", a.after_opening, b.after_opening),
        ("from WhatsApp to the phone", a.on_the_way, b.on_the_way),
    ):
        lines.extend(
            _duration(f"{share} {title}", _seconds(one, name), _seconds(two, name))
            for share, name in (("Half", "p50"), ("95 %", "p95"), ("99 %", "p99"))
        )
    return lines


def _senders(a: Side, b: Side) -> list[Line]:
    lanes_a = {lane.sender: lane for lane in a.view.lanes}
    lanes_b = {lane.sender: lane for lane in b.view.lanes}
    lines: list[Line] = []
    for sender in dict.fromkeys([*lanes_a, *lanes_b]):
        one, two = lanes_a.get(sender), lanes_b.get(sender)
        known = one or two
        assert known is not None
        share_one, share_two = _on_time(one), _on_time(two)
        lines.append(
            Line(
                label=formats.phone_tail(known.display_phone),
                a=_lane(one),
                b=_lane(two),
                difference=_points(share_one, share_two),
                tone=_better(share_one, share_two, more_is_good=True),
            )
        )
    return lines


def _causes(a: Side, b: Side) -> list[Line]:
    def by_cause(side: Side) -> dict[tuple[str, int | None], int]:
        counts: dict[tuple[str, int | None], int] = {}
        for problem in side.view.problems:
            key = _cause(problem)
            counts[key] = counts.get(key, 0) + problem.count
        return counts

    one, two = by_cause(a), by_cause(b)
    return [
        counted(
            title if code is None else f"{title} ({code})",
            one.get((title, code), 0),
            two.get((title, code), 0),
            more_is_good=False,
        )
        for title, code in dict.fromkeys([*one, *two])
    ]


def _cause(problem: Problem) -> tuple[str, int | None]:
    return problem.title, problem.code


def counted(label: str, a: int, b: int, *, more_is_good: bool | None) -> Line:
    """A line of counts. more_is_good: None where a difference is neither."""
    tone = "quiet" if more_is_good is None else _better(a, b, more_is_good=more_is_good)
    return Line(
        label=label,
        a=formats.number(a),
        b=formats.number(b),
        difference=_signed(b - a),
        tone=tone,
    )


def _share(label: str, a: Verdict, b: Verdict) -> Line:
    one = None if a.share is None else a.share * 100
    two = None if b.share is None else b.share * 100
    return Line(
        label=label,
        a=share_words(a),
        b=share_words(b),
        difference=_points(one, two),
        tone=_better(one, two, more_is_good=True),
    )


def _duration(label: str, a: float | None, b: float | None) -> Line:
    difference = "" if a is None or b is None or a == b else _signed_seconds(b - a)
    return Line(
        label=label,
        a=_long(a),
        b=_long(b),
        difference=difference,
        tone=_better(a, b, more_is_good=False),
    )


def _long(seconds: float | None) -> str:
    """Minutes with their seconds: two days differ by those."""
    if seconds is None or seconds < 100:
        return formats.seconds(seconds)
    return formats.duration(timedelta(seconds=seconds))


def _seconds(times: Percentiles | None, name: str) -> float | None:
    return None if times is None else getattr(times, name)


def _lane(lane: LaneRow | None) -> str:
    if lane is None:
        return NONE
    figures = lane.figures
    share = _on_time(lane)
    return (
        f"{formats.number(figures.total)} · {formats.percent(share)} on time · "
        f"{formats.number(figures.stage(Stage.FAILED))} failed"
    )


def _on_time(lane: LaneRow | None) -> float | None:
    if lane is None or not lane.figures.targeted:
        return None
    return 100 * lane.figures.on_time / lane.figures.targeted


def _points(a: float | None, b: float | None) -> str:
    if a is None or b is None or abs(b - a) < 0.05:
        return ""
    return f"{'+' if b > a else '−'}{abs(b - a):.1f} points"


def _signed(number: int) -> str:
    return "" if not number else f"{'+' if number > 0 else ''}{formats.number(number)}"


def _signed_seconds(seconds: float) -> str:
    return f"{'+' if seconds > 0 else '−'}{formats.seconds(abs(seconds))}"


def _better(a: float | None, b: float | None, *, more_is_good: bool) -> str:
    """The tone of the difference, seen from the second day."""
    if a is None or b is None or a == b:
        return "quiet"
    return "good" if (b > a) == more_is_good else "bad"

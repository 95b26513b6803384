"""Delivered against the plan, as paths of a light SVG: no chart library wakes up once a second."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app import formats
from engine.read.board import Board

WIDTH, TOP, BOTTOM = 1000, 20, 180
"""The drawing's own units; the browser stretches it to its card."""
POINTS_MAX = 120
BEYOND_CLOSE = 0.08
"""How much of the chart lies after the close: who comes late is seen, too."""
STEPS = tuple(timedelta(seconds=s) for s in (10, 20, 30, 60, 120, 300, 600, 1800, 3600))
TICKS_MAX = 6


@dataclass(frozen=True, slots=True)
class Tick:
    """A label under the chart, so far from its left edge."""

    left: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """SVG paths, the close's place, labels; and in words what the curve says."""

    delivered: str = ""
    plan: str = ""
    band: str = ""
    close: str = ""
    close_left: str = "0%"
    close_label: str = ""
    ticks: list[Tick] = field(default_factory=list)
    words: str = ""


def draw(board: Board) -> Chart:
    """The chart of a board: people over seconds since the opening."""
    if board.opens_at is None or board.closes_at is None or board.targeted <= 0:
        return Chart()
    length = (board.closes_at - board.opens_at).total_seconds()
    span = length * (1 + BEYOND_CLOSE)
    scale = _Scale(max(span, 1.0), board.targeted)
    closing = scale.x(length)
    delivered = _thinned(board.delivered_points)
    return Chart(
        delivered=_path(scale, delivered),
        plan=_path(scale, _to_the_end(_thinned(board.planned_points), span)),
        band=_band(board, scale, delivered),
        close=f"M{closing:.1f} 0V{BOTTOM}",
        close_left=f"{100 * closing / WIDTH:.1f}%",
        close_label=formats.minute(board.closes_at),
        ticks=_ticks(board.opens_at, board.closes_at, span),
        words=_words(delivered, board.targeted),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    span: float
    whole: int

    def x(self, seconds: float) -> float:
        return WIDTH * min(max(seconds, 0.0), self.span) / self.span

    def y(self, people: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * min(people / self.whole, 1.0)


def _path(scale: _Scale, points: Sequence[tuple[float, int]]) -> str:
    if not points:
        return ""
    return "M" + "L".join(f"{scale.x(s):.1f} {scale.y(n):.1f}" for s, n in points)


def _band(board: Board, scale: _Scale, delivered: Sequence[tuple[float, int]]) -> str:
    forecast = board.forecast
    if forecast is None or forecast.low is None or not delivered:
        return ""
    if forecast.low == forecast.high:
        return ""
    assert board.opens_at is not None
    start = f"{scale.x(delivered[-1][0]):.1f} {scale.y(delivered[-1][1]):.1f}"
    goal = f"{scale.y(0.99 * board.targeted):.1f}"
    low = scale.x((forecast.low - board.opens_at).total_seconds())
    # Without a late end the band runs out of the picture.
    late = forecast.high
    high = float(WIDTH) if late is None else scale.x((late - board.opens_at).total_seconds())
    return f"M{start}L{low:.1f} {goal}L{high:.1f} {goal}Z"


def _to_the_end(points: list[tuple[float, int]], span: float) -> list[tuple[float, int]]:
    return [*points, (span, points[-1][1])] if points else points


def _ticks(opens_at: datetime, closes_at: datetime, span: float) -> list[Tick]:
    length = closes_at - opens_at
    step = next((step for step in STEPS if length / step <= TICKS_MAX), STEPS[-1])
    at = _next_round(opens_at, step)
    ticks = [Tick("0%", formats.minute(opens_at))]
    # A label that would touch the first one on a phone is left out; with seconds it is wider.
    free_from = 0.24 if opens_at.second else 0.15
    while at < closes_at:
        share = (at - opens_at).total_seconds() / span
        if share > free_from:
            ticks.append(Tick(f"{100 * share:.1f}%", formats.minute(at)))
        at += step
    return ticks


def _next_round(at: datetime, step: timedelta) -> datetime:
    seconds = int(step.total_seconds())
    return at + timedelta(seconds=-int(at.timestamp()) % seconds)


def _thinned(points: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    if len(points) <= POINTS_MAX:
        return list(points)
    step = -(-len(points) // POINTS_MAX)
    kept = list(points[::step])
    if kept[-1] != points[-1]:
        kept.append(points[-1])
    return kept


def _words(delivered: Sequence[tuple[float, int]], targeted: int) -> str:
    if not delivered:
        return "Nothing delivered yet."
    seconds, people = delivered[-1]
    return (
        f"{formats.number(people)} of {formats.number(targeted)} delivered "
        f"{formats.duration(timedelta(seconds=seconds))} after the opening."
    )

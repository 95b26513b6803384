"""Messages a second, stacked by sender, as paths of a light SVG."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app import formats

WIDTH, TOP, BOTTOM = 1000, 8, 180
"""The drawing's own units; the browser stretches it to its card."""
BARS_MAX = 150
SHADES = 6
"""Senders are told apart by shades of one colour; the seventh begins again."""
TICKS = 6
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600)


@dataclass(frozen=True, slots=True)
class Layer:
    """One sender's part of the picture."""

    path: str
    shade: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A label under the chart, so far from its left edge."""

    left: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The layers from below, lines at the window's end and the close, labels, and the scale."""

    layers: list[Layer] = field(default_factory=list)
    window: str = ""
    window_left: str = "0%"
    close: str = ""
    close_left: str = "0%"
    top: str = ""
    bar: str = ""
    ticks: list[Tick] = field(default_factory=list)


def draw(
    parts: Sequence[Sequence[int]], opens_at: datetime, window_ends: datetime, closes: datetime
) -> Chart:
    """parts: how many each sender sends in each second after the opening."""
    length = max((len(part) for part in parts), default=0)
    if not length:
        return Chart()
    span = max(length, int((window_ends - opens_at).total_seconds()) + 1)
    width = -(-span // BARS_MAX)
    binned = [_binned(part, width, span) for part in parts]
    whole = max((sum(bars) for bars in zip(*binned, strict=True)), default=0.0) or 1.0
    layers: list[Layer] = []
    below = [0.0] * len(binned[0])
    for place, bars in enumerate(binned):
        above = [low + bar for low, bar in zip(below, bars, strict=True)]
        layers.append(Layer(_steps(below, above, whole), str(place % SHADES)))
        below = above
    scale = len(below) * width
    return Chart(
        layers=layers,
        window=_line(window_ends, opens_at, scale),
        window_left=_left(window_ends, opens_at, scale),
        close=_line(closes, opens_at, scale),
        close_left=_left(closes, opens_at, scale),
        top=f"{whole:.0f}/s",
        bar="" if width == 1 else f"Each bar is the mean of {width} s.",
        ticks=_ticks(opens_at, scale),
    )


def _binned(part: Sequence[int], width: int, span: int) -> list[float]:
    padded = [*part, *([0] * (span - len(part)))]
    return [sum(padded[at : at + width]) / width for at in range(0, span, width)]


def _steps(below: Sequence[float], above: Sequence[float], whole: float) -> str:
    """The outline of a row of bars: over their tops, and back under their feet."""
    wide = WIDTH / len(above)
    tops = [
        f"{place * wide:.1f} {_y(value, whole)}L{(place + 1) * wide:.1f} {_y(value, whole)}"
        for place, value in enumerate(above)
    ]
    feet = [
        f"{(place + 1) * wide:.1f} {_y(value, whole)}L{place * wide:.1f} {_y(value, whole)}"
        for place, value in reversed(list(enumerate(below)))
    ]
    return "M" + "L".join([*tops, *feet]) + "Z"


def _y(value: float, whole: float) -> str:
    return f"{BOTTOM - (BOTTOM - TOP) * value / whole:.1f}"


def _line(at: datetime, opens_at: datetime, scale: int) -> str:
    seconds = (at - opens_at).total_seconds()
    if seconds > scale:
        return ""
    return f"M{WIDTH * seconds / scale:.1f} 0V{BOTTOM}"


def _left(at: datetime, opens_at: datetime, scale: int) -> str:
    return f"{100 * min(1.0, (at - opens_at).total_seconds() / scale):.1f}%"


def _ticks(opens_at: datetime, scale: int) -> list[Tick]:
    step = next((step for step in STEPS if scale / step <= TICKS), STEPS[-1])
    return [
        Tick(f"{100 * second / scale:.1f}%", _clock(opens_at + timedelta(seconds=second), step))
        for second in range(0, scale, step)
        # A label that would stand over the edge of a phone is left out.
        if second / scale < 0.9
    ]


def _clock(at: datetime, step: int) -> str:
    return formats.time(at) if step < 60 or at.second else formats.minute(at)

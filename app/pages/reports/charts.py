"""The charts of a report: plotly's traces and layouts as plain values, and what each says in words.

Two layouts, one for each theme; the colours of the traces stand out on both.
"""

from dataclasses import dataclass, field
from typing import Any

from app import formats
from engine.domain.reporting import Dimension
from engine.domain.sla import GOAL
from engine.read.report import Report
from engine.read.report_rows import DayRow, GroupRow

ACCENT, GOOD, BAD, QUIET = "#0f9488", "#2f9e63", "#d04848", "#8796a1"
REGIONS_SHOWN = 12
_FONT = "Inter, system-ui, sans-serif"


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart as the browser draws it, and its sentence."""

    data: list[dict[str, Any]] = field(default_factory=list)
    light: dict[str, Any] = field(default_factory=dict)
    dark: dict[str, Any] = field(default_factory=dict)
    words: str = ""


def over_days(found: Report) -> Figure:
    """Delivered in time, day by day, beside the goal; on one day, the curve of its minutes."""
    if found.first == found.last:
        return _one_day(found)
    days = [row.day.isoformat() for row in found.days]
    shares = [_share(row.figures.on_time, row.figures.targeted) for row in found.days]
    known = [(row, share) for row, share in zip(found.days, shares, strict=True) if share]
    low = min((share for _, share in known), default=0.0)
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers" if len(days) <= 62 else "lines",
            "x": days,
            "y": shares,
            "name": "Delivered in time",
            "line": {"color": ACCENT, "width": 2},
            "marker": {"size": 6, "color": [_tone(share) for share in shares]},
            "hovertemplate": "%{x}: %{y:.2f} %<extra></extra>",
        }
    ]
    goal = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": 99,
        "y1": 99,
        "line": {"color": BAD, "width": 1, "dash": "dot"},
    }
    axis = {"ticksuffix": " %", "range": [min(95.0, low - 1), 100.4]}
    return _figure(data, _range_words(known), yaxis=axis, shapes=[goal])


def reading(found: Report) -> Figure:
    """At what o'clock people read."""
    rows = found.groups[Dimension.READ_HOUR]
    counts = {row.key: row.figures.read for row in rows}
    hours = [f"{hour:02d}" for hour in range(24)]
    data = [
        {
            "type": "bar",
            "x": [f"{hour}:00" for hour in hours],
            "y": [counts.get(hour, 0) for hour in hours],
            "marker": {"color": ACCENT},
            "hovertemplate": "%{x}: %{y} read<extra></extra>",
        }
    ]
    whole = sum(counts.values())
    if not whole:
        return _figure(data, "Nobody has read yet.")
    best = max(counts, key=lambda hour: counts[hour])
    share = formats.percent(100 * counts[best] / whole)
    words = f"Most read between {best}:00 and {int(best) + 1:02d}:00 IST: {share} of all reads."
    return _figure(data, words)


def read_by_region(found: Report) -> Figure:
    """What share of the delivered was read, in the regions with the most people."""
    rows = [row for row in found.groups[Dimension.REGION] if row.figures.delivered]
    rows = sorted(rows[:REGIONS_SHOWN], key=_read_share)
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "y": [row.name for row in rows],
            "x": [_read_share(row) for row in rows],
            "marker": {"color": ACCENT},
            "hovertemplate": "%{y}: %{x:.1f} % read<extra></extra>",
        }
    ]
    words = "Nothing was delivered yet."
    if rows:
        words = (
            f"{rows[-1].name} reads most, {formats.percent(_read_share(rows[-1]))}; "
            f"{rows[0].name} least, {formats.percent(_read_share(rows[0]))}."
        )
    return _figure(data, words, xaxis={"ticksuffix": " %", "rangemode": "tozero"}, left=120)


def _one_day(found: Report) -> Figure:
    whole, seconds, people = 0, [0.0], [0]
    for second in sorted(found.arrived):
        whole += found.arrived[second]
        seconds.append(second / 60)
        people.append(whole)
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "line": {"shape": "hv", "color": ACCENT, "width": 2},
            "x": seconds,
            "y": people,
            "hovertemplate": "%{x:.1f} min: %{y} on the phone<extra></extra>",
        }
    ]
    if found.after is None:
        return _figure(data, "Nothing was delivered.")
    words = (
        f"{formats.number(whole)} had it; half {formats.seconds(found.after.p50)} after the "
        f"opening, 99 % after {formats.seconds(found.after.p99)}."
    )
    end = max(6.0, found.after.p99 / 60 * 1.1)
    return _figure(data, words, xaxis={"ticksuffix": " min", "range": [0, end]})


def _range_words(known: list[tuple[DayRow, float]]) -> str:
    if not known:
        return "No day of this range has figures."
    met = sum(row.figures.on_time > GOAL * row.figures.targeted for row, _ in known)
    worst, share = min(known, key=lambda one: one[1])
    return (
        f"{met} of {len(known)} days kept the promise of more than 99 %. The lowest was "
        f"{worst.day.day} {worst.day:%b} with {formats.percent(share, 2)}."
    )


def _figure(
    data: list[dict[str, Any]],
    words: str,
    *,
    xaxis: dict[str, Any] | None = None,
    yaxis: dict[str, Any] | None = None,
    shapes: list[dict[str, Any]] | None = None,
    left: int = 52,
) -> Figure:
    def layout(ink: str, line: str) -> dict[str, Any]:
        usual = {"gridcolor": line, "zerolinecolor": line, "linecolor": line, "fixedrange": True}
        return {
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": ink, "family": _FONT, "size": 12},
            "margin": {"l": left, "r": 12, "t": 8, "b": 36},
            "xaxis": usual | (xaxis or {}),
            "yaxis": usual | (yaxis or {"rangemode": "tozero"}),
            "shapes": shapes or [],
            "showlegend": False,
            "bargap": 0.25,
            "separators": ".,",
            "height": 260,
            "autosize": True,
        }

    return Figure(data, layout("#46545e", "#e1e7ea"), layout("#b7c3cb", "#2a343b"), words)


def _share(count: int, of: int) -> float | None:
    return 100 * count / of if of else None


def _read_share(row: GroupRow) -> float:
    return _share(row.figures.read, row.figures.delivered) or 0.0


def _tone(share: float | None) -> str:
    if share is None:
        return QUIET
    return GOOD if share > 99 else BAD

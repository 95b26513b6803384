"""A report as its files have it: tables of plain values, and pages of a paper. Values in, no rules.

Every file is made from one book, so no two of them can have different totals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

Value = str | int | float | None


class Format(StrEnum):
    """The files a report comes as."""

    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


MEDIA_TYPES: dict[Format, str] = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PDF: "application/pdf",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table. `total`: its last row, or none. Shares are 0 to 1, times seconds, money rupees."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]
    total: Sequence[Value] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A chart of shares: (name, 0 to 1 or None, what stands behind the bar)."""

    title: str
    bars: Sequence[tuple[str, float | None, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """How many had it by which second after the opening; `closes` is the second of the close."""

    points: Sequence[tuple[int, int]]
    whole: int
    closes: int
    opens: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A day, or the summary of a range, on one page of paper; all in words but the charts."""

    title: str
    subtitle: str
    tiles: Sequence[tuple[str, str, str, str]]
    """(label, figure, note, tone: good, bad or quiet)."""
    curve: Curve | None
    bars: Sequence[Bars]
    targets: Sequence[tuple[str, str, str, str]]
    """(promise, goal, what it came to, verdict)."""
    tables: Sequence[Sheet]
    advice: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A report of a range of days."""

    title: str
    organisation: str
    made: str
    sheets: Sequence[Sheet]
    pages: Sequence[Page] = ()
    pivots: Mapping[str, Sequence[tuple[str, str, int, int]]] | None = None
    """Title → (day, name, count, of): days down, names across, shares inside; of a workbook."""


def to_plain(book: Book) -> dict[str, Any]:
    """As JSON takes it."""
    return asdict(book)


def from_plain(plain: Mapping[str, Any]) -> Book:
    """The reverse of `to_plain`."""
    return Book(
        title=plain["title"],
        organisation=plain["organisation"],
        made=plain["made"],
        sheets=[Sheet(**sheet) for sheet in plain["sheets"]],
        pages=[_page(page) for page in plain["pages"]],
        pivots=plain["pivots"],
    )


def cell(value: object) -> Value:
    """A value as a table has it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"no table has a {type(value).__name__}")


def _page(plain: Mapping[str, Any]) -> Page:
    made: dict[str, Any] = {
        **plain,
        "curve": None if plain["curve"] is None else Curve(**plain["curve"]),
        "bars": [Bars(**one) for one in plain["bars"]],
        "tables": [Sheet(**one) for one in plain["tables"]],
    }
    return Page(**made)

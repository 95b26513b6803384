"""What a file would do, in words and figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app import formats
from app.pages.import_subscribers.waiting import WaitingFile
from engine.commands.import_subscribers import (
    FILE_LIMIT_BYTES,
    Column,
    ImportPreview,
    Unmapped,
    too_large,
)
from engine.domain.refusal import Refused

PROBLEMS_SHOWN = 100

FIELD_WORDS = {
    "name": "Name",
    "phone": "Phone",
    "language": "Language",
    "tier": "Tier",
    "region": "State",
    "registration_no": "Registration",
    "tags": "Tags",
    "consent_date": "Consent: when",
    "consent_source": "Consent: how",
    "consent_evidence": "Consent: evidence",
    "email": "E-mail",
    "email_consent": "Agreed to e-mail",
    "sms_consent": "Agreed to SMS",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One figure of the preview."""

    number: str
    word: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemLine:
    """One thing wrong with one row of the file."""

    row: str
    field: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLine:
    """A column of the file, and what it is taken for; `field` is empty for one that is not used."""

    place: int
    column: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a file is: a sentence, and the width of its bar."""

    words: str = ""
    width: str = "0%"


def tallies(preview: ImportPreview) -> list[Tally]:
    """How many rows the file has, and what would become of them."""
    figures = (
        (preview.list.rows, "rows in the file", "quiet"),
        (len(preview.fresh), "new subscribers", "good"),
        (len(preview.known_rows), "subscribers already, left as they are", "quiet"),
        (len(preview.list.repeated), "repeat a number of a row above", "warn"),
        (preview.bad_rows, "rows with something wrong", "bad"),
    )
    return [
        Tally(number=formats.number(number), word=word, tone=tone if number else "quiet")
        for number, word, tone in figures
    ]


def problem_lines(preview: ImportPreview) -> list[ProblemLine]:
    """Every problem in the order of the rows, and every repeated number."""
    wrong = [
        (one.row, FIELD_WORDS.get(one.problem.field, "Row"), one.problem.words)
        for one in preview.list.problems
    ]
    repeated = [
        (one.row, "Phone", f"The same number as row {formats.number(one.of_row)}: left out.")
        for one in preview.list.repeated
    ]
    known = [
        (row, "Phone", "A subscriber with this number exists already: left as it is.")
        for row in preview.known_rows
    ]
    return [
        ProblemLine(row=formats.number(row), field=field, words=words)
        for row, field, words in sorted(wrong + repeated + known)
    ]


def columns(preview: ImportPreview | Refused | None) -> list[ColumnLine]:
    """Which column is taken for what."""
    return [
        ColumnLine(place=place, column=one.header, field=one.field)
        for place, one in enumerate(_columns(preview))
    ]


def sample(preview: ImportPreview | Refused | None) -> list[list[str]]:
    """The first rows, as they stand in the file."""
    return [list(row) for row in zip(*(one.values for one in _columns(preview)), strict=True)]


def _columns(preview: ImportPreview | Refused | None) -> Sequence[Column]:
    if isinstance(preview, ImportPreview):
        return preview.list.columns
    return preview.columns if isinstance(preview, Unmapped) else ()


def progress(file: WaitingFile, now: datetime) -> Progress:
    """How far the file is, and how long it will take."""
    if not file.of:
        return Progress(words="Just begun")
    part = min(1.0, file.done / file.of)
    took = (now - file.began_at).total_seconds()
    left = f", {formats.seconds(took / part - took)} left" if part and took >= 1.0 else ""
    words = f"{file.phase.value}: {formats.number(file.done)} of {formats.number(file.of)} rows"
    return Progress(words=f"{words}{left}", width=f"{100 * part:.1f}%")


def more_words(more: int) -> str:
    """How many problems there are beyond those that are shown; empty when there are none."""
    return f"and {formats.count(more, 'more', 'more')}" if more > 0 else ""


def turned_away(rejected: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why the browser did not send a file: what it weighs, or what it is."""
    size = rejected[0].get("size") if rejected else None
    if isinstance(size, int) and size > FILE_LIMIT_BYTES:
        return [too_large(size).why]
    return ["One file at a time, please: a CSV list, or an Excel workbook (.xlsx)."]


def as_csv(lines: list[ProblemLine]) -> str:
    """The problems for a spreadsheet: with a BOM, and no cell that could be a formula."""
    rows = ["row,column,problem"]
    rows += [f'"{one.row}","{one.field}","{_quoted(one.words)}"' for one in lines]
    return "\ufeff" + "\r\n".join(rows) + "\r\n"


def _quoted(text: str) -> str:
    safe = f"'{text}" if text[:1] in "=+-@" else text
    return safe.replace('"', '""')

"""A file's rows of cells, whatever wrote it: CSV in its usual shapes, or an Excel workbook."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from engine.domain.refusal import Refused

FILE_LIMIT_BYTES = 25 * 1024 * 1024
UNPACKED_LIMIT_BYTES = 400 * 1024 * 1024
"""Of a workbook: a small file may unpack into more than a machine has."""
DELIMITERS = (",", ";", "\t", "|")
DELIMITER_WORDS = "commas, semicolons, tabs or “|”"
SAVE_AS = "In Excel, save it as “CSV UTF-8” or as “Excel workbook”."
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_NEVER_CALCULATED = re.compile(rb"(?:</f>|<f[^<>]*/>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_CHUNK, _OVERLAP = 1024 * 1024, 200
Cell = str | float | bool | datetime | date | time | timedelta


class UnreadableError(Exception):
    """A row in the middle cannot be read; the text is the sentence for whoever chose the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Rows with their number in the file, which counts blank ones. about: how many, roughly.

    Going through `rows` raises UnreadableError.
    """

    rows: Iterator[tuple[int, list[str]]]
    about: int


def read_sheet(data: bytes) -> Sheet | Refused:
    """The rows of a file, or a sentence that says why it has none."""
    if len(data) > FILE_LIMIT_BYTES:
        return too_large(len(data))
    if not data.strip():
        return Refused("The file is empty.")
    if data.startswith(OLD_EXCEL):
        return Refused(
            "This is an old Excel file, or one with a password. Save it without a password as "
            "“Excel workbook” (.xlsx) or as “CSV UTF-8”."
        )
    return _workbook(data) if data.startswith(ZIP) else _csv(data)


def too_large(size: int) -> Refused:
    """What is said of a file of `size` bytes, above the limit."""
    return Refused(
        f"The file is {size / 1024 / 1024:.0f} MB large; {FILE_LIMIT_BYTES // 1024 // 1024} MB can "
        "be taken at a time. Split it and import the parts."
    )


def _csv(data: bytes) -> Sheet | Refused:
    text = _decoded(data)
    if isinstance(text, Refused):
        return text
    first_line = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)

    def rows() -> Iterator[tuple[int, list[str]]]:
        try:
            yield from enumerate(reader, start=1)
        except csv.Error as error:
            words = f"Line {reader.line_num} cannot be read as CSV ({error})."
            raise UnreadableError(f"{words} Look for a stray quote.") from error

    return Sheet(rows=rows(), about=text.count("\n"))


def _decoded(data: bytes) -> str | Refused:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Refused(f"The file is UTF-16 text, not UTF-8. {SAVE_AS}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Refused(f"The file is not UTF-8 text (line {line:,}). {SAVE_AS}")
    if "\x00" in text:
        return Refused(f"The file holds bytes that are no text. {SAVE_AS}")
    return text


def _workbook(data: bytes) -> Sheet | Refused:
    damaged = Refused(
        "This Excel file cannot be read: it is damaged, or no workbook. Save it anew."
    )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > UNPACKED_LIMIT_BYTES:
                return Refused("This workbook is too large when unpacked. Split it into parts.")
            if _has_uncalculated_formulas(packed):
                return Refused(
                    "Cells of this workbook hold formulas without their results. Open it in Excel, "
                    "save it there, and choose it again; or save it as “CSV UTF-8”."
                )
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = _first_sheet(book)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError):
        return damaged
    if sheet is None:
        return Refused("The workbook has no sheet with rows in it.")
    return Sheet(rows=_cells(sheet), about=sheet.height)


def _has_uncalculated_formulas(packed: zipfile.ZipFile) -> bool:
    for part in packed.infolist():
        if not part.filename.startswith("xl/worksheets/") or not part.filename.endswith(".xml"):
            continue
        with packed.open(part) as xml:
            tail = b""
            while chunk := xml.read(_CHUNK):
                if _NEVER_CALCULATED.search(tail + chunk):
                    return True
                tail = chunk[-_OVERLAP:]
    return False


def _first_sheet(book: CalamineWorkbook) -> CalamineSheet | None:
    for about in book.sheets_metadata:
        if about.typ is SheetTypeEnum.WorkSheet and about.visible is SheetVisibleEnum.Visible:
            sheet = book.get_sheet_by_name(about.name)
            if sheet.height:
                return sheet
    return None


def _cells(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    for row, cells in enumerate(sheet.iter_rows(), start=1):
        yield row, [_text(cell) for cell in cells]


def _text(cell: Cell) -> str:
    """A cell as a person would type it: a phone number is no decimal, a day has no midnight."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)

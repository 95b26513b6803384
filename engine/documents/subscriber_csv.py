"""Lists of subscribers as CSV: read with every mistake told, and written safely (spec S2)."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from engine.documents.subscriber_form import Problem, check_consent, check_details
from engine.domain.enrolment import Consent, Details, Enrolment, SubscriberForm, masked
from engine.domain.ids import Phone
from engine.domain.refusal import Refused

BREATHE_ROWS: Final = 50
ROWS_LIMIT: Final = 200_000
CELL_LIMIT = 2_000
DELIMITERS = (",", ";", "\t")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

COLUMNS: dict[str, tuple[str, ...]] = {
    "name": (
        "name",
        "fullname",
        "subscriber",
        "subscribername",
        "advisorname",
        "clientname",
        "नाम",
        "नाव",
    ),
    "phone": (
        *("phone", "phoneno", "phonenumber", "mobile", "mobileno", "mobilenumber", "whatsapp"),
        *("whatsappno", "whatsappnumber", "contact", "contactno", "contactnumber", "मोबाइल", "फोन"),
    ),
    "language": ("language", "lang", "preferredlanguage", "भाषा"),
    "tier": ("tier", "plan", "subscription", "category"),
    "region": ("region", "state", "location", "राज्य"),
    "registration_no": (
        *("registrationno", "registrationnumber", "registration", "regno", "arn", "arnno"),
        *("sebi", "sebino", "sebiregistration", "sebiregistrationno", "sebiarn"),
    ),
    "tags": ("tags", "tag", "labels"),
    "consent_date": ("consentdate", "consentat", "consentedat", "optindate", "optedinat"),
    "consent_source": ("consentsource", "consent", "optinsource", "source", "consenthow"),
    "consent_evidence": ("consentevidence", "evidence", "proof"),
}
_FIELD_OF = {spelling: field for field, spellings in COLUMNS.items() for spelling in spellings}
REQUIRED = ("name", "phone")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one row; `row` counts as a spreadsheet does, the header being row 1."""

    row: int
    problem: Problem


@dataclass(frozen=True, slots=True)
class RepeatedRow:
    """A row whose number another row above has; the number is masked."""

    row: int
    of_row: int
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberList:
    """What a file says: the good rows with their row numbers, and everything about the others."""

    rows: int
    good: tuple[tuple[int, Enrolment], ...]
    problems: tuple[RowProblem, ...]
    repeated: tuple[RepeatedRow, ...]
    columns: tuple[tuple[str, str], ...]
    ignored_columns: tuple[str, ...]


def read_list(
    data: bytes,
    *,
    consent: SubscriberForm,
    breathe: Callable[[], None] = lambda: None,
    now: datetime,
) -> SubscriberList | Refused:
    """Read a whole file. `consent` fills in the consent fields of rows that leave them empty.

    Wants UTF-8, with or without BOM; commas, semicolons or tabs; a header row in any of the usual
    spellings. Row numbers are the spreadsheet's: blank rows count, the header usually is row 1.
    breathe: called every BREATHE_ROWS rows, for who wants to give way in between.
    """
    text = _decoded(data)
    if isinstance(text, Refused):
        return text
    first_line = text.lstrip("\r\n").split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(first_line))
    try:
        records = enumerate(reader, start=1)
        header = next((cells for _, cells in records if any(cells)), None)
        layout = _layout(header)
        if isinstance(layout, Refused):
            return layout
        return _read_rows(_breathing(records, breathe), layout, consent, now)
    except csv.Error as error:
        words = f"Line {reader.line_num} cannot be read as CSV ({error}). Look for a stray quote."
        return Refused(words)


def write_list(people: Iterable[tuple[Details, str, Consent | None]]) -> Iterator[str]:
    """CSV lines, header first, of (details, status, latest consent); `read_list` reads them."""
    yield _line([*COLUMNS, "status"])
    for details, status, consent in people:
        yield _line(
            [
                details.name,
                details.phone,
                details.language.value,
                details.tier.value,
                details.region,
                details.registration_no,
                details.tags,
                consent.at.isoformat(timespec="seconds") if consent else "",
                consent.source if consent else "",
                consent.evidence if consent else "",
                status,
            ]
        )


def safe_cell(text: str) -> str:
    """A cell no spreadsheet takes for a formula: an apostrophe goes before what would start one."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _plain_cell(text: str) -> str:
    """The reverse of `safe_cell`."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS) else text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    fields: tuple[tuple[int, str], ...]
    columns: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]


def _decoded(data: bytes) -> str | Refused:
    if not data.strip():
        return Refused("The file is empty.")
    if data.startswith(b"PK\x03\x04"):
        return Refused("This is an Excel workbook. Save it as “CSV UTF-8” and choose that file.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Refused(
            f"The file is not UTF-8 text (line {line:,}). In Excel, save it as “CSV UTF-8”."
        )
    if "\x00" in text:
        return Refused("The file holds bytes that are no text. Save it as “CSV UTF-8”.")
    return text


def _delimiter(header: str) -> str:
    return max(DELIMITERS, key=header.count)


def _layout(header: Sequence[str] | None) -> _Layout | Refused:
    if header is None:
        return Refused("The file is empty.")
    found: dict[str, int] = {}
    ignored: list[str] = []
    for place, cell in enumerate(header):
        field = _FIELD_OF.get(
            "".join(c for c in cell.lower() if c.isalnum() or not c.isascii()).strip()
        )
        if field is None or field in found:
            ignored.append(cell.strip() or f"column {place + 1}")
        else:
            found[field] = place
    missing = [field for field in REQUIRED if field not in found]
    if missing:
        seen = ", ".join(f"“{cell.strip()[:30]}”" for cell in header[:12])
        return Refused(
            f"No column for {' and '.join(missing)}. The first row must name the columns.",
            (f"The file's first row is: {seen}.", "Name at least the columns “name” and “phone”."),
        )
    return _Layout(
        fields=tuple((place, field) for field, place in found.items()),
        columns=tuple((header[place].strip(), field) for field, place in found.items()),
        ignored=tuple(ignored),
    )


def _breathing(
    records: Iterator[tuple[int, list[str]]], breathe: Callable[[], None]
) -> Iterator[tuple[int, list[str]]]:
    for row, cells in records:
        if row % BREATHE_ROWS == 0:
            breathe()
        yield row, cells


def _read_rows(
    records: Iterator[tuple[int, list[str]]],
    layout: _Layout,
    consent: SubscriberForm,
    now: datetime,
) -> SubscriberList | Refused:
    good: list[tuple[int, Enrolment]] = []
    problems: list[RowProblem] = []
    repeated: list[RepeatedRow] = []
    first_row_of: dict[Phone, int] = {}
    rows = 0
    for row, cells in records:
        if not any(cells):
            continue
        rows += 1
        if rows > ROWS_LIMIT:
            return Refused(f"More than {ROWS_LIMIT:,} rows. Split the file and import the parts.")
        checked = _checked(cells, layout, consent, now)
        if not isinstance(checked, Enrolment):
            problems += [RowProblem(row, problem) for problem in checked]
            continue
        of_row = first_row_of.setdefault(checked.details.phone, row)
        if of_row == row:
            good.append((row, checked))
        else:
            repeated.append(RepeatedRow(row, of_row, masked(checked.details.phone)))
    if rows == 0:
        return Refused("The file has a header but no rows.")
    return SubscriberList(
        rows=rows,
        good=tuple(good),
        problems=tuple(problems),
        repeated=tuple(repeated),
        columns=layout.columns,
        ignored_columns=layout.ignored,
    )


def _checked(
    cells: Sequence[str], layout: _Layout, consent: SubscriberForm, now: datetime
) -> Enrolment | tuple[Problem, ...]:
    if any(len(cell) > CELL_LIMIT for cell in cells):
        words = f"A cell is longer than {CELL_LIMIT:,} characters: a quote is probably missing."
        return (Problem("", words),)
    values = {
        field: _plain_cell(cells[place]) for place, field in layout.fields if place < len(cells)
    }
    form = replace(consent, **{field: value for field, value in values.items() if value.strip()})
    details, agreed = check_details(form), check_consent(form, now)
    if isinstance(details, Details) and isinstance(agreed, Consent):
        return Enrolment(details=details, consent=agreed)
    return (
        *(() if isinstance(details, Details) else details),
        *(() if isinstance(agreed, Consent) else agreed),
    )


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return buffer.getvalue()

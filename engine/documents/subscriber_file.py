"""A file of subscribers, read with every mistake told (spec S2)."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from engine.documents.sheets import DELIMITER_WORDS, Sheet, UnreadableError, read_sheet
from engine.documents.subscriber_columns import as_said, guessed, missing
from engine.documents.subscriber_csv import plain_cell
from engine.documents.subscriber_form import Problem, check_channels, check_consent, check_details
from engine.domain.enrolment import Consent, Details, Enrolment, SubscriberForm, masked
from engine.domain.ids import Phone
from engine.domain.refusal import Refused

BREATHE_ROWS: Final = 50
ROWS_LIMIT: Final = 200_000
CELL_LIMIT = 2_000
SAMPLE_ROWS = 5
QUOTED_LETTERS = 30
_IS_ONE = re.compile(r"\s*(=|@\w|[+-].*[A-Za-z].*[(!|])").match
"""Whether a cell is a formula."""

Told = Callable[[int, int], None]
"""Called every BREATHE_ROWS rows with how many were read, of about how many. It may wait a little,
to give way to others."""


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


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, the field it is taken for (empty: none), its first values."""

    header: str
    field: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberList:
    """What a file says: the good rows with their row numbers, and everything about the others."""

    rows: int
    good: tuple[tuple[int, Enrolment], ...]
    problems: tuple[RowProblem, ...]
    repeated: tuple[RepeatedRow, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Unmapped(Refused):
    """The file can be read, but a person must say which of its columns is what."""

    columns: tuple[Column, ...] = ()


def read_list(
    data: bytes,
    *,
    consent: SubscriberForm,
    fields: Sequence[str] | None = None,
    told: Told = lambda _read, _of: None,
    now: datetime,
) -> SubscriberList | Unmapped | Refused:
    """Read a whole file. `consent` fills in the consent fields of rows that leave them empty.

    Wants an Excel workbook, or UTF-8 with or without BOM and columns apart by commas, semicolons,
    tabs or bars; a header row. fields: which field each column is, empty for none; without it they
    are guessed from the header. Row numbers are the spreadsheet's: blank rows count.
    """
    sheet = read_sheet(data)
    if isinstance(sheet, Refused):
        return sheet
    try:
        header = next((cells for _, cells in sheet.rows if any(cells)), None)
        if header is None:
            return Refused("The file is empty.")
        rows, sample = _sampled(sheet.rows)
        chosen = guessed(header) if fields is None else as_said(header, fields)
        columns = _columns(header, chosen, sample)
        if refusal := _why_not(header, chosen, columns, sample):
            return refusal
        layout = tuple((place, field) for place, field in enumerate(chosen) if field)
        told_rows = _telling(rows, sheet, told)
        return _read_rows(told_rows, layout, columns, consent, now)
    except UnreadableError as error:
        return Refused(str(error))


def _sampled(
    rows: Iterator[tuple[int, list[str]]],
) -> tuple[Iterator[tuple[int, list[str]]], list[list[str]]]:
    """All the rows, and the first few that are not blank."""
    first: list[tuple[int, list[str]]] = []
    sample: list[list[str]] = []
    for row in rows:
        first.append(row)
        if any(row[1]):
            sample.append(row[1])
        if len(sample) == SAMPLE_ROWS:
            break

    def again() -> Iterator[tuple[int, list[str]]]:
        yield from first
        yield from rows

    return again(), sample


def _columns(
    header: Sequence[str], fields: Sequence[str], sample: Sequence[Sequence[str]]
) -> tuple[Column, ...]:
    return tuple(
        Column(
            header=cell.strip()[:QUOTED_LETTERS] or f"column {place + 1}",
            field=fields[place],
            values=tuple(
                cells[place].strip()[:QUOTED_LETTERS] if place < len(cells) else ""
                for cells in sample
            ),
        )
        for place, cell in enumerate(header)
    )


def _why_not(
    header: Sequence[str],
    fields: Sequence[str],
    columns: tuple[Column, ...],
    sample: Sequence[Sequence[str]],
) -> Refused | None:
    if lacking := missing(fields):
        seen = ", ".join(f"“{column.header}”" for column in columns[:12])
        hint = "Name at least the columns “name” and “phone”, or say below which they are."
        if len(header) == 1:
            hint = f"It is one column only. The columns must be apart by {DELIMITER_WORDS}."
        return Unmapped(
            f"No column for {' and '.join(lacking)}. The first row must name the columns.",
            (f"The file's first row is: {seen}.", hint),
            columns if len(header) > 1 else (),
        )
    if sample and all(len(cells) == 1 for cells in sample):
        return Refused(
            f"The first row has {len(header)} columns, the others have one: they are divided by "
            "something else. Save the list anew, with the same sign between all columns."
        )
    return None


def _telling(
    rows: Iterator[tuple[int, list[str]]], sheet: Sheet, told: Told
) -> Iterator[tuple[int, list[str]]]:
    for row, cells in rows:
        if row % BREATHE_ROWS == 0:
            told(row, max(row, sheet.about))
        yield row, cells


def _read_rows(
    records: Iterator[tuple[int, list[str]]],
    layout: tuple[tuple[int, str], ...],
    columns: tuple[Column, ...],
    consent: SubscriberForm,
    now: datetime,
) -> SubscriberList | Refused:
    else_ = asdict(consent)
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
        checked = _checked(cells, layout, else_, now)
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
        columns=columns,
    )


def _checked(
    cells: Sequence[str],
    layout: tuple[tuple[int, str], ...],
    else_: dict[str, str],
    now: datetime,
) -> Enrolment | tuple[Problem, ...]:
    if max(map(len, cells)) > CELL_LIMIT:
        words = f"A cell is longer than {CELL_LIMIT:,} characters: a quote is probably missing."
        return (Problem("", words),)
    values = {field: cells[place] for place, field in layout if place < len(cells)}
    if formulas := [_formula(field, cell) for field, cell in values.items() if _IS_ONE(cell)]:
        return tuple(formulas)
    typed = {field: plain_cell(cell) for field, cell in values.items() if cell.strip()}
    form = SubscriberForm(**(else_ | typed))
    details, agreed = check_details(form), check_consent(form, now)
    if isinstance(details, Details) and isinstance(agreed, Consent):
        if not (form.sms_consent or form.email_consent):
            return Enrolment(details=details, consent=agreed)
        channels = check_channels(form, agreed)
        if isinstance(channels, Problem):
            return (channels,)
        return Enrolment(details=details, consent=agreed, channels=channels)
    return (
        *(() if isinstance(details, Details) else details),
        *(() if isinstance(agreed, Consent) else agreed),
    )


def _formula(field: str, cell: str) -> Problem:
    quoted = cell.strip()[:QUOTED_LETTERS]
    return Problem(field, f"“{quoted}” is a formula. Write the value itself.")

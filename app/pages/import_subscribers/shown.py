"""What a file would do, in words and figures."""

from dataclasses import dataclass

from app import formats
from engine.commands.import_subscribers import ImportPreview

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
    """A column of the file, and what it is taken for."""

    column: str
    field: str


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


def columns(preview: ImportPreview) -> list[ColumnLine]:
    """Which column is taken for what; unknown ones are told to be left alone."""
    return [
        *(
            ColumnLine(column=column, field=FIELD_WORDS[field])
            for column, field in preview.list.columns
        ),
        *(ColumnLine(column=column, field="not used") for column in preview.list.ignored_columns),
    ]


def as_csv(lines: list[ProblemLine]) -> str:
    """The problems for a spreadsheet: with a BOM, and no cell that could be a formula."""
    rows = ["row,column,problem"]
    rows += [f'"{one.row}","{one.field}","{_quoted(one.words)}"' for one in lines]
    return "\ufeff" + "\r\n".join(rows) + "\r\n"


def _quoted(text: str) -> str:
    safe = f"'{text}" if text[:1] in "=+-@" else text
    return safe.replace('"', '""')

"""A report's files: exact, harmless in a spreadsheet, and readable in two scripts on paper."""

import asyncio
import csv
import io
import json
from collections.abc import Generator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from engine.documents.paper import FAMILY, Paper, _runs
from engine.documents.report_book import (
    Bars,
    Book,
    Curve,
    Format,
    Page,
    Sheet,
    from_plain,
    to_plain,
)
from engine.documents.report_csv import write_csv
from engine.documents.report_pdf import write_pdf
from engine.documents.report_process import NotMadeError, make, make_file

EVIL = ("=1+1", "+911", "-2", "@SUM(A1)", "\tx", "\r=x")
SHEET = Sheet(
    name="Days",
    columns=("Day", "Targeted", "Mean s", "Cost"),
    rows=[("2026-11-25", 730_000, 0.1, 630063.0), ("2026-11-26", 2, None, 0.8631)],
    total=("Total", 730_002, 4.5, 630063.8631),
)


def page(**given: Any) -> Page:
    usual: dict[str, Any] = {
        "title": "Thu 26 Nov 2026",
        "subtitle": "निफ्टी दृष्टिकोण · week 48",
        "tiles": [("Read", "1,402", "70.3 %", "quiet")],
        "curve": Curve(points=[(3, 10), (60, 1_990)], whole=2_000, closes=300, opens="06:00"),
        "bars": [Bars(title="By sender", bars=[("one", 0.99, "99 %"), ("two", None, "–")])],
        "targets": [("Delivered in time", "above 99 %", "99.5 %", "met")],
        "tables": [SHEET],
        "advice": [("Rest the sender.", "90 % in time.")],
    }
    return Page(**(usual | given))


def book(*pages: Page, sheets: tuple[Sheet, ...] = (SHEET,), **given: Any) -> Book:
    return Book(
        title="Thu 26 Nov 2026",
        organisation="सूर्योदय Advisory",
        made="made today",
        sheets=sheets,
        pages=pages,
        **given,
    )


@contextmanager
def opened(made: Book) -> Generator[Any]:
    """A paper as whoever gets it opens it."""
    paper = pypdfium2.PdfDocument(write_pdf(made))
    try:
        yield paper
    finally:
        paper.close()


def cells(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_a_csv_has_exact_numbers_and_the_total_last() -> None:
    assert cells(write_csv(SHEET)) == [
        ["Day", "Targeted", "Mean s", "Cost"],
        ["2026-11-25", "730000", "0.1", "630063"],
        ["2026-11-26", "2", "", "0.8631"],
        ["Total", "730002", "4.5", "630063.8631"],
    ]
    assert Decimal("630063.8631") == Decimal(cells(write_csv(SHEET))[-1][-1])


@pytest.mark.parametrize("evil", EVIL)
def test_no_file_holds_a_formula_somebody_wrote(evil: str) -> None:
    sheet = Sheet(name="Regions", columns=("Name",), rows=[(evil,)])
    assert cells(write_csv(sheet))[1][0].startswith("'")
    made = make({"format": "xlsx", "book": to_plain(book(sheets=(sheet,)))})
    assert b"<f>" not in made
    (row,) = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0).to_python()[1:]
    assert str(row[0]).strip() == evil.strip()


def test_a_workbook_has_every_table_with_its_total_and_a_pivot_of_days() -> None:
    pivots = {"In time by sender": [("2026-11-25", "one", 99, 100), ("2026-11-26", "two", 0, 0)]}
    made = make({"format": "xlsx", "book": to_plain(book(pivots=pivots))})
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(made))
    assert workbook.sheet_names == ["Days", "In time by sender"]
    rows = workbook.get_sheet_by_name("Days").to_python()
    assert rows[-1] == ["Total", 730_002.0, 4.5, 630063.8631]
    assert rows[1][:2] == ["2026-11-25", 730_000.0]
    pivot = workbook.get_sheet_by_name("In time by sender").to_python()
    assert pivot[0] == ["Day", "one", "two"]
    assert pivot[1] == ["2026-11-25", 0.99, ""]
    assert pivot[2] == ["2026-11-26", "", ""]


def test_a_paper_has_a_page_for_each_and_its_text_can_be_read_out() -> None:
    with opened(book(page(), page(title="Fri 27 Nov 2026"))) as paper:
        assert len(paper) == 2
        text = paper[1].get_textpage().get_text_range()
        assert paper.get_metadata_dict()["Title"] == "Thu 26 Nov 2026"
    assert "Fri 27 Nov 2026" in text
    assert "730000" in text


@pytest.mark.parametrize(
    "text",
    [
        "क्षत्रिय",  # conjuncts
        "प्रतिष्ठा",
        "निफ्टी",  # a vowel sign that stands before its consonant
        "महाराष्ट्र",
        "श्री",
        "कार्यक्रम",  # a letter that becomes a stroke above
    ],
)
def test_devanagari_is_shaped_not_set_letter_by_letter(text: str) -> None:
    paper = Paper(title="", author="", foot="")
    paper.add_page()
    paper.set_font(FAMILY, "", 12)
    shaped = paper.width_of(text)
    paper.set_text_shaping(False)
    loose = paper.get_string_width(text)
    paper.close_fonts()
    assert shaped < 0.95 * loose


def test_a_line_that_mixes_scripts_is_split_where_they_meet() -> None:
    assert list(_runs("Day 1: निफ्टी दृष्टिकोण, ४८ up")) == [
        ("Day 1: ", False),
        ("निफ्टी दृष्टिकोण, ४८", True),
        (" up", False),
    ]
    assert list(_runs("plain")) == [("plain", False)]
    assert list(_runs("")) == []


def test_nothing_on_paper_runs_off_it() -> None:
    long = "A very long name of a thing " * 10
    crowded = page(
        title=long,
        subtitle=long,
        tiles=[(long, long, long, "bad")] * 5,
        bars=[Bars(title=long, bars=[(long, 2.0, long)] * 30)] * 3,
        targets=[(long, "above 99 %", "99 %", "met")] * 11,
        tables=[Sheet(name="T", columns=("a", "b"), rows=[(long, long)] * 50)] * 9,
        advice=[(long, long)] * 30,
    )
    with opened(book(crowded)) as paper:
        assert len(paper) == 1
        width, height = paper[0].get_size()
        for shape in paper[0].get_objects():
            left, bottom, right, top = shape.get_bounds()
            assert -1 <= left <= right <= width + 1
            assert -1 <= bottom <= top <= height + 1


def test_a_day_without_anything_has_a_page_too() -> None:
    empty = page(curve=None, bars=[], tables=[], targets=[], advice=[], tiles=[])
    with opened(book(empty)) as paper:
        assert len(paper) == 1


@pytest.mark.sweep
def test_a_book_survives_the_way_into_another_process() -> None:
    there = from_plain(json.loads(json.dumps(to_plain(book(page())))))
    assert write_csv(there.sheets[0]) == write_csv(SHEET)
    assert len(there.pages) == 1
    made = asyncio.run(make_file(there, Format.PDF))
    assert made.startswith(b"%PDF")


def test_a_file_that_takes_too_long_is_given_up_and_its_process_ended() -> None:
    with pytest.raises(NotMadeError, match="longer"):
        asyncio.run(make_file(book(page()), Format.PDF, patience=0.01))


def test_the_fonts_come_with_their_licence() -> None:
    from engine.documents.paper import FONTS

    licence = (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL Open Font License" in licence

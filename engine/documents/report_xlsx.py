"""A report as a workbook, a sheet for each table. Read only by the process that makes files: pandas
takes half a second to load, and tens of megabytes.
"""

import io
from importlib import import_module
from typing import Any

from engine.documents.report_book import Book, Sheet

WIDEST, NARROWEST = 60, 8
NOT_A_FORMULA = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
SHEET_NAME_LIMIT = 31
_WRONG_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def write_xlsx(book: Book) -> bytes:
    """The workbook. Text is never a formula, whatever it begins with."""
    out = io.BytesIO()
    pandas: Any = import_module("pandas")
    with pandas.ExcelWriter(
        out, engine="xlsxwriter", engine_kwargs={"options": NOT_A_FORMULA}
    ) as writer:
        workbook: Any = writer.book
        workbook.set_properties({"title": book.title, "company": book.organisation})
        bold = workbook.add_format({"bold": True, "num_format": "#,##0.####", "top": 1})
        for sheet in book.sheets:
            _write(writer, pandas.DataFrame, sheet, bold)
        share = workbook.add_format({"num_format": "0.0%"})
        for title, rows in (book.pivots or {}).items():
            if rows:
                _pivot(writer, pandas.DataFrame, title, rows, share)
    return out.getvalue()


def _write(writer: Any, frame_of: Any, sheet: Sheet, bold: Any) -> None:
    name = _name(sheet.name)
    frame = frame_of(list(sheet.rows), columns=list(sheet.columns), dtype=object)
    frame.to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 1))
    page = writer.sheets[name]
    for place, value in enumerate(sheet.total):
        page.write(len(sheet.rows) + 1, place, value, bold)
    _widen(page, [sheet.columns, *sheet.rows])


def _pivot(writer: Any, frame_of: Any, title: str, rows: Any, share: Any) -> None:
    """Days down, names across, the share inside; a day on which nothing was is empty."""
    frame = frame_of(list(rows), columns=["Day", "Name", "count", "of"])
    sums = frame.pivot_table(index="Day", columns="Name", values=["count", "of"], aggfunc="sum")
    shares = (sums["count"] / sums["of"].where(sums["of"] > 0)).astype(object)
    shares = shares.where(shares.notna(), None)
    name = _name(title)
    shares.to_excel(writer, sheet_name=name, freeze_panes=(1, 1))
    page = writer.sheets[name]
    page.set_column(0, 0, 12)
    page.set_column(1, len(shares.columns), 18, share)


def _name(title: str) -> str:
    return title.translate(_WRONG_IN_NAMES)[:SHEET_NAME_LIMIT]


def _widen(page: Any, rows: Any) -> None:
    for place, column in enumerate(zip(*rows, strict=True)):
        widest = max((len(str(value)) for value in column if value is not None), default=0)
        page.set_column(place, place, min(WIDEST, max(NARROWEST, widest + 2)))

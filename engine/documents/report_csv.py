"""A report's table as CSV: exact numbers, and no cell that a spreadsheet takes for a formula."""

import csv
import io
from decimal import Decimal

from engine.documents.report_book import Sheet, Value
from engine.documents.subscriber_csv import safe_cell

BOM = "\ufeff"
"""Without it Excel takes Devanagari for something else."""
DIGITS = Decimal("0.000001")


def write_csv(sheet: Sheet) -> bytes:
    """The columns, the rows, and the total as the last row if there is one."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(sheet.columns)
    for row in (*sheet.rows, *([sheet.total] if sheet.total else [])):
        writer.writerow([_text(value) for value in row])
    return (BOM + out.getvalue()).encode()


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_cell(value)
    if isinstance(value, float):
        return f"{Decimal(repr(value)).quantize(DIGITS).normalize():f}"
    return str(value)

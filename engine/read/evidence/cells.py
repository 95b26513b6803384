"""The tables of an evidence pack: their columns, and how a value is written in them."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.documents.subscriber_csv import safe_cell

LINES_AT_ONCE = 500

RECIPIENTS = (
    *("delivery", "recipient", "phone", "language", "tier", "lane", "key", "content_hash"),
    "wording",
    *("state", "in_words", "code", "tries", "planned", "accepted", "sent", "delivered", "read"),
    *("targeted", "handed_over_in_time", "delivered_in_time", "missed_by"),
)
EXCEPTIONS = ("delivery", "recipient", "phone", "exception", "in_words", "code")
ATTEMPTS = (
    *("delivery", "try", "sender", "started", "ended", "outcome", "code", "whose_fault"),
    *("content_hash", "answer"),
)
RESENDS = (
    *("delivery", "try_without_answer", "started", "what_happened", "proven", "proof"),
    *("next_try", "next_started"),
)
LEFT_OUTS = ("recipient", "phone", "reason", "in_words")


def csv_bytes(names: Iterable[str], lines: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """A table as CSV that no spreadsheet takes for formulas, some lines at a time."""
    # A BOM first: without one, Excel takes Devanagari for another encoding.
    text = io.StringIO("\ufeff")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    for count, line in enumerate(lines, start=1):
        writer.writerow([safe_cell(str(cell)) for cell in line])
        if count % LINES_AT_ONCE == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def cell(value: Any, zone: ZoneInfo) -> str:
    """A value as it stands in a table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return instant(value, zone) if isinstance(value, datetime) else str(value)


def instant(at: datetime | None, zone: ZoneInfo) -> str:
    """An instant with its zone, to the millisecond; empty for none."""
    return "" if at is None else at.astimezone(zone).isoformat(timespec="milliseconds")


def as_json(value: Any) -> bytes:
    """Facts for programs, and for people with an editor."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"

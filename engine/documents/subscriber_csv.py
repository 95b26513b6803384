"""Lists of subscribers as CSV that no spreadsheet takes for formulas (spec S2)."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.documents.subscriber_columns import COLUMNS
from engine.domain.emergency import Channel
from engine.domain.enrolment import Consent, Details

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


Exported = tuple[Details, str, Consent | None, Mapping[Channel, str]]
"""Details, status, latest consent, and the other channels that were agreed to."""


def write_list(people: Iterable[Exported]) -> Iterator[str]:
    """CSV lines, header first; `read_list` reads them."""
    yield _line([*COLUMNS, "status"])
    for details, status, consent, channels in people:
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
                channels.get(Channel.EMAIL, ""),
                "yes" if Channel.EMAIL in channels else "",
                "yes" if Channel.SMS in channels else "",
                status,
            ]
        )


def safe_cell(text: str) -> str:
    """A cell no spreadsheet takes for a formula: an apostrophe goes before what would start one."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def plain_cell(text: str) -> str:
    """The reverse of `safe_cell`."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS) else text


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return buffer.getvalue()

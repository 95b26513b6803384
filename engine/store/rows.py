"""Many rows in one statement: they travel as one JSON text and are a table on the other side.

A driver that is handed rows one by one lets other threads run between any two of them, and has to
win Python's lock back each time. Beside a busy event loop that costs half a millisecond a row,
where the database needs a hundredth. So the hot statements are set-based: one statement, one step.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.store.dialects import slices
from engine.store.prepared import Prepared

Row = Sequence[Any]
Statement = sa.Insert | sa.Update
MakeStatement = Callable[[str, Any], Statement]
"""Gives the statement for a dialect by its name and for its rows, a table with named columns."""

WHOLE, TEXT, INSTANT = sa.Integer(), sa.String(), sa.DateTime(timezone=True)
GIVEN = "rows"
WITHOUT_ZONE = len("2026-11-23 06:00:00.000000")
INSTANTS_KNOWN = 2_048
"""WhatsApp's are whole seconds, and all rows of a batch are written at one instant: the same few
are spelled again and again.
"""


class ManyRows:
    """A statement over a table of rows that are handed to it.

    columns: the names and types of a row's values (WHOLE, TEXT, INSTANT), in their order.
    """

    def __init__(
        self, columns: Mapping[str, sa.types.TypeEngine[Any]], make: MakeStatement
    ) -> None:
        columns = dict(columns)
        self._statement = Prepared(lambda dialect: make(dialect, given(dialect, columns)))

    def run(self, session: Session, rows: Sequence[Row]) -> int:
        """Run it over the rows; returns how many rows of the database it touched.

        Raises ValueError for an instant without a zone.
        """
        return sum(self._statement.run(session, **{GIVEN: as_json(some)}) for some in slices(rows))


def as_json(rows: Sequence[Row]) -> str:
    """Rows as the text they travel in; instants in UTC, as SQLite keeps them."""
    return _encode(rows)


def among(dialect: str, kind: sa.types.TypeEngine[Any]) -> Any:
    """A SELECT of the values that travel in GIVEN, one in each row: for an IN (…)."""
    text = sa.bindparam(GIVEN, type_=sa.String())
    if dialect == "sqlite":
        return sa.select(sa.func.json_each(text).table_valued(sa.column("value", kind)).c.value)
    each = sa.func.json_array_elements_text(sa.cast(text, sa.JSON)).table_valued("value")
    return sa.select(_cast(each.c.value, kind))


def listed(values: Sequence[str | int]) -> str:
    """Values for `among`."""
    return json.dumps(values)


@lru_cache(INSTANTS_KNOWN)
def instant(text: str) -> datetime:
    """An instant that came back in such a text: SQLite's has no zone and is UTC."""
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


@lru_cache(INSTANTS_KNOWN)
def instant_text(value: object) -> str:
    """An instant as it travels: in UTC, as SQLite keeps it. Raises for anything else."""
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} does not travel in rows")
    if value.tzinfo is None:
        raise ValueError("an instant without a timezone could be any of many")
    at = value if value.tzinfo is UTC else value.astimezone(UTC)
    return at.isoformat(" ", "microseconds")[:WITHOUT_ZONE]


_encode = json.JSONEncoder(default=instant_text, ensure_ascii=False, check_circular=False).encode


def given(dialect: str, columns: Mapping[str, sa.types.TypeEngine[Any]]) -> Any:
    """The table of the rows that travel in the parameter GIVEN, for a statement of one's own."""
    text = sa.bindparam(GIVEN, type_=sa.String())
    if dialect == "sqlite":
        each = sa.func.json_each(text).table_valued("value")
        values = [
            sa.func.json_extract(each.c.value, f"$[{place}]", type_=kind).label(name)
            for place, (name, kind) in enumerate(columns.items())
        ]
    else:
        each = sa.func.json_array_elements(sa.cast(text, sa.JSON)).table_valued("value")
        values = [
            _cast(each.c.value.op("->>")(sa.literal_column(str(place))), kind).label(name)
            for place, (name, kind) in enumerate(columns.items())
        ]
    return sa.select(*values).subquery("given")


def as_instant(dialect: str, text: Any) -> Any:
    """The instant that a text of `instant_text` stands for, as an expression."""
    return text if dialect == "sqlite" else _cast(text, INSTANT)


def _cast(text: Any, kind: sa.types.TypeEngine[Any]) -> Any:
    if kind is INSTANT:
        return sa.func.timezone("UTC", sa.cast(text, sa.DateTime()), type_=INSTANT)
    return sa.cast(text, kind)

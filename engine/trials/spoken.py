"""Statements that are said again and again, said without ceremony.

What SQLAlchemy does around each statement (contexts, cursors' metadata, caches looked up) costs
five times what SQLite needs for it. A morning says the same few dozen a thousand times. Those are
compiled once by SQLAlchemy itself, and from then on their parameters and rows go through its own
processors straight to the connection and back. All that is out of the ordinary is left to it:
whatever is built anew each time, lists of parameters, IN (…), defaults made in Python.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
import sqlalchemy.exc
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.sql.compiler import SQLCompiler

MOST_KEPT = 2_000
"""Statements remembered: those that are built anew each time are seen once, and forgotten."""

Process = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A statement as it is said to SQLite."""

    sql: str
    given: tuple[tuple[str | None, Any], ...]
    """For each ? the name of its parameter and what becomes of it, or None and a fixed value."""
    columns: SimpleResultMetaData | None
    """Of the rows it returns."""
    processes: tuple[tuple[int, Process], ...]
    """What becomes of some of a row's values."""


class Counted(IteratorResult[Any]):
    """Rows, and how many were touched."""

    rowcount: int = -1


class Mouth:
    """Stands before a connection, and says itself what it has said before."""

    def __init__(self, opened: sa.Connection, raw: sqlite3.Connection) -> None:
        self._opened = opened
        self._raw = raw
        self.dialect = opened.dialect

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opened, name)

    def execute(self, statement: Any, parameters: Any = None, **options: Any) -> Any:
        """As the connection's own."""
        if options or isinstance(parameters, list):
            return self._opened.execute(statement, cast("Any", parameters), **options)
        named: Mapping[str, Any] = parameters or {}
        spoken = self._known(statement, named)
        if spoken is None:
            return self._opened.execute(statement, named)
        values = [
            process if name is None else (process(named[name]) if process else named[name])
            for name, process in spoken.given
        ]
        try:
            cursor = self._raw.execute(spoken.sql, values)
            rows = cursor.fetchall()
        except sqlite3.Error as error:
            raise sqlalchemy.exc.DBAPIError.instance(
                spoken.sql, values, error, sqlite3.Error, dialect=self.dialect
            ) from error
        if spoken.processes:
            rows = [_processed(row, spoken.processes) for row in rows]
        result = Counted(spoken.columns or _NO_COLUMNS, iter(rows))
        result.rowcount = cursor.rowcount
        return result

    def _known(self, statement: Any, parameters: Mapping[str, Any]) -> Spoken | None:
        seen = _SEEN.get(id(statement))
        if seen is None:
            if len(_SEEN) > MOST_KEPT:
                _SEEN.clear()
            _SEEN[id(statement)] = (statement, _SEEN_ONCE)
            return None
        spoken = seen[1]
        if spoken is _SEEN_ONCE:
            spoken = _spell(statement, parameters, self.dialect)
            _SEEN[id(statement)] = (statement, spoken)
        return spoken


_SEEN_ONCE: Any = object()
_SEEN: dict[int, tuple[Any, Spoken | None]] = {}
"""By identity; the statement is kept, so that no other can have its place."""
_NO_COLUMNS = SimpleResultMetaData(())


def _processed(row: Sequence[Any], processes: Sequence[tuple[int, Process]]) -> tuple[Any, ...]:
    values = list(row)
    for place, process in processes:
        values[place] = process(values[place])
    return tuple(values)


def _spell(statement: Any, parameters: Mapping[str, Any], dialect: sa.Dialect) -> Spoken | None:
    """How it is said; None when only SQLAlchemy knows."""
    if not isinstance(statement, sa.Select | sa.CompoundSelect | sa.Insert | sa.Update | sa.Delete):
        return None
    compiled = statement.compile(dialect=dialect, column_keys=list(parameters))
    assert isinstance(compiled, SQLCompiler)
    if compiled.insert_prefetch or compiled.update_prefetch or compiled.positiontup is None:
        return None
    binds = compiled.binds
    if any(bind.expanding or bind.literal_execute for bind in binds.values()):
        return None
    given: list[tuple[str | None, Any]] = []
    for name in compiled.positiontup:
        bind = binds[name]
        process = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if bind.key in parameters:
            given.append((bind.key, process))
        elif bind.required or bind.callable is not None:
            return None
        else:
            given.append((None, bind.value if process is None else process(bind.value)))
    columns = statement.exported_columns
    processes = [
        (place, column.type.dialect_impl(dialect).result_processor(dialect, None))
        for place, column in enumerate(columns)
    ]
    return Spoken(
        sql=str(compiled),
        given=tuple(given),
        columns=SimpleResultMetaData([str(name) for name, _ in columns.items()])
        if len(columns)
        else None,
        processes=tuple((place, process) for place, process in processes if process is not None),
    )

"""Statements of the hot path: built once, compiled once for each database, then said to the driver.

SQLAlchemy's own way to the driver is a tenth of a millisecond of Python for each statement, and
three where the caches are cold, because a thread has only just woken. So what the engine says again
and again takes texts, bytes and whole numbers, gives back one text, a count or plain rows, and goes
straight through.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

Value = str | bytes | int | None


class Prepared:
    """A statement with named parameters, made for a dialect by its name.

    It hears nothing of what the session has not flushed, as any statement on its connection. One
    that is refused ends its whole transaction, on SQLite with every savepoint.
    """

    def __init__(self, make: Callable[[str], Any]) -> None:
        self._make = make
        self._spoken: dict[str, _Spoken] = {}

    def run(self, session: Session, **given: Value) -> int:
        """Say it; returns how many rows it touched. Raises what SQLAlchemy raises."""
        return self._say(session, given, lambda cursor: cursor.rowcount)

    def text(self, session: Session, **given: Value) -> str:
        """Say it; returns the one value of its one row. Raises what SQLAlchemy raises."""
        return self._say(session, given, _one_value)

    def count(self, session: Session, **given: Value) -> int:
        """Say it; returns the one number of its one row. Raises what SQLAlchemy raises."""
        return self._say(session, given, _one_value)

    def rows(self, session: Session, **given: Value) -> list[tuple[Any, ...]]:
        """Say it; returns its rows as the driver has them. Raises what SQLAlchemy raises."""
        return self._say(session, given, lambda cursor: cursor.fetchall())

    def _say(self, session: Session, given: dict[str, Value], answer: Callable[[Any], Any]) -> Any:
        connection = _connection_of(session)
        dialect = connection.dialect
        spoken = self._spoken.get(dialect.name)
        if spoken is None:
            spoken = self._spoken[dialect.name] = _speak(self._make(dialect.name), dialect)
        with _cursor(connection, spoken.text) as cursor:
            cursor.execute(spoken.text, spoken.parameters(given))
            return answer(cursor)


def _one_value(cursor: Any) -> Any:
    return cursor.fetchone()[0]


def say(connection: sa.Connection, text: str) -> None:
    """Say a statement without parameters, in SQL. Raises what SQLAlchemy raises."""
    with _cursor(connection, text) as cursor:
        cursor.execute(text)


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A statement as one driver takes it; `places` where it counts its parameters."""

    text: str
    fixed: dict[str, Any]
    places: tuple[str, ...] | None

    def parameters(self, given: dict[str, Value]) -> Any:
        values = self.fixed | given
        return values if self.places is None else tuple([values[place] for place in self.places])


def _speak(statement: Any, dialect: sa.Dialect) -> _Spoken:
    if dialect.name == "sqlite" and isinstance(statement, (sa.Insert, sa.Update)):
        # Left alone it keeps a copy of every page that the statement changes, in a file, to take
        # back one statement alone. We never do: what fails ends its transaction.
        statement = statement.prefix_with("OR ROLLBACK")
    compiled = statement.compile(dialect=dialect)
    if compiled.insert_prefetch or compiled.update_prefetch:
        raise TypeError(f"a column is left to its default, which nobody would look up: {compiled}")
    said = compiled.construct_expanded_state(
        {bind.key: None for bind in compiled.binds.values() if bind.required}
    )
    fixed = {
        name: value.value if isinstance(value, Enum) else value
        for name, value in said.parameters.items()
    }
    places = tuple(said.positiontup) if compiled.positional else None
    return _Spoken(said.statement, fixed, places)


def _connection_of(session: Session) -> sa.Connection:
    # A session of ours is bound to the connection of its transaction, which has begun.
    bind = session.bind
    return bind if isinstance(bind, sa.Connection) else session.connection()


@contextmanager
def _cursor(connection: sa.Connection, text: str) -> Generator[Any]:
    """The driver's own, whose errors are SQLAlchemy's."""
    proxied, dialect = connection.connection, connection.dialect
    cursor = proxied.cursor()
    try:
        yield cursor
    except dialect.loaded_dbapi.Error as error:
        if dialect.is_disconnect(error, proxied.dbapi_connection, cursor):
            connection.invalidate(error)
        raise DBAPIError.instance(
            text, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
        ) from error
    finally:
        cursor.close()

"""One statement, run once for each of many rows: SQLAlchemy writes it, the driver runs it.

SQLAlchemy's own way to do so goes through each row's parameters by name and by type, which costs
more than the database does. Here that is worked out once for a statement and a dialect. Only for
the hot path; everything else has no reason to be quick.
"""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

Row = Sequence[Any]
Statement = sa.Insert | sa.Update
MakeStatement = Callable[[str], Statement]
"""Gives the statement for a dialect by its name."""


class Many:
    """A statement with named parameters, for rows of values in the order of `names`.

    What the statement binds itself (a state, an empty text) stays as it is.
    """

    def __init__(self, make: MakeStatement, names: Sequence[str]) -> None:
        self._make = make
        self._names = tuple(names)
        self._plans: dict[str, _Plan] = {}

    def run(self, session: Session, rows: Sequence[Row]) -> int:
        """Run it for every row, in their order; returns how many rows of the table it touched."""
        if not rows:
            return 0
        connection = session.connection()
        plan = self._plans.get(connection.dialect.name)
        if plan is None:
            plan = self._plans[connection.dialect.name] = _Plan(
                self._make(connection.dialect.name), self._names, connection.dialect
            )
        return connection.exec_driver_sql(plan.text, plan.parameters(rows)).rowcount


class _Plan:
    """The statement as one dialect's driver takes it."""

    def __init__(self, statement: Statement, names: tuple[str, ...], dialect: sa.Dialect) -> None:
        keys = list(names) if isinstance(statement, sa.Insert) else None
        compiled = statement.compile(dialect=dialect, column_keys=keys)
        self.text = str(compiled)
        processors = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        constants = {
            name: _processed(value, processors[name])
            for name, value in (compiled.params or {}).items()
            if name not in names
        }
        width = len(names)
        # A row is followed by the constants; each place of the statement takes one of both.
        self._constants = tuple(constants.values())
        places = {name: place for place, name in enumerate((*names, *constants))}
        self._to_process = [
            (place, processor)
            for name, place in places.items()
            if place < width and (processor := processors[name]) is not None
        ]
        self._order: list[int] | None = None
        self._by_name: dict[str, int] = places
        if compiled.positional:
            positions: Sequence[str] = compiled.positiontup or ()
            self._order = [places[name] for name in positions]

    def parameters(self, rows: Sequence[Row]) -> Any:
        """The rows as the driver wants them."""
        found: list[Any] = []
        for given in rows:
            row = [*given, *self._constants]
            for place, processor in self._to_process:
                row[place] = processor(row[place])
            if self._order is not None:
                found.append(tuple([row[place] for place in self._order]))
            else:
                found.append({name: row[place] for name, place in self._by_name.items()})
        return found


def _processed(value: Any, processor: Callable[[Any], Any] | None) -> Any:
    return value if processor is None else processor(value)

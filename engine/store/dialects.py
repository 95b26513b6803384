"""The few statements that SQLite and PostgreSQL spell alike but SQLAlchemy builds apart."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlmodel import Session, SQLModel


def table(model: type[SQLModel]) -> sa.Table:
    """The Core table of a model, for statements on the hot path."""
    return cast("sa.Table", cast("Any", model).__table__)


def insert_ignoring(session: Session, model: type[SQLModel], key: Sequence[str]) -> Any:
    """An INSERT that leaves a row alone whose `key` is there already: once means a unique key."""
    insert = insert_into(session.get_bind().dialect.name, model)
    return insert.on_conflict_do_nothing(index_elements=list(key))


def insert_ignoring_from(
    dialect: str, model: type[SQLModel], key: Sequence[str], rows: sa.FromClause
) -> Any:
    """The same for a table of rows, whose columns are named as the model's; what they lack is put
    there by its own defaults.
    """
    names = [column.name for column in rows.c]
    # Said outright: SQLAlchemy would look them up anew for each execution.
    defaults = {
        column.name: sa.literal(column.default.arg, column.type)
        for column in table(model).c
        if column.name not in names and isinstance(column.default, ScalarElementColumnDefault)
    }
    # Without a WHERE, SQLite takes the ON of ON CONFLICT for a join's.
    chosen = sa.select(*rows.c, *defaults.values()).where(sa.true())
    insert = insert_into(dialect, model).from_select(
        [*names, *defaults], chosen, include_defaults=False
    )
    return insert.on_conflict_do_nothing(index_elements=list(key))


def insert_into(dialect: str, model: type[SQLModel]) -> Any:
    """An INSERT that can be told what to do on a conflict."""
    spoken = sqlite if dialect == "sqlite" else postgresql
    return spoken.insert(table(model))


def rows_as_json(dialect: str, rows: sa.Subquery) -> Any:
    """A SELECT of one text: a JSON list of the rows, each a list of its values."""
    if dialect == "sqlite":
        return sa.select(sa.func.json_group_array(sa.func.json_array(*rows.c)))
    listed = sa.func.json_agg(sa.func.json_build_array(*rows.c))
    return sa.select(sa.cast(sa.func.coalesce(listed, sa.literal_column("'[]'::json")), sa.String))


def any_of(rows: sa.Select[Any]) -> Any:
    """A SELECT of 1 where there is any such row, else of 0."""
    return sa.select(sa.func.count()).select_from(rows.limit(1).subquery("first"))


def spelled(state: str) -> Any:
    """A state as a literal of the statement: an index over some states serves no parameter."""
    return sa.literal_column(f"'{state}'", sa.String())


def whole_second(session: Session, column: Any) -> Any:
    """The whole second an instant lies in, as an expression: text `YYYY-MM-DDTHH:MM:SS`, in UTC."""
    if session.get_bind().dialect.name == "sqlite":
        return sa.func.strftime("%Y-%m-%dT%H:%M:%S", column)
    return sa.func.to_char(sa.func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS')


def epoch_second(dialect: str, column: Any) -> Any:
    """The whole second an instant lies in, as an expression: a number, from 1970 in UTC."""
    if dialect == "sqlite":
        return sa.cast(sa.func.strftime("%s", column), sa.Integer)
    return sa.cast(sa.func.floor(sa.func.extract("epoch", column)), sa.Integer)


def seconds_between(dialect: str, start: Any, end: Any) -> Any:
    """The seconds from one instant to another, as an expression; exact to a millisecond."""
    if dialect == "sqlite":
        return (sa.func.julianday(end) - sa.func.julianday(start)) * 86_400.0
    return sa.func.extract("epoch", end - start)


def one_state(session: Session) -> None:
    """From its first look on, this session sees one state of the database, whoever writes.

    To be said before anything else in it; in SQLite every transaction is so.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(
            sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        )


ASKED_AT_ONCE = 5_000
"""Values in one IN (…): SQLite takes 32,766 in a statement, PostgreSQL 65,535."""
T = TypeVar("T")


def slices(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in parts that a statement can ask for at once; none at all for no items."""
    for start in range(0, len(items), ASKED_AT_ONCE):
        yield items[start : start + ASKED_AT_ONCE]

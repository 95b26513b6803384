"""How long lists are read: a page at a time by key, and counted only as far as people care."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

PAGE_SIZE = 50
COUNT_LIMIT = 10_000
"""Counts are exact up to here; beyond, a person reads “10,000+” and nothing waits for the rest."""
SHORTEST_NUMBER = 3


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are; `more` when there are even more than that."""

    number: int
    more: bool = False


def counted(found: int) -> Count:
    """The count of a query that was read up to COUNT_LIMIT + 1 rows."""
    return Count(min(found, COUNT_LIMIT), more=found > COUNT_LIMIT)


def matches(
    session: Session,
    text: str,
    *,
    names: tuple[sa.ColumnElement[str], ...],
    phone: sa.ColumnElement[str],
) -> sa.ColumnElement[bool] | None:
    """Whether a row is what `text` looks for: in `names`, and its digits in the phone.

    None when there is nothing to look for. Small and capital letters are the same.
    """
    wanted = " ".join(text.split())
    if not wanted:
        return None
    found = [_contains(session, column, wanted) for column in names]
    digits = "".join(letter for letter in wanted if letter.isdigit()).removeprefix("0")
    is_number = all(letter.isdigit() or letter in "+-() ." for letter in wanted)
    if is_number and len(digits) >= SHORTEST_NUMBER:
        found.append(_contains(session, phone, digits))
    return sa.or_(*found)


def _contains(session: Session, column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
    if session.get_bind().dialect.name == "sqlite":
        # SQLite's LIKE takes small for capital by itself; lower() would cost twice the time.
        return column.contains(text, autoescape=True)
    return column.icontains(text, autoescape=True)

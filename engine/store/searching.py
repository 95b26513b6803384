"""Whether a row is what somebody typed into a search field."""

import sqlalchemy as sa
from sqlmodel import Session

SHORTEST_NUMBER = 3


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

"""Whether a row is what somebody typed into a search field."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

SHORTEST_NUMBER = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What somebody typed: the words a space apart; the digits, where it may be a phone number."""

    words: str
    digits: str


def sought(text: str) -> Sought | None:
    """What is looked for; None when there is nothing to look for."""
    # A letter that no keyboard types would end the text on its way into the database.
    words = " ".join(text.replace("\x00", " ").split())
    if not words:
        return None
    digits = "".join(letter for letter in words if letter.isdigit()).removeprefix("0")
    is_number = all(letter.isdigit() or letter in "+-() ." for letter in words)
    return Sought(
        words=words, digits=digits if is_number and len(digits) >= SHORTEST_NUMBER else ""
    )


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
    wanted = sought(text)
    if wanted is None:
        return None
    found = [contains(session, column, wanted.words) for column in names]
    if wanted.digits:
        found.append(contains(session, phone, wanted.digits))
    return sa.or_(*found)


def contains(session: Session, column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
    """Whether a column has `text` anywhere."""
    if session.get_bind().dialect.name == "sqlite":
        # SQLite's LIKE takes small for capital by itself; lower() would cost twice the time.
        return column.contains(text, autoescape=True)
    return column.icontains(text, autoescape=True)


def has_word(session: Session, column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
    """Whether a word of a column begins with `text`."""
    if session.get_bind().dialect.name == "sqlite":
        return sa.or_(
            column.startswith(text, autoescape=True), contains(session, column, f" {text}")
        )
    return sa.or_(column.istartswith(text, autoescape=True), contains(session, column, f" {text}"))

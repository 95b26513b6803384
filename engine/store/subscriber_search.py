"""Subscribers found by what somebody typed, among a million: by trigrams first, then by the text.

SQLite keeps the trigrams of names, registrations and numbers in `subscribers_search`, which the
table's own triggers keep in step; PostgreSQL in an index of pg_trgm, where it has that. Both find a
few too many, so what is found is held against the text again. A single letter or two find words
that begin so: everybody has them somewhere.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.store import tables
from engine.store.dialects import table
from engine.store.searching import Sought, contains, has_word, sought

SHORTEST = 3
"""Letters of a trigram; what is shorter is looked for at the beginnings of words."""
_s = table(tables.Subscriber).c
_found = sa.table("subscribers_search", sa.column("rowid", sa.Integer))
WORDS: sa.ColumnElement[str] = sa.literal_column(
    "(' ' || lower(subscribers.name) || ' ' || lower(subscribers.registration_no)"
    " || ' ' || coalesce(subscribers.phone, ''))",
    sa.String(),
)
"""As ix_subscribers_search on PostgreSQL spells it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for. exactly: whether an entry is that; trigrams: SQLite's own question."""

    exactly: sa.ColumnElement[bool]
    trigrams: str

    @property
    def entries(self) -> sa.Select[Any]:
        """The ids that have all the trigrams, ascending; SQLite's."""
        return sa.select(_found.c.rowid).where(self._has)

    @property
    def _has(self) -> sa.ColumnElement[bool]:
        return sa.literal_column("subscribers_search").op("MATCH")(self.trigrams)


def search(session: Session, text: str) -> Search | None:
    """How to look for `text`; None when there is nothing to look for."""
    wanted = sought(text)
    if wanted is None:
        return None
    # Beginnings of words for what is short, anywhere for what is not.
    finds = contains if len(wanted.words) >= SHORTEST else has_word
    exactly = [finds(session, column, wanted.words) for column in (_s.name, _s.registration_no)]
    if wanted.digits:
        exactly.append(contains(session, _s.phone, wanted.digits))
    if session.get_bind().dialect.name == "sqlite":
        return Search(exactly=sa.or_(*exactly), trigrams=_question(wanted))
    if _is_one_word(wanted):
        # Words of an entry are a space apart, so what has none is in one of them or in none.
        return Search(exactly=_by_index(wanted), trigrams="")
    return Search(exactly=sa.and_(_by_index(wanted), sa.or_(*exactly)), trigrams="")


def how_many(session: Session, looked_for: Search, limit: int) -> int:
    """How many entries have all the trigrams, counted up to `limit`; SQLite's."""
    some = looked_for.entries.limit(limit).subquery()
    query = sa.select(sa.func.count()).select_from(some)
    return session.connection().execute(query).scalar_one()


def _question(wanted: Sought) -> str:
    """In the words of FTS5."""
    spread = wanted.words.replace(" ", "  ")  # as the triggers spread them
    if len(wanted.words) < SHORTEST:
        spread = f"  {spread}"
    asked = _all_of(spread)
    return f"({asked}) OR ({_all_of(wanted.digits)})" if wanted.digits else asked


def _all_of(text: str) -> str:
    trigrams = dict.fromkeys(text[place : place + 3] for place in range(len(text) - 2))
    return " AND ".join('"{}"'.format(one.replace('"', '""')) for one in trigrams)


def _is_one_word(wanted: Sought) -> bool:
    """Whether the index finds no more than what is looked for: lower() of a whole list is dear."""
    says = bool(wanted.digits) or any(letter.isalpha() for letter in wanted.words)
    return says and " " not in wanted.words


def _by_index(wanted: Sought) -> sa.ColumnElement[bool]:
    """In the words of the index; a little wider than what is looked for."""
    start = "" if len(wanted.words) >= SHORTEST else " "
    by_words = WORDS.contains(start + wanted.words.lower(), autoescape=True)
    if not wanted.digits:
        return by_words
    return sa.or_(by_words, WORDS.contains(wanted.digits, autoescape=True))

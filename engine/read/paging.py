"""How long lists are read: a page at a time by key, and counted only as far as people care."""

from dataclasses import dataclass

PAGE_SIZE = 50
COUNT_LIMIT = 10_000
"""Counts are exact up to here; beyond, a person reads “10,000+” and nothing waits for the rest."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are; `more` when there are even more than that."""

    number: int
    more: bool = False


def counted(found: int) -> Count:
    """The count of a query that was read up to COUNT_LIMIT + 1 rows."""
    return Count(min(found, COUNT_LIMIT), more=found > COUNT_LIMIT)

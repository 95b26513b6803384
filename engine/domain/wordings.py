"""Two approved wordings of one morning: which there may be, and who gets which (spec D6).

A is the day's content, B a second one beside it. Who gets B is the same at every look: it depends
on nothing but the broadcast, the person and the share, so that no restart and no failover can give
somebody the other one, or both.
"""

import hashlib
from collections.abc import Collection
from enum import StrEnum


class Side(StrEnum):
    """One of the two wordings."""

    A = "A"
    B = "B"


LEAST_PERCENT, MOST_PERCENT = 10, 90
"""Shares of B: outside of them one side is so small that it proves nothing."""
USUAL_PERCENT = 50

_ALL = 1 << 64


def wording_of(broadcast: int, subscriber: int, b_percent: int) -> Side:
    """Who gets which: even over people, and unlike between mornings."""
    digest = hashlib.sha256(f"wording/{broadcast}/{subscriber}".encode()).digest()
    drawn = int.from_bytes(digest[:8], "big")
    return Side.B if drawn * 100 < b_percent * _ALL else Side.A


def message_key(language: str, wording: str = "") -> str:
    """Under which name the words of a delivery are kept where no hash tells them apart: its
    language, and its side where the language has two.
    """
    return f"{language}{wording}"


def share_problem(b_percent: int) -> str | None:
    """What is wrong with a share, in words."""
    if LEAST_PERCENT <= b_percent <= MOST_PERCENT:
        return None
    return f"Between {LEAST_PERCENT} and {MOST_PERCENT} of a hundred people get wording B."


def pair_problem(
    a_languages: Collection[str], b_languages: Collection[str], *, same_category: bool
) -> str | None:
    """What keeps a content from being the second wording of another, in words."""
    alone = sorted(set(b_languages) - set(a_languages))
    if alone:
        return f"Wording B is written in {', '.join(alone)}, and wording A is not."
    if not same_category:
        return (
            "The templates of wording B are of another category than those of wording A: they "
            "cost another price and have other hours."
        )
    return None

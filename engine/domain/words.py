"""Texts of any script as comparable words: case, punctuation, spelling marks and digits' script
aside.

People write ज़ and ज, १ and 1, STOP! and stop for the same thing; rules about words must not care.
"""

import unicodedata
from collections.abc import Sequence

_NUKTA = "\u093c"


def words_of(text: str) -> tuple[str, ...]:
    """The words of `text` in order: case-folded, NFKD, without nukta and joiners, digits as 0-9."""
    out: list[str] = []
    for letter in unicodedata.normalize("NFKD", text.casefold()):
        kind = unicodedata.category(letter)
        if letter == _NUKTA or kind == "Cf":
            continue  # a mark of spelling, or an invisible joiner: part of no word, and no gap
        if kind == "Nd":
            out.append(str(unicodedata.digit(letter)))
        elif kind[0] in "LMN" or letter == "%":
            out.append(letter)
        else:
            out.append(" ")
    return tuple("".join(out).split())


def holds(text: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether the words of `phrase` occur in `text` one after the other."""
    return find(text, phrase) is not None


def find(text: Sequence[str], phrase: Sequence[str], start: int = 0) -> int | None:
    """Where `phrase` begins in `text` at or after `start`, counted in words; None when nowhere."""
    size = len(phrase)
    if not size:
        return None
    return next(
        (
            place
            for place in range(start, len(text) - size + 1)
            if tuple(text[place : place + size]) == tuple(phrase)
        ),
        None,
    )


def without(text: Sequence[str], phrase: Sequence[str]) -> tuple[str, ...]:
    """`text` with every occurrence of `phrase` taken out."""
    left: list[str] = []
    start = 0
    while (place := find(text, phrase, start)) is not None:
        left += text[start:place]
        start = place + len(phrase)
    return (*left, *text[start:])

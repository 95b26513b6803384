"""Text reduced to its words, so that case, punctuation and ways of typing make no difference."""

import unicodedata
from collections.abc import Iterable

_NUKTA = "\u093c"
"""The dot that Hindi writes below a letter and many people leave out: बाज़ार, बाजार."""
_EMOJI_STYLES = frozenset(map(chr, range(0xFE00, 0xFE10)))
"""Marks without a letter: they say whether the sign before them is drawn in colour."""


def plain(text: str) -> str:
    """`text` in lower case, its words one space apart, and nothing else but letters and digits.

    Letters keep the vowel signs that belong to them, in every script. Two spellings of one word
    that look the same come out the same.
    """
    # NFKC splits the dotted letters that have a code of their own, and folds circled digits.
    letters: list[str] = []
    for char in unicodedata.normalize("NFKC", text).casefold():
        category = unicodedata.category(char)
        if char == _NUKTA or category == "Cf" or char in _EMOJI_STYLES:
            continue  # Cf: joiners and direction marks, which nobody sees
        if category == "Nd":
            char = str(unicodedata.digit(char))  # १ is 1
        letters.append(char if category[0] in "LMN" and category != "Me" else " ")
    return " ".join("".join(letters).split())


def contains(text: str, phrase: str) -> bool:
    """Whether the words of `phrase` stand in `text` in this order, as whole words."""
    words = plain(phrase)
    return bool(words) and f" {words} " in f" {plain(text)} "


def phrases_in(
    text: str, phrases: Iterable[str], *, apart_from: Iterable[str] = ()
) -> tuple[str, ...]:
    """Which of `phrases` stand in `text` once every one of `apart_from` is cut out of it."""
    rest = f" {plain(text)} "
    for words in sorted(map(plain, apart_from), key=len, reverse=True):
        if words:
            # Not a space: what stood on both sides of a cut must not become a phrase.
            rest = rest.replace(f" {words} ", " | ")
    return tuple(phrase for phrase in phrases if (words := plain(phrase)) and f" {words} " in rest)

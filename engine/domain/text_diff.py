"""What changed between two texts, word by word, for people who compare them."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORDS = re.compile(r"\s+|[^\s]+")
COMPARED_CHARACTERS = 4_000
"""Longer texts than WhatsApp takes are told as one change: comparing costs their square."""

Kind = Literal["same", "gone", "new"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words in a row: in both texts, only in the old one, or only in the new one."""

    kind: Kind
    text: str


def differences(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces of both texts in reading order: without the new ones they are `before`, without
    the gone ones `after`.
    """
    if max(len(before), len(after)) > COMPARED_CHARACTERS:
        pieces = [Piece("gone", before), Piece("new", after)]
        return tuple(piece for piece in pieces if piece.text)
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    found: list[Piece] = []
    for tag, low, high, from_, to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            _add(found, "same", old[low:high])
        else:
            _add(found, "gone", old[low:high])
            _add(found, "new", new[from_:to])
    return tuple(found)


def _add(found: list[Piece], kind: Kind, words: list[str]) -> None:
    if words:
        found.append(Piece(kind, "".join(words)))

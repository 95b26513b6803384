"""How often each whole second occurred: what percentiles over any range of days are made of.

Histograms of days add up to that of their range, so a percentile of a year is as exact as one of a
day: to the second, which is all WhatsApp's own stamps have.
"""

import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_WORD = "I"


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: the middle one, and those within which 95 and 99 of a hundred were; their mean."""

    count: int
    mean: float
    p50: int
    p95: int
    p99: int


def pack(histogram: Mapping[int, int]) -> bytes:
    """As it is stored: pairs of (second, how often), four bytes each, little end first."""
    words = array(_WORD)
    for second in sorted(histogram):
        words.extend((second, histogram[second]))
    if sys.byteorder == "big":
        words.byteswap()
    return words.tobytes()


def unpack(packed: Iterable[bytes]) -> "Counter[int]":
    """The sum of stored ones."""
    words = array(_WORD)
    words.frombytes(b"".join(packed))
    if sys.byteorder == "big":
        words.byteswap()
    whole: dict[int, int] = {}
    pairs = iter(words)
    for second, count in zip(pairs, pairs, strict=True):
        whole[second] = whole.get(second, 0) + count
    return Counter(whole)


def times(histogram: Mapping[int, int]) -> Times | None:
    """By nearest rank, so each is a time that really occurred. None when nothing did."""
    whole = sum(histogram.values())
    if not whole:
        return None
    ordered = sorted(histogram)
    ranks = [-(-percent * whole // 100) for percent in (50, 95, 99)]
    found: list[int] = []
    passed = 0
    for second in ordered:
        passed += histogram[second]
        while len(found) < len(ranks) and passed >= ranks[len(found)]:
            found.append(second)
    mean = sum(second * count for second, count in histogram.items()) / whole
    return Times(whole, mean, *found)

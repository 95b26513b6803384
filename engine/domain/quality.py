"""What a sender's quality is worth: how much of its rate may be used (spec N2)."""

from enum import StrEnum


class Quality(StrEnum):
    """Meta's `quality_rating` of a phone number; the WhatsApp Manager says High, Medium, Low."""

    GREEN = "GREEN"
    YELLOW = "YELLOW"
    RED = "RED"
    UNKNOWN = "UNKNOWN"  # also NA: a new number, not a bad one


CEILING_PER_SECOND: dict[Quality, float] = {
    Quality.GREEN: 80.0,
    Quality.UNKNOWN: 80.0,
    Quality.YELLOW: 50.0,
    Quality.RED: 0.0,
}
LAST_RESORT_PER_SECOND = 20.0
HIGH_THROUGHPUT_FACTOR = 1_000.0 / 80.0
"""A number upgraded to HIGH may send 1,000 per second (Meta: Cloud API > Throughput)."""


CANNOT_SEND = frozenset({"BANNED", "RESTRICTED", "DISCONNECTED", "MIGRATED", "DELETED"})
"""Meta's words for a number that would only collect refusals (Meta: phone-numbers)."""
FLAGGED = "FLAGGED"
"""Meta's word for a number that may send, and is about to be restricted if it goes on as before."""


def read_quality(word: str) -> Quality:
    """Meta's word as a Quality; unknown words are UNKNOWN."""
    return Quality(word) if word in Quality.__members__ else Quality.UNKNOWN


def effective_rate(
    rate_per_second: float,
    quality: str,
    reserve: float,
    *,
    throughput: str = "STANDARD",
    status: str = "CONNECTED",
    last_resort: bool = False,
) -> float:
    """Messages per second a broadcast may send through a number; 0 when it must stop.

    rate_per_second: the ceiling we gave it. reserve: the part kept for replies, 0 to 1. status:
    Meta's. last_resort: no other sender is left, so that a RED or flagged one may crawl instead of
    stopping.
    """
    if status in CANNOT_SEND:
        return 0.0
    grade = Quality.RED if status == FLAGGED else read_quality(quality)
    ceiling = CEILING_PER_SECOND[grade]
    if throughput == "HIGH":
        ceiling *= HIGH_THROUGHPUT_FACTOR
    if grade is Quality.RED and last_resort:
        ceiling = LAST_RESORT_PER_SECOND
    return min(rate_per_second, ceiling) * (1.0 - reserve)

"""A draft sent to one's own phone: marked as a test, held to a few, counted nowhere (spec D7)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from engine.domain.ids import Tracker

MARK = "TEST · "
"""Before the first value: a template's own words cannot be changed."""
AT_ONCE = 5
WITHIN = timedelta(minutes=10)
APART = timedelta(seconds=6)
"""WhatsApp's own bound for two messages to one person (facts B, pair rate)."""
WAITS_AT_MOST = timedelta(minutes=5)
"""A test that could not go for so long is not wanted any more."""
CODE_LIVES = timedelta(minutes=30)
KEY_LENGTH = 16


class TestState(StrEnum):
    """Where a test message stands."""

    __test__ = False
    ASKED = "asked"  # waits for the engine
    SENDING = "sending"  # left, or about to
    ACCEPTED = "accepted"  # WhatsApp has it
    DELIVERED = "delivered"  # the phone has it
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"  # left, and nobody answered


OPEN = frozenset({TestState.ASKED, TestState.SENDING})
"""The engine has something to do."""


def marked(parameters: Sequence[str]) -> tuple[str, ...]:
    """The values of a test: the first says that it is one."""
    if not parameters:
        return ()
    return (f"{MARK}{parameters[0]}", *parameters[1:])


def too_many(asked: Sequence[datetime], now: datetime) -> str | None:
    """Why a person has to wait with another test, given when they asked for the latest ones."""
    lately = sorted(at for at in asked if now - at < WITHIN)
    if lately and now - lately[-1] < APART:
        return f"One every {APART.seconds} seconds: WhatsApp takes no more to one phone."
    if len(lately) >= AT_ONCE:
        wait = lately[-AT_ONCE] + WITHIN - now
        minutes = int(wait.total_seconds() // 60) + 1
        return f"{AT_ONCE} tests in ten minutes are enough; again in {minutes} min."
    return None


def tracker(number: int, content_hash: str) -> Tracker:
    """What its receipts carry, in a shape no delivery's tracker has."""
    return Tracker(f"dt.{number}.{content_hash[:KEY_LENGTH]}")


def parse(text: str) -> tuple[int, str] | None:
    """The number and the start of the hash in such a tracker; None for any other."""
    parts = text.split(".")
    if len(parts) != 3 or parts[0] != "dt" or len(parts[2]) != KEY_LENGTH:
        return None
    if not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 10):
        return None
    return int(parts[1]), parts[2]

"""A clock that goes on by itself, put forward or back by a test."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.clock import MachineClock


@dataclass
class MovedClock(MachineClock):
    """The machine's, so much ahead."""

    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return super().now() + self.ahead

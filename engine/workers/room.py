"""What is left of a day's limits right now, by what this run of the engine counts."""

from datetime import datetime

from engine.domain.room import Room, Taken
from engine.workers.quotas import Quotas


def room_of(quotas: Quotas, now: datetime) -> Room:
    """What a tenant's quotas leave at `now`."""
    portfolio = quotas.portfolio
    return Room(
        None if portfolio is None else Taken(portfolio.most, frozenset(portfolio.people(now))),
        {
            sender: Taken(quota.most, frozenset(quota.people(now)))
            for sender, quota in quotas.caps.items()
        },
    )

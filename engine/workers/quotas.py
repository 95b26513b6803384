"""The limits of a day at work: how many people a sender, and all of them, may still reach (N1).

Counted from the database when lanes open or a limit changes, and in memory from then on: a lane
asks before each POST. Without a limit there is nothing to count, and nothing is asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from sqlmodel import Session

from engine.domain import limits
from engine.domain.ids import SenderId, TenantId
from engine.domain.limits import Quota
from engine.store import reached, senders
from engine.store.database import Database
from engine.store.reached import Reached


@dataclass(frozen=True, slots=True)
class Quotas:
    """A tenant's: its portfolio's, and its senders' own. Empty where nothing limits."""

    portfolio: Quota | None = None
    caps: Mapping[SenderId, Quota] = field(default_factory=lambda: dict[SenderId, Quota]())
    terms: tuple[object, ...] = ()
    """The limits they were made for."""

    def of(self, sender: SenderId) -> tuple[Quota, ...]:
        """What binds one sender."""
        both = (self.caps.get(sender), self.portfolio)
        return tuple(quota for quota in both if quota is not None)

    def give_back(self, sender: SenderId, people: Iterable[int]) -> None:
        """These were counted for a sender, and are not being written to yet."""
        for quota in self.of(sender):
            for person in people:
                quota.give_back(person)

    def room(self, sender: SenderId, now: datetime) -> int | None:
        """How many more people one sender may reach by its own cap; None: as many as come."""
        cap = self.caps.get(sender)
        return None if cap is None else cap.room(now)


class QuotaBook:
    """Each tenant's, for all broadcasts of this engine run together."""

    def __init__(self) -> None:
        self._known: dict[TenantId, Quotas] = {}

    async def of(self, database: Database, tenant: TenantId, now: datetime) -> Quotas:
        """A tenant's; counted anew when the limits are others than last time."""
        known = self._known.get(tenant)
        if known is None or known.terms != await database.read(terms, tenant):
            known = self._known[tenant] = await database.read(count, tenant, now)
        return known

    def give_back(self, tenant: TenantId, sender: SenderId, person: int) -> None:
        """Somebody was not reached after all."""
        if (known := self._known.get(tenant)) is not None:
            known.give_back(sender, [person])


def terms(session: Session, tenant: TenantId) -> tuple[object, ...]:
    """The limits a tenant's senders have now; equal terms need no counting anew."""
    pool = senders.pool(session, tenant)
    most = limits.portfolio_limit(row.messaging_limit for row in pool)
    caps = tuple((row.id, row.daily_cap) for row in pool if row.daily_cap is not None)
    everybody = tuple(row.id for row in pool) if most is not None else ()
    return (most, caps, everybody) if most is not None or caps else ()


def count(session: Session, tenant: TenantId, now: datetime) -> Quotas:
    """Whom a tenant's senders reached in the last 24 hours, where a limit asks."""
    pool = senders.pool(session, tenant)
    most = limits.portfolio_limit(row.messaging_limit for row in pool)
    since = now - limits.ROLLING
    by_sender = {
        SenderId(row.id or 0): reached.people(session, SenderId(row.id or 0), since)
        for row in pool
        if most is not None or row.daily_cap is not None
    }
    caps = {
        SenderId(row.id or 0): _quota(row.daily_cap, by_sender[SenderId(row.id or 0)])
        for row in pool
        if row.daily_cap is not None
    }
    portfolio = None if most is None else _quota(most, chain.from_iterable(by_sender.values()))
    return Quotas(portfolio, caps, terms(session, tenant))


def _quota(most: int, reached: Iterable[Reached]) -> Quota:
    """Each person once, with the last instant; reached is who was, by any of the senders."""
    last: dict[int, datetime] = {}
    under_way: dict[int, bool] = {}
    for one in reached:
        last[one.person] = max(one.at, last.get(one.person, one.at))
        under_way[one.person] = one.under_way and under_way.get(one.person, True)
    return Quota(most, last.items(), (person for person, only in under_way.items() if only))

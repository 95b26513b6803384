"""Today's audience of a tenant, as the freeze would find it: for plans not made yet."""

from array import array
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain import limits, planning
from engine.domain.ids import SenderId, TenantId
from engine.domain.room import Room, Taken
from engine.domain.subscriber import Exclusion, Status, exclusion
from engine.store import reached, senders, tables
from engine.store.dialects import table

READ_AHEAD = 1_000

_s = table(tables.Subscriber).c


@dataclass(slots=True)
class Today:
    """Whom a broadcast would target, and how many it would leave out, by reason."""

    audience: planning.Audience = field(default_factory=planning.Audience)
    left_out: Counter[Exclusion] = field(default_factory=lambda: Counter[Exclusion]())


def today(session: Session, tenant: TenantId, languages: Collection[str] | None) -> Today:
    """The audience as of now. languages: those there is content in; None: not written yet, so that
    nobody is left out for theirs.
    """
    found = Today()
    address = sa.or_(
        sa.and_(_s.phone.is_not(None), _s.phone != ""),
        sa.and_(_s.bsuid.is_not(None), _s.bsuid != ""),
    )
    rows = session.connection().execute(
        sa.select(_s.id, _s.status, _s.consented, address, _s.language, _s.tier, _s.region)
        .where(_s.tenant_id == tenant)
        .order_by(_s.id),
        execution_options={"yield_per": READ_AHEAD},
    )
    for person, status, consented, has_address, language, tier, region in rows:
        reason = exclusion(
            Status(status),
            consented=consented,
            has_address=bool(has_address),
            has_variant=languages is None or language in languages,
        )
        if reason is None:
            found.audience.add(person, tier, region)
        else:
            found.left_out[reason] += 1
    return found


def room(session: Session, tenant: TenantId, now: datetime) -> Room:
    """What the limits of the day leave, counted from the tables (the engine counts in memory)."""
    pool = senders.pool(session, tenant)
    since = now - limits.ROLLING
    most = limits.portfolio_limit(row.messaging_limit for row in pool)
    asked = [row for row in pool if most is not None or row.daily_cap is not None]
    people = {
        SenderId(row.id or 0): frozenset(
            one.person for one in reached.people(session, SenderId(row.id or 0), since)
        )
        for row in asked
    }
    everybody = frozenset[int]().union(*people.values())
    return Room(
        None if most is None else Taken(most, everybody),
        {
            SenderId(row.id or 0): Taken(row.daily_cap, people[SenderId(row.id or 0)])
            for row in asked
            if row.daily_cap is not None
        },
    )


def places(audience: planning.Audience) -> "array[int]":
    """Stand-ins for deliveries that do not exist yet: each one's subscriber."""
    return array("q", audience.subscribers)

"""What the keyboard palette finds besides pages: broadcasts of late, and subscribers by what one
remembers of them.
"""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.ids import BroadcastId, SubscriberId, TenantId
from engine.domain.roles import Actor, Permission, may, require
from engine.read.subscriber_list import Wanted, page
from engine.store import tables
from engine.store.dialects import table

_b = table(tables.Broadcast).c
SHOWN = 6
"""Of each kind: a list that one reads at a glance."""
LOOKED_AT = 90
"""Broadcasts of the last three months are looked through for a title."""
TEXT_LIMIT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBroadcast:
    """One morning."""

    id: BroadcastId
    day: date
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPerson:
    """One subscriber."""

    id: SubscriberId
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Found:
    """The best of each kind; nobody is named to who may not read subscribers."""

    broadcasts: tuple[FoundBroadcast, ...]
    people: tuple[FoundPerson, ...] = ()


def found(session: Session, tenant: TenantId, text: str, *, by: Actor) -> Found:
    """What fits `text`; for an empty one the latest mornings. Raises Forbidden."""
    require(by, Permission.VIEW, tenant)
    words = " ".join(text.split())[:TEXT_LIMIT]
    people: tuple[FoundPerson, ...] = ()
    if words and may(by, Permission.SUBSCRIBERS_READ, tenant):
        rows = page(session, tenant, Wanted(search=words)).rows[:SHOWN]
        people = tuple(
            FoundPerson(id=row.id, name=row.name, phone=row.phone) for row in rows if not row.erased
        )
    return Found(_broadcasts(session, tenant, words.casefold()), people)


def _broadcasts(session: Session, tenant: TenantId, words: str) -> tuple[FoundBroadcast, ...]:
    rows = session.connection().execute(
        sa.select(_b.id, _b.service_day, _b.title)
        .where(_b.tenant_id == tenant)
        .order_by(_b.service_day.desc(), _b.id.desc())
        .limit(LOOKED_AT)
    )
    every = [FoundBroadcast(id=BroadcastId(row[0]), day=row[1], title=row[2]) for row in rows]
    return tuple(one for one in every if words in _said_of(one))[:SHOWN]


def _said_of(one: FoundBroadcast) -> str:
    """What a morning may be looked for by: its title, and its day as people write it."""
    day = one.day
    return f"{one.title} {day.isoformat()} {day.day} {day:%b} {day:%A}".casefold()

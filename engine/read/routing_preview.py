"""Who would go by which sender under another way of choosing them: shown before it is changed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.ids import SenderId, SubscriberId, TenantId
from engine.domain.pool import able_lanes
from engine.domain.routing import PlanLane, Routing, lane_places
from engine.domain.tenant_settings import ROUTING, value_of
from engine.read import audience as people
from engine.read.plan import BUSY, NoPlan, somebody_sends
from engine.store import senders, tables, tenant_settings
from engine.store.dialects import table

SHOWN_PEOPLE = 20

_s = table(tables.Subscriber).c


@dataclass(frozen=True, slots=True)
class Mover:
    """One who would get their messages from another number: a new chat on their phone."""

    subscriber: SubscriberId
    name: str
    before: SenderId
    after: SenderId


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What a change of routing does to today's audience."""

    now: Routing
    then: Routing
    people: int
    phones: Mapping[SenderId, str]
    sizes_now: Mapping[SenderId, int]
    sizes_then: Mapping[SenderId, int]
    moves: Mapping[tuple[SenderId, SenderId], int]
    """How many go from one to another."""
    some: tuple[Mover, ...]
    """The first of them, by subscriber."""

    @property
    def moved(self) -> int:
        """All who move."""
        return sum(self.moves.values())


def routing_of(session: Session, tenant: TenantId) -> Routing:
    """How a tenant's senders are chosen now."""
    return Routing(value_of(tenant_settings.values(session, tenant), ROUTING.key))


def who_moves(
    session: Session, tenant: TenantId, then: Routing, *, reserve: float, now: datetime
) -> Moves | NoPlan:
    """Who would move, or why that cannot be told. Takes a second for a hundred thousand people.

    Both ways are asked for today's audience and senders, so that only the way makes the difference.
    """
    if somebody_sends(session):
        return NoPlan(BUSY)
    present = routing_of(session, tenant)
    pool = senders.pool(session, tenant)
    _, lanes = able_lanes(pool, reserve)
    if not lanes:
        return NoPlan("No sender may send: there is nothing to choose from.")
    found = people.today(session, tenant, None).audience
    room = people.room(session, tenant, now)
    audience, _, _ = room.audience(found, people.places(found), lanes)
    usable = room.lanes(audience, lanes)
    order = audience.in_order()
    before = lane_places(audience, order, usable, routing=present)
    after = lane_places(audience, order, usable, routing=then)
    movers = [
        (audience.subscribers[place], before[place], after[place])
        for place in order
        if before[place] != after[place]
    ]
    return Moves(
        now=present,
        then=then,
        people=len(audience),
        phones={SenderId(one.id or 0): one.display_phone for one in pool},
        sizes_now=_sizes(usable, before),
        sizes_then=_sizes(usable, after),
        moves=_counted(usable, movers),
        some=_some(session, usable, movers[:SHOWN_PEOPLE]),
    )


def _sizes(lanes: list[PlanLane], chosen: Iterable[int]) -> dict[SenderId, int]:
    counts = Counter(chosen)
    return {lane.sender: counts[place] for place, lane in enumerate(lanes)}


def _counted(
    lanes: list[PlanLane], movers: list[tuple[int, int, int]]
) -> dict[tuple[SenderId, SenderId], int]:
    counts = Counter((old, new) for _, old, new in movers)
    return {(lanes[old].sender, lanes[new].sender): many for (old, new), many in counts.items()}


def _some(
    session: Session, lanes: list[PlanLane], movers: list[tuple[int, int, int]]
) -> tuple[Mover, ...]:
    query = sa.select(_s.id, _s.name).where(_s.id.in_([person for person, _, _ in movers]))
    names: dict[int, str] = {row[0]: row[1] for row in session.connection().execute(query)}
    return tuple(
        Mover(SubscriberId(person), names.get(person, ""), lanes[old].sender, lanes[new].sender)
        for person, old, new in movers
    )

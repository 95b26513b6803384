"""The frozen audience of a broadcast: written in slices, read in a stream, given its plan.

Nothing here holds more than a slice in memory, nor the writer for longer than one takes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam, select
from sqlmodel import Session

from engine.domain.delivery import UNSENT
from engine.domain.ids import BroadcastId, LaneId, SenderId, SubscriberId, TenantId
from engine.store.attempts import is_one_of
from engine.store.dialects import insert_ignoring_from, table
from engine.store.rows import INSTANT, TEXT, WHOLE, ManyRows
from engine.store.tables import Delivery, Exclusion, Subscriber

READ_AHEAD = 1_000

_deliveries, _subscribers = table(Delivery), table(Subscriber)
_exclusions = table(Exclusion)


class Person(NamedTuple):
    """A subscriber as the freeze sees one."""

    id: SubscriberId
    status: str
    consented: bool
    phone: str | None
    bsuid: str | None
    language: str
    tier: str
    name: str
    registration_no: str


_PEOPLE = (
    select(*(_subscribers.c[name] for name in Person._fields))
    .where(_subscribers.c.tenant_id == bindparam("tenant"), _subscribers.c.id > bindparam("after"))
    .order_by(_subscribers.c.id)
    .limit(bindparam("most"))
)


def people(session: Session, tenant: TenantId, after: SubscriberId, most: int) -> list[Person]:
    """The next subscribers by id, whatever their status: who is left out is told with a reason."""
    rows = session.connection().execute(_PEOPLE, {"tenant": tenant, "after": after, "most": most})
    return [Person(*row) for row in rows]


class NewDelivery(NamedTuple):
    """A delivery as the freeze makes it."""

    tenant_id: TenantId
    broadcast_id: BroadcastId
    subscriber_id: SubscriberId
    key: str
    content_hash: str
    phone: str | None
    bsuid: str | None
    language: str
    wording: str
    tier: str
    parameters: str
    state: str
    updated_at: datetime


_TARGET = ManyRows(
    {
        "tenant_id": WHOLE,
        "broadcast_id": WHOLE,
        "subscriber_id": WHOLE,
        "key": TEXT,
        "content_hash": TEXT,
        "phone": TEXT,
        "bsuid": TEXT,
        "language": TEXT,
        "wording": TEXT,
        "tier": TEXT,
        "parameters": TEXT,
        "state": TEXT,
        "updated_at": INSTANT,
    },
    lambda dialect, rows: insert_ignoring_from(dialect, Delivery, ["key"], rows),
)


def target(session: Session, deliveries: Sequence[NewDelivery]) -> None:
    """Write a slice of those who are targeted. What is there already stays as it is."""
    _TARGET.run(session, deliveries)


_LEAVE_OUT = ManyRows(
    {"broadcast_id": WHOLE, "subscriber_id": WHOLE, "reason": TEXT},
    lambda dialect, rows: insert_ignoring_from(
        dialect, Exclusion, ["broadcast_id", "subscriber_id"], rows
    ),
)


def leave_out(session: Session, excluded: Sequence[tuple[BroadcastId, SubscriberId, str]]) -> None:
    """Write a slice of those who are not, with the reason. What is there already stays."""
    _LEAVE_OUT.run(session, excluded)


def forget_exclusions(session: Session, broadcast: BroadcastId, most: int) -> int:
    """Before a freeze starts (again): up to `most` of them; returns how many there were."""
    some = select(_exclusions.c.id).where(_exclusions.c.broadcast_id == broadcast).limit(most)
    statement = sa.delete(_exclusions).where(_exclusions.c.id.in_(some))
    return session.connection().execute(statement).rowcount


def count(session: Session, broadcast: BroadcastId) -> tuple[int, int]:
    """How many are targeted, and how many were left out."""
    targeted, excluded = (
        session.connection()
        .execute(select(sa.func.count()).where(of.c.broadcast_id == broadcast))
        .scalar_one()
        for of in (_deliveries, _exclusions)
    )
    return targeted, excluded


def recipients(session: Session, broadcast: BroadcastId) -> Iterator[tuple[int, int, str, str]]:
    """(delivery, subscriber, tier, region) of everybody targeted, by delivery, as they are read.

    By delivery because they are written back in this order, and neighbours share a page.
    """
    rows = session.connection().execute(
        select(
            _deliveries.c.id,
            _deliveries.c.subscriber_id,
            _deliveries.c.tier,
            _subscribers.c.region,
        )
        .join(_subscribers, _subscribers.c.id == _deliveries.c.subscriber_id)
        .where(_deliveries.c.broadcast_id == broadcast)
        .order_by(_deliveries.c.id),
        execution_options={"yield_per": READ_AHEAD},
    )
    for row in rows:
        yield row[0], row[1], row[2], row[3]


def _assigning(_dialect: str, rows: Any) -> sa.Update:
    return (
        sa.update(_deliveries)
        .where(_deliveries.c.id == rows.c.delivery, is_one_of(UNSENT))
        .values(
            lane_id=rows.c.lane,
            sender_id=rows.c.sender,
            planned_at=rows.c.at,
            due_at=rows.c.at,
        )
    )


_ASSIGN = ManyRows({"delivery": WHOLE, "lane": WHOLE, "sender": WHOLE, "at": INSTANT}, _assigning)


def assign(session: Session, rows: Sequence[tuple[int, LaneId, SenderId, datetime]]) -> None:
    """Give deliveries their lane and their instant: (delivery, lane, sender, planned instant).

    Where they are unsent: one that was cancelled meanwhile stays as it is.
    """
    _ASSIGN.run(session, rows)


def languages(session: Session, broadcast: BroadcastId) -> dict[str, int]:
    """How many of those targeted read which language."""
    d = _deliveries.c
    rows = session.connection().execute(
        select(d.language, sa.func.count()).where(d.broadcast_id == broadcast).group_by(d.language)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many were left out for one reason, and who, the first few."""

    count: int
    some: list[int]


def left_out(session: Session, broadcast: BroadcastId, most: int) -> dict[str, LeftOut]:
    """Who was left out, by reason; up to `most` of each by name."""
    x = _exclusions.c
    found: dict[str, LeftOut] = {}
    counted = select(x.reason, sa.func.count()).where(x.broadcast_id == broadcast)
    for reason, count in session.connection().execute(counted.group_by(x.reason)):
        some = (
            select(x.subscriber_id)
            .where(x.broadcast_id == broadcast, x.reason == reason)
            .order_by(x.subscriber_id)
            .limit(most)
        )
        found[reason] = LeftOut(count, list(session.connection().execute(some).scalars()))
    return found

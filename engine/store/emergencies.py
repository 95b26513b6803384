"""Emergencies: one for a broadcast, and who has not got its message."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.emergency import MISSING, Channel, EmergencyState
from engine.domain.ids import BroadcastId, DeliveryId, SubscriberId, TenantId, UserId
from engine.domain.subscriber import Status
from engine.store import channel_consents
from engine.store.dialects import insert_ignoring, spelled, table
from engine.store.tables import Broadcast, Delivery, Emergency, EmergencyLetter, Subscriber

_e, _l = table(Emergency), table(EmergencyLetter)
_d, _s = table(Delivery).c, table(Subscriber).c


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Somebody who has not got it, and where they may be written to."""

    delivery: DeliveryId
    subscriber: SubscriberId
    addresses: dict[Channel, str]


def declare(
    session: Session,
    tenant: TenantId,
    broadcast: BroadcastId,
    *,
    people: int,
    reason: str,
    by: UserId | None,
    now: datetime,
) -> bool:
    """Begin one; False when this broadcast has had its own."""
    insert = insert_ignoring(session, Emergency, ["broadcast_id"]).values(
        broadcast_id=broadcast,
        tenant_id=tenant,
        state=EmergencyState.GATHERING.value,
        declared_by=by,
        declared_at=now,
        reason=reason,
        people=people,
    )
    done = session.connection().execute(insert.returning(_e.c.broadcast_id))
    return done.first() is not None


def get(session: Session, broadcast: BroadcastId) -> Emergency | None:
    """A broadcast's emergency."""
    return session.get(Emergency, broadcast, populate_existing=True)


def under_way(session: Session) -> list[tuple[BroadcastId, TenantId, EmergencyState, int]]:
    """Those that are not over: (broadcast, tenant, state, how many people were confirmed)."""
    going = sa.or_(
        _e.c.state == spelled(EmergencyState.GATHERING), _e.c.state == spelled(EmergencyState.GOING)
    )
    rows = session.connection().execute(
        sa.select(_e.c.broadcast_id, _e.c.tenant_id, _e.c.state, _e.c.people)
        .where(going)
        .order_by(_e.c.declared_at)
    )
    return [(BroadcastId(row[0]), TenantId(row[1]), EmergencyState(row[2]), row[3]) for row in rows]


def advance(
    session: Session, broadcast: BroadcastId, was: EmergencyState, now_is: EmergencyState, **v: Any
) -> bool:
    """A new state where nobody was quicker."""
    changed = session.connection().execute(
        sa.update(_e)
        .where(_e.c.broadcast_id == broadcast, _e.c.state == was.value)
        .values(state=now_is.value, **v)
    )
    return changed.rowcount == 1


def missing(
    session: Session, broadcast: BroadcastId, *, after: int, limit: int | None
) -> tuple[list[Missing], int | None]:
    """Those after a delivery who have not got it and are still subscribers, with the channels they
    consented to; and the delivery up to which was looked, None when that was the last.
    """
    asked = (
        sa.select(_d.id, _d.subscriber_id, _s.phone)
        .join(table(Subscriber), _s.id == _d.subscriber_id)
        .where(_d.broadcast_id == broadcast, _d.id > after, *still_missing())
        .order_by(_d.id)
    )
    rows = session.connection().execute(asked if limit is None else asked.limit(limit)).all()
    agreed = channel_consents.standing(session, [SubscriberId(row[1]) for row in rows])
    found = [
        Missing(
            delivery=DeliveryId(row[0]),
            subscriber=SubscriberId(row[1]),
            addresses=addresses_of(agreed.get(SubscriberId(row[1]), {}), row[2]),
        )
        for row in rows
    ]
    more = limit is not None and len(rows) == limit
    return found, rows[-1][0] if more else None


def still_missing() -> tuple[sa.ColumnElement[bool], ...]:
    """Of a delivery and its subscriber: it has not arrived, and they may be written to."""
    return (
        _d.state.in_([state.value for state in MISSING]),
        _d.delivered_at.is_(None),
        _d.read_at.is_(None),
        # Who is unreachable by WhatsApp is whom this is for.
        _s.status.in_([Status.ACTIVE.value, Status.UNREACHABLE.value]),
        _s.consented.is_(True),
        _s.erased_at.is_(None),
    )


def declared_since(session: Session, tenant: TenantId, since: datetime) -> tuple[str, ...]:
    """The titles of the broadcasts whose emergency goes on, or was declared since then."""
    going = [EmergencyState.GATHERING.value, EmergencyState.GOING.value]
    asked = (
        sa.select(table(Broadcast).c.title)
        .join(_e, _e.c.broadcast_id == table(Broadcast).c.id)
        .where(_e.c.tenant_id == tenant)
        .where(sa.or_(_e.c.declared_at > since, _e.c.state.in_(going)))
        .order_by(_e.c.declared_at)
    )
    return tuple(session.connection().execute(asked).scalars())


def addresses_of(agreed: dict[Channel, str], phone: str | None) -> dict[Channel, str]:
    """Where they may be written to: an SMS goes to the number they have now."""
    found = dict(agreed)
    if Channel.SMS in found:
        found[Channel.SMS] = phone or ""
    return found

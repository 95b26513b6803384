"""Deliveries that belong to no lane: answers, and what API callers asked for.

They are marked as a lane's are (`outbox.mark_due`), so that a death leaves the same traces, and
fenced by the lease itself: a run whose lease was taken marks nothing.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.delivery import UNSENT, Event, State, sources
from engine.domain.ids import (
    AttemptId,
    DeliveryId,
    DeliveryKey,
    Phone,
    PhoneNumberId,
    SenderId,
    SubscriberId,
    TenantId,
)
from engine.domain.message import Message, Recipient, TemplateMessage, TextMessage
from engine.domain.priority import Priority
from engine.domain.quality import CANNOT_SEND
from engine.store import leases
from engine.store.attempts import is_one_of
from engine.store.dialects import any_of, spelled, table
from engine.store.prepared import Prepared
from engine.store.rows import as_instant, instant_text
from engine.store.tables import Delivery, Lease, Notification, Sender, Subscriber

ACTIVE = "active"
"""Our own word for a number that nobody rested and nothing stopped."""

_d, _n = table(Delivery), table(Notification)
_senders, _people, _leases = table(Sender), table(Subscriber), table(Lease)


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """One that was marked: everything its attempt needs."""

    attempt: AttemptId
    key: DeliveryKey
    tenant: TenantId
    sender: SenderId
    phone_number: PhoneNumberId
    subscriber: SubscriberId | None
    to: Recipient
    message: Message
    due_at: datetime
    expires_at: datetime | None
    priority: int
    origin: str
    rate_per_second: float
    quality: str
    status: str
    throughput: str


def _waits(state: State) -> sa.ColumnElement[bool]:
    """Spelled as the index over what waits is, or SQLite would not see that it serves."""
    return sa.and_(_d.c.lane_id.is_(None), _d.c.state == spelled(state))


def _is_due(dialect: str) -> Any:
    horizon = as_instant(dialect, sa.bindparam("horizon", type_=sa.String()))
    ours = sa.select(_d.c.id).join(_n, _n.c.delivery_id == _d.c.id)
    able = ours.join(_senders, _senders.c.id == _d.c.sender_id).where(*_ABLE)
    either = [able.where(_waits(state), _d.c.due_at <= horizon) for state in sorted(UNSENT)]
    either += [ours.where(_waits(state), _n.c.expires_at <= horizon) for state in sorted(UNSENT)]
    return any_of(sa.select(sa.union_all(*either).subquery("due").c.id))


_ABLE = (
    _senders.c.state == spelled(ACTIVE),
    _senders.c.status.not_in([spelled(word) for word in sorted(CANNOT_SEND)]),
)
"""A number that may not send keeps its messages waiting: they cannot go by another one."""
_ANY_DUE = Prepared(_is_due)


def any_due(session: Session, now: datetime) -> bool:
    """Whether any of them may go, or is too late; asked often, and mostly answered no."""
    return bool(_ANY_DUE.count(session, horizon=instant_text(now)))


def tenants_waiting(session: Session, now: datetime) -> list[TenantId]:
    """Whose messages are due."""
    waits = sa.or_(*[_waits(state) for state in sorted(UNSENT)])
    rows = session.connection().execute(
        sa.select(_d.c.tenant_id).where(waits, _d.c.due_at <= now).distinct()
    )
    return [TenantId(row[0]) for row in rows]


def expire(session: Session, *, now: datetime, reason: str) -> int:
    """Cancel free text that did not go while the service window was open; returns how many."""
    over = sa.select(_n.c.id).where(_n.c.delivery_id == _d.c.id, _n.c.expires_at <= now).exists()
    changed = session.connection().execute(
        sa.update(_d)
        .where(
            sa.or_(*[_waits(state) for state in sorted(UNSENT)]),
            is_one_of(sources(Event.CANCEL)),
            over,
        )
        .values(state=State.CANCELLED.value, reason=reason, updated_at=now)
    )
    return changed.rowcount


def mark_due(session: Session, *, epoch: int, limit: int, now: datetime) -> list[Single]:
    """Mark up to `limit` that are due, what passes first; nothing when the lease is not ours.

    A number that may not send keeps its own waiting, and so does somebody who said stop: only an
    answer, which they asked for by writing, goes to them all the same.
    """
    if not _is_ours(session, epoch):
        return []
    rows = session.connection().execute(_due(now, limit)).all()
    if not rows:
        return []
    session.connection().execute(
        sa.update(_d)
        .where(_d.c.id.in_([row.id for row in rows]), is_one_of(sources(Event.MARK)))
        .values(
            state=State.SENDING.value,
            attempts=_d.c.attempts + 1,
            epoch=epoch,
            marked_at=now,
            # A receipt of this attempt may come before its answer: the record must be free for it.
            message_id=None,
            updated_at=now,
        )
    )
    return [_single(row) for row in rows]


def left_sending(session: Session, epoch: int) -> list[tuple[AttemptId, SenderId, datetime | None]]:
    """What this very run marked without a lane and never recorded."""
    rows = session.connection().execute(
        sa.select(_d.c.id, _d.c.attempts, _d.c.sender_id, _d.c.marked_at).where(
            _waits(State.SENDING), _d.c.epoch == epoch
        )
    )
    return [(AttemptId(DeliveryId(row[0]), row[1]), SenderId(row[2]), row[3]) for row in rows]


def _is_ours(session: Session, epoch: int) -> bool:
    """The lease is still of this run; on PostgreSQL a taking waits for this, or is seen."""
    held = (
        sa.select(_leases.c.token).where(_leases.c.name == leases.NAME).with_for_update(read=True)
    )
    return session.connection().execute(held).scalar_one_or_none() == epoch


def _due(now: datetime, limit: int) -> Any:
    stays = (
        sa.select(_people.c.id)
        .where(
            _people.c.id == _d.c.subscriber_id,
            sa.or_(_people.c.status != "ACTIVE", _people.c.consented.is_(False)),
        )
        .exists()
    )
    return (
        sa.select(
            _d.c.id,
            _d.c.attempts,
            _d.c.key,
            _d.c.tenant_id,
            _d.c.sender_id,
            _d.c.subscriber_id,
            _d.c.phone,
            _d.c.bsuid,
            _d.c.parameters,
            _d.c.due_at,
            _d.c.priority,
            _n.c.origin,
            _n.c.text,
            _n.c.template_name,
            _n.c.template_language,
            _n.c.expires_at,
            _senders.c.phone_number_id,
            _senders.c.rate_per_second,
            _senders.c.quality,
            _senders.c.status,
            _senders.c.throughput,
        )
        .join(_n, _n.c.delivery_id == _d.c.id)
        .join(_senders, _senders.c.id == _d.c.sender_id)
        .where(sa.or_(*[_waits(state) for state in sorted(UNSENT)]))
        .where(_d.c.due_at <= now, *_ABLE)
        .where(sa.or_(_n.c.origin == "reply", ~stays))
        .order_by(_d.c.priority, _d.c.due_at, _d.c.id)
        .limit(limit)
        .with_for_update(of=_d, skip_locked=True)
    )


def _single(row: Any) -> Single:
    attempt = AttemptId(DeliveryId(row.id), row.attempts + 1)
    message: Message = TextMessage(row.text)
    if row.template_name:
        message = TemplateMessage(
            template=row.template_name,
            language=row.template_language,
            parameters=tuple(json.loads(row.parameters)),
        )
    return Single(
        attempt=attempt,
        key=DeliveryKey(row.key),
        tenant=TenantId(row.tenant_id),
        sender=SenderId(row.sender_id),
        phone_number=PhoneNumberId(row.phone_number_id),
        subscriber=None if row.subscriber_id is None else SubscriberId(row.subscriber_id),
        to=Recipient(phone=Phone(row.phone) if row.phone else None, bsuid=row.bsuid),
        message=message,
        due_at=row.due_at,
        expires_at=row.expires_at,
        priority=row.priority,
        origin=row.origin,
        rate_per_second=row.rate_per_second,
        quality=row.quality,
        status=row.status,
        throughput=row.throughput,
    )


def is_high(single: Single) -> bool:
    """Whether it may use the part of the rate that broadcasts leave."""
    return single.priority == Priority.HIGH

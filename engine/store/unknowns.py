"""What is known about deliveries whose outcome is unknown: the facts the evidence rule asks for
(spec E3).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlmodel import Session

from engine.domain.delivery import State
from engine.domain.ids import AttemptId, BroadcastId, DeliveryId, SenderId, TenantId
from engine.store.dialects import any_of, seconds_between, spelled, table
from engine.store.inbox import WAITING
from engine.store.prepared import Prepared
from engine.store.tables import Attempt, Delivery, EngineRun, Receipt, Sender, Webhook

LATER_ATTEMPTS_LOOKED_AT = 500
"""Enough to find twenty receipted ones; the rule asks for no more."""

_deliveries, _attempts, _receipts = table(Delivery), table(Attempt), table(Receipt)
_runs, _senders, _webhooks = table(EngineRun), table(Sender), table(Webhook)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownDelivery:
    """A delivery that waits for its outcome."""

    attempt: AttemptId
    tenant: TenantId
    broadcast: BroadcastId | None
    sender: SenderId
    began: datetime


@dataclass(frozen=True, slots=True)
class Later:
    """What came back for attempts that began later on the same sender."""

    receipted: int
    posts: int


SILENCE = timedelta(seconds=10)
"""WhatsApp says `sent` within a second or two. The next try after a refusal comes after at most as
long again, and the rule's least age is three times this.
"""


def any_unknown(session: Session) -> bool:
    """Whether anything is unknown at all."""
    return bool(_ANY_UNKNOWN.count(session))


_ANY_UNKNOWN = Prepared(
    lambda _dialect: any_of(
        select(_deliveries.c.id).where(_deliveries.c.state == spelled(State.UNKNOWN))
    )
)


def oldest(session: Session, limit: int) -> list[UnknownDelivery]:
    """The unknown deliveries, the longest unknown first."""
    began = func.coalesce(_attempts.c.started_at, _deliveries.c.marked_at)
    rows = session.connection().execute(
        select(
            _deliveries.c.id,
            _deliveries.c.attempts,
            _deliveries.c.tenant_id,
            _deliveries.c.broadcast_id,
            _deliveries.c.sender_id,
            began,
        )
        .join(
            _attempts,
            sa.and_(
                _attempts.c.delivery_id == _deliveries.c.id,
                _attempts.c.number == _deliveries.c.attempts,
            ),
            isouter=True,
        )
        .where(_deliveries.c.state == spelled(State.UNKNOWN))
        .order_by(began, _deliveries.c.id)
        .limit(limit)
    )
    return [
        UnknownDelivery(
            attempt=AttemptId(DeliveryId(row[0]), row[1]),
            tenant=TenantId(row[2]),
            broadcast=None if row[3] is None else BroadcastId(row[3]),
            sender=SenderId(row[4]),
            began=row[5],
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Intake:
    """How webhooks have been coming in."""

    unbroken_since: datetime
    """When the present unbroken stretch began."""
    silent_since: datetime | None
    """Since when nothing has come though something was owed; None while something comes."""


def intake(session: Session, began: datetime, now: datetime) -> Intake | None:
    """How webhooks have come in, looking back no further than `began`; None before the first engine
    run.

    Intake and engine live in one process, so a gap between runs is a gap in intake. And whatever
    keeps webhooks away in front of us, or makes us refuse them, shows as silence: messages may have
    been taken by WhatsApp, and for SILENCE nothing at all came of any.
    """
    started = (
        session.connection()
        .execute(select(_runs.c.started_at).order_by(_runs.c.token.desc()).limit(1))
        .scalar_one_or_none()
    )
    if started is None:
        return None
    since = max(began, started)
    arrivals = _webhooks.c.received_at.between(since, now)
    first, last = (
        session.connection()
        .execute(
            select(func.min(_webhooks.c.received_at), func.max(_webhooks.c.received_at)).where(
                arrivals
            )
        )
        .one()
    )
    silent = last or since
    silent_since = silent if _was_owed(session, silent, now) else None
    spells = _quiet_spells(session, arrivals)
    if first is not None:
        spells.append((since, first))
    broken = next((until for since, until in spells if _was_owed(session, since, until)), started)
    return Intake(max(started, broken), silent_since)


def _quiet_spells(
    session: Session, arrivals: sa.ColumnElement[bool]
) -> list[tuple[datetime, datetime]]:
    """Where longer than SILENCE no webhook came, from one to the next; the latest first."""
    spell = (
        select(
            func.lag(_webhooks.c.received_at, type_=_webhooks.c.received_at.type)
            .over(order_by=_webhooks.c.received_at)
            .label("last"),
            _webhooks.c.received_at.label("until"),
        )
        .where(arrivals)
        .subquery()
    )
    quiet = seconds_between(session, spell.c.last, spell.c.until) > SILENCE.total_seconds()
    rows = session.connection().execute(
        select(spell.c.last, spell.c.until).where(quiet).order_by(spell.c.until.desc())
    )
    return [(row[0], row[1]) for row in rows]


def _was_owed(session: Session, last: datetime, until: datetime) -> bool:
    """Whether WhatsApp took a message in that spell, or may have, long enough before its end to
    have said so.
    """
    begun = until - SILENCE
    if begun < last:
        return False
    taken = select(_attempts.c.id).where(
        _attempts.c.sender_id.in_(select(_senders.c.id)),  # attempts are indexed by their senders
        sa.or_(
            _attempts.c.started_at.between(last, begun),
            # Nobody wrote the start down: it was no later than the end.
            sa.and_(_attempts.c.started_at.is_(None), _attempts.c.ended_at.between(last, until)),
        ),
        sa.or_(_attempts.c.message_id.is_not(None), _attempts.c.outcome == "unknown"),
    )
    return session.connection().execute(taken.limit(1)).first() is not None


def read_until(session: Session, now: datetime) -> datetime:
    """Up to when everything that came in has been read: `now`, or the arrival of the oldest webhook
    that still waits in the inbox.
    """
    oldest_waiting = (
        session.connection()
        .execute(
            select(_webhooks.c.received_at)
            .where(_webhooks.c.state == WAITING)
            .order_by(_webhooks.c.id)
            .limit(1)
        )
        .scalar_one_or_none()
    )
    return now if oldest_waiting is None else min(now, oldest_waiting)


def later(session: Session, sender: SenderId, began: datetime) -> Later:
    """How many later attempts of a sender are receipted, and in how many webhook POSTs."""
    attempts = (
        select(_attempts.c.delivery_id, _attempts.c.message_id)
        .where(
            _attempts.c.sender_id == sender,
            _attempts.c.started_at > began,
            _attempts.c.message_id.is_not(None),
        )
        .order_by(_attempts.c.started_at)
        .limit(LATER_ATTEMPTS_LOOKED_AT)
        .subquery()
    )
    row = (
        session.connection()
        .execute(
            select(
                func.count(sa.distinct(attempts.c.delivery_id)),
                func.count(sa.distinct(_receipts.c.webhook_id)),
            ).join(
                _receipts,
                sa.and_(
                    _receipts.c.delivery_id == attempts.c.delivery_id,
                    _receipts.c.message_id == attempts.c.message_id,
                ),
            )
        )
        .one()
    )
    return Later(row[0], row[1])


def largest_lag(session: Session, tenant: TenantId, since: datetime) -> timedelta:
    """The longest time from a send to our hearing that it was sent, among the attempts since
    `since`. Found sender by sender, because attempts are indexed so.
    """
    lag = func.max(seconds_between(session, _attempts.c.started_at, _receipts.c.received_at))
    longest = (
        session.connection()
        .execute(
            select(lag)
            .select_from(_attempts)
            .join(
                _receipts,
                sa.and_(
                    _receipts.c.delivery_id == _attempts.c.delivery_id,
                    _receipts.c.message_id == _attempts.c.message_id,
                    _receipts.c.status == "sent",
                ),
            )
            .where(
                _attempts.c.sender_id.in_(
                    select(_senders.c.id).where(_senders.c.tenant_id == tenant)
                ),
                _attempts.c.started_at >= since,
            )
        )
        .scalar_one()
    )
    return timedelta(seconds=float(longest or 0.0))

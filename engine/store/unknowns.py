"""What is known about deliveries whose outcome is unknown: the facts the evidence rule asks for
(spec E3).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlmodel import Session, col

from engine.domain.delivery import State
from engine.domain.ids import AttemptId, BroadcastId, DeliveryId, SenderId, TenantId
from engine.store.tables import Attempt, Delivery, EngineRun, Receipt

LATER_ATTEMPTS_LOOKED_AT = 500
"""Enough to find twenty receipted ones; the rule asks for no more."""


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


def any_unknown(session: Session) -> bool:
    """Whether anything is unknown at all."""
    query = select(col(Delivery.id)).where(col(Delivery.state) == State.UNKNOWN.value).limit(1)
    return session.connection().execute(query).first() is not None


def oldest(session: Session, limit: int) -> list[UnknownDelivery]:
    """The unknown deliveries, the longest unknown first."""
    began = func.coalesce(col(Attempt.started_at), col(Delivery.marked_at))
    rows = session.connection().execute(
        select(
            col(Delivery.id),
            col(Delivery.attempts),
            col(Delivery.tenant_id),
            col(Delivery.broadcast_id),
            col(Delivery.sender_id),
            began,
        )
        .join(
            Attempt,
            sa.and_(
                col(Attempt.delivery_id) == col(Delivery.id),
                col(Attempt.number) == col(Delivery.attempts),
            ),
            isouter=True,
        )
        .where(col(Delivery.state) == State.UNKNOWN.value)
        .order_by(began, col(Delivery.id))
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


def intake_since(session: Session) -> datetime | None:
    """Since when webhooks have been taken in without a break: the start of the latest engine run.

    Intake and engine live in one process, so a gap between runs is a gap in intake.
    """
    return (
        session.connection()
        .execute(select(col(EngineRun.started_at)).order_by(col(EngineRun.token).desc()).limit(1))
        .scalar_one_or_none()
    )


def later(session: Session, sender: SenderId, began: datetime) -> Later:
    """How many later attempts of a sender are receipted, and in how many webhook POSTs."""
    attempts = (
        select(col(Attempt.delivery_id), col(Attempt.message_id))
        .where(
            col(Attempt.sender_id) == sender,
            col(Attempt.started_at) > began,
            col(Attempt.message_id).is_not(None),
        )
        .order_by(col(Attempt.started_at))
        .limit(LATER_ATTEMPTS_LOOKED_AT)
        .subquery()
    )
    row = (
        session.connection()
        .execute(
            select(
                func.count(sa.distinct(attempts.c.delivery_id)),
                func.count(sa.distinct(col(Receipt.webhook_id))),
            ).join(
                Receipt,
                sa.and_(
                    col(Receipt.delivery_id) == attempts.c.delivery_id,
                    col(Receipt.message_id) == attempts.c.message_id,
                ),
            )
        )
        .one()
    )
    return Later(row[0], row[1])


def largest_lag(session: Session, since: datetime) -> timedelta:
    """The longest time from a send to our hearing that it was sent, among the receipts since
    `since`.
    """
    rows = session.connection().execute(
        select(col(Receipt.received_at), col(Attempt.started_at))
        .join(
            Attempt,
            sa.and_(
                col(Attempt.delivery_id) == col(Receipt.delivery_id),
                col(Attempt.message_id) == col(Receipt.message_id),
            ),
        )
        .where(
            col(Receipt.received_at) >= since,
            col(Receipt.status) == "sent",
            col(Attempt.started_at).is_not(None),
        )
    )
    return max((received - started for received, started in rows), default=timedelta(0))

"""What is known about deliveries whose outcome is unknown: the facts the evidence rule asks for
(spec E3).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from engine.domain.delivery import State
from engine.domain.ids import AttemptId, BroadcastId, DeliveryId, SenderId, SubscriberId, TenantId
from engine.store import intake_gaps
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
    subscriber: SubscriberId | None
    began: datetime


@dataclass(frozen=True, slots=True)
class Later:
    """What came back for attempts that began later on the same sender."""

    receipted: int
    posts: int
    latest_unreceipted: int
    """Of the LATEST that WhatsApp took at least SILENCE ago, whenever they began."""


LATEST = 5
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
    rows = session.connection().execute(_OLDEST, {"most": limit})
    return [
        UnknownDelivery(
            attempt=AttemptId(DeliveryId(row[0]), row[1]),
            tenant=TenantId(row[2]),
            broadcast=None if row[3] is None else BroadcastId(row[3]),
            sender=SenderId(row[4]),
            subscriber=None if row[5] is None else SubscriberId(row[5]),
            began=row[6],
        )
        for row in rows
    ]


# Built once, like all that is asked while anything is unknown: building costs more than asking.
_BEGAN = func.coalesce(_attempts.c.started_at, _deliveries.c.marked_at)
_OLDEST = (
    select(
        _deliveries.c.id,
        _deliveries.c.attempts,
        _deliveries.c.tenant_id,
        _deliveries.c.broadcast_id,
        _deliveries.c.sender_id,
        _deliveries.c.subscriber_id,
        _BEGAN,
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
    .order_by(_BEGAN, _deliveries.c.id)
    .limit(bindparam("most"))
)


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
    keeps webhooks away in front of us shows as silence: messages may have been taken by WhatsApp,
    and for SILENCE nothing at all came of any. What we turned away ourselves was written down.
    """
    connection = session.connection()
    started = connection.execute(_STARTED).scalar_one_or_none()
    if started is None:
        return None
    since = max(began, started)
    first, last = connection.execute(_FIRST_AND_LAST, {"since": since, "until": now}).one()
    silent = last or since
    silent_since = silent if _was_owed(session, silent, now) else None
    spells = _quiet_spells(session, since, now)
    if first is not None:
        spells.append((since, first))
    broken = next((until for since, until in spells if _was_owed(session, since, until)), started)
    turned_away = intake_gaps.last_end(session, since, until=now) or started
    return Intake(max(started, broken, turned_away), silent_since)


_STARTED = select(_runs.c.started_at).order_by(_runs.c.token.desc()).limit(1)
_ARRIVALS = _webhooks.c.received_at.between(bindparam("since"), bindparam("until"))
_FIRST_AND_LAST = select(
    func.min(_webhooks.c.received_at), func.max(_webhooks.c.received_at)
).where(_ARRIVALS)


def _quiet_spells(
    session: Session, since: datetime, until: datetime
) -> list[tuple[datetime, datetime]]:
    """Where longer than SILENCE no webhook came, from one to the next; the latest first."""
    rows = session.connection().execute(
        _quiet(session.connection().dialect.name), {"since": since, "until": until}
    )
    return [(row.last, row.until) for row in rows]


@cache
def _quiet(dialect: str) -> Any:
    spell = (
        select(
            func.lag(_webhooks.c.received_at, type_=_webhooks.c.received_at.type)
            .over(order_by=_webhooks.c.received_at)
            .label("last"),
            _webhooks.c.received_at.label("until"),
        )
        .where(_ARRIVALS)
        .subquery()
    )
    quiet = seconds_between(dialect, spell.c.last, spell.c.until) > SILENCE.total_seconds()
    return select(spell.c.last, spell.c.until).where(quiet).order_by(spell.c.until.desc())


def _was_owed(session: Session, last: datetime, until: datetime) -> bool:
    """Whether WhatsApp took a message in that spell, or may have, long enough before its end to
    have said so; or just before it, and had not said so when it began.
    """
    begun = until - SILENCE
    if begun < last:
        return False
    spell = {"before": last - SILENCE, "last": last, "begun": begun, "until": until}
    return session.connection().execute(_OWED, spell).first() is not None


_OWED = (
    select(_attempts.c.id)
    .where(
        _attempts.c.sender_id.in_(select(_senders.c.id)),  # attempts are indexed by their senders
        sa.or_(
            _attempts.c.started_at.between(bindparam("last"), bindparam("begun")),
            # Nobody wrote the start down: it was after the mark, if that still is this one's, and
            # before the end, which is when it was found: maybe long after the spell.
            sa.and_(
                _attempts.c.started_at.is_(None),
                _attempts.c.ended_at >= bindparam("last"),
                ~select(_deliveries.c.id)
                .where(
                    _deliveries.c.id == _attempts.c.delivery_id,
                    _deliveries.c.attempts == _attempts.c.number,
                    _deliveries.c.marked_at > bindparam("until"),
                )
                .exists(),
            ),
            sa.and_(
                _attempts.c.started_at.between(bindparam("before"), bindparam("last")),
                ~select(_receipts.c.id)
                .where(
                    _receipts.c.delivery_id == _attempts.c.delivery_id,
                    _receipts.c.message_id == _attempts.c.message_id,
                    _receipts.c.received_at <= bindparam("last"),
                )
                .exists(),
            ),
        ),
        sa.or_(_attempts.c.message_id.is_not(None), _attempts.c.outcome == "unknown"),
    )
    .limit(1)
)


def read_until(session: Session, now: datetime) -> datetime:
    """Up to when everything that came in has been read: `now`, or the arrival of the oldest webhook
    that still waits in the inbox.
    """
    oldest_waiting = session.connection().execute(_OLDEST_WAITING).scalar_one_or_none()
    return now if oldest_waiting is None else min(now, oldest_waiting)


_OLDEST_WAITING = (
    select(_webhooks.c.received_at)
    .where(_webhooks.c.state == WAITING)
    .order_by(_webhooks.c.id)
    .limit(1)
)


def later(session: Session, sender: SenderId, began: datetime, now: datetime) -> Later:
    """How many later attempts of a sender are receipted, and in how many webhook POSTs; and whether
    its latest ones are.
    """
    connection = session.connection()
    receipted, posts = connection.execute(_LATER, {"sender": sender, "began": began}).one()
    latest = connection.execute(_LATEST, {"sender": sender, "told": now - SILENCE}).scalar_one()
    return Later(receipted, posts, latest)


_LATEST_TAKEN = (
    select(_attempts.c.delivery_id, _attempts.c.message_id)
    .where(
        _attempts.c.sender_id == bindparam("sender"),
        _attempts.c.started_at <= bindparam("told"),
        _attempts.c.message_id.is_not(None),
    )
    .order_by(_attempts.c.started_at.desc())
    .limit(LATEST)
    .subquery()
)
_LATEST = (
    select(func.count())
    .select_from(_LATEST_TAKEN)
    .where(
        ~select(_receipts.c.id)
        .where(
            _receipts.c.delivery_id == _LATEST_TAKEN.c.delivery_id,
            _receipts.c.message_id == _LATEST_TAKEN.c.message_id,
        )
        .exists()
    )
)

_LATER_ATTEMPTS = (
    select(_attempts.c.delivery_id, _attempts.c.message_id)
    .where(
        _attempts.c.sender_id == bindparam("sender"),
        _attempts.c.started_at > bindparam("began"),
        _attempts.c.message_id.is_not(None),
    )
    .order_by(_attempts.c.started_at)
    .limit(LATER_ATTEMPTS_LOOKED_AT)
    .subquery()
)
_LATER = select(
    func.count(sa.distinct(_LATER_ATTEMPTS.c.delivery_id)),
    func.count(sa.distinct(_receipts.c.webhook_id)),
).join(
    _receipts,
    sa.and_(
        _receipts.c.delivery_id == _LATER_ATTEMPTS.c.delivery_id,
        _receipts.c.message_id == _LATER_ATTEMPTS.c.message_id,
    ),
)


def largest_lag(session: Session, tenant: TenantId, since: datetime) -> timedelta:
    """The longest time from a send to our hearing that it was sent, among the attempts since
    `since`. Found sender by sender, because attempts are indexed so.
    """
    dialect = session.connection().dialect.name
    lag = func.max(seconds_between(dialect, _attempts.c.started_at, _receipts.c.received_at))
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

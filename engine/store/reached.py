"""Whom each sender wrote to lately: what limits of a day are counted by (`domain.limits`)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, select
from sqlmodel import Session

from engine.domain.delivery import State
from engine.domain.ids import SenderId
from engine.store.dialects import spelled, table
from engine.store.tables import Attempt, Delivery

COUNTS = ("accepted", "unknown")
"""Outcomes with which WhatsApp has the message, or may have it."""

_attempts, _deliveries = table(Attempt), table(Delivery)


def people(session: Session, sender: SenderId, since: datetime) -> list[tuple[int, datetime]]:
    """(subscriber, last written to) by one sender since then, each person once."""
    rows: Any = session.connection().execute(_PEOPLE, {"sender": sender, "since": since})
    return [(row[0], row[1]) for row in rows]


def count(session: Session, senders: Collection[SenderId], since: datetime) -> int:
    """How many different people these senders wrote to since then."""
    if not senders:
        return 0
    written = _written().where(_attempts.c.sender_id.in_(sorted(senders)))
    return (
        session.connection()
        .execute(
            select(sa.func.count(written.subquery("written").c.person.distinct())),
            {"since": since},
        )
        .scalar_one()
    )


def _written() -> Any:
    # Of an attempt whose process died only the journal knows the start.
    at = sa.func.coalesce(_attempts.c.started_at, _attempts.c.ended_at)
    return (
        select(_deliveries.c.subscriber_id.label("person"), at.label("at"))
        .join(_deliveries, _deliveries.c.id == _attempts.c.delivery_id)
        .where(
            sa.or_(
                _attempts.c.started_at >= bindparam("since"),
                sa.and_(
                    _attempts.c.started_at.is_(None), _attempts.c.ended_at >= bindparam("since")
                ),
            ),
            _attempts.c.outcome.in_(COUNTS),
            _deliveries.c.subscriber_id.is_not(None),
        )
    )


_UNDER_WAY = select(
    _deliveries.c.subscriber_id.label("person"), _deliveries.c.marked_at.label("at")
).where(
    _deliveries.c.sender_id == bindparam("sender"),
    _deliveries.c.state == spelled(State.SENDING),
    _deliveries.c.marked_at >= bindparam("since"),
    _deliveries.c.subscriber_id.is_not(None),
)
"""Marked, and perhaps gone: it counts until we know better."""
_ALL = sa.union_all(
    _written().where(_attempts.c.sender_id == bindparam("sender")), _UNDER_WAY
).subquery("reached")
_PEOPLE = select(_ALL.c.person, sa.func.max(_ALL.c.at)).group_by(_ALL.c.person)

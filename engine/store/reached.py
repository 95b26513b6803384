"""Whom each sender wrote to lately: what limits of a day are counted by (`domain.limits`)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, select
from sqlmodel import Session

from engine.domain.broadcast import OVER
from engine.domain.delivery import UNSENT, State
from engine.domain.ids import SenderId
from engine.store.dialects import spelled, table, whole_second
from engine.store.tables import Attempt, Broadcast, Delivery, Notification

UNKNOWN = "unknown"
COUNTS = ("accepted", UNKNOWN)
"""Outcomes with which WhatsApp has the message, or may have it."""

_attempts, _deliveries, _broadcasts = table(Attempt), table(Delivery), table(Broadcast)
_notifications = table(Notification)

_OPENS_A_CONVERSATION = sa.or_(
    _deliveries.c.broadcast_id.is_not(None),
    ~select(_notifications.c.id)
    .where(
        _notifications.c.delivery_id == _deliveries.c.id,
        sa.or_(_notifications.c.origin == "reply", _notifications.c.expires_at.is_not(None)),
    )
    .exists(),
)
"""All but free text, which goes to who wrote to us, and counts against no limit (Meta: messaging
limits).
"""

_SHOWN_NOT_TAKEN = sa.and_(
    _attempts.c.outcome == UNKNOWN,
    _attempts.c.number == _deliveries.c.attempts,
    _deliveries.c.state.in_(sorted(UNSENT)),
)
"""Unknown, until evidence showed that WhatsApp never took it (spec E3)."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody who was written to, last `at`. under_way: all that is known are requests without
    an answer.
    """

    person: int
    at: datetime
    under_way: bool


def people(session: Session, sender: SenderId, since: datetime) -> list[Reached]:
    """Whom one sender has written to since then, each person once."""
    rows: Any = session.connection().execute(_PEOPLE, {"sender": sender, "since": since})
    return [Reached(row[0], row[1], bool(row[2])) for row in rows]


def count(
    session: Session, senders: Collection[SenderId], since: datetime, *, but: Any = None
) -> int:
    """How many different people these senders wrote to since then. but: a query of subscribers who
    do not count.
    """
    if not senders:
        return 0
    written = _written().where(_attempts.c.sender_id.in_(sorted(senders)))
    if but is not None:
        written = written.where(_deliveries.c.subscriber_id.not_in(but))
    return (
        session.connection()
        .execute(
            select(sa.func.count(written.subquery("written").c.person.distinct())),
            {"since": since},
        )
        .scalar_one()
    )


def by_hour(
    session: Session, senders: Collection[SenderId], since: datetime
) -> dict[datetime, int]:
    """Different people these senders wrote to since then, by the hour of the last time, in UTC."""
    if not senders:
        return {}
    written = _written().where(_attempts.c.sender_id.in_(sorted(senders))).subquery("written")
    last = select(sa.func.max(written.c.at).label("at")).group_by(written.c.person).subquery("last")
    hour = sa.func.substr(whole_second(session, last.c.at), 1, 13).label("hour")
    rows = session.connection().execute(
        select(hour, sa.func.count()).group_by(hour), {"since": since}
    )
    return {datetime.fromisoformat(f"{text}:00:00+00:00"): count for text, count in rows}


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
            ~_SHOWN_NOT_TAKEN,
            _deliveries.c.subscriber_id.is_not(None),
            _OPENS_A_CONVERSATION,
        )
    )


def _marked(*whose: sa.ColumnElement[bool], under_way: int) -> Any:
    """Whom a sender has marked since then."""
    return select(
        _deliveries.c.subscriber_id.label("person"),
        _deliveries.c.marked_at.label("at"),
        sa.literal_column(str(under_way), sa.Integer()).label("under_way"),
    ).where(
        _deliveries.c.sender_id == bindparam("sender"),
        _deliveries.c.marked_at >= bindparam("since"),
        _deliveries.c.subscriber_id.is_not(None),
        _OPENS_A_CONVERSATION,
        *whose,
    )


# Marked, and perhaps gone: it counts until we know better.
_UNDER_WAY = _marked(_deliveries.c.state == spelled(State.SENDING), under_way=1)
# A receipt told of it before its answer came: WhatsApp had it, and no attempt is on record yet.
_TOLD = _marked(
    _deliveries.c.broadcast_id.in_(
        select(_broadcasts.c.id).where(_broadcasts.c.state.not_in(sorted(OVER)))
    ),
    _deliveries.c.state.not_in(sorted({State.PLANNED, State.SENDING})),
    _deliveries.c.attempts > 0,
    ~select(_attempts.c.id)
    .where(
        _attempts.c.delivery_id == _deliveries.c.id, _attempts.c.number == _deliveries.c.attempts
    )
    .exists(),
    under_way=0,
)
_ON_RECORD = (
    _written()
    .add_columns(sa.case((_attempts.c.outcome == UNKNOWN, 1), else_=0).label("under_way"))
    .where(_attempts.c.sender_id == bindparam("sender"))
)
_ALL = sa.union_all(_ON_RECORD, _UNDER_WAY, _TOLD).subquery("reached")
_PEOPLE = select(_ALL.c.person, sa.func.max(_ALL.c.at), sa.func.min(_ALL.c.under_way)).group_by(
    _ALL.c.person
)

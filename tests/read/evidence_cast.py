"""A day that is over, with everything an evidence pack has to tell of."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId
from engine.domain.roles import ENGINE
from engine.store import audit
from engine.store.dialects import table
from engine.store.tables import (
    Attempt,
    Broadcast,
    Consent,
    Delivery,
    Exclusion,
    LogEntry,
    Resend,
    Sample,
    Subscriber,
)
from engine.trials.people import made_up_people
from tests.workers.cast import NOW, Cast, stage

_deliveries = table(Delivery)
LATER = NOW + timedelta(hours=5)
"""11:01 in India: the verdicts are final."""


@dataclass(frozen=True, slots=True)
class Story:
    """The day, and whose names must not be in its pack."""

    cast: Cast
    broadcast: BroadcastId
    names: tuple[str, ...]
    phones: tuple[str, ...]


def a_day(session: Session, *, people: int = 12) -> Story:
    """Ten or more recipients: on time, late, re-sent on proof, held, dead, stopped, left out."""
    cast = stage(session, people=people)
    rows = session.exec(select(Delivery).order_by(col(Delivery.id))).all()
    for row in rows:
        _delivered(row, NOW + timedelta(seconds=20))
        row.attempts = 1
        session.add(_attempt(row, 1, "accepted"))
    _late, again, held, dead, stopped = rows[:5]
    _late.delivered_at = _late.read_at = NOW + timedelta(minutes=6)
    again.attempts = 2
    session.exec(sa.delete(Attempt).where(col(Attempt.delivery_id) == again.id))
    session.add(_attempt(again, 1, "unknown", detail="No answer from +919812345610."))
    session.add(_attempt(again, 2, "accepted"))
    session.add(
        Resend(delivery_id=again.id or 0, attempt=1, at=NOW, reason="Shown by 20 later receipts.")
    )
    _lost(held, State.HELD, "No proof either way.")
    _lost(dead, State.FAILED, "Refused.", 131026)
    _lost(stopped, State.CANCELLED, "Said stop at 06:00.")
    session.add_all(
        [
            Consent(
                tenant_id=cast.seeded.tenant,
                subscriber_id=stopped.subscriber_id or 0,
                at=NOW - timedelta(seconds=1),
                given=False,
                source="message",
            ),
            LogEntry(
                tenant_id=cast.seeded.tenant,
                broadcast_id=cast.broadcast,
                at=NOW,
                event="broadcast.opened",
                words="It began.",
            ),
            Sample(lane_id=cast.lanes[0], second=NOW, started=8, in_flight=3, late_ms=4),
        ]
    )
    outside = _somebody(session, cast)
    session.add(Exclusion(broadcast_id=cast.broadcast, subscriber_id=outside, reason="paused"))
    broadcast = session.get(Broadcast, cast.broadcast)
    assert broadcast is not None
    broadcast.state = BroadcastState.FINISHED.value
    broadcast.frozen_at = NOW - timedelta(minutes=30)
    broadcast.started_at, broadcast.finished_at = NOW, NOW + timedelta(minutes=7)
    session.flush()
    tenant = cast.seeded.tenant
    audit.append(
        session, by=ENGINE, action="broadcast.opened", subject="broadcast:1", now=NOW, tenant=tenant
    )
    known = session.exec(select(Subscriber)).all()
    return Story(
        cast,
        cast.broadcast,
        tuple(one.name for one in known),
        tuple(one.phone for one in known if one.phone),
    )


def _somebody(session: Session, cast: Cast) -> int:
    from engine.store import subscribers

    before = set(session.exec(select(Subscriber.id)).all())
    more = made_up_people(1, Random(99), now=NOW)
    subscribers.insert_new(session, cast.seeded.tenant, more, now=NOW)
    (new,) = set(session.exec(select(Subscriber.id)).all()) - before
    assert new is not None
    return new


def _delivered(row: Delivery, at: datetime) -> None:
    row.state = State.READ.value
    row.planned_at = NOW
    row.accepted_at = row.sent_at = NOW + timedelta(seconds=2)
    row.delivered_at, row.read_at = at, at + timedelta(minutes=40)


def _lost(row: Delivery, state: State, reason: str, code: int | None = None) -> None:
    row.state, row.reason, row.error_code = state.value, reason, code
    row.accepted_at = row.sent_at = row.delivered_at = row.read_at = None


def _attempt(row: Delivery, number: int, outcome: str, **values: Any) -> Attempt:
    return Attempt(
        delivery_id=row.id or 0,
        number=number,
        sender_id=row.sender_id or 0,
        epoch=1,
        started_at=NOW + timedelta(seconds=number),
        ended_at=NOW + timedelta(seconds=number, milliseconds=200),
        outcome=outcome,
        **values,
    )

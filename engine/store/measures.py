"""What alerts are judged by, of broadcasts: measured once a second while one goes out.

One pass over a broadcast's deliveries and one over its senders' latest attempts. Measuring decides
nothing: whether a figure is bad, the rules say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain import sla
from engine.domain.alert_rules import Watched
from engine.domain.alerting import Reading
from engine.domain.broadcast import OVER, BroadcastState
from engine.domain.delivery import State
from engine.domain.ids import TenantId
from engine.domain.outcome import Blame
from engine.store import tables
from engine.store.dialects import seconds_between, spelled, table

Readings = dict[Watched, Reading]

RIPE_AFTER = timedelta(seconds=60)
"""How long after its planned instant a message should be on the phone; a healthy morning's lag is
two seconds in the middle and a minute for the slowest in a hundred."""
RECENT = timedelta(seconds=20)
"""The requests that tell how WhatsApp does now."""
REMEMBERED = timedelta(hours=20)
"""A missed goal stands this long, unless a newer broadcast takes its place."""
_OURS = tuple(blame.value for blame in (Blame.PLATFORM, Blame.SENDER, Blame.ACCOUNT, Blame.US))
"""Whose failures say that the API, or our way to it, is unwell; not a person's phone."""

_d, _b = table(tables.Delivery).c, table(tables.Broadcast).c
_a, _s = table(tables.Attempt).c, table(tables.Sender).c


@dataclass(frozen=True, slots=True)
class Running:
    """A broadcast that is measured."""

    id: int
    title: str
    state: BroadcastState
    opens_at: datetime
    closes_at: datetime
    targeted: int

    @property
    def is_over(self) -> bool:
        """Whether only its verdict matters any more."""
        return self.state in OVER


def watched(session: Session, now: datetime) -> dict[TenantId, list[Running]]:
    """The broadcasts that are measured, by organisation: those not over, and the last verdicts."""
    rows = session.connection().execute(
        sa.select(
            _b.tenant_id,
            _b.id,
            _b.title,
            _b.state,
            _b.opens_at,
            _b.closes_at,
            _b.targeted,
        )
        .where(_b.opens_at > now - REMEMBERED)
        .order_by(_b.opens_at, _b.id)
    )
    found: dict[TenantId, list[Running]] = {}
    for tenant, *one in rows:
        running = Running(one[0], one[1], BroadcastState(one[2]), one[3], one[4], one[5])
        found.setdefault(TenantId(tenant), []).append(running)
    return found


def of_broadcasts(
    session: Session, tenant: TenantId, broadcasts: Sequence[Running], now: datetime
) -> Readings:
    """The readings of an organisation's broadcasts; the worst of each where several run."""
    readings: Readings = {
        Watched.DELIVERY: Reading(value=100.0),
        Watched.FAILING: Reading(value=0.0),
        Watched.PENDING_FAILURES: Reading(value=0.0),
        Watched.PERMANENT_FAILURES: Reading(value=0.0),
        Watched.WAITING: Reading(value=0.0),
    }
    for one in broadcasts:
        if not one.is_over and now > one.opens_at - timedelta(minutes=1):
            for key, reading in _of_one(session, one, now).items():
                readings[key] = _worse(key, readings[key], reading)
    readings |= _requests(session, tenant, now)
    return readings


def verdict(session: Session, broadcasts: Sequence[Running], now: datetime) -> Reading:
    """How many people were missing for the goal of the last broadcast that closed; 0: it is met."""
    closed = [
        one
        for one in broadcasts
        if now > one.closes_at + timedelta(seconds=1)
        and one.targeted
        and one.state not in OVER - {BroadcastState.FINISHED}
    ]
    if not closed:
        return Reading(value=0.0)
    last = max(closed, key=lambda one: one.closes_at)
    second = last.closes_at.replace(microsecond=0) + timedelta(seconds=1)
    handed, arrived = (
        session.connection()
        .execute(
            sa.select(
                sa.func.count().filter(_d.sent_at < second),
                sa.func.count().filter(_d.delivered_at < second),
            ).where(_d.broadcast_id == last.id)
        )
        .one()
    )
    tally = sla.Tally(targeted=last.targeted, handed_over=handed, delivered=arrived)
    both = sla.verdicts(tally, closes_at=last.closes_at, now=now)
    missing = max(both.handed_over.missing, both.delivered.missing)
    return Reading(value=missing, of=last.targeted, members=(last.title,) if missing else ())


def _of_one(session: Session, one: Running, now: datetime) -> Readings:
    failed = _d.state == spelled(State.FAILED)
    retrying = _d.state == spelled(State.RETRYING)
    unsent = sa.or_(_d.state == spelled(State.PLANNED), retrying)
    ripe = _d.planned_at <= now - RIPE_AFTER
    row = (
        session.connection()
        .execute(
            sa.select(
                sa.func.count().filter(ripe),
                sa.func.count().filter(ripe, _d.delivered_at.is_not(None)),
                sa.func.count().filter(_d.attempts > 0),
                sa.func.count().filter(failed),
                sa.func.count().filter(retrying),
                sa.func.count().filter(unsent, _d.due_at <= now),
            ).where(_d.broadcast_id == one.id)
        )
        .one()
    )
    due, delivered, tried, lost, again, waits = row
    about = (one.title,)
    return {
        Watched.DELIVERY: _share(delivered, due, about, usual=100.0),
        Watched.FAILING: _share(lost + again, tried, about, usual=0.0),
        Watched.PENDING_FAILURES: Reading(value=again, of=tried, members=about if again else ()),
        Watched.PERMANENT_FAILURES: Reading(value=lost, of=tried, members=about if lost else ()),
        Watched.WAITING: Reading(value=waits, members=about if waits else ()),
    }


def _requests(session: Session, tenant: TenantId, now: datetime) -> Readings:
    """How WhatsApp answered lately, and how long what it has not answered has been waiting."""
    dialect = session.connection().dialect.name
    mine = sa.select(_s.id).where(_s.tenant_id == tenant)
    took = seconds_between(dialect, _a.started_at, _a.ended_at)
    refused = sa.and_(_a.outcome == "failed", _a.blame.in_(_OURS))
    row = (
        session.connection()
        .execute(
            sa.select(
                sa.func.count(),
                sa.func.count().filter(sa.or_(refused, _a.outcome == "unknown")),
                sa.func.avg(took),
            ).where(_a.sender_id.in_(mine), _a.started_at > now - RECENT)
        )
        .one()
    )
    made, wrong, mean = row
    count, age = _in_flight(session, tenant, now)
    seconds = max(float(mean or 0.0), age)
    return {
        Watched.API_ERRORS: _share(wrong, made, (), usual=0.0),
        Watched.RESPONSE: Reading(value=seconds, of=made + count),
    }


def _in_flight(session: Session, tenant: TenantId, now: datetime) -> tuple[int, float]:
    """How many requests have no answer yet, and how long they have waited on average."""
    dialect = session.connection().dialect.name
    # Marked a moment ahead: what is not due yet has not been asked.
    waited: Any = sa.func.avg(seconds_between(dialect, _d.due_at, sa.literal(now, _d.due_at.type)))
    row = (
        session.connection()
        .execute(
            sa.select(sa.func.count(), waited).where(
                _d.state == spelled(State.SENDING), _d.tenant_id == tenant, _d.due_at <= now
            )
        )
        .one()
    )
    return row[0], float(row[1] or 0.0)


def _share(part: int, whole: int, about: tuple[str, ...], *, usual: float) -> Reading:
    if not whole:
        return Reading(value=usual)
    value = 100.0 * part / whole
    return Reading(value=value, of=whole, members=about if value != usual else ())


def _worse(key: Watched, one: Reading, other: Reading) -> Reading:
    """Of two broadcasts the one that does worse."""
    if key is Watched.DELIVERY:
        return min(one, other, key=lambda reading: (reading.value, -reading.of))
    return max(one, other, key=lambda reading: (reading.value, reading.of))

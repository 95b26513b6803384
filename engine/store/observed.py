"""How WhatsApp and the phones did lately behind each sender: what a rehearsal is calibrated by.

From days that were counted, from the latest requests, and from the last broadcast that is over;
bounded, whatever the years before it hold.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.broadcast import BroadcastState
from engine.domain.histogram import unpack
from engine.domain.ids import SenderId, TenantId
from engine.domain.reporting import Dimension
from engine.store import tables
from engine.store.dialects import seconds_between, table

REQUESTS = 2_000
"""The latest of each sender."""
HANDED_OVER = 5_000

_f, _e = table(tables.ReportFigure).c, table(tables.ReportError).c
_a, _b, _d = table(tables.Attempt).c, table(tables.Broadcast).c, table(tables.Delivery).c


class Day(NamedTuple):
    """One sender's day. lags: whole seconds from WhatsApp's yes to the phone, each how often."""

    sender: SenderId
    day: date
    sent: int
    delivered: int
    lags: "Counter[int]"


class Requests(NamedTuple):
    """A sender's latest requests. took: answers of those that were accepted, in units of 50 ms."""

    made: int
    unknown: int
    refused: "Counter[int | None]"
    took: "Counter[int]"


UNIT_SECONDS = 0.05


def days(session: Session, tenant: TenantId, since: date) -> list[Day]:
    """Every sender's counted days from `since` on."""
    rows = session.connection().execute(
        sa.select(_f.key, _f.day, _f.sent, _f.delivered, _f.lags).where(
            _f.tenant_id == tenant,
            _f.day >= since,
            _f.dimension == Dimension.SENDER.value,
            _f.key != "",
        )
    )
    return [Day(SenderId(int(row[0])), row[1], row[2], row[3], unpack([row[4]])) for row in rows]


def failures(session: Session, tenant: TenantId, since: date) -> dict[int, int]:
    """How many deliveries were given up on from `since` on, by code."""
    rows = session.connection().execute(
        sa.select(_e.code, sa.func.sum(_e.failed))
        .where(_e.tenant_id == tenant, _e.day >= since, _e.failed > 0)
        .group_by(_e.code)
    )
    return {int(code): int(count) for code, count in rows}


def requests(session: Session, sender: SenderId, since: datetime) -> Requests:
    """The latest requests through one sender, those with a word of WhatsApp's or without one."""
    connection = session.connection()
    took = seconds_between(connection.dialect.name, _a.started_at, _a.ended_at)
    rows = connection.execute(
        sa.select(_a.outcome, _a.error_code, took)
        .where(_a.sender_id == sender, _a.started_at > since)
        .order_by(_a.started_at.desc())
        .limit(REQUESTS)
    )
    found = Requests(0, 0, Counter(), Counter())
    made = unknown = 0
    for outcome, code, seconds in rows:
        if outcome == "released":
            continue
        made += 1
        if outcome == "accepted":
            found.took[round(float(seconds) / UNIT_SECONDS)] += 1
        elif outcome == "failed":
            found.refused[code] += 1
        else:
            unknown += 1
    return found._replace(made=made, unknown=unknown)


def handed_over(session: Session, tenant: TenantId) -> "Counter[int]":
    """Of the last broadcast that is over: whole seconds from WhatsApp's yes to its own `sent`."""
    connection = session.connection()
    last = connection.execute(
        sa.select(_b.id)
        .where(_b.tenant_id == tenant, _b.state == BroadcastState.FINISHED.value)
        .order_by(_b.opens_at.desc())
        .limit(1)
    ).scalar()
    if last is None:
        return Counter()
    rows = connection.execute(
        sa.select(_d.accepted_at, _d.sent_at)
        .where(_d.broadcast_id == last, _d.accepted_at.is_not(None), _d.sent_at.is_not(None))
        .limit(HANDED_OVER)
    )
    return Counter(_whole(rows))


def _whole(rows: Iterable[tuple[datetime, datetime]]) -> Iterable[int]:
    for accepted, sent in rows:
        # Both cut to their second, as WhatsApp's are: so that they differ by what they should.
        cut = sent.replace(microsecond=0) - accepted.replace(microsecond=0)
        yield max(0, round(cut.total_seconds()))

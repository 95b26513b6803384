"""What the Senders page shows: the pool, what it can do, and how each number is doing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from engine.domain import limits
from engine.domain.broadcast import BroadcastState
from engine.domain.ids import SenderId, TenantId
from engine.domain.quality import effective_rate
from engine.store import content, reached, senders
from engine.store.tables import Attempt, Broadcast, Lane, Sample, Sender

LATENCY_ATTEMPTS = 5_000
"""Latencies come from the newest attempts: enough for a morning, a bounded walk down the key."""
LATENCY_AGE = timedelta(hours=24)
RATE_SECONDS = 3
"""The rate shown is the mean of this many whole seconds, so that the bar does not jump."""
SAMPLE_LAG = timedelta(seconds=1)
"""A second's sample is written when the second is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long WhatsApp took to answer, over `sends` requests up to `until`. Milliseconds."""

    p50_ms: int
    p95_ms: int
    sends: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderCard:
    """One number. Enumerations are ours or Meta's words; the page turns them into sentences."""

    id: SenderId
    display_phone: str
    label: str
    role: str
    state: str
    state_reason: str
    quality: str
    status: str
    throughput: str
    messaging_limit: str
    daily_cap: int | None  # people in 24 h, by a person's word
    rate_per_second: float  # what a person allows
    rate_usable: float  # what is left of it at this quality; 0 while it may not send
    rate_now: float
    sent_24h: int
    latency: Latency | None
    last_error: str
    polled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What the active primaries can do together for today's audience."""

    audience: int
    senders: int  # that can send
    rate_per_second: float  # of all of them together
    equal: bool  # every one of them at the same rate
    seconds: float | None  # to send to the whole audience; None when nobody can send
    seconds_without_fastest: float | None
    backups: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How many different people were written to in the last 24 hours, where a limit asks."""

    limit: int | None = None  # the portfolio's; None: none that we know
    together: int = 0  # by all senders
    by_sender: Mapping[SenderId, int] = field(default_factory=lambda: dict[SenderId, int]())


@dataclass(frozen=True, slots=True)
class Pool:
    """The whole page."""

    cards: tuple[SenderCard, ...]
    capacity: Capacity


def pool(session: Session, tenant: TenantId, *, now: datetime) -> Pool:
    """The tenant's senders as of `now`."""
    rows = senders.pool(session, tenant)
    latencies = _latencies(session, {row.id for row in rows if row.id is not None}, now)
    rates, totals = _rates(session, tenant, now)
    cards = tuple(
        _card(row, rates.get(_id(row), 0.0), totals.get(_id(row), 0), latencies.get(_id(row)))
        for row in rows
    )
    audience = sum(content.audience(session, tenant).values())
    return Pool(cards, capacity(audience, rows))


def reach(session: Session, tenant: TenantId, *, now: datetime) -> Reach:
    """The use of the day's limits; costs a walk over the day's attempts, so ask now and then."""
    rows = senders.pool(session, tenant)
    limit = limits.portfolio_limit(row.messaging_limit for row in rows)
    since = now - limits.ROLLING
    return Reach(
        limit=limit,
        together=0 if limit is None else reached.count(session, [_id(row) for row in rows], since),
        by_sender={
            _id(row): reached.count(session, [_id(row)], since)
            for row in rows
            if row.daily_cap is not None
        },
    )


def capacity(audience: int, rows: Sequence[Sender]) -> Capacity:
    """How long the active primaries need for the audience, and how long without the fastest."""
    rates = sorted(rate for row in rows if row.role == "primary" and (rate := _usable(row)) > 0)
    return Capacity(
        audience=audience,
        senders=len(rates),
        rate_per_second=sum(rates),
        equal=len(set(rates)) <= 1,
        seconds=_seconds(audience, sum(rates)),
        seconds_without_fastest=_seconds(audience, sum(rates[:-1])),
        backups=sum(1 for row in rows if row.role == "backup" and _usable(row) > 0),
    )


def _usable(row: Sender) -> float:
    if row.state != "active":
        return 0.0
    return effective_rate(
        row.rate_per_second, row.quality, 0.0, throughput=row.throughput, status=row.status
    )


def _seconds(audience: int, rate_per_second: float) -> float | None:
    return audience / rate_per_second if rate_per_second > 0 else None


def _id(row: Sender) -> SenderId:
    assert row.id is not None
    return SenderId(row.id)


def _card(row: Sender, rate_now: float, sent_24h: int, latency: Latency | None) -> SenderCard:
    return SenderCard(
        id=_id(row),
        display_phone=row.display_phone,
        label=row.label,
        role=row.role,
        state=row.state,
        state_reason=row.state_reason,
        quality=row.quality,
        status=row.status,
        throughput=row.throughput,
        messaging_limit=row.messaging_limit,
        daily_cap=row.daily_cap,
        rate_per_second=row.rate_per_second,
        rate_usable=_usable(row),
        rate_now=rate_now,
        sent_24h=sent_24h,
        latency=latency,
        last_error=row.last_error,
        polled_at=row.polled_at,
    )


def _latencies(session: Session, ids: set[int], now: datetime) -> dict[SenderId, Latency]:
    newest = session.exec(select(func.max(Attempt.id))).one() or 0
    rows = session.exec(
        select(Attempt.sender_id, Attempt.started_at, Attempt.ended_at).where(
            col(Attempt.id) > newest - LATENCY_ATTEMPTS,
            col(Attempt.sender_id).in_(ids),
            col(Attempt.outcome) == "accepted",
            col(Attempt.started_at) >= now - LATENCY_AGE,
        )
    ).all()
    taken: dict[SenderId, list[tuple[int, datetime]]] = defaultdict(list)
    for sender, started, ended in rows:
        assert started is not None
        milliseconds = round((ended - started) / timedelta(milliseconds=1))
        taken[SenderId(sender)].append((milliseconds, ended))
    return {sender: _latency(times) for sender, times in taken.items()}


def _latency(times: list[tuple[int, datetime]]) -> Latency:
    ordered = sorted(milliseconds for milliseconds, _ in times)
    return Latency(
        p50_ms=_percentile(ordered, 50),
        p95_ms=_percentile(ordered, 95),
        sends=len(ordered),
        until=max(ended for _, ended in times),
    )


def _percentile(ordered: list[int], percent: int) -> int:
    # Nearest rank: the smallest value that `percent` of them do not exceed.
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def _rates(
    session: Session, tenant: TenantId, now: datetime
) -> tuple[dict[SenderId, float], dict[SenderId, int]]:
    """Messages a second just now, and messages in the last 24 hours, by sender."""
    until = now.replace(microsecond=0) - SAMPLE_LAG
    since = until - timedelta(seconds=RATE_SECONDS)
    recent = sa.case(
        ((col(Sample.second) >= since) & (col(Sample.second) < until), col(Sample.started)),
        else_=0,
    )
    statement = (
        select(Lane.sender_id, func.sum(recent), func.sum(Sample.started))
        .join(Lane, col(Lane.id) == col(Sample.lane_id))
        .join(Broadcast, col(Broadcast.id) == col(Lane.broadcast_id))
        .where(
            col(Broadcast.tenant_id) == tenant,
            col(Broadcast.opens_at) >= now - LATENCY_AGE,
            col(Broadcast.state) != BroadcastState.SKIPPED,
        )
        .group_by(col(Lane.sender_id))
    )
    rows = session.exec(statement).all()
    return (
        {SenderId(sender): (just_now or 0) / RATE_SECONDS for sender, just_now, _ in rows},
        {SenderId(sender): total or 0 for sender, _, total in rows},
    )

"""The next morning as it stands, for a what-if to begin with: audience, pool, limits, phones.

Everything is counted by the database: no person is read, whatever the size of the list.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain import canary, cost, limits
from engine.domain.ids import ContentId, SenderId, TenantId
from engine.domain.planning import Pacing
from engine.domain.pool import able_lanes
from engine.domain.schedule import service_day
from engine.domain.subscriber import Status
from engine.domain.tenant_settings import shape_of
from engine.domain.what_if import Phones
from engine.domain.what_if_form import Number, Standing
from engine.read.morning_ahead import next_of
from engine.read.plan import NoPlan, somebody_sends
from engine.read.plan_ahead import LOOKED_BACK, pack_of
from engine.read.schedules import next_window
from engine.rehearsal.behaviour import USUAL, Behaviour
from engine.rehearsal.calibrate import calibrate
from engine.simulator.curves import Measured
from engine.store import content, reached, schedules, senders, tables, tenant_settings
from engine.store.dialects import table
from engine.store.tables import Content, Sender

NO_MORNING = "No morning lies ahead: switch a schedule on, or set a one-off."
WAITS = "A broadcast is going out. What-ifs wait, to take no time from it."
FROM_SECONDS, TO_SECONDS, FINER = 0.05, 86_400.0, 1.06
"""Where several senders' phones are put together: at instants that lie so close."""

_s = table(tables.Subscriber).c


def standing(
    session: Session, tenant: TenantId, *, reserve: float, now: datetime
) -> Standing | NoPlan:
    """The next morning as it stands, or why there is none to begin with. reserve: the part of each
    rate that is kept for replies. Not while anybody's broadcast goes out.
    """
    if somebody_sends(session):
        return NoPlan(WAITS)
    row, _ = next_of(session, tenant, now)
    if row is None:
        return NoPlan(NO_MORNING)
    shape = shape_of(tenant_settings.values(session, tenant))
    skip_days = schedules.skip_days(session, service_day(now) - LOOKED_BACK).get(tenant, {})
    ahead = next_window(session, row, now, shape, skip_days)
    if ahead is None:
        return NoPlan(NO_MORNING)
    day, window, _ = ahead
    writing = _writing(session, pack_of(session, tenant, row, day))
    audience = _audience(session, tenant, writing, day)
    pool = senders.pool(session, tenant)
    strangers = _Strangers(session, _whom(tenant, writing), now - limits.ROLLING)
    limit = limits.portfolio_limit(one.messaging_limit for one in pool)
    held = schedules.canary_rule(row).wait + canary.TURN if row.canary else timedelta(0)
    phones, basis = _phones(session, tenant, pool, reserve, now)
    return Standing(
        title=row.name,
        opens_at=window.opens_at,
        primary_ends_at=window.primary_ends_at,
        closes_at=window.closes_at,
        pacing=Pacing(row.pacing),
        people=audience.people,
        senders=tuple(_number(one, strangers) for one in pool),
        reserve=reserve,
        phones=phones,
        first_wait=held.total_seconds(),
        limit=limit,
        counted=0 if limit is None else strangers.of(pool),
        each=audience.each,
        priced=audience.priced,
        categories=tuple(sorted(set((writing or {}).values()))),
        basis=basis,
    )


@dataclass(frozen=True, slots=True)
class _Audience:
    people: int
    each: Decimal | None
    priced: float


Writing = dict[str, str] | None
"""The category of each language there is text in; None while nothing is written."""


def _writing(session: Session, pack: Content | None) -> Writing:
    if pack is None:
        return None
    rows = content.variants(session, ContentId(pack.id or 0))
    return {one.language: one.category for one in rows}


def _whom(tenant: TenantId, writing: Writing) -> Any:
    """Whom a broadcast would target (`domain.subscriber.exclusion`)."""
    address = sa.or_(
        sa.and_(_s.phone.is_not(None), _s.phone != ""),
        sa.and_(_s.bsuid.is_not(None), _s.bsuid != ""),
    )
    query = sa.select(_s.id).where(
        _s.tenant_id == tenant, _s.status == Status.ACTIVE.value, _s.consented.is_(True), address
    )
    # While nothing is written nobody is left out for their language.
    return query if writing is None else query.where(_s.language.in_(sorted(writing)))


def _audience(session: Session, tenant: TenantId, writing: Writing, day: date) -> _Audience:
    """How many, and what a message to one of them costs in the mean (`domain.cost.country_of`)."""
    at_home = sa.case(
        (sa.and_(_s.phone.is_not(None), _s.phone != ""), _s.phone.like("+91%")),
        else_=_s.bsuid.like("IN.%"),
    ).label("at_home")
    rows: Any = session.connection().execute(
        _whom(tenant, writing)
        .with_only_columns(_s.language, at_home, sa.func.count())
        .group_by(_s.language, at_home)
    )
    counted: list[tuple[str, bool, int]] = [(row[0], bool(row[1]), row[2]) for row in rows]
    people = priced = 0
    whole = Decimal(0)
    for language, home, count in counted:
        people += count
        category = (writing or {}).get(language)
        country = cost.INDIA if home else cost.ELSEWHERE
        each = None if category is None else cost.rate(day, category, country)
        if each is not None:
            priced += count
            whole += each * count
    each = whole / priced if priced else None
    return _Audience(people, each, priced / people if people else 1.0)


@dataclass(frozen=True, slots=True)
class _Strangers:
    """Who was written to lately and is not in the audience: they take room from it."""

    session: Session
    audience: Any
    since: datetime

    def of(self, whose: Sequence[Sender]) -> int:
        """How many of them some senders wrote to."""
        return reached.count(
            self.session, [_id(one) for one in whose], self.since, but=self.audience
        )


def _number(row: Sender, strangers: _Strangers) -> Number:
    return Number(
        id=_id(row),
        phone=row.display_phone,
        label=row.label,
        role=row.role,
        state=row.state,
        quality=row.quality,
        status=row.status,
        throughput=row.throughput,
        rate_per_second=row.rate_per_second,
        daily_cap=row.daily_cap,
        counted=0 if row.daily_cap is None else strangers.of([row]),
    )


def _id(row: Sender) -> SenderId:
    return SenderId(row.id or 0)


def _phones(
    session: Session, tenant: TenantId, pool: Sequence[Sender], reserve: float, now: datetime
) -> tuple[Phones, tuple[str, ...]]:
    """What the rehearsal takes the phones for, of all that send together: in a what-if people
    change their sender, and keep their phone.
    """
    _, lanes = able_lanes(pool, reserve)
    weights = {lane.sender: lane.rate for lane in lanes} or dict.fromkeys(map(_id, pool), 1.0)
    seen = calibrate(session, tenant, list(weights), now)
    parts = [(seen.of_sender[sender], weight) for sender, weight in weights.items()]
    return together(parts or [(USUAL, 1.0)]), seen.words


def together(parts: Sequence[tuple[Behaviour, float]]) -> Phones:
    """The phones behind some senders as one. parts: each with its weight."""
    whole = sum(weight for _, weight in parts)
    shared = [(one, weight / whole) for one, weight in parts]
    reaches = sum(one.reaches * weight for one, weight in shared)
    seconds = [0.0, FROM_SECONDS]
    while seconds[-1] < TO_SECONDS:
        seconds.append(seconds[-1] * FINER)
    there = [
        sum(one.reaches * weight * _within(one, at) for one, weight in shared) / (reaches or 1.0)
        for at in seconds
    ]
    return Phones(
        curve=Measured(tuple(seconds), (*there[:-1], 1.0)),
        reaches=reaches,
        spread=math.exp(sum(math.log(one.spread) * weight for one, weight in shared)),
    )


def _within(one: Behaviour, seconds: float) -> float:
    """The share that is there so many seconds after the send."""
    answered = one.scenario.api_latency.at(0.5) if one.answered else 0.0
    return one.scenario.delivered_lag.within(seconds - answered)

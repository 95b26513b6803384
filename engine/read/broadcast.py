"""What the page of one broadcast shows: its lanes, what went wrong, who was left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain import failure
from engine.domain.dead_letter import WantedLetters, may_pass
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, SenderId, SubscriberId, TenantId
from engine.domain.subscriber import WORDS as EXCLUSION_WORDS
from engine.domain.subscriber import Exclusion
from engine.read.broadcasts import BroadcastRow, Figures, lane_figures, row_of, together
from engine.read.stages import Stage, stage_of
from engine.store import dead_letters, receipts, tables
from engine.store.dialects import table

PROBLEMS_LIMIT = 20
EXCLUSIONS_LIMIT = 200

_b = table(tables.Broadcast).c
_d = table(tables.Delivery).c
_l = table(tables.Lane).c
_s = table(tables.Subscriber).c
_senders = table(tables.Sender).c
_samples = table(tables.Sample).c
_x = table(tables.Exclusion).c


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRow:
    """One lane. `peak` is the most it sent within one second of the clock."""

    sender: SenderId
    display_phone: str
    role: str
    quality: str
    state: str
    state_reason: str
    rate_per_second: float
    peak: int
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Deliveries that went wrong for one cause: what it is called, what we do, how many."""

    stage: Stage
    code: int | None
    title: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Subscribers who were not targeted, for one reason."""

    reason: Exclusion
    words: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastView:
    """Everything about one broadcast but its recipients."""

    row: BroadcastRow
    content_hash: str
    b_content_hash: str
    """Of the second wording; empty: it went out in one."""
    b_percent: int
    category: str
    seed: str
    frozen_at: datetime | None
    planned_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    lanes: tuple[LaneRow, ...]
    problems: tuple[Problem, ...]
    left_out: tuple[LeftOut, ...]
    failed: int
    """Dead letters: a person puts them back or closes them."""
    retryable: int
    """Those of them whose cause may have passed."""
    doubled: int
    """Who got two: counted by WhatsApp's own receipts (spec E3)."""


def broadcast(
    session: Session, tenant: TenantId, which: BroadcastId, *, now: datetime
) -> BroadcastView | None:
    """The broadcast as of `now`; None when the tenant has none of that id."""
    query = sa.select(table(tables.Broadcast)).where(_b.id == which, _b.tenant_id == tenant)
    row = session.connection().execute(query).one_or_none()
    if row is None:
        return None
    by_lane = lane_figures(session, row)
    failures = dead_letters.codes_of(session, WantedLetters(tenant=tenant, broadcast=which))
    return BroadcastView(
        row=row_of(row, together(by_lane.values()), now),
        content_hash=row.content_hash,
        b_content_hash=row.b_content_hash,
        b_percent=row.b_percent,
        category=row.category,
        seed=row.seed,
        frozen_at=row.frozen_at,
        planned_at=row.planned_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        lanes=_lanes(session, row, by_lane),
        problems=_problems(session, which),
        left_out=_left_out(session, which),
        failed=sum(count for _, count in failures),
        retryable=sum(count for code, count in failures if may_pass(code)),
        doubled=receipts.doubled(session, which),
    )


def excluded(
    session: Session, tenant: TenantId, which: BroadcastId, reason: Exclusion
) -> tuple[tuple[SubscriberId, str], ...]:
    """Who was left out for a reason, by id and name; at most EXCLUSIONS_LIMIT."""
    query = (
        sa.select(_s.id, _s.name)
        .join(table(tables.Exclusion), _x.subscriber_id == _s.id)
        .where(_x.broadcast_id == which, _x.reason == reason.value, _s.tenant_id == tenant)
        .order_by(_s.name, _s.id)
        .limit(EXCLUSIONS_LIMIT)
    )
    return tuple((SubscriberId(row[0]), row[1]) for row in session.connection().execute(query))


def _lanes(
    session: Session, broadcast_row: Any, counted_by_lane: Mapping[int | None, Figures]
) -> tuple[LaneRow, ...]:
    peak = (
        sa.select(sa.func.max(_samples.started)).where(_samples.lane_id == _l.id).scalar_subquery()
    )
    query = (
        sa.select(
            *(_l.id, _l.sender_id, _l.state, _l.state_reason, _l.rate_per_second),
            *(_senders.display_phone, _senders.role, _senders.quality, peak.label("peak")),
        )
        .join(table(tables.Sender), _senders.id == _l.sender_id)
        .where(_l.broadcast_id == broadcast_row.id)
        .order_by(_l.id)
    )
    return tuple(
        LaneRow(
            sender=SenderId(row.sender_id),
            display_phone=row.display_phone,
            role=row.role,
            quality=row.quality,
            state=row.state,
            state_reason=row.state_reason,
            rate_per_second=row.rate_per_second,
            peak=row.peak or 0,
            figures=counted_by_lane.get(row.id, Figures()),
        )
        for row in session.connection().execute(query)
    )


_TROUBLED = (
    *(State.RETRYING, State.PACED, State.UNKNOWN, State.HELD),
    *(State.FAILED, State.CANCELLED, State.DISCARDED),
)


def _problems(session: Session, which: BroadcastId) -> tuple[Problem, ...]:
    query = (
        sa.select(_d.state, _d.error_code, _d.reason, sa.func.count())
        .where(_d.broadcast_id == which, _d.state.in_([state.value for state in _TROUBLED]))
        .group_by(_d.state, _d.error_code, _d.reason)
    )
    merged: dict[tuple[Stage, int | None, str], Problem] = {}
    for state, code, reason, count in session.connection().execute(query):
        problem = _problem(State(state), code, reason, count)
        key = (problem.stage, problem.code, problem.title + problem.words)
        known = merged.get(key)
        merged[key] = problem if known is None else _and(known, count)
    return tuple(sorted(merged.values(), key=lambda one: (-one.count, one.title))[:PROBLEMS_LIMIT])


def _and(problem: Problem, more: int) -> Problem:
    return Problem(
        stage=problem.stage,
        code=problem.code,
        title=problem.title,
        words=problem.words,
        count=problem.count + more,
    )


def _problem(state: State, code: int | None, reason: str, count: int) -> Problem:
    stage = stage_of(state)
    if code is not None:
        cause = failure.cause_of(code)
        return Problem(stage=stage, code=code, title=cause.title, words=cause.words, count=count)
    title, words = _NO_CODE.get(state, ("Failed", ""))
    return Problem(stage=stage, code=None, title=title, words=words or reason, count=count)


_NO_CODE: dict[State, tuple[str, str]] = {
    State.PACED: (
        "Held by WhatsApp",
        "WhatsApp holds these while it looks at the template's quality. It sends or refuses them; "
        "its receipt tells.",
    ),
    State.UNKNOWN: (
        "No answer from WhatsApp",
        "The request left and no answer came. Receipts will tell; nothing is sent twice.",
    ),
    State.HELD: (
        "Held for a person",
        "Whether WhatsApp has these stayed unknown. Send them again knowingly, or close them.",
    ),
    State.RETRYING: ("Trying again", ""),
    State.CANCELLED: ("Cancelled", ""),
    State.DISCARDED: ("Closed by a person", ""),
}


def _left_out(session: Session, which: BroadcastId) -> tuple[LeftOut, ...]:
    query = (
        sa.select(_x.reason, sa.func.count())
        .where(_x.broadcast_id == which)
        .group_by(_x.reason)
        .order_by(sa.func.count().desc())
    )
    return tuple(
        LeftOut(Exclusion(row[0]), EXCLUSION_WORDS[Exclusion(row[0])], row[1])
        for row in session.connection().execute(query)
    )

"""The people of one broadcast, row by row: when each message went, what came of it, and why."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain import sla
from engine.domain.delivery import State
from engine.domain.enrolment import masked
from engine.domain.sla import Fate, Miss
from engine.read.delivery_words import Answer, Standing, answer
from engine.store import tables
from engine.store.dialects import table
from engine.telemetry import mask_phones

AT_ONCE = 500
"""Rows in memory at a time, however many there are."""

_b, _d = table(tables.Broadcast).c, table(tables.Delivery).c
_a, _consents = table(tables.Attempt).c, table(tables.Consent).c
_x, _s = table(tables.Exclusion).c, table(tables.Subscriber).c
_r = table(tables.Resend).c

Naming = Callable[[int | None], str]
"""What a pack calls the subscriber of that number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One recipient. `facts` are the delivery's own columns."""

    facts: sa.Row[Any]
    answer: Answer
    targeted: bool
    handed_over: bool
    delivered: bool
    missed: Miss | None


def people(session: Session, broadcast: Any) -> Iterator[Person]:
    """Everybody the audience was frozen with, in the order of the freeze."""
    stopped = _said_stop(session, broadcast)
    query = (
        sa.select(table(tables.Delivery))
        .where(_d.broadcast_id == broadcast.id)
        .order_by(_d.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in session.connection().execute(query):
        yield _person(row, broadcast, stopped.get(row.subscriber_id))


def attempts(session: Session, broadcast: Any) -> Iterator[sa.Row[Any]]:
    """Every request made for it, in the order of the freeze and of the tries."""
    query = (
        sa.select(table(tables.Attempt), _d.content_hash)
        .join(table(tables.Delivery), _d.id == _a.delivery_id)
        .where(_d.broadcast_id == broadcast.id)
        .order_by(_a.delivery_id, _a.number)
        .execution_options(yield_per=AT_ONCE)
    )
    yield from session.connection().execute(query)


def resends(session: Session, broadcast: Any) -> Iterator[Any]:
    """Every request that followed one without an answer, with the proof on which it was made."""
    later = table(tables.Attempt).alias("later")
    query = (
        sa.select(
            _a.delivery_id,
            _a.number,
            _a.started_at,
            _a.detail,
            later.c.number.label("next_number"),
            later.c.started_at.label("next_started_at"),
            _r.at.label("proven_at"),
            _r.reason,
        )
        .join(table(tables.Delivery), _d.id == _a.delivery_id)
        .join(
            later, sa.and_(later.c.delivery_id == _a.delivery_id, later.c.number == _a.number + 1)
        )
        .outerjoin(
            table(tables.Resend), sa.and_(_r.delivery_id == _a.delivery_id, _r.attempt == _a.number)
        )
        .where(_d.broadcast_id == broadcast.id, _a.outcome == "unknown")
        .order_by(_a.delivery_id, _a.number)
        .execution_options(yield_per=AT_ONCE)
    )
    yield from session.connection().execute(query)


def left_out(session: Session, broadcast: Any) -> Iterator[Any]:
    """Who was on the list and not among the recipients, and why."""
    query = (
        sa.select(_x.subscriber_id, _x.reason, _s.phone)
        .join(table(tables.Subscriber), _s.id == _x.subscriber_id)
        .where(_x.broadcast_id == broadcast.id)
        .order_by(_x.subscriber_id)
        .execution_options(yield_per=AT_ONCE)
    )
    yield from session.connection().execute(query)


def phone_of(person: Person) -> str:
    """The number without its middle; says so where there is none any more."""
    facts = person.facts
    if facts.phone:
        return masked(facts.phone)
    return "WhatsApp id" if facts.bsuid else "erased"


def exception(person: Person) -> str:
    """In one word why a row stands among the exceptions; empty for one that does not."""
    state = State(person.facts.state)
    if not person.targeted:
        return "opted out"
    if state in _OPEN_ENDS:
        return _OPEN_ENDS[state]
    if person.missed is not None:
        return "late" if state in (State.DELIVERED, State.READ) else "not on the phone"
    return "sent again" if person.facts.attempts > 1 else ""


_OPEN_ENDS = {
    State.PLANNED: "not sent",
    State.SENDING: "being sent",
    State.UNKNOWN: "no answer",
    State.RETRYING: "trying again",
    State.PACED: "held by WhatsApp",
    State.HELD: "held for a person",
    State.FAILED: "dead letter",
    State.CANCELLED: "cancelled",
    State.DISCARDED: "closed by a person",
}


def why(person: Person) -> str:
    """The sentences for it, without anybody's number."""
    said = f"{person.answer.headline} {person.answer.next}".strip()
    reason = person.facts.reason
    return mask_phones(f"{said} ({reason})" if reason and reason not in said else said)


def _person(row: sa.Row[Any], broadcast: Any, stopped: datetime | None) -> Person:
    fate = Fate(
        planned_at=row.planned_at,
        opted_out_at=stopped if row.state == State.CANCELLED.value else None,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        read_at=row.read_at,
        error_code=row.error_code,
    )
    closes = broadcast.closes_at
    targeted = sla.is_targeted(fate.opted_out_at, fate.planned_at)
    return Person(
        facts=row,
        answer=answer(
            Standing(
                state=State(row.state),
                reason=row.reason,
                error_code=row.error_code,
                planned_at=row.planned_at,
                due_at=row.due_at,
                accepted_at=row.accepted_at,
                sent_at=row.sent_at,
                delivered_at=row.delivered_at,
                read_at=row.read_at,
                closes_at=closes,
            )
        ),
        targeted=targeted,
        handed_over=targeted and sla.in_time(sla.handed_over_at(fate), closes),
        delivered=targeted and sla.in_time(sla.delivered_at(fate), closes),
        missed=sla.missed(fate, closes) if targeted else None,
    )


def _said_stop(session: Session, broadcast: Any) -> dict[int, datetime]:
    """Whose stop came after the freeze, and when; a handful."""
    if broadcast.frozen_at is None:
        return {}
    query = (
        sa.select(_consents.subscriber_id, sa.func.min(_consents.at))
        .join(table(tables.Delivery), _d.subscriber_id == _consents.subscriber_id)
        .where(
            _d.broadcast_id == broadcast.id,
            _consents.given.is_(False),
            _consents.at >= broadcast.frozen_at,
        )
        .group_by(_consents.subscriber_id)
    )
    return {row[0]: row[1] for row in session.connection().execute(query)}

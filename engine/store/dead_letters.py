"""Deliveries that wait for a person, many at once: found by what is wanted, and moved where they
still stand.

`held` has the same for a single one. Everything here is bounded by the caller's `limit`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain import template_standing
from engine.domain.broadcast import BroadcastState
from engine.domain.content import APPROVED_OR_BETTER, Category, ContentState
from engine.domain.dead_letter import Letter, WantedLetters
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, ContentId, DeliveryId, TenantId
from engine.domain.subscriber import Status
from engine.domain.wordings import Side
from engine.store import content as contents
from engine.store import tables, templates
from engine.store.dialects import spelled, table
from engine.store.searching import matches

deliveries = table(tables.Delivery)
people = table(tables.Subscriber)
_broadcasts, _schedules = table(tables.Broadcast), table(tables.Schedule)
_contents, _lanes, _senders = table(tables.Content), table(tables.Lane), table(tables.Sender)
_attempts, _receipts = table(tables.Attempt), table(tables.Receipt)


@dataclass(frozen=True, slots=True)
class Found:
    """A delivery that is wanted, and what decides whether it may go again."""

    delivery: DeliveryId
    tenant: TenantId
    broadcast: BroadcastId | None
    letter: Letter


def conditions(session: Session, wanted: WantedLetters) -> list[sa.ColumnElement[bool]]:
    """What a delivery must be to be wanted; the search asks `people`, so they must be joined."""
    # Spelled, so that the index over what waits for a person serves it.
    said = [deliveries.c.tenant_id == wanted.tenant, deliveries.c.state == spelled(wanted.state)]
    if wanted.broadcast is not None:
        said.append(deliveries.c.broadcast_id == wanted.broadcast)
    if wanted.sender is not None:
        said.append(deliveries.c.sender_id == wanted.sender)
    if wanted.codes:
        known = [code for code in wanted.codes if code is not None]
        of_code = deliveries.c.error_code.in_(known)
        without = deliveries.c.error_code.is_(None)
        said.append(sa.or_(of_code, without) if None in wanted.codes else of_code)
    looked_for = matches(
        session,
        wanted.search,
        names=(people.c.name, people.c.registration_no),
        phone=deliveries.c.phone,
    )
    return said if looked_for is None else [*said, looked_for]


def codes_of(session: Session, wanted: WantedLetters) -> list[tuple[int | None, int]]:
    """The error codes among what is wanted, and how many deliveries have each; the most first."""
    joined = deliveries.join(people, people.c.id == deliveries.c.subscriber_id, isouter=True)
    rows = session.connection().execute(
        sa.select(deliveries.c.error_code, sa.func.count())
        .select_from(joined)
        .where(*conditions(session, wanted))
        .group_by(deliveries.c.error_code)
        .order_by(sa.func.count().desc(), deliveries.c.error_code)
    )
    return [(code, count) for code, count in rows]


def find(
    session: Session, wanted: WantedLetters, *, before: DeliveryId | None, limit: int
) -> list[Found]:
    """The newest `limit` of what is wanted, older than `before`; locked until this transaction
    ends.
    """
    older = sa.true() if before is None else deliveries.c.id < before
    return _found(session, [*conditions(session, wanted), older], limit)


def one(session: Session, tenant: TenantId | None, delivery: DeliveryId) -> Found | None:
    """A single delivery, whatever its state; None when the tenant has none of that id."""
    whose = sa.true() if tenant is None else deliveries.c.tenant_id == tenant
    found = _found(session, [deliveries.c.id == delivery, whose], 1)
    return found[0] if found else None


def move(
    session: Session,
    some: Sequence[DeliveryId],
    *,
    old: State,
    new: State,
    reason: str,
    due_at: datetime | None,
    now: datetime,
) -> list[DeliveryId]:
    """Set the state of those that still are `old`; returns which. What a failure left behind goes
    when they are due again.
    """
    values: dict[str, Any] = {"state": new.value, "reason": reason, "updated_at": now}
    if due_at is not None:
        values |= {"due_at": due_at, "error_code": None}
    changed = session.connection().execute(
        sa.update(deliveries)
        .where(deliveries.c.id.in_(some), sa.func.coalesce(deliveries.c.state, "") == old.value)
        .values(**values)
        .returning(deliveries.c.id)
    )
    return sorted(DeliveryId(row[0]) for row in changed)


def _found(session: Session, which: Sequence[sa.ColumnElement[bool]], limit: int) -> list[Found]:
    rows = session.connection().execute(
        _FACTS.where(*which).order_by(deliveries.c.id.desc()).limit(limit)
    )
    facts = _Facts(session)
    return [_one(row, facts) for row in rows]


_heard = sa.select(_receipts.c.id).where(
    _receipts.c.delivery_id == _attempts.c.delivery_id, _receipts.c.attempt == _attempts.c.number
)
_unanswered = (
    sa.select(_attempts.c.id)
    .where(
        _attempts.c.delivery_id == deliveries.c.id,
        _attempts.c.outcome == "unknown",
        ~_heard.exists(),
    )
    .exists()
)
_pack = sa.case(
    (deliveries.c.wording == Side.B.value, _broadcasts.c.b_content_id),
    else_=_broadcasts.c.content_id,
)
_FACTS = (
    sa.select(
        deliveries.c.id,
        deliveries.c.tenant_id,
        deliveries.c.broadcast_id,
        deliveries.c.state,
        deliveries.c.language,
        deliveries.c.phone,
        deliveries.c.bsuid,
        deliveries.c.content_hash,
        people.c.status,
        people.c.consented,
        _broadcasts.c.state.label("broadcast_state"),
        _broadcasts.c.service_day,
        _broadcasts.c.category,
        _pack.label("content_id"),
        _schedules.c.zone,
        _contents.c.state.label("content_state"),
        _contents.c.content_hash.label("approved_hash"),
        _unanswered.label("unanswered"),
    )
    .select_from(
        deliveries.join(people, people.c.id == deliveries.c.subscriber_id, isouter=True)
        .join(_broadcasts, _broadcasts.c.id == deliveries.c.broadcast_id, isouter=True)
        .join(_schedules, _schedules.c.id == _broadcasts.c.schedule_id, isouter=True)
        .join(_contents, _contents.c.id == _pack, isouter=True)
    )
    .with_for_update(of=deliveries)
)


class _Facts:
    """What many deliveries of one broadcast share; asked once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._templates: dict[tuple[int, int], dict[str, bool]] = {}
        self._senders: dict[int, bool] = {}

    def template_in_order(self, tenant: int, content: int | None, language: str) -> bool:
        """Whether WhatsApp would send this language's template, word for word as approved."""
        if content is None:
            return False
        key = (tenant, content)
        if key not in self._templates:
            self._templates[key] = {
                variant.language: template_standing.problem(
                    contents.as_new(variant),
                    templates.standing(
                        self._session,
                        TenantId(tenant),
                        variant.template_name,
                        variant.template_language,
                    ),
                )
                is None
                for variant in contents.variants(self._session, ContentId(content))
            }
        return self._templates[key].get(language, False)

    def sender_able(self, tenant: int, broadcast: int) -> bool:
        """Whether a lane of the broadcast, or a backup it may call in, has a sender that sends."""
        if broadcast not in self._senders:
            in_it = sa.select(_lanes.c.sender_id).where(_lanes.c.broadcast_id == broadcast)
            able = sa.select(_senders.c.id).where(
                _senders.c.tenant_id == tenant,
                _senders.c.state == "active",
                sa.or_(_senders.c.id.in_(in_it), _senders.c.role == "backup"),
            )
            found = self._session.connection().execute(able.limit(1)).first()
            self._senders[broadcast] = found is not None
        return self._senders[broadcast]


def _one(row: Any, facts: _Facts) -> Found:
    broadcast = row.broadcast_id
    of_broadcast = broadcast is not None
    approved = (
        row.content_state is not None
        and ContentState(row.content_state) in APPROVED_OR_BETTER
        and row.approved_hash == row.content_hash
    )
    letter = Letter(
        state=State(row.state),
        broadcast_state=BroadcastState(row.broadcast_state) if of_broadcast else None,
        service_day=row.service_day,
        zone=row.zone or "",
        category=Category(row.category) if row.category else None,
        # Nobody on the list: a notification to a number that its caller names.
        status=Status.ACTIVE if row.status is None else Status(row.status),
        consented=row.consented is not False,
        has_address=bool(row.phone or row.bsuid),
        approved=approved if of_broadcast else True,
        template_in_order=not of_broadcast
        or facts.template_in_order(row.tenant_id, row.content_id, row.language),
        sender_able=not of_broadcast or facts.sender_able(row.tenant_id, broadcast),
        unanswered=bool(row.unanswered),
    )
    return Found(
        delivery=DeliveryId(row.id),
        tenant=TenantId(row.tenant_id),
        broadcast=BroadcastId(broadcast) if of_broadcast else None,
        letter=letter,
    )

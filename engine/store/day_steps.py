"""How far the engine is with what it has to get done before a window."""

from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.broadcast import BroadcastState
from engine.domain.day_steps import TRANSITIONS, Leads, Step, StepEvent, StepState
from engine.domain.ids import BroadcastId, ContentId, TenantId
from engine.domain.tenant_settings import CONNECT_MINUTES, VALIDATE_MINUTES, number_of
from engine.store import tenant_settings
from engine.store.dialects import insert_ignoring, table
from engine.store.tables import Broadcast, DayStep

BEFORE_WINDOW = (BroadcastState.FROZEN, BroadcastState.PLANNED)
"""While something can still be got ready: who is targeted and with what is known, nothing left."""

_steps, _broadcasts = table(DayStep), table(Broadcast)


def of_broadcast(session: Session, broadcast: BroadcastId) -> dict[Step, DayStep]:
    """What was begun of it, or asked for."""
    asked = select(DayStep).where(col(DayStep.broadcast_id) == broadcast)
    return {Step(row.step): row for row in session.exec(asked)}


def advance(
    session: Session,
    broadcast: BroadcastId,
    step: Step,
    event: StepEvent,
    *,
    words: str | None = None,
    by: str = "",
    now: datetime,
) -> bool:
    """Follow the event's arrow from whatever state has one; False when none did.

    words: what came of it; None: as it was. by: who asks.
    """
    values: dict[str, Any] = {} if words is None else {"words": words}
    match event:
        case StepEvent.BEGIN:
            values |= {"began_at": now, "ended_at": None, "asked_by": ""}
        case StepEvent.ASK:
            values |= {"asked_by": by}
        case StepEvent.SUCCEED | StepEvent.FAIL:
            values |= {"ended_at": now}
    there = insert_ignoring(session, DayStep, ["broadcast_id", "step"]).values(
        broadcast_id=broadcast, step=step.value, state=StepState.WAITS.value, words="", asked_by=""
    )
    session.connection().execute(there)
    for before, arrows in TRANSITIONS.items():
        after = arrows.get(event)
        if after is None:
            continue
        changed = cast(
            "sa.CursorResult[Any]",
            session.connection().execute(
                sa.update(_steps)
                .where(
                    _steps.c.broadcast_id == broadcast,
                    _steps.c.step == step.value,
                    _steps.c.state == before.value,
                )
                .values(state=after.value, **values)
            ),
        )
        if changed.rowcount == 1:
            return True
    return False


def leads(session: Session, tenant: TenantId) -> Leads:
    """How long before its time an organisation has two of them done."""
    values = tenant_settings.values(session, tenant)
    return Leads(
        templates=timedelta(minutes=number_of(values, VALIDATE_MINUTES)),
        connections=timedelta(minutes=number_of(values, CONNECT_MINUTES)),
    )


def ahead(session: Session) -> list[Broadcast]:
    """The broadcasts that wait for their window, with what they will send."""
    rows = session.connection().execute(_AHEAD).mappings()
    return [Broadcast.model_construct(**row) for row in rows]


_AHEAD = (
    sa.select(_broadcasts)
    .where(
        _broadcasts.c.state.in_([state.value for state in BEFORE_WINDOW]),
        _broadcasts.c.content_id.is_not(None),
    )
    .order_by(_broadcasts.c.opens_at, _broadcasts.c.id)
)


def failed(session: Session, tenant: TenantId) -> list[Step]:
    """What failed of broadcasts that still wait for their window."""
    asked = (
        sa.select(_steps.c.step)
        .join(_broadcasts, _broadcasts.c.id == _steps.c.broadcast_id)
        .where(
            _broadcasts.c.tenant_id == tenant,
            _broadcasts.c.state.in_([state.value for state in BEFORE_WINDOW]),
            _steps.c.state == StepState.FAILED.value,
        )
        .distinct()
    )
    found = {Step(step) for step in session.connection().execute(asked).scalars()}
    return [step for step in Step if step in found]


def of_content(session: Session, content: ContentId) -> list[BroadcastId]:
    """The broadcasts that wait for their window and will send this content."""
    asked = sa.select(_broadcasts.c.id).where(
        sa.or_(_broadcasts.c.content_id == content, _broadcasts.c.b_content_id == content),
        _broadcasts.c.state.in_([state.value for state in BEFORE_WINDOW]),
    )
    return [BroadcastId(one) for one in session.connection().execute(asked).scalars()]


def wanted_anew(session: Session, step: Step) -> set[ContentId]:
    """The contents of broadcasts for which a person asked for a step again."""
    asked = (
        sa.select(_broadcasts.c.content_id, _broadcasts.c.b_content_id)
        .join(_steps, _steps.c.broadcast_id == _broadcasts.c.id)
        .where(
            _steps.c.step == step.value,
            _steps.c.state == StepState.WAITS.value,
            _steps.c.asked_by != "",
            _broadcasts.c.state.in_([state.value for state in BEFORE_WINDOW]),
        )
    )
    found = session.connection().execute(asked)
    return {ContentId(content) for row in found for content in row if content is not None}

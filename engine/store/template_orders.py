"""What people asked of WhatsApp about templates: written down first, asked by the engine."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.ids import TenantId
from engine.domain.templates import Draft, OrderKind, OrderState
from engine.store.dialects import any_of, spelled, table
from engine.store.prepared import Prepared
from engine.store.tables import TemplateOrder

LISTING_LIMIT = 20
_orders = table(TemplateOrder)


def add(
    session: Session,
    tenant: TenantId,
    kind: OrderKind,
    *,
    name: str = "",
    language: str = "",
    whatsapp_id: str = "",
    draft: Draft | None = None,
    by: str,
    now: datetime,
) -> int:
    """Ask for something; its number."""
    row = TemplateOrder(
        tenant_id=tenant,
        kind=kind.value,
        name=name,
        language=language,
        whatsapp_id=whatsapp_id,
        payload="{}" if draft is None else json.dumps(asdict(draft), ensure_ascii=False),
        asked_by=by,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def is_open(
    session: Session, tenant: TenantId, kinds: Sequence[OrderKind], name: str, language: str
) -> bool:
    """Whether such an order is under way for this template."""
    asked = select(TemplateOrder.id).where(
        col(TemplateOrder.tenant_id) == tenant,
        col(TemplateOrder.kind).in_([kind.value for kind in kinds]),
        col(TemplateOrder.name) == name,
        col(TemplateOrder.language).in_([language, ""]),
        col(TemplateOrder.state).in_([OrderState.WAITING.value, OrderState.ASKING.value]),
    )
    return session.exec(asked.limit(1)).first() is not None


_WAITING = Prepared(
    lambda _dialect: any_of(
        sa.select(_orders.c.id).where(_orders.c.state == spelled(OrderState.WAITING))
    )
)


def any_waiting(session: Session) -> bool:
    """Whether anything waits; asked again and again, and mostly answered no."""
    return bool(_WAITING.count(session))


def claim(session: Session, *, epoch: int) -> TemplateOrder | None:
    """The oldest that waits, for this engine run to ask; None when there is none."""
    asked = (
        select(TemplateOrder)
        .where(col(TemplateOrder.state) == OrderState.WAITING.value)
        .order_by(col(TemplateOrder.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.exec(asked).first()
    if row is None:
        return None
    row.state, row.epoch = OrderState.ASKING.value, epoch
    session.flush()
    return row


def end(session: Session, order: int, *, state: OrderState, words: str, now: datetime) -> bool:
    """What came of it; False when it had ended already."""
    changed = session.exec(
        sa.update(TemplateOrder)
        .where(col(TemplateOrder.id) == order, col(TemplateOrder.state) == OrderState.ASKING.value)
        .values(state=state.value, words=words, ended_at=now)
    )
    return changed.rowcount == 1


def give_up_older(session: Session, *, words: str, now: datetime) -> int:
    """Orders that a run now dead was asking about: nobody knows what came of them; how many."""
    changed = session.exec(
        sa.update(TemplateOrder)
        .where(col(TemplateOrder.state) == OrderState.ASKING.value)
        .values(state=OrderState.UNSURE.value, words=words, ended_at=now)
    )
    return changed.rowcount


def latest(session: Session, tenant: TenantId) -> Sequence[TemplateOrder]:
    """The newest orders of a tenant."""
    asked = (
        select(TemplateOrder)
        .where(col(TemplateOrder.tenant_id) == tenant)
        .order_by(col(TemplateOrder.id).desc())
        .limit(LISTING_LIMIT)
    )
    return session.exec(asked).all()


def last_sync(session: Session, tenant: TenantId) -> datetime | None:
    """When WhatsApp last told us all its templates."""
    asked = select(sa.func.max(col(TemplateOrder.ended_at))).where(
        col(TemplateOrder.tenant_id) == tenant,
        col(TemplateOrder.kind) == OrderKind.SYNC.value,
        col(TemplateOrder.state) == OrderState.DONE.value,
    )
    return session.exec(asked).one()


def draft_of(order: TemplateOrder) -> Draft:
    """What is to be submitted."""
    read: dict[str, Any] = json.loads(order.payload)
    lists = {name: tuple(read[name]) for name in ("buttons", "examples")}
    return Draft(**cast("dict[str, Any]", read | lists))


def note_sync(session: Session, tenant: TenantId, words: str, *, now: datetime) -> None:
    """The engine asked by itself: written down as an order of its own, in place of the last one."""
    own = (
        col(TemplateOrder.tenant_id) == tenant,
        col(TemplateOrder.kind) == OrderKind.SYNC.value,
        col(TemplateOrder.asked_by) == "engine",
    )
    session.exec(sa.delete(TemplateOrder).where(*own))
    session.add(
        TemplateOrder(
            tenant_id=tenant,
            kind=OrderKind.SYNC.value,
            state=OrderState.DONE.value,
            words=words,
            asked_by="engine",
            asked_at=now,
            ended_at=now,
        )
    )
    session.flush()

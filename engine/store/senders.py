"""The pool of business phone numbers. Whether one of them should rest is decided elsewhere."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.ids import PhoneNumberId, SenderId, TenantId
from engine.store.tables.senders import Sender

POOL_LIMIT = 200
"""More numbers than any portfolio has: a guard, not a policy."""


def pool(session: Session, tenant: TenantId) -> Sequence[Sender]:
    """All senders of a tenant: primaries first, then backups, each in their own order."""
    statement = (
        select(Sender)
        .where(col(Sender.tenant_id) == tenant)
        .order_by(col(Sender.role).desc(), col(Sender.position), col(Sender.id))
        .limit(POOL_LIMIT)
    )
    return session.exec(statement).all()


def everyone(session: Session) -> Sequence[Sender]:
    """The senders of all tenants: whom the poller asks about."""
    statement = select(Sender).order_by(col(Sender.tenant_id), col(Sender.id)).limit(POOL_LIMIT)
    return session.exec(statement).all()


def get(session: Session, sender: SenderId, tenant: TenantId | None = None) -> Sender | None:
    """One sender; with `tenant`, None when it is somebody else's."""
    statement = select(Sender).where(col(Sender.id) == sender)
    if tenant is not None:
        statement = statement.where(col(Sender.tenant_id) == tenant)
    return session.exec(statement).one_or_none()


def by_phone_number_id(session: Session, phone_number_id: PhoneNumberId) -> Sender | None:
    """The sender Meta means, by Meta's own id of the number."""
    statement = select(Sender).where(col(Sender.phone_number_id) == phone_number_id)
    return session.exec(statement).one_or_none()


def add(
    session: Session,
    tenant: TenantId,
    phone_number_id: PhoneNumberId,
    *,
    display_phone: str,
    label: str = "",
    role: str = "primary",
    position: int = 0,
    rate_per_second: float = 80.0,
    now: datetime,
) -> SenderId:
    """A new sender, active, with nothing known of it from Meta yet."""
    sender = Sender(
        tenant_id=tenant,
        phone_number_id=phone_number_id,
        display_phone=display_phone,
        label=label,
        role=role,
        position=position,
        rate_per_second=rate_per_second,
        updated_at=now,
    )
    session.add(sender)
    session.flush()
    assert sender.id is not None
    return SenderId(sender.id)


def set_state(
    session: Session,
    sender: SenderId,
    *,
    was: str,
    state: str,
    reason: str,
    now: datetime,
    by_person: bool = False,
) -> bool:
    """Move a sender from state `was` to `state`; False when it is no longer in `was`."""
    values = {"controlled_at": now} if by_person else {}
    changed = _update(
        session,
        sa.and_(col(Sender.id) == sender, col(Sender.state) == was),
        state=state,
        state_reason=reason,
        updated_at=now,
        **values,
    )
    return changed == 1


def set_pace(session: Session, sender: SenderId, *, rate_per_second: float, now: datetime) -> None:
    """The most this sender may send in a second, by a person's word."""
    _update(
        session,
        col(Sender.id) == sender,
        rate_per_second=rate_per_second,
        controlled_at=now,
        updated_at=now,
    )


def set_daily_cap(session: Session, sender: SenderId, *, people: int | None, now: datetime) -> None:
    """The most people this sender may reach in 24 hours, by a person's word; None: no cap."""
    _update(session, col(Sender.id) == sender, daily_cap=people, updated_at=now)


def set_role(session: Session, sender: SenderId, *, was: str, role: str, now: datetime) -> bool:
    """Make a primary a backup or the other way round; False when its role is no longer `was`."""
    changed = _update(
        session,
        sa.and_(col(Sender.id) == sender, col(Sender.role) == was),
        role=role,
        updated_at=now,
    )
    return changed == 1


def record_poll(
    session: Session,
    sender: SenderId,
    *,
    quality: str,
    status: str,
    throughput: str,
    messaging_limit: str,
    display_phone: str = "",
    label: str = "",
    now: datetime,
) -> None:
    """What WhatsApp says of the number, in WhatsApp's words, as of `now`.

    display_phone and label only fill in what nobody wrote yet.
    """
    _update(
        session,
        col(Sender.id) == sender,
        quality=quality,
        status=status,
        throughput=throughput,
        messaging_limit=messaging_limit,
        display_phone=_unless_empty(col(Sender.display_phone), display_phone),
        label=_unless_empty(col(Sender.label), label),
        polled_at=now,
        updated_at=now,
    )


def note_error(session: Session, sender: SenderId, *, words: str, now: datetime) -> None:
    """The last thing that went wrong with this sender, as a sentence."""
    _update(session, col(Sender.id) == sender, last_error=words, updated_at=now)


def _unless_empty(column: sa.SQLColumnExpression[str], otherwise: str) -> Any:
    return sa.func.coalesce(sa.func.nullif(column, ""), otherwise)


def _update(session: Session, condition: sa.ColumnElement[bool], **values: Any) -> int:
    return session.exec(sa.update(Sender).where(condition).values(**values)).rowcount

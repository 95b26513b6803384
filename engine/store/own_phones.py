"""The phones of our own users, for test messages. A phone confirms itself by writing to us."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.audit import Personal
from engine.domain.ids import Phone, TenantId, UserId
from engine.domain.roles import ENGINE
from engine.domain.test_message import CODE_LIVES
from engine.store import audit
from engine.store.tables import OwnPhone, User


def of(session: Session, user: UserId) -> OwnPhone | None:
    """A user's phone, confirmed or not."""
    return session.get(OwnPhone, user)


def name(session: Session, user: UserId, phone: Phone, code: str, now: datetime) -> None:
    """A phone to be confirmed, in place of any other."""
    session.merge(OwnPhone(user_id=user, phone=phone, code=code, asked_at=now))
    session.flush()


def forget(session: Session, user: UserId) -> bool:
    """Take it away; False when there was none."""
    gone = sa.delete(OwnPhone).where(col(OwnPhone.user_id) == user)
    return session.exec(gone).rowcount == 1


def mark_confirmed(session: Session, row: OwnPhone, now: datetime) -> bool:
    """Once; False when it is confirmed already."""
    changed = session.exec(
        sa.update(OwnPhone)
        .where(
            col(OwnPhone.user_id) == row.user_id,
            col(OwnPhone.code) == row.code,
            col(OwnPhone.confirmed_at).is_(None),
        )
        .values(confirmed_at=now)
    )
    return changed.rowcount == 1


def confirm(session: Session, phone: Phone | None, text: str, now: datetime) -> bool:
    """Whether a message from `phone` is one that confirms it; then it is confirmed.

    WhatsApp vouches for the number a message comes from, and the code for whose page it is on.
    """
    if phone is None:
        return False
    waiting = session.exec(
        select(OwnPhone, User)
        .join(User, col(User.id) == col(OwnPhone.user_id))
        .where(col(OwnPhone.phone) == phone, col(OwnPhone.confirmed_at).is_(None))
    ).all()
    for row, user in waiting:
        if now - row.asked_at > CODE_LIVES or row.code not in text:
            continue
        if mark_confirmed(session, row, now):
            audit.append(
                session,
                by=ENGINE,
                action="user.phone_confirmed",
                subject=f"user:{row.user_id}",
                after={"phone": Personal(row.phone), "how": "wrote the code"},
                now=now,
                tenant=TenantId(user.tenant_id),
            )
            return True
    return False

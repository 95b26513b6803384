"""Second factors: the secret a user's codes come from, and the codes for when it is lost."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from engine.domain.ids import UserId
from engine.store.dialects import table
from engine.store.tables.tenants import RecoveryCode, User

_codes = table(RecoveryCode)


def begin(session: Session, user: UserId, secret: str) -> None:
    """Remember a new secret; it is not asked for until it is confirmed."""
    _set(session, user, totp_secret=secret, totp_since=None, totp_step=0)


def confirm(session: Session, user: UserId, *, now: datetime) -> None:
    """From now on a code is asked for at each sign-in."""
    _set(session, user, totp_since=now)


def drop(session: Session, user: UserId) -> None:
    """Forget the secret and the recovery codes."""
    _set(session, user, totp_secret=None, totp_since=None, totp_step=0)
    write_codes(session, user, ())


def use_step(session: Session, user: UserId, step: int) -> bool:
    """Take a code's step; False when it, or a later one, was taken before."""
    taken = session.exec(
        sa.update(User)
        .where(col(User.id) == user, col(User.totp_step) < step)
        .values(totp_step=step)
    )
    return taken.rowcount == 1


def write_codes(session: Session, user: UserId, hashes: Iterable[str]) -> None:
    """Replace the recovery codes."""
    session.connection().execute(sa.delete(_codes).where(_codes.c.user_id == user))
    rows = [{"user_id": user, "code_hash": one} for one in hashes]
    if rows:
        session.connection().execute(sa.insert(_codes), rows)


def use_code(session: Session, user: UserId, code_hash: str, *, now: datetime) -> bool:
    """Take a recovery code; False when there is no such one, or it was taken before."""
    taken = session.connection().execute(
        sa.update(_codes)
        .where(_codes.c.user_id == user, _codes.c.code_hash == code_hash)
        .where(_codes.c.used_at.is_(None))
        .values(used_at=now)
    )
    return taken.rowcount == 1


def codes_left(session: Session, user: UserId) -> int:
    """How many recovery codes are still good."""
    asked = sa.select(sa.func.count()).where(_codes.c.user_id == user, _codes.c.used_at.is_(None))
    return session.connection().execute(asked).scalar_one()


def _set(session: Session, user: UserId, **values: object) -> None:
    session.exec(sa.update(User).where(col(User.id) == user).values(**values))

"""Who may run the engine: one lease, one fencing token, raised by every taking (spec R6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import cast

import sqlalchemy as sa
from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session, col

from engine.store.dialects import insert_ignoring, table
from engine.store.tables import EngineRun, Lease

NAME = "engine"
_NEVER = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Standing:
    """The lease as somebody saw it: a renewal or another owner makes another one of it."""

    owner: str
    token: int
    expires_at: datetime
    place: str = ""
    """The database its owner took it in; see `here`."""


def here(session: Session) -> str:
    """Which database this is: a copy of it is another one. Empty when it lives in memory.

    SQLite: the file's inode; PostgreSQL: the database's number and its server's port.
    """
    if session.get_bind().dialect.name != "sqlite":
        return str(session.connection().execute(_POSTGRESQL_PLACE).scalar_one())
    file = session.connection().execute(_SQLITE_FILE).scalar_one()
    return f"inode {Path(file).stat().st_ino}" if file else ""


def standing(session: Session) -> Standing | None:
    """The lease as it is now; None before the first taking."""
    row = session.connection().execute(_STANDING).one_or_none()
    return None if row is None else Standing(row.owner, row.token, row.expires_at, row.place)


def holder(session: Session) -> tuple[str, bool]:
    """The owner's name, and whether its lease is still running by the database's clock."""
    row = (
        session.connection()
        .execute(select(col(Lease.owner), col(Lease.expires_at)).where(col(Lease.name) == NAME))
        .one_or_none()
    )
    if row is None:
        return "", False
    return row.owner, row.expires_at > database_now(session)


def take(
    session: Session,
    *,
    owner: str,
    ttl: timedelta,
    even_from: str | None,
    seen: Standing | None = None,
) -> int | None:
    """Take the lease when it is free, ours, or `even_from`'s (known to be dead, or silent).

    seen: only if it is still as it was seen then. Returns the new token, or None when somebody else
    holds it. Whether it ran out by the database's clock is not asked: somebody may have set that.
    """
    session.connection().execute(
        insert_ignoring(session, Lease, ["name"]).values(
            name=NAME, owner="", place="", token=0, expires_at=_NEVER
        )
    )
    now = database_now(session)
    free = sa.or_(
        col(Lease.owner) == "",
        col(Lease.owner) == (even_from if even_from is not None else owner),
    )
    taken = (
        session.connection()
        .execute(
            update(Lease)
            .where(col(Lease.name) == NAME, free, _is_still(seen))
            .values(owner=owner, place=here(session), token=Lease.token + 1, expires_at=now + ttl)
            .returning(col(Lease.token))
        )
        .one_or_none()
    )
    return None if taken is None else cast("int", taken.token)


def renew(session: Session, *, owner: str, token: int, ttl: timedelta) -> bool:
    """Extend our own lease; False when it is no longer ours."""
    connection = session.connection()
    dialect = connection.dialect.name
    later = f"{ttl.total_seconds():+.3f} seconds" if dialect == "sqlite" else ttl
    result = connection.execute(_renewal(dialect), {"us": owner, "ours": token, "later": later})
    return result.rowcount == 1


def _is_still(seen: Standing | None) -> sa.ColumnElement[bool]:
    if seen is None:
        return sa.true()
    return sa.and_(col(Lease.token) == seen.token, col(Lease.expires_at) == seen.expires_at)


_leases = table(Lease)
_STANDING = select(_leases.c.owner, _leases.c.token, _leases.c.expires_at, _leases.c.place).where(
    _leases.c.name == NAME
)


@cache
def _renewal(dialect: str) -> sa.Update:
    """Built once, and one statement: every engine says it every other second."""
    later = bindparam("later", type_=sa.String() if dialect == "sqlite" else sa.Interval())
    until = (
        func.strftime("%Y-%m-%d %H:%M:%f000", "now", later)  # as SQLAlchemy writes instants there
        if dialect == "sqlite"
        else func.clock_timestamp() + later
    )
    return (
        update(_leases)
        .where(_leases.c.name == NAME, _leases.c.owner == bindparam("us"))
        .where(_leases.c.token == bindparam("ours"))
        .values(expires_at=until)
    )


_SQLITE_FILE = sa.text("SELECT file FROM pragma_database_list WHERE name = 'main'")
_POSTGRESQL_PLACE = sa.text(
    "SELECT datname || '/' || oid || '/' || current_setting('port') FROM pg_database "
    "WHERE datname = current_database()"
)
_SQLITE_NOW = sa.text("SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')")


def release(session: Session, *, owner: str, token: int, now: datetime) -> None:
    """Give the lease up, so that the next engine need not wait for it to run out."""
    session.connection().execute(
        update(Lease)
        .where(col(Lease.name) == NAME, col(Lease.owner) == owner, col(Lease.token) == token)
        .values(owner="", expires_at=_NEVER)
    )
    session.connection().execute(
        update(EngineRun).where(col(EngineRun.token) == token).values(ended_at=now)
    )


def begin_run(
    session: Session, *, token: int, owner: str, boot_id: str, journal: str, now: datetime
) -> None:
    """Write down the run whose token is the epoch of all its marks."""
    session.add(
        EngineRun(token=token, owner=owner, boot_id=boot_id, journal=journal, started_at=now)
    )


def unsettled_runs(session: Session, before: int) -> list[EngineRun]:
    """Earlier runs whose leftovers nobody has dealt with yet, oldest first."""
    return list(
        session.scalars(
            select(EngineRun)
            .where(col(EngineRun.token) < before, col(EngineRun.settled_at).is_(None))
            .order_by(col(EngineRun.token))
        )
    )


def settled(session: Session, token: int, now: datetime) -> None:
    """The run's leftovers are dealt with; its journal may go."""
    session.connection().execute(
        update(EngineRun).where(col(EngineRun.token) == token).values(settled_at=now)
    )


def database_now(session: Session) -> datetime:
    """The instant by the database's own clock: takers on several machines share no other."""
    if session.get_bind().dialect.name == "sqlite":
        text = session.connection().execute(_SQLITE_NOW).scalar_one()
        return datetime.fromisoformat(cast("str", text))
    return cast(
        "datetime", session.connection().execute(select(func.clock_timestamp())).scalar_one()
    )

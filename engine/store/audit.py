"""The audit trail: rows are added at its end, each sealed with the one before; none is changed.

A command appends in its own transaction, so what was done and the record of it are one (spec X1).
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain import audit as chain
from engine.domain.audit import Anchor, Broken, Entry, Intact, Sealed
from engine.domain.ids import TenantId
from engine.domain.roles import Actor
from engine.store.dialects import table
from engine.store.tables import AuditEntry

LOCK_KEY = 0x6175646974
"""Any number, as long as every writer asks for the same one: "audit" in ASCII."""
VERIFY_BATCH = 1_000

_audit = table(AuditEntry)


def append(
    session: Session,
    *,
    by: Actor,
    action: str,
    subject: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    now: datetime,
    tenant: TenantId | None = None,
) -> int:
    """Add a row at the end of the trail; returns its number, one more than the last.

    action: what was done, `content.approved`; subject: to what, `content:12`. before, after: what
    changed, as JSON takes it; never a phone number in full. tenant: whose it is, when the actor,
    being the engine or the command line, has none.
    """
    last = _take_the_end(session)
    entry = Entry(
        number=last.number + 1,
        tenant=tenant if tenant is not None else by.tenant,
        at=now,
        actor=by.label,
        action=action,
        subject=subject,
        before=_json(before),
        after=_json(after),
        ip=by.ip,
    )
    session.connection().execute(
        sa.insert(_audit).values(
            number=entry.number,
            tenant_id=entry.tenant,
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            subject=entry.subject,
            before=entry.before,
            after=entry.after,
            ip=entry.ip,
            previous_hash=last.hash,
            hash=chain.chain_hash(last.hash, entry),
        )
    )
    return entry.number


def end(session: Session) -> Anchor:
    """Where the trail ends now. Kept elsewhere, it shows later that no tail was cut off."""
    found = (
        session.connection()
        .execute(
            sa.select(_audit.c.number, _audit.c.hash).order_by(_audit.c.number.desc()).limit(1)
        )
        .one_or_none()
    )
    return Anchor() if found is None else Anchor(found.number, found.hash)


def verify(session: Session, *, anchor: Anchor | None = None) -> Intact | Broken:
    """Walk the whole trail, in constant memory, up to the first row that does not hold.

    It finds an edited row, a missing one and, with an anchor, a tail cut off or written anew.
    """
    return chain.verify(_trail(session), anchor=anchor)


def _trail(session: Session) -> Iterator[Sealed]:
    rows = session.connection().execute(
        sa.select(_audit).order_by(_audit.c.number).execution_options(yield_per=VERIFY_BATCH)
    )
    with rows:
        for row in rows:
            entry = Entry(
                number=row.number,
                tenant=row.tenant_id,
                at=row.at,
                actor=row.actor,
                action=row.action,
                subject=row.subject,
                before=row.before,
                after=row.after,
                ip=row.ip,
            )
            yield Sealed(entry, row.previous_hash, row.hash)


def _take_the_end(session: Session) -> Anchor:
    # SQLite has one writer anyway. On PostgreSQL two could both follow the same row; the lock is
    # let go with the transaction, and the statement after it sees what the other one committed.
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_KEY)))
    return end(session)


def _json(values: Mapping[str, Any] | None) -> str:
    if values is None:
        return ""
    return json.dumps(
        values, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_plain
    )


def _plain(value: object) -> str:
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    raise TypeError(f"the audit trail takes what JSON takes, not {type(value).__name__}")

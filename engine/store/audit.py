"""The audit trail: rows are appended, each sealed with the hash of the one before; none is changed.

A command appends in its own transaction, so what was done and the record of it are one (spec X1).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.ids import TenantId
from engine.domain.roles import Actor
from engine.store.dialects import table
from engine.store.tables import AuditEntry

GENESIS = "0" * 64
"""What the first row names as the hash before it."""
LOCK_KEY = 0x6175646974
"""Any number, as long as every writer asks for the same one: "audit" in ASCII."""
VERIFY_BATCH = 1_000

_audit = table(AuditEntry)


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of the trail at some instant: kept elsewhere, it shows that no tail was cut."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row at which the trail does not hold, and what is wrong with it."""

    number: int
    why: str


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
    row: dict[str, Any] = {
        "number": last.number + 1,
        "tenant_id": tenant if tenant is not None else by.tenant,
        "at": now,
        "actor": by.label,
        "action": action,
        "subject": subject,
        "before": _json(before),
        "after": _json(after),
        "ip": by.ip,
        "previous_hash": last.hash,
    }
    session.connection().execute(sa.insert(_audit).values(**row, hash=_seal(row)))
    return last.number + 1


def end(session: Session) -> Anchor:
    """Where the trail ends now; number 0 when it is empty."""
    found = (
        session.connection()
        .execute(
            sa.select(_audit.c.number, _audit.c.hash).order_by(_audit.c.number.desc()).limit(1)
        )
        .one_or_none()
    )
    return Anchor(0, GENESIS) if found is None else Anchor(found.number, found.hash)


def verify(session: Session, *, anchor: Anchor | None = None) -> Anchor | Broken:
    """Walk the whole trail: where it ends when every row holds, else the first that does not.

    It finds an edited row, a missing one and, with an anchor, a tail that was cut off or rewritten.
    """
    last = Anchor(0, GENESIS)
    rows = (
        session.connection()
        .execute(
            sa.select(_audit).order_by(_audit.c.number).execution_options(yield_per=VERIFY_BATCH)
        )
        .mappings()
    )
    for found in rows:
        row = cast("Mapping[str, Any]", found)
        wrong = _what_is_wrong(row, last, anchor)
        if wrong is not None:
            rows.close()
            return Broken(row["number"], wrong)
        last = Anchor(row["number"], row["hash"])
    if anchor is not None and last.number < anchor.number:
        return Broken(last.number + 1, f"the trail once reached {anchor.number}: its end is gone")
    return last


def _what_is_wrong(row: Mapping[str, Any], last: Anchor, anchor: Anchor | None) -> str | None:
    number = row["number"]
    if number != last.number + 1:
        return f"number {last.number + 1} is missing"
    if row["previous_hash"] != last.hash:
        return "it does not follow the row before it"
    if row["hash"] != _seal(row):
        return "it was changed after it was written"
    if anchor is not None and number == anchor.number and row["hash"] != anchor.hash:
        return "it is not the row that was anchored: the trail was written anew"
    return None


def _take_the_end(session: Session) -> Anchor:
    # SQLite has one writer anyway. On PostgreSQL two could both follow the same row; the lock is
    # let go with the transaction, and the statement after it sees what the other one committed.
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_KEY)))
    return end(session)


def _seal(row: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over every value of a row but its own hash, the one before it included."""
    values = [
        row["number"],
        row["tenant_id"],
        row["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        *(row[name] for name in ("actor", "action", "subject", "before", "after", "ip")),
        row["previous_hash"],
    ]
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


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

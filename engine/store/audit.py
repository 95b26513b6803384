"""The audit trail: rows are added at its end, each sealed with the one before; none is changed.

A command appends in its own transaction, so what was done and the record of it are one (spec X1).
"""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain import audit as chain
from engine.domain.audit import Anchor, Beside, Broken, Entry, Intact, Sealed
from engine.domain.ids import TenantId
from engine.domain.roles import Actor
from engine.store import audit_values
from engine.store.dialects import table
from engine.store.tables import AuditEnd, AuditEntry, AuditKey, AuditValue

LOCK_KEY = 0x6175646974
"""Any number, as long as every writer asks for the same one: "audit" in ASCII."""
VERIFY_BATCH = 1_000
ERASURES = ("subscriber.erased",)
"""The actions after which the values of their subject are gone, and rightly so."""

_audit, _end = table(AuditEntry), table(AuditEnd)
_keys, _values = table(AuditKey), table(AuditValue)


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
    changed, as JSON takes it; what names the subject as a person is `Personal`, and can be erased.
    tenant: whose it is, when the actor, being the engine or the command line, has none.
    """
    last = _take_the_end(session)
    sealed_before, beside = audit_values.seal(session, subject, "before", before)
    sealed_after, beside_after = audit_values.seal(session, subject, "after", after)
    entry = Entry(
        number=last.number + 1,
        tenant=tenant if tenant is not None else by.tenant,
        at=now,
        actor=by.label,
        action=action,
        subject=subject,
        before=_json(sealed_before),
        after=_json(sealed_after),
        ip=by.ip,
    )
    new = Anchor(entry.number, chain.chain_hash(last.hash, entry))
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
            hash=new.hash,
        )
    )
    audit_values.keep(session, entry.number, subject, beside | beside_after)
    _move_the_end(session, new)
    return entry.number


def end(session: Session) -> Anchor:
    """Where the trail ends now. Kept elsewhere, it shows later that no tail was cut off."""
    return _own_account(session) or Anchor()


def verify(session: Session, *, anchors: Iterable[Anchor] = ()) -> Intact | Broken:
    """Walk the whole trail, in constant memory, up to the first row that does not hold.

    It finds an edited row, a missing one and a tail cut off or added by hand; with an anchor, also
    a trail that was written anew together with its own account of where it ends.
    """
    # All of it in one statement: on PostgreSQL the next one would already see what is new.
    rows = session.connection().execute(_WALK.execution_options(yield_per=VERIFY_BATCH))
    with rows:
        walked = iter(rows)
        first = next(walked, None)
        if first is None:
            return chain.verify((), anchors=anchors, end=_own_account(session))
        own = None if first.end_number is None else Anchor(first.end_number, first.end_hash)
        return chain.verify(_trail(itertools.chain([first], walked)), anchors=anchors, end=own)


def sealed(session: Session) -> Iterator[Sealed]:
    """The trail from its first row on, as it is kept."""
    with session.connection().execute(_WALK.execution_options(yield_per=VERIFY_BATCH)) as rows:
        yield from _trail(rows)


_ended = sa.select(_end.c.number, _end.c.hash).subquery("own_account")
_erased = (
    sa.select(_audit.c.subject.label("person"))
    .where(_audit.c.action.in_(ERASURES))
    .distinct()
    .subquery("erasures")
)
_WALK = (
    sa.select(
        _audit,
        _keys.c.key.label("person_key"),
        _values.c.field,
        _values.c.value,
        _erased.c.person.label("erased"),
        _ended.c.number.label("end_number"),
        _ended.c.hash.label("end_hash"),
    )
    .outerjoin(_keys, _keys.c.person == _audit.c.subject)
    .outerjoin(_values, _values.c.number == _audit.c.number)
    .outerjoin(_erased, _erased.c.person == _audit.c.subject)
    .outerjoin(_ended, sa.true())
    .order_by(_audit.c.number)
)


def _trail(rows: Iterable[sa.Row[Any]]) -> Iterator[Sealed]:
    for number, lines in itertools.groupby(rows, key=lambda row: row.number):
        found = list(lines)
        row = found[0]
        entry = Entry(
            number=number,
            tenant=row.tenant_id,
            at=row.at,
            actor=row.actor,
            action=row.action,
            subject=row.subject,
            before=row.before,
            after=row.after,
            ip=row.ip,
        )
        values = {line.field: line.value for line in found if line.field is not None}
        beside = Beside(values, row.person_key, erased=row.erased is not None)
        yield Sealed(entry, row.previous_hash, row.hash, beside)


def _take_the_end(session: Session) -> Anchor:
    # SQLite has one writer anyway. On PostgreSQL two could both follow the same row; the lock is
    # let go with the transaction, and the statement after it sees what the other one committed.
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_KEY)))
    # Not the last row there is: where that was cut off by hand, the gap must stay to be seen.
    return end(session)


def _own_account(session: Session) -> Anchor | None:
    found = session.connection().execute(sa.select(_end.c.number, _end.c.hash)).one_or_none()
    return None if found is None else Anchor(found.number, found.hash)


def _move_the_end(session: Session, new: Anchor) -> None:
    moved = session.connection().execute(
        sa.update(_end).where(_end.c.id == 1).values(number=new.number, hash=new.hash)
    )
    if moved.rowcount == 0:
        session.connection().execute(sa.insert(_end).values(id=1, number=new.number, hash=new.hash))


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

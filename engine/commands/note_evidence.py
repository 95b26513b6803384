"""The trail tells of every evidence pack that was made, taken away, or put out of the house."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, evidence_packs


def note_made(
    session: Session,
    tenant: TenantId,
    subject: str,
    facts: Mapping[str, Any],
    public: tuple[str, str],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """A pack was made. facts: day, people, hash of its list …; public: its key's id and line."""
    key, line = public
    if evidence_packs.note_key(session, key, line, now):
        audit.append(
            session,
            by=by,
            action="evidence.key_used",
            subject=f"evidence_key:{key}",
            after={"public": line},
            now=now,
        )
    audit.append(
        session,
        by=by,
        action="evidence.made",
        subject=subject,
        after={**facts, "key": key},
        now=now,
        tenant=tenant,
    )


def note_download(
    session: Session, tenant: TenantId, pack: int, *, by: Actor, now: datetime
) -> str | Refused:
    """Somebody takes a pack away; the name of its file, or why not. Raises Forbidden."""
    require(by, Permission.AUDIT_READ, tenant)
    row = evidence_packs.get(session, pack, tenant)
    if row is None or row.state != "done":
        return Refused("This pack is not here (any more). Have it made again.")
    audit.append(
        session,
        by=by,
        action="evidence.downloaded",
        subject=f"evidence:{pack}",
        after={"day": row.day, "people": row.people},
        now=now,
        tenant=tenant,
    )
    return row.file_name

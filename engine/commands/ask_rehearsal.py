"""Somebody who runs the morning has it rehearsed now (spec §1)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, broadcasts, rehearsals


def ask_rehearsal(session: Session, tenant: TenantId, *, by: Actor, now: datetime) -> int | Refused:
    """Have the next morning rehearsed in its turn; its number. Raises Forbidden."""
    require(by, Permission.BROADCAST_CONTROL, tenant)
    if rehearsals.under_way(session, tenant) is not None:
        return Refused("A rehearsal is under way already.")
    made = rehearsals.note(
        session,
        tenant,
        broadcast=broadcasts.next_to_open(session, tenant, now),
        occasion=f"asked {now.isoformat(timespec='microseconds')}",
        by=by.label,
        now=now,
    )
    if made is None:
        return Refused("A rehearsal is under way already.")
    audit.append(
        session,
        by=by,
        action="rehearsal.asked",
        subject=f"rehearsal:{made}",
        now=now,
        tenant=tenant,
    )
    return made

"""A person makes a sender a primary or a backup (spec N1)."""

from datetime import datetime
from typing import Literal, get_args

from sqlmodel import Session

from engine.domain.ids import SenderId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, senders

SenderRole = Literal["primary", "backup"]


def set_sender_role(
    session: Session, sender: SenderId, role: SenderRole, *, by: Actor, now: datetime
) -> Refused | None:
    """Primaries are planned with; backups wait until a primary fails. Holds from the next plan on.

    Returns None, or why not. Raises Forbidden.
    """
    require(by, Permission.SENDERS_WRITE)
    row = senders.get(session, sender, by.tenant)
    if row is None:
        return Refused("This sender is not in your pool any more.")
    if role not in get_args(SenderRole):
        return Refused("A sender is a primary or a backup.")
    was = row.role
    if was == role:
        return Refused(f"{row.display_phone} is a {role} already.")
    if role == "backup" and _last_primary(session, TenantId(row.tenant_id), sender):
        return Refused(
            f"{row.display_phone} is the only primary in the pool: without it nothing would be "
            "planned. Make another sender a primary first."
        )
    if not senders.set_role(session, sender, was=was, role=role, now=now):
        return Refused("Somebody else has just changed this sender. Look again.")
    audit.append(
        session,
        by=by,
        action="sender.role_changed",
        subject=f"sender:{sender}",
        before={"role": was},
        after={"role": role},
        now=now,
    )
    return None


def _last_primary(session: Session, tenant: TenantId, sender: SenderId) -> bool:
    others = (row for row in senders.pool(session, tenant) if row.id != sender)
    return not any(row.role == "primary" and row.state == "active" for row in others)

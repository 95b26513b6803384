"""An administrator has a backup taken now (spec X4)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.roles import Actor, Permission, require
from engine.store import audit, backups


def ask_backup(session: Session, *, by: Actor, now: datetime) -> int:
    """Have it taken in its turn; its number. Raises Forbidden."""
    require(by, Permission.SETTINGS_WRITE)
    backup = backups.ask(session, by=by.label, now=now)
    audit.append(session, by=by, action="backup.asked", subject=f"backup:{backup}", now=now)
    return backup

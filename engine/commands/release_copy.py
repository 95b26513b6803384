"""A person lets a database that was restored from a backup send again (spec X4, R6, C2).

Since the backup was taken its original may have gone on. So whatever was open then is held: only a
person may send it again, knowing that it may arrive twice. Receipts that come after all settle it.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.schedule import IST
from engine.store import audit, copies

MOMENT = "%d %b %H:%M:%S IST"


def release_copy(session: Session, *, by: Actor, now: datetime) -> int | Refused:
    """Release it; how many messages are held for a person now, or why not. Raises Forbidden."""
    require(by, Permission.SETTINGS_WRITE)
    copy = copies.unreleased(session)
    if copy is None:
        return Refused("This database is not a copy that waits to be released.")
    local = copy.backed_up_at.astimezone(ZoneInfo(IST))
    why = (
        f"This database was restored from the backup of {local.strftime(MOMENT)}: its original "
        "may have sent it since."
    )
    held = copies.release(session, copy, by=by.label, why=why, now=now)
    if held is None:
        return Refused("Somebody else has just released it.")
    audit.append(
        session,
        by=by,
        action="copy.released",
        subject=f"copy:{copy.id}",
        after={"backed_up_at": copy.backed_up_at, "held": held},
        now=now,
    )
    return held

"""A person takes a staged list back; what of it was taken over already stays."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import ImportId
from engine.domain.precedence import UNDER_WAY, ImportState
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, imports


def cancel_import(session: Session, which: ImportId, *, by: Actor, now: datetime) -> Refused | None:
    """Its rows are deleted by and by. Raises Forbidden."""
    require(by, Permission.SUBSCRIBERS_WRITE)
    row = imports.get(session, which, by.tenant)
    if row is None:
        return Refused("There is no such import.")
    state = ImportState(row.state)
    cancelled = state in UNDER_WAY and imports.change(
        session,
        which,
        was=state,
        state=ImportState.CANCELLED.value,
        reason=f"Taken back by {by.name}",
        updated_at=now,
    )
    if not cancelled:
        return Refused("This import is over already.")
    audit.append(
        session,
        by=by,
        action="subscribers.import_cancelled",
        subject=f"import:{which}",
        after={"file": row.file_name, "added": row.added},
        now=now,
        tenant=by.tenant,
    )
    return None

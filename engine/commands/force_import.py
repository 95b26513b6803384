"""A person does not want a staged list to wait until the morning is over (spec R3)."""

from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import ImportId
from engine.domain.precedence import ImportState
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, imports


def force_import(session: Session, which: ImportId, *, by: Actor, now: datetime) -> Refused | None:
    """Take it over now, in slices that the lanes do not notice. Raises Forbidden.

    Refused for a list that is to come whole or not at all: that is one long transaction.
    """
    require(by, Permission.SUBSCRIBERS_WRITE)
    row = imports.get(session, which, by.tenant)
    if row is None:
        return Refused("There is no such import.")
    if row.all_or_nothing:
        return Refused("All or nothing is one long step, and waits until the morning is over.")
    if not imports.change(session, which, was=ImportState.WAITING, forced=True, updated_at=now):
        return Refused("This import does not wait any more. Look again.")
    audit.append(
        session,
        by=by,
        action="subscribers.import_forced",
        subject=f"import:{which}",
        after={"file": row.file_name, "rows": row.rows},
        now=now,
        tenant=by.tenant,
    )
    return None

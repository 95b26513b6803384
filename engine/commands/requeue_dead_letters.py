"""A person puts back all dead letters that match, so many in a transaction (spec E4)."""

from datetime import datetime

from sqlmodel import Session

from engine.commands.put_back import Intent, PutBack, put_back
from engine.domain.dead_letter import WantedLetters
from engine.domain.delivery import State
from engine.domain.ids import DeliveryId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require


def requeue_dead_letters(
    session: Session,
    wanted: WantedLetters,
    *,
    before: DeliveryId | None = None,
    by: Actor,
    now: datetime,
) -> PutBack | Refused:
    """Make the next of them due at once; call again with `next` until it is None. Raises Forbidden.

    Those that may not go stay dead letters, counted by why.
    """
    require(by, Permission.DELIVERIES_SETTLE, wanted.tenant)
    if wanted.state is not State.FAILED:
        return Refused("Only dead letters are put back this way.")
    intent = Intent(action="dead_letters.requeued", reason=f"Put back by {by.name}", by=by, now=now)
    return put_back(session, wanted, intent, before=before)

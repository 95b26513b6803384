"""A person closes all dead letters or held deliveries that match, and says why (spec E4)."""

from datetime import datetime

from sqlmodel import Session

from engine.commands.discard_delivery import REASON_LIMIT
from engine.commands.put_back import AT_ONCE, PutBack
from engine.domain.dead_letter import WantedLetters
from engine.domain.delivery import Event, State, advance, possible
from engine.domain.ids import DeliveryId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, dead_letters


def discard_dead_letters(
    session: Session,
    wanted: WantedLetters,
    reason: str,
    *,
    before: DeliveryId | None = None,
    by: Actor,
    now: datetime,
) -> PutBack | Refused:
    """Close the next of them; call again with `next` until it is None. Raises Forbidden.

    Nothing more is sent for them; a late receipt may still tell that one arrived.
    """
    require(by, Permission.DELIVERIES_SETTLE, wanted.tenant)
    why = " ".join(reason.split())[:REASON_LIMIT]
    if not why:
        return Refused("Say why: the reason stays with the deliveries.")
    if not possible(wanted.state, Event.DISCARD):
        return Refused("Only held or failed deliveries can be closed.")
    found = dead_letters.find(session, wanted, before=before, limit=AT_ONCE)
    closed = dead_letters.move(
        session,
        [one.delivery for one in found],
        old=wanted.state,
        new=advance(wanted.state, Event.DISCARD),
        reason=f"Closed by {by.name}: {why}",
        due_at=None,
        now=now,
    )
    if closed:
        audit.append(
            session,
            by=by,
            action="dead_letters.discarded",
            subject="deliveries" if wanted.broadcast is None else f"broadcast:{wanted.broadcast}",
            before={"state": wanted.state.value},
            after={
                "state": State.DISCARDED.value,
                "reason": why,
                "count": len(closed),
                "deliveries": closed,
            },
            now=now,
            tenant=wanted.tenant,
        )
    more = len(found) == AT_ONCE
    return PutBack(count=len(closed), next=found[-1].delivery if more else None)

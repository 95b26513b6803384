"""What commands that steer a broadcast share: find it, follow the arrow, write it down."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from engine.domain.broadcast import BroadcastEvent, BroadcastState, possible
from engine.domain.ids import BroadcastId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit, broadcasts
from engine.store.tables import Broadcast


def steer(
    session: Session,
    broadcast: BroadcastId,
    event: BroadcastEvent,
    *,
    words: str,
    by: Actor,
    now: datetime,
    **values: Any,
) -> Broadcast | Refused:
    """Follow `event` from where the broadcast stands, with its audit row and its line on the board.

    Returns the row as it was before. Raises Forbidden.
    """
    require(by, Permission.BROADCAST_CONTROL)
    row = broadcasts.find(session, broadcast, by.tenant)
    if row is None:
        return Refused("There is no such broadcast.")
    state = BroadcastState(row.state)
    if not possible(state, event):
        return Refused(f"This broadcast is {_plain(state)}: that is not possible any more.")
    if not broadcasts.advance(session, broadcast, event, control_at=now, **values):
        return Refused("Somebody else has just changed this broadcast. Look again.")
    after = broadcasts.state_of(session, broadcast)
    audit.append(
        session,
        by=by,
        action=f"broadcast.{event.value}",
        subject=f"broadcast:{broadcast}",
        before={"state": state.value},
        after={"state": after.value},
        now=now,
        tenant=TenantId(row.tenant_id),
    )
    broadcasts.log(
        session,
        tenant=TenantId(row.tenant_id),
        broadcast=broadcast,
        event=f"broadcast.{event.value}",
        words=f"{words} by {by.name}",
        now=now,
    )
    return row


def _plain(state: BroadcastState) -> str:
    return state.value.replace("_", " ")

"""A person sends all held deliveries of a broadcast again, knowing that some may arrive twice."""

from datetime import datetime

from sqlmodel import Session

from engine.commands.put_back import Intent, PutBack, put_back
from engine.domain.dead_letter import WantedLetters
from engine.domain.delivery import Event, State
from engine.domain.ids import BroadcastId, DeliveryId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import broadcasts


def resend_all_held(
    session: Session,
    broadcast: BroadcastId,
    *,
    before: DeliveryId | None = None,
    by: Actor,
    now: datetime,
) -> PutBack | Refused:
    """Make the next of them due at once; call again with `next` until it is None. Raises Forbidden.

    The person was asked and knows; those that may not go for another reason stay held.
    """
    require(by, Permission.DELIVERIES_SETTLE)
    row = broadcasts.find(session, broadcast, by.tenant)
    if row is None:
        return Refused("There is no such broadcast.")
    tenant = TenantId(row.tenant_id)
    wanted = WantedLetters(tenant=tenant, state=State.HELD, broadcast=broadcast)
    intent = Intent(
        action="broadcast.held_resent",
        reason=f"Sent again knowingly by {by.name}",
        by=by,
        now=now,
        event=Event.RESEND,
        knowingly=True,
    )
    done = put_back(session, wanted, intent, before=before)
    if done.count:
        broadcasts.log(
            session,
            tenant=tenant,
            broadcast=broadcast,
            event="broadcast.held_resent",
            words=f"{done.count} that were held go again, knowingly, by {by.name}",
            now=now,
        )
    return done

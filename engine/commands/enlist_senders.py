"""The phone numbers the settings name join the pool; what the pool knows already stays as it is."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import PhoneNumberId, SenderId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import audit
from engine.store import senders as pool


def enlist_senders(
    session: Session,
    tenant: TenantId,
    phone_number_ids: Sequence[PhoneNumberId],
    *,
    by: Actor,
    now: datetime,
) -> tuple[SenderId, ...] | Refused:
    """Add those of the numbers that are not in the pool yet, as primaries, in this order.

    Returns the new senders; why not when a number belongs to another organisation. Raises
    Forbidden.
    """
    require(by, Permission.SENDERS_WRITE, tenant)
    known = {phone: pool.by_phone_number_id(session, phone) for phone in phone_number_ids}
    if any(sender is not None and sender.tenant_id != tenant for sender in known.values()):
        return Refused("One of these numbers belongs to another organisation.")
    place = len(pool.pool(session, tenant))
    added: list[SenderId] = []
    for phone, sender in known.items():
        if sender is not None:
            continue
        new = pool.add(
            session,
            tenant,
            phone,
            display_phone="",  # Meta tells it when it is asked about the number
            label=f"Line {place + 1}",
            position=place,
            now=now,
        )
        audit.append(
            session,
            by=by,
            action="sender.added",
            subject=f"sender:{new}",
            after={"phone_number_id": phone},
            now=now,
            tenant=tenant,
        )
        place += 1
        added.append(new)
    return tuple(added)

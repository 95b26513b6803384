"""A person is erased, as the law gives everybody a right to be (spec S1: DPDP).

Their values go from their entry, the consent evidence, the messages rendered for them, the webhooks
as they came, and from beside the audit trail. What was counted stays counted.
"""

from datetime import datetime

from sqlmodel import Session

from engine.domain.ids import SubscriberId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.store import (
    audit,
    audit_values,
    broadcasts,
    erasures,
    evidence_packs,
    subscribers,
)
from engine.whatsapp.erasure import without_person

REFERENCE_LIMIT = 100
WITHDRAWN = "Somebody of that day was erased. Have it made again: they are not in the new one."


def erase_subscriber(
    session: Session, subscriber: SubscriberId, reference: str, *, by: Actor, now: datetime
) -> Refused | None:
    """Erase one subscriber for good.

    reference: where the request can be found, such as a ticket's number; it is kept, so it names
    nobody. Returns None, or why not. Raises Forbidden.
    """
    require(by, Permission.SUBSCRIBERS_ERASE)
    row = subscribers.get(session, by.tenant, subscriber)
    if row is None:
        return Refused("This subscriber is not in your list any more.")
    if row.erased_at is not None:
        return Refused("This subscriber is erased already.")
    tenant = TenantId(row.tenant_id)
    if why := _why_not_now(session, tenant, subscriber, reference):
        return Refused(why)
    digits = "".join(letter for letter in row.phone or "" if letter.isdigit())
    addresses = [address for address in (digits, row.bsuid) if address]
    webhooks = erasures.webhooks_naming(session, subscriber, addresses)
    if any(webhook.waiting for webhook in webhooks):
        return Refused("WhatsApp is just telling us about them. Try again in a moment.")
    if not erasures.blank(session, subscriber, now=now):
        return Refused("Somebody else has just erased this subscriber.")
    deliveries = erasures.take_out(
        session, subscriber, webhooks, addresses, clean=without_person, digits=digits
    )
    packs = evidence_packs.withdraw(session, subscriber, WITHDRAWN, now)
    values = audit_values.forget(session, f"subscriber:{subscriber}")
    audit.append(
        session,
        by=by,
        action="subscriber.erased",
        subject=f"subscriber:{subscriber}",
        after={
            "reference": " ".join(reference.split())[:REFERENCE_LIMIT],
            "deliveries": deliveries,
            "webhooks": len(webhooks),
            "audit_values": values,
            "evidence_packs": packs,
        },
        now=now,
        tenant=tenant,
    )
    return None


def _why_not_now(
    session: Session, tenant: TenantId, subscriber: SubscriberId, reference: str
) -> str:
    if not reference.strip():
        return "Say where the request can be found, such as a ticket's number."
    if broadcasts.any_running(session, tenant):
        return "A broadcast is under way. Opt them out now, and erase them after it."
    if open_ones := erasures.unsettled(session, subscriber):
        return (
            f"{open_ones} message(s) to them are not settled. Opt them out, close what is held, "
            "and erase them then."
        )
    return ""

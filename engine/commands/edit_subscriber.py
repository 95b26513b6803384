"""A person corrects what is known of a subscriber (spec S1); consent and status have commands."""

from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session

from engine.documents.subscriber_form import check_details
from engine.domain.audit import Personal
from engine.domain.content import Language
from engine.domain.enrolment import Details, SubscriberForm
from engine.domain.ids import Phone, SubscriberId, TenantId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Permission, require
from engine.domain.subscriber import Tier
from engine.store import audit, subscribers
from engine.store.tables import Subscriber

PERSONAL = frozenset({"name", "phone", "region", "registration_no", "tags"})
"""What these say stands beside the audit trail, where it can be erased (spec X1)."""


def edit_subscriber(
    session: Session, subscriber: SubscriberId, form: SubscriberForm, *, by: Actor, now: datetime
) -> Refused | None:
    """Replace the details; deliveries already frozen keep the old ones. Raises Forbidden."""
    require(by, Permission.SUBSCRIBERS_WRITE)
    row = subscribers.get(session, by.tenant, subscriber)
    if row is None:
        return Refused("This subscriber is not in your list any more.")
    if row.erased_at is not None:
        return Refused("This subscriber was erased. Add them anew, with a consent of theirs.")
    details = check_details(form)
    if not isinstance(details, Details):
        return Refused("Nothing was changed.", tuple(problem.words for problem in details))
    tenant = TenantId(row.tenant_id)
    owner = subscribers.known_phones(session, tenant, [details.phone]).get(details.phone)
    if owner not in (None, subscriber):
        return Refused("Another subscriber has this phone number already. Search for it.")
    before, after = asdict(_details_of(row)), asdict(details)
    changed = [field for field in after if before[field] != after[field]]
    if not changed:
        return None
    subscribers.write_details(session, subscriber, details, now=now)
    audit.append(
        session,
        by=by,
        action="subscriber.edited",
        subject=f"subscriber:{subscriber}",
        before={field: _shown(field, before[field]) for field in changed},
        after={field: _shown(field, after[field]) for field in changed},
        now=now,
        tenant=tenant,
    )
    return None


def _details_of(row: Subscriber) -> Details:
    return Details(
        name=row.name,
        phone=Phone(row.phone or ""),
        language=Language(row.language),
        tier=Tier(row.tier),
        region=row.region,
        registration_no=row.registration_no,
        tags=row.tags,
    )


def _shown(field: str, value: str) -> str | Personal:
    return Personal(str(value)) if field in PERSONAL else str(value)

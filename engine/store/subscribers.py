"""Subscribers and their consent history. Bulk work goes through Core, in chunks."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.enrolment import Consent, Details, Enrolment
from engine.domain.ids import Phone, SubscriberId, TenantId
from engine.domain.subscriber import Status
from engine.store import tables
from engine.store.dialects import insert_ignoring, table

SUBSCRIBERS = table(tables.Subscriber)
CONSENTS = table(tables.Consent)

CHUNK = 1_000
"""Rows per statement: 13 values each stay well below SQLite's limit of 32,766 in one statement."""


def insert_new(
    session: Session, tenant: TenantId, people: Iterable[Enrolment], *, now: datetime
) -> dict[Phone, SubscriberId]:
    """Insert those whose number the tenant does not have yet, with their consent; ids by number.

    Who is missing from the answer was already there: the unique key decides, not a look beforehand.
    """
    insert = insert_ignoring(session, tables.Subscriber, ["tenant_id", "phone"])
    returning: sa.UpdateBase = insert.returning(SUBSCRIBERS.c.id, SUBSCRIBERS.c.phone)
    inserted: dict[Phone, SubscriberId] = {}
    for chunk in _chunks(people, CHUNK):
        answer = session.exec(returning, params=[_row(tenant, person, now) for person in chunk])
        ids = {Phone(phone): SubscriberId(number) for number, phone in answer.all()}
        consents = [
            _consent(tenant, ids[person.details.phone], person.consent, given=True)
            for person in chunk
            if person.details.phone in ids
        ]
        if consents:
            session.exec(sa.insert(CONSENTS), params=consents)
        inserted |= ids
    return inserted


def known_phones(
    session: Session, tenant: TenantId, phones: Iterable[Phone]
) -> dict[Phone, SubscriberId]:
    """Which of these numbers the tenant already has, and whose they are."""
    known: dict[Phone, SubscriberId] = {}
    for chunk in _chunks(phones, CHUNK):
        wanted = sa.select(SUBSCRIBERS.c.phone, SUBSCRIBERS.c.id).where(
            SUBSCRIBERS.c.tenant_id == tenant, SUBSCRIBERS.c.phone.in_(chunk)
        )
        known |= {Phone(p): SubscriberId(i) for p, i in session.connection().execute(wanted)}
    return known


def get(
    session: Session, tenant: TenantId | None, subscriber: SubscriberId
) -> tables.Subscriber | None:
    """The subscriber, or None when the tenant has none of that id; without a tenant, anybody's."""
    found = session.get(tables.Subscriber, subscriber)
    return found if found is not None and tenant in (None, found.tenant_id) else None


def write_details(
    session: Session, subscriber: SubscriberId, details: Details, *, now: datetime
) -> None:
    """Replace everything a person may edit."""
    session.exec(
        sa.update(SUBSCRIBERS)
        .where(SUBSCRIBERS.c.id == subscriber)
        .values(**_details(details), updated_at=now)
    )


def move_status(
    session: Session, subscriber: SubscriberId, *, old: Status, new: Status, now: datetime
) -> bool:
    """Set the status where it still is `old`; False when somebody was quicker."""
    changed = session.exec(
        sa.update(SUBSCRIBERS)
        .where(SUBSCRIBERS.c.id == subscriber, SUBSCRIBERS.c.status == old.value)
        .values(status=new.value, updated_at=now)
    )
    return changed.rowcount == 1


def last_stop(session: Session, subscriber: SubscriberId) -> datetime | None:
    """When they last said stop, if ever."""
    wanted = sa.select(sa.func.max(CONSENTS.c.at)).where(
        CONSENTS.c.subscriber_id == subscriber, CONSENTS.c.given.is_(False)
    )
    return session.connection().execute(wanted).scalar_one()


def record_consent(
    session: Session,
    tenant: TenantId,
    subscriber: SubscriberId,
    consent: Consent,
    *,
    given: bool,
) -> None:
    """Add one event to the consent history and keep the latest word beside the subscriber."""
    session.exec(sa.insert(CONSENTS), params=[_consent(tenant, subscriber, consent, given=given)])
    session.exec(
        sa.update(SUBSCRIBERS).where(SUBSCRIBERS.c.id == subscriber).values(consented=given)
    )


def _row(tenant: TenantId, person: Enrolment, now: datetime) -> dict[str, Any]:
    return _details(person.details) | {
        "tenant_id": tenant,
        "bsuid": None,
        "status": Status.ACTIVE.value,
        "consented": True,
        "created_at": now,
        "updated_at": now,
    }


def _details(details: Details) -> dict[str, Any]:
    return {
        "name": details.name,
        "phone": details.phone,
        "language": details.language.value,
        "tier": details.tier.value,
        "region": details.region,
        "registration_no": details.registration_no,
        "tags": details.tags,
    }


def _consent(
    tenant: TenantId, subscriber: SubscriberId, consent: Consent, *, given: bool
) -> dict[str, Any]:
    return {
        "tenant_id": tenant,
        "subscriber_id": subscriber,
        "at": consent.at,
        "given": given,
        "source": consent.source,
        "evidence": consent.evidence,
    }


T = TypeVar("T")


def _chunks(items: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    source = iter(items)
    while chunk := list(islice(source, size)):
        yield chunk

"""Subscribers and their consent history. Bulk work goes through Core, in chunks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from engine.domain.content import Language
from engine.domain.ids import Phone, SubscriberId, TenantId
from engine.domain.subscriber import Status, Tier
from engine.store.tables.people import Subscriber

SUBSCRIBERS = SQLModel.metadata.tables["subscribers"]
CONSENTS = SQLModel.metadata.tables["consents"]

CHUNK = 1_000
"""Rows per statement: 14 values each stay well below SQLite's limit of 32,766 in one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """How, when and by what evidence somebody agreed to be written to (spec S3)."""

    at: datetime
    source: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscriber:
    """A subscriber as checked by a command, not yet in the database."""

    name: str
    phone: Phone
    language: Language
    tier: Tier
    region: str
    registration_no: str
    consent: ConsentGiven
    tags: str = ""


def insert_new(
    session: Session, tenant: TenantId, people: Iterable[NewSubscriber], *, now: datetime
) -> dict[Phone, SubscriberId]:
    """Insert those whose number the tenant does not have yet, with their consent; ids by number.

    Who is missing from the answer was already there: the unique key decides, not a look beforehand.
    """
    inserted: dict[Phone, SubscriberId] = {}
    for chunk in _chunks(people, CHUNK):
        rows = [_row(tenant, person, now) for person in chunk]
        answer = session.exec(_insert_or_skip(session), params=rows)
        ids = {Phone(phone): SubscriberId(number) for number, phone in answer.all()}
        consents = [_consent(tenant, ids[p.phone], p.consent) for p in chunk if p.phone in ids]
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


def get(session: Session, tenant: TenantId, subscriber: SubscriberId) -> Subscriber | None:
    """The subscriber, or None when the tenant has none of that id."""
    found = session.get(Subscriber, subscriber)
    return found if found is not None and found.tenant_id == tenant else None


def update(
    session: Session, tenant: TenantId, subscriber: SubscriberId, *, now: datetime, **values: Any
) -> bool:
    """Set the named columns; whether there was such a subscriber."""
    changed = session.exec(
        sa.update(SUBSCRIBERS)
        .where(SUBSCRIBERS.c.tenant_id == tenant, SUBSCRIBERS.c.id == subscriber)
        .values(**values, updated_at=now)
    )
    return changed.rowcount == 1


def move_status(
    session: Session,
    tenant: TenantId,
    subscriber: SubscriberId,
    *,
    old: Status,
    new: Status,
    now: datetime,
) -> bool:
    """Set the status where it still is `old`; whether it was. Losing that race changes nothing."""
    changed = session.exec(
        sa.update(SUBSCRIBERS)
        .where(
            SUBSCRIBERS.c.tenant_id == tenant,
            SUBSCRIBERS.c.id == subscriber,
            SUBSCRIBERS.c.status == old,
        )
        .values(status=new, updated_at=now)
    )
    return changed.rowcount == 1


def record_consent(
    session: Session,
    tenant: TenantId,
    subscriber: SubscriberId,
    consent: ConsentGiven,
    *,
    given: bool,
) -> None:
    """Add one event to the consent history and keep the subscriber's latest word beside it."""
    row = _consent(tenant, subscriber, consent) | {"given": given}
    session.exec(sa.insert(CONSENTS).values(**row))
    session.exec(
        sa.update(SUBSCRIBERS)
        .where(SUBSCRIBERS.c.tenant_id == tenant, SUBSCRIBERS.c.id == subscriber)
        .values(consented=given)
    )


def _insert_or_skip(session: Session) -> sa.UpdateBase:
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    # SQLite and PostgreSQL spell this the same but SQLAlchemy has no common class for it.
    return (
        insert(SUBSCRIBERS)
        .on_conflict_do_nothing(index_elements=["tenant_id", "phone"])
        .returning(SUBSCRIBERS.c.id, SUBSCRIBERS.c.phone)
    )


def _row(tenant: TenantId, person: NewSubscriber, now: datetime) -> dict[str, Any]:
    return {
        "tenant_id": tenant,
        "phone": person.phone,
        "bsuid": None,
        "name": person.name,
        "tier": person.tier,
        "language": person.language,
        "region": person.region,
        "registration_no": person.registration_no,
        "status": Status.ACTIVE,
        "tags": person.tags,
        "consented": True,
        "created_at": now,
        "updated_at": now,
    }


def _consent(tenant: TenantId, subscriber: SubscriberId, consent: ConsentGiven) -> dict[str, Any]:
    return {
        "tenant_id": tenant,
        "subscriber_id": subscriber,
        "at": consent.at,
        "given": True,
        "source": consent.source,
        "evidence": consent.evidence,
    }


T = TypeVar("T")


def _chunks(items: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    source = iter(items)
    while chunk := list(islice(source, size)):
        yield chunk

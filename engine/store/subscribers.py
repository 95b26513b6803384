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
from engine.store import channel_consents, tables
from engine.store.dialects import insert_ignoring_from, table
from engine.store.prepared import Prepared
from engine.store.rows import (
    GIVEN,
    INSTANT,
    TEXT,
    WHOLE,
    among,
    as_instant,
    as_json,
    given,
    instant_text,
    listed,
)

SUBSCRIBERS = table(tables.Subscriber)
CONSENTS = table(tables.Consent)

CHUNK = 1_000
"""Rows per statement."""


def insert_new(
    session: Session, tenant: TenantId, people: Iterable[Enrolment], *, now: datetime
) -> dict[Phone, SubscriberId]:
    """Insert those whose number the tenant does not have yet, with their consent; ids by number.

    Who is missing from the answer was already there: the unique key decides, not a look beforehand.
    """
    shared = {"tenant": tenant, "status": Status.ACTIVE.value, "at": instant_text(now)}
    inserted: dict[Phone, SubscriberId] = {}
    for chunk in _chunks(people, CHUNK):
        answer = _INSERT.rows(session, **{GIVEN: as_json(list(map(_line, chunk)))}, **shared)
        ids = {Phone(phone): SubscriberId(number) for number, phone in answer}
        agreed = [
            (ids[phone], consent.at, consent.source, consent.evidence)
            for phone, consent in ((one.details.phone, one.consent) for one in chunk)
            if phone in ids
        ]
        if agreed:
            _AGREE.run(session, **{GIVEN: as_json(agreed)}, tenant=tenant)
        channel_consents.add(
            session,
            tenant,
            [
                (ids[one.details.phone], event)
                for one in chunk
                if one.channels and one.details.phone in ids
                for event in one.channels
            ],
        )
        inserted |= ids
    return inserted


def known_phones(
    session: Session, tenant: TenantId, phones: Iterable[Phone]
) -> dict[Phone, SubscriberId]:
    """Which of these numbers the tenant already has, and whose they are."""
    known: dict[Phone, SubscriberId] = {}
    for chunk in _chunks(phones, CHUNK):
        found = _KNOWN.rows(session, **{GIVEN: listed(chunk)}, tenant=tenant)
        known |= {Phone(phone): SubscriberId(number) for phone, number in found}
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


_LINE = ("name", "phone", "language", "tier", "region", "registration_no", "tags")


def _line(person: Enrolment) -> tuple[str, ...]:
    """A person's values, in the order of _LINE."""
    it = person.details
    kind = (it.language.value, it.tier.value)
    return (it.name, it.phone, *kind, it.region, it.registration_no, it.tags)


def _inserting(dialect: str) -> Any:
    rows, at = given(dialect, dict.fromkeys(_LINE, TEXT)), sa.bindparam("at", type_=TEXT)
    shared = {
        "tenant_id": sa.bindparam("tenant", type_=WHOLE),
        "status": sa.bindparam("status", type_=TEXT),
        "consented": sa.true(),
        "created_at": as_instant(dialect, at),
        "updated_at": as_instant(dialect, at),
    }
    labelled = (value.label(name) for name, value in shared.items())
    source = sa.select(*rows.c, *labelled).subquery("people")
    key = ["tenant_id", "phone"]
    insert = insert_ignoring_from(dialect, tables.Subscriber, key, source)
    return insert.returning(SUBSCRIBERS.c.id, SUBSCRIBERS.c.phone)


def _agreeing(dialect: str) -> sa.Insert:
    columns = {"subscriber_id": WHOLE, "at": INSTANT, "source": TEXT, "evidence": TEXT}
    rows = given(dialect, columns)
    shared = {"tenant_id": sa.bindparam("tenant", type_=WHOLE), "given": sa.true()}
    chosen = sa.select(*rows.c, *shared.values())
    return sa.insert(CONSENTS).from_select([*columns, *shared], chosen, include_defaults=False)


def _knowing(dialect: str) -> Any:
    is_theirs = SUBSCRIBERS.c.tenant_id == sa.bindparam("tenant", type_=WHOLE)
    wanted = sa.select(SUBSCRIBERS.c.phone, SUBSCRIBERS.c.id)
    return wanted.where(is_theirs, SUBSCRIBERS.c.phone.in_(among(dialect, TEXT)))


# Rows by the ten thousand: each of them one by one through SQLAlchemy would take the longest.
_INSERT, _AGREE, _KNOWN = map(Prepared, (_inserting, _agreeing, _knowing))


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

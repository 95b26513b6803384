"""Who somebody is by their address, and what they last said about being written to."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import Session

from engine.domain import enrolment
from engine.domain.ids import Phone, SubscriberId, TenantId
from engine.domain.subscriber import Status
from engine.store.dialects import table
from engine.store.tables import Consent, Subscriber

_subscribers, _consents = table(Subscriber), table(Consent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A subscriber's status and consent, and the instant of the last word on it, if any."""

    status: Status
    consented: bool
    last_word_at: datetime | None


def find(
    session: Session, tenant: TenantId, *, phone: Phone | None, user_id: str | None
) -> SubscriberId | None:
    """The subscriber with this WhatsApp id, or else with this number; None when there is none."""
    for column, address in ((_subscribers.c.bsuid, user_id), (_subscribers.c.phone, phone)):
        if address is None:
            continue
        found = (
            session.connection()
            .execute(
                select(_subscribers.c.id).where(
                    _subscribers.c.tenant_id == tenant, column == address
                )
            )
            .scalar_one_or_none()
        )
        if found is not None:
            return SubscriberId(found)
    return None


def standing(session: Session, subscriber: SubscriberId) -> Standing | None:
    """Where a subscriber stands; locked on PostgreSQL until the transaction ends."""
    row = (
        session.connection()
        .execute(
            select(_subscribers.c.status, _subscribers.c.consented)
            .where(_subscribers.c.id == subscriber)
            .with_for_update()
        )
        .one_or_none()
    )
    if row is None:
        return None
    last = session.connection().execute(
        select(sa.func.max(_consents.c.at)).where(_consents.c.subscriber_id == subscriber)
    )
    return Standing(status=Status(row[0]), consented=row[1], last_word_at=last.scalar_one())


def keep(
    session: Session,
    tenant: TenantId,
    subscriber: SubscriberId,
    consent: enrolment.Consent,
    *,
    given: bool,
) -> None:
    """Add an event to the consent history that is not the latest: it changes nothing."""
    session.connection().execute(
        sa.insert(_consents).values(
            tenant_id=tenant,
            subscriber_id=subscriber,
            at=consent.at,
            given=given,
            source=consent.source,
            evidence=consent.evidence,
        )
    )

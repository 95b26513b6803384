"""Who somebody is by their address, and what they last said about being written to."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import bindparam, select
from sqlmodel import Session

from engine.domain import enrolment
from engine.domain.ids import Phone, SubscriberId, TenantId
from engine.domain.subscriber import Status
from engine.store.dialects import table
from engine.store.prepared import Prepared
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


@dataclass(frozen=True, slots=True)
class News:
    """Whose wish was written down, as it stands now, and the newest event that was looked at."""

    newest: int
    stop: frozenset[SubscriberId]
    want: frozenset[SubscriberId]


NEWS_AT_ONCE = 1_000


def newest(session: Session) -> int:
    """The newest event of all consent histories; 0 when there is none."""
    return _NEWEST.count(session)


def news(session: Session, after: int | None) -> News:
    """Who said something after that event, some of them when there are very many.

    after: None to begin with what comes from now on.
    """
    latest = newest(session)
    if after is None or latest == after:
        return News(latest, frozenset(), frozenset())
    rows = session.connection().execute(_NEWS, {"after": after, "most": NEWS_AT_ONCE}).all()
    return News(
        newest=max((row[0] for row in rows), default=after),
        stop=frozenset(SubscriberId(row[1]) for row in rows if not row[2]),
        want=frozenset(SubscriberId(row[1]) for row in rows if row[2]),
    )


_NEWEST = Prepared(lambda _: select(sa.func.coalesce(sa.func.max(_consents.c.id), 0)))
_NEWS = (
    # By where they stand, not by what the event says: an older wish may be noted later.
    select(_consents.c.id, _consents.c.subscriber_id, _subscribers.c.consented)
    .join(_subscribers, _subscribers.c.id == _consents.c.subscriber_id)
    .where(_consents.c.id > bindparam("after"))
    .order_by(_consents.c.id)
    .limit(bindparam("most"))
)

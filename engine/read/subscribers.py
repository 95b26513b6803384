"""What the Subscribers page shows beside its list: the whole in numbers, one entry in full."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from engine.domain.emergency import Channel
from engine.domain.ids import SubscriberId, TenantId
from engine.domain.subscriber import Status
from engine.read.subscriber_list import SubscriberRow, entries
from engine.store import channel_consents, tables
from engine.store.dialects import table

REGIONS_LIMIT = 100
HISTORY_LIMIT = 50

_subscribers = table(tables.Subscriber)
_s = _subscribers.c
_consents = table(tables.Consent).c


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The whole list in numbers, and the regions one can filter by."""

    by_status: dict[Status, int]
    regions: tuple[str, ...]

    @property
    def total(self) -> int:
        return sum(self.by_status.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEvent:
    """One line of a consent history."""

    at: datetime
    given: bool
    source: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberDetails:
    """One entry in full, as the edit dialog shows it; `phone` as people read it."""

    row: SubscriberRow
    tags: str
    history: tuple[ConsentEvent, ...]


def overview(session: Session, tenant: TenantId) -> Overview:
    """How many stand where, and which regions there are."""
    statuses = sa.select(_s.status, sa.func.count()).where(_s.tenant_id == tenant)
    counted = session.connection().execute(statuses.group_by(_s.status)).all()
    return Overview(
        by_status=dict.fromkeys(Status, 0) | {Status(row[0]): row[1] for row in counted},
        regions=tuple(session.connection().execute(_regions(tenant)).scalars()),
    )


def details(
    session: Session, tenant: TenantId, subscriber: SubscriberId
) -> SubscriberDetails | None:
    """One entry with its consent history, the latest word first; None when there is none."""
    row = session.get(tables.Subscriber, subscriber)
    if row is None or row.tenant_id != tenant:
        return None
    history = session.exec(
        select(tables.Consent)
        .where(_consents.subscriber_id == subscriber)
        .order_by(_consents.id.desc())
        .limit(HISTORY_LIMIT)
    )
    return SubscriberDetails(
        row=entries(session, [subscriber])[0],
        tags=row.tags,
        history=tuple(
            ConsentEvent(at=one.at, given=one.given, source=one.source, evidence=one.evidence)
            for one in history
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEvent:
    """One line of the history of SMS and e-mail."""

    channel: Channel
    at: datetime
    given: bool
    source: str
    evidence: str
    address: str


def channels(
    session: Session, tenant: TenantId, subscriber: SubscriberId
) -> tuple[ChannelEvent, ...]:
    """What they said of SMS and e-mail, the latest first; nothing for somebody else's."""
    row = session.get(tables.Subscriber, subscriber)
    if row is None or row.tenant_id != tenant:
        return ()
    return tuple(
        ChannelEvent(
            channel=Channel(one.channel),
            at=one.at,
            given=one.given,
            source=one.source,
            evidence=one.evidence,
            address=one.address,
        )
        for one in channel_consents.history(session, subscriber)
    )


def _regions(tenant: TenantId) -> sa.Select[Any]:
    """The names of the regions, each looked up behind the one before it: a few keys of an index
    instead of a million.
    """

    def after(region: Any) -> Any:
        names = sa.select(sa.func.min(_s.region)).where(_s.tenant_id == tenant, _s.region > region)
        return names.scalar_subquery()

    names = sa.select(after("").label("region")).cte("names", recursive=True)
    names = names.union_all(sa.select(after(names.c.region)).where(names.c.region.is_not(None)))
    return sa.select(names.c.region).where(names.c.region.is_not(None)).limit(REGIONS_LIMIT)

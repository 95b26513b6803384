"""The deliveries of a day as reports count them, read in slices that hold nobody up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.delivery import State
from engine.domain.ids import BroadcastId, TenantId
from engine.domain.reporting import Fact
from engine.store.dialects import table
from engine.store.tables import (
    Attempt,
    Broadcast,
    Consent,
    Content,
    Conversation,
    Delivery,
    Inbound,
    Subscriber,
    Tenant,
    Variant,
)

_b, _d, _a = table(Broadcast).c, table(Delivery).c, table(Attempt).c
_s, _c = table(Subscriber).c, table(Consent).c
_i, _k = table(Inbound).c, table(Conversation).c


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One broadcast of the day. Its deliveries have the ids from `first` to `last`."""

    broadcast: BroadcastId
    opens_at: datetime
    closes_at: datetime
    frozen_at: datetime
    content: int | None
    category: str
    excluded: int
    first: int
    last: int


def zone_of(session: Session, tenant: TenantId) -> ZoneInfo:
    """The zone a tenant lives in."""
    asked = sa.select(table(Tenant).c.zone).where(table(Tenant).c.id == tenant)
    return ZoneInfo(session.connection().execute(asked).scalar_one())


def parts(session: Session, tenant: TenantId, day: date) -> tuple[Part, ...]:
    """The broadcasts of a day that were frozen."""
    rows = session.connection().execute(
        sa.select(
            _b.id,
            _b.opens_at,
            _b.closes_at,
            _b.frozen_at,
            _b.content_id,
            _b.category,
            _b.excluded,
            sa.func.coalesce(sa.func.min(_d.id), 1),
            sa.func.coalesce(sa.func.max(_d.id), 0),
        )
        .select_from(table(Broadcast).outerjoin(table(Delivery), _d.broadcast_id == _b.id))
        .where(_b.tenant_id == tenant, _b.service_day == day, _b.frozen_at.is_not(None))
        .group_by(_b.id)
        .order_by(_b.id)
    )
    return tuple(
        Part(
            broadcast=BroadcastId(row[0]),
            opens_at=row[1],
            closes_at=row[2],
            frozen_at=row[3],
            content=row[4],
            category=row[5],
            excluded=row[6],
            first=row[7],
            last=row[8],
        )
        for row in rows
    )


class Text(NamedTuple):
    """What a language of a content is sent with."""

    template: str
    category: str


Texts = Mapping[tuple[str, str], Text]
"""By (hash of the content, language)."""


def texts(session: Session, tenant: TenantId, part: Part) -> Texts:
    """The templates of everything a broadcast was sent under."""
    contents, variants = table(Content), table(Variant)
    used = sa.select(_d.content_hash).where(_d.broadcast_id == part.broadcast).distinct().subquery()
    rows = session.connection().execute(
        sa.select(
            contents.c.content_hash,
            variants.c.language,
            variants.c.template_name,
            variants.c.template_language,
            variants.c.category,
        )
        .join(variants, variants.c.content_id == contents.c.id)
        .where(
            contents.c.tenant_id == tenant,
            contents.c.content_hash.in_(sa.select(used.c.content_hash)),
        )
    )
    return {(row[0], row[1]): Text(f"{row[2]}/{row[3]}", row[4]) for row in rows}


def facts(
    session: Session, part: Part, named: Texts, after: int, until: int
) -> list[tuple[int | None, Fact]]:
    """(subscriber, fact) of the broadcast's deliveries with ids above `after`, up to `until`."""
    stopped = (
        sa.select(sa.func.min(_c.at, type_=_c.at.type))
        .where(
            _c.subscriber_id == _d.subscriber_id,
            _c.given.is_(False),
            _c.at >= part.frozen_at,
        )
        .correlate(table(Delivery))
        .scalar_subquery()
    )
    refused = (
        sa.select(sa.func.count())
        .where(_a.delivery_id == _d.id, _a.outcome == "failed")
        .correlate(table(Delivery))
        .scalar_subquery()
    )
    replied = (
        sa.select(sa.func.min(_i.at, type_=_i.at.type))
        .join(table(Conversation), _k.id == _i.conversation_id)
        .where(
            _k.tenant_id == _d.tenant_id,
            _k.subscriber_id == _d.subscriber_id,
            _i.at >= _d.accepted_at,
            _i.wish == "",
        )
        .correlate(table(Delivery))
        .scalar_subquery()
    )
    rows = session.connection().execute(
        sa.select(
            _d.subscriber_id,
            _d.state,
            _d.sender_id,
            _d.tier,
            _d.language,
            sa.func.coalesce(_s.region, ""),
            _d.content_hash,
            _d.phone,
            _d.bsuid,
            _d.planned_at,
            # Only who was cancelled for it did not get it; others said stop after all.
            sa.case((_d.state == State.CANCELLED.value, stopped)),
            _d.accepted_at,
            _d.sent_at,
            _d.delivered_at,
            _d.read_at,
            _d.error_code,
            _d.attempts,
            sa.case((_d.attempts > 0, refused), else_=0),
            _d.wording,
            # Asked only of those who are in a test.
            sa.case((_d.wording != "", replied)),
            sa.case((_d.wording != "", stopped)),
        )
        .select_from(table(Delivery).outerjoin(table(Subscriber), _s.id == _d.subscriber_id))
        .where(*_between(part, after, until))
    )
    return [(row[0], _fact(row, part, named)) for row in rows]


def refusals(session: Session, part: Part, after: int, until: int) -> dict[int | None, int]:
    """How often attempts for these deliveries were refused, by code."""
    rows = session.connection().execute(
        sa.select(_a.error_code, sa.func.count())
        .join(table(Delivery), _d.id == _a.delivery_id)
        .where(*_between(part, after, until), _a.outcome == "failed")
        .group_by(_a.error_code)
    )
    return {row[0]: row[1] for row in rows}


def states(session: Session, tenant: TenantId, day: date) -> dict[str, int]:
    """How many deliveries of the day's broadcasts stand in which state, from an index alone."""
    rows = session.connection().execute(
        sa.select(_d.state, sa.func.count())
        .join(table(Broadcast), _b.id == _d.broadcast_id)
        .where(_b.tenant_id == tenant, _b.service_day == day)
        .group_by(_d.state)
    )
    return {row[0]: row[1] for row in rows}


def _between(part: Part, after: int, until: int) -> tuple[Any, ...]:
    # The sum keeps the index over broadcasts out: a slice of ids lies together in the table.
    return (_d.id > after, _d.id <= until, (_d.broadcast_id + 0) == part.broadcast)


def _fact(row: Any, part: Part, named: Texts) -> Fact:
    text = named.get((row[6], row[4]))
    return Fact(
        state=State(row[1]),
        sender=row[2],
        tier=row[3],
        language=row[4],
        region=row[5],
        template="" if text is None else text.template,
        variant=row[6],
        category=part.category if text is None else text.category,
        phone=row[7],
        bsuid=row[8],
        planned_at=row[9],
        opted_out_at=row[10],
        accepted_at=row[11],
        sent_at=row[12],
        delivered_at=row[13],
        read_at=row[14],
        error_code=row[15],
        attempts=row[16],
        refused=row[17],
        wording=row[18],
        replied_at=row[19],
        stopped_at=row[20],
    )

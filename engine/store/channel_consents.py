"""Who consented to SMS or e-mail, at which address; every event is kept, the latest holds."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from engine.domain.emergency import Agreed, Channel
from engine.domain.ids import SubscriberId, TenantId
from engine.store.dialects import slices, table
from engine.store.tables import ChannelConsent

_c = table(ChannelConsent)


def add(session: Session, tenant: TenantId, events: Iterable[tuple[SubscriberId, Agreed]]) -> None:
    """Write events down."""
    rows = [
        {
            "tenant_id": tenant,
            "subscriber_id": subscriber,
            "channel": one.channel.value,
            "given": one.given,
            "at": one.at,
            "source": one.source,
            "evidence": one.evidence,
            "address": one.address,
        }
        for subscriber, one in events
    ]
    for some in slices(rows):
        session.connection().execute(sa.insert(_c), list(some))


def standing(
    session: Session, subscribers: Sequence[SubscriberId]
) -> dict[SubscriberId, dict[Channel, str]]:
    """The channels these consented to, as it stands now, each with its address."""
    found: dict[SubscriberId, dict[Channel, str]] = {}
    for some in slices(subscribers):
        asked = sa.select(_c.c.subscriber_id, _c.c.channel, _c.c.address).where(
            _c.c.id.in_(latest().where(_c.c.subscriber_id.in_(list(some)))), _c.c.given.is_(True)
        )
        for subscriber, channel, address in session.connection().execute(asked):
            mine = found.setdefault(SubscriberId(subscriber), {})
            mine[Channel(channel)] = address
    return found


def latest() -> sa.Select[Any]:
    """The ids of the events that hold."""
    return sa.select(sa.func.max(_c.c.id)).group_by(_c.c.subscriber_id, _c.c.channel)


def history(session: Session, subscriber: SubscriberId) -> Sequence[ChannelConsent]:
    """A subscriber's events, the newest first."""
    asked = select(ChannelConsent).where(col(ChannelConsent.subscriber_id) == subscriber)
    return session.exec(asked.order_by(col(ChannelConsent.id).desc()).limit(50)).all()


def erase(session: Session, subscriber: SubscriberId) -> None:
    """Nobody is written to there any more, and nothing names them."""
    session.connection().execute(
        sa.update(_c)
        .where(_c.c.subscriber_id == subscriber)
        .values(given=False, source="erased", evidence="", address="")
    )

"""What Meta said of a number over time: a row for each change, whoever brought the news."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.ids import SenderId, TenantId
from engine.store.dialects import table
from engine.store.tables import Sender, SenderChange

SAID = ("quality", "status", "throughput", "messaging_limit")
"""What is Meta's word, and is kept."""
QUALITY = SAID[0]

_senders, _changes = table(Sender).c, table(SenderChange).c


class Change(NamedTuple):
    """One of them."""

    sender: SenderId
    at: datetime
    what: str
    before: str
    after: str
    source: str


def said(session: Session, sender: SenderId) -> dict[str, str]:
    """What Meta says of a number, as the table has it now."""
    query = sa.select(*(_senders[name] for name in SAID)).where(_senders.id == sender)
    row = session.connection().execute(query).one()
    return dict(zip(SAID, row, strict=True))


def note(
    session: Session,
    tenant: TenantId,
    sender: SenderId,
    *,
    before: Mapping[str, str],
    after: Mapping[str, str],
    source: str,
    now: datetime,
) -> int:
    """Keep what differs; returns how many. source: poll, webhook."""
    news = [name for name in SAID if before[name] != after[name]]
    session.add_all(
        SenderChange(
            tenant_id=tenant,
            sender_id=sender,
            at=now,
            what=name,
            before=before[name],
            after=after[name],
            source=source,
        )
        for name in news
    )
    return len(news)


def of_sender(session: Session, sender: SenderId, most: int) -> Sequence[Change]:
    """The latest changes of one number, the newest first."""
    query = sa.select(*_CHANGE).where(_changes.sender_id == sender)
    return _changes_of(session, query.order_by(_changes.at.desc(), _changes.id.desc()).limit(most))


def qualities(session: Session, tenant: TenantId, most: int) -> dict[SenderId, list[Change]]:
    """The latest changes of quality of every number of a tenant, the oldest first."""
    query = sa.select(*_CHANGE).where(_changes.tenant_id == tenant, _changes.what == QUALITY)
    latest = _changes_of(
        session, query.order_by(_changes.at.desc(), _changes.id.desc()).limit(most)
    )
    found: dict[SenderId, list[Change]] = {}
    for one in reversed(latest):
        found.setdefault(one.sender, []).append(one)
    return found


_CHANGE = (
    *(_changes.sender_id, _changes.at, _changes.what),
    *(_changes.before, _changes.after, _changes.source),
)


def _changes_of(session: Session, query: Any) -> list[Change]:
    rows: list[Any] = list(session.connection().execute(query).all())
    return [Change(SenderId(row[0]), row[1], row[2], row[3], row[4], row[5]) for row in rows]

"""What is looked for on the Subscribers page, as a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.documents.subscriber_csv import Exported, write_list
from engine.domain.content import Language
from engine.domain.emergency import Channel
from engine.domain.enrolment import Consent, Details
from engine.domain.ids import Phone, SubscriberId, TenantId
from engine.domain.subscriber import Tier
from engine.read.subscriber_list import COLUMNS, Wanted, conditions_of
from engine.store import channel_consents, tables
from engine.store.dialects import table

EXPORT_LIMIT = 100_000

_subscribers = table(tables.Subscriber)
_s = _subscribers.c
_consents = table(tables.Consent).c


@dataclass(frozen=True, slots=True)
class Export:
    """A file. `is_cut`: there is more than a file holds."""

    data: bytes
    is_cut: bool


def export_csv(
    session: Session, tenant: TenantId, wanted: Wanted, *, limit: int = EXPORT_LIMIT
) -> Export:
    """What is wanted as a CSV file that the import reads back; at most `limit` rows, by name.

    Begins with a BOM: without one, Excel takes Devanagari for another encoding.
    """
    given = table(tables.Consent).alias().c
    latest = (
        sa.select(sa.func.max(given.id))
        .where(given.subscriber_id == _s.id, given.given.is_(True))
        .scalar_subquery()
    )
    query = (
        COLUMNS.where(*conditions_of(session, tenant, wanted))
        .add_columns(_consents.at, _consents.source, _consents.evidence)
        .select_from(_subscribers.outerjoin(table(tables.Consent), _consents.id == latest))
        .order_by(_s.name, _s.id)
        .limit(limit + 1)
    )
    rows = session.connection().execute(query).all()
    agreed = channel_consents.standing(session, [SubscriberId(row.id) for row in rows[:limit]])
    data = b"\xef\xbb\xbf" + "".join(write_list(_entries(rows[:limit], agreed))).encode()
    return Export(data, is_cut=len(rows) > limit)


def _entries(
    rows: Sequence[sa.Row[Any]], channels: Mapping[SubscriberId, Mapping[Channel, str]]
) -> Iterator[Exported]:
    for row in rows:
        person = Details(
            name=row.name,
            phone=Phone(row.phone or ""),
            language=Language(row.language),
            tier=Tier(row.tier),
            region=row.region,
            registration_no=row.registration_no,
            tags=row.tags,
        )
        agreed = row.at and Consent(at=row.at, source=row.source, evidence=row.evidence)
        mine = channels.get(SubscriberId(row.id), {})
        yield person, row.status, agreed or None, mine

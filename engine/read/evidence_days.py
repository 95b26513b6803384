"""What the Evidence page shows: the days with their packs, and the keys packs are signed with."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.evidence_pack import People
from engine.domain.ids import TenantId
from engine.domain.keeping import ChoreState
from engine.store import evidence_packs, tables
from engine.store.dialects import table

DAYS_SHOWN, PACKS_LOOKED_AT = 30, 200

_b = table(tables.Broadcast).c


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One pack of a day."""

    id: int
    people: People
    state: ChoreState
    words: str
    asked_at: datetime
    size_bytes: int
    manifest_sha256: str
    key: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day that had broadcasts, and its packs, the newest first."""

    day: date
    titles: tuple[str, ...]
    packs: tuple[Pack, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """A public key."""

    id: str
    public: str
    first_used_at: datetime


@dataclass(frozen=True, slots=True)
class EvidenceDays:
    """The page. busy: a pack is waiting or being made."""

    days: tuple[Day, ...]
    keys: tuple[Key, ...]
    busy: bool


def evidence_days(session: Session, tenant: TenantId) -> EvidenceDays:
    """The last days, the newest first."""
    query = (
        sa.select(_b.service_day, _b.title)
        .where(_b.tenant_id == tenant)
        .order_by(_b.service_day.desc(), _b.opens_at)
        .limit(DAYS_SHOWN * 4)
    )
    titles: dict[date, list[str]] = {}
    for day, title in session.connection().execute(query):
        titles.setdefault(day, []).append(title)
    packs: dict[date, list[Pack]] = {}
    for row in evidence_packs.latest(session, tenant, PACKS_LOOKED_AT):
        packs.setdefault(row.day, []).append(
            Pack(
                id=row.id or 0,
                people=People(row.people),
                state=ChoreState(row.state),
                words=row.words,
                asked_at=row.asked_at,
                size_bytes=row.size_bytes,
                manifest_sha256=row.manifest_sha256,
                key=row.key_id,
            )
        )
    under_way = (ChoreState.WAITING, ChoreState.MAKING)
    return EvidenceDays(
        days=tuple(
            Day(day, tuple(titles[day]), tuple(packs.get(day, ())))
            for day in list(titles)[:DAYS_SHOWN]
        ),
        keys=tuple(
            Key(key.id, key.public, key.first_used_at) for key in evidence_packs.keys(session)
        ),
        busy=any(one.state in under_way for some in packs.values() for one in some),
    )

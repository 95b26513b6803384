"""Chronic non-receivers: who missed most of the last days' messages, why, and what to do."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.documents.phones import spaced
from engine.documents.subscriber_csv import safe_cell
from engine.domain.chronic import MISSED_AT_LEAST, is_chronic
from engine.domain.delivery import State
from engine.domain.ids import DeliveryId, SubscriberId, TenantId
from engine.domain.schedule import service_day
from engine.domain.subscriber import Status
from engine.read.delivery_timeline import standing
from engine.read.delivery_words import answer
from engine.store import tables
from engine.store.dialects import slices, table
from engine.store.tables import Broadcast, Delivery

LIST_LIMIT = 2_000
"""Who misses most comes first; a list as long as this has a cause of its own, not of people's."""
ARRIVED = (State.DELIVERED, State.READ)

_d, _b = table(tables.Delivery).c, table(tables.Broadcast).c
_s = table(tables.Subscriber).c


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """One of them. `last_got`: the last message that arrived, ever; None when none did."""

    subscriber: SubscriberId
    name: str
    phone: str
    status: Status
    missed: int
    meant: int
    last_got: datetime | None
    why: str
    next: str
    delivery: DeliveryId


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreachedList:
    """The list over the last days. `mornings`: how many broadcasts these days had."""

    mornings: int
    rows: tuple[Unreached, ...]


def unreached(session: Session, tenant: TenantId, *, days: int, now: datetime) -> UnreachedList:
    """Who missed most of what was meant for them in the last `days`, the most first."""
    mornings = _mornings(session, tenant, days, now)
    candidates = _who_missed(session, mornings)
    meant = _meant(session, mornings, list(candidates))
    chronic = {
        who: found
        for who, found in candidates.items()
        if is_chronic(missed=found[0], meant=meant[who])
    }
    return UnreachedList(
        mornings=len(mornings), rows=tuple(_rows(session, chronic, meant, mornings))
    )


def unreached_csv(session: Session, tenant: TenantId, *, days: int, now: datetime) -> bytes:
    """The same list as a file, with a BOM for Excel."""
    written = io.StringIO()
    sheet = csv.writer(written, lineterminator="\r\n")
    sheet.writerow(["name", "phone", "missed", "meant", "last received", "why", "next"])
    for row in unreached(session, tenant, days=days, now=now).rows:
        last = row.last_got.isoformat(timespec="seconds") if row.last_got else ""
        cells = (row.name, row.phone, str(row.missed), str(row.meant), last, row.why, row.next)
        sheet.writerow([safe_cell(cell) for cell in cells])
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def _mornings(session: Session, tenant: TenantId, days: int, now: datetime) -> dict[int, Broadcast]:
    """What closed within these days: of a window that is open nobody has missed anything."""
    query = sa.select(_b.id).where(
        _b.tenant_id == tenant,
        _b.service_day > service_day(now) - timedelta(days=days),
        _b.closes_at < now,
        _b.planned_at.is_not(None),
    )
    found = [session.get(Broadcast, one) for one in session.connection().execute(query).scalars()]
    return {one.id or 0: one for one in found if one is not None}


def _who_missed(session: Session, mornings: dict[int, Broadcast]) -> dict[int, tuple[int, int]]:
    """Who missed how many of these, and the last message they missed."""
    missed = sa.func.count().label("missed")
    query = (
        sa.select(_d.subscriber_id, missed, sa.func.max(_d.id))
        .where(
            _d.broadcast_id.in_(list(mornings)),
            _d.state.not_in([state.value for state in ARRIVED]),
            _d.subscriber_id.is_not(None),
        )
        .group_by(_d.subscriber_id)
        .having(missed >= MISSED_AT_LEAST)
        .order_by(missed.desc(), _d.subscriber_id)
        .limit(LIST_LIMIT)
    )
    return {row[0]: (row[1], row[2]) for row in session.connection().execute(query)}


def _meant(
    session: Session, mornings: dict[int, Broadcast], people: Sequence[int]
) -> dict[int, int]:
    counted: dict[int, int] = {}
    for some in slices(people):
        query = (
            sa.select(_d.subscriber_id, sa.func.count())
            .where(_d.subscriber_id.in_(some), _d.broadcast_id.in_(list(mornings)))
            .group_by(_d.subscriber_id)
        )
        counted |= {row[0]: row[1] for row in session.connection().execute(query)}
    return counted


def _rows(
    session: Session,
    chronic: dict[int, tuple[int, int]],
    meant: dict[int, int],
    mornings: dict[int, Broadcast],
) -> list[Unreached]:
    people, last_got = _people(session, list(chronic)), _last_got(session, list(chronic))
    rows: list[Unreached] = []
    for who, (missed, latest) in chronic.items():
        delivery, person = session.get(Delivery, latest), people.get(who)
        if delivery is None or person is None:
            continue
        said = answer(standing(delivery, mornings.get(delivery.broadcast_id or 0)))
        rows.append(
            Unreached(
                subscriber=SubscriberId(who),
                name=person.name,
                phone=spaced(person.phone) if person.phone else "",
                status=Status(person.status),
                missed=missed,
                meant=meant[who],
                last_got=last_got.get(who),
                why=said.headline,
                next=said.next,
                delivery=DeliveryId(latest),
            )
        )
    return rows


def _people(session: Session, ids: Sequence[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for some in slices(ids):
        query = sa.select(_s.id, _s.name, _s.phone, _s.status).where(_s.id.in_(some))
        found |= {row.id: row for row in session.connection().execute(query)}
    return found


def _last_got(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    when = sa.func.max(sa.func.coalesce(_d.delivered_at, _d.read_at))
    found: dict[int, datetime] = {}
    for some in slices(ids):
        query = (
            sa.select(_d.subscriber_id, when)
            .where(_d.subscriber_id.in_(some), _d.state.in_([state.value for state in ARRIVED]))
            .group_by(_d.subscriber_id)
        )
        found |= {row[0]: row[1] for row in session.connection().execute(query) if row[1]}
    return found

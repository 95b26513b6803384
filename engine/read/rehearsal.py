"""The last rehearsal of the morning ahead, as the Live page shows it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.ids import TenantId
from engine.domain.keeping import ChoreState
from engine.domain.rehearsal import Rehearsal, from_plain
from engine.store import rehearsals, tables
from engine.store.dialects import table

FAILED_STANDS = timedelta(hours=2)
"""How long a rehearsal that came to nothing is worth telling of."""

_s = table(tables.Subscriber).c


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What is known. under_way: one waits or is being made. made: None when there is none of a
    morning ahead; failed: why the newest came to nothing, in words. names: people by number.
    """

    under_way: bool
    made: Rehearsal | None
    made_at: datetime | None
    failed: str
    names: Mapping[int, str]


def rehearsed(session: Session, tenant: TenantId, now: datetime) -> Rehearsed:
    """The newest of the tenant's, when its morning still lies ahead."""
    row = rehearsals.latest(session, tenant)
    made = None
    if row is not None and row.state == ChoreState.DONE and not is_past(row, now):
        made = from_plain(json.loads(row.result))
    failed = ""
    if row is not None and row.state == ChoreState.FAILED and not is_past(row, now):
        failed = row.words
    return Rehearsed(
        under_way=rehearsals.under_way(session, tenant) is not None,
        made=made,
        made_at=None if row is None or made is None else row.ended_at,
        failed=failed,
        names={} if made is None else _names(session, made),
    )


def is_past(row: tables.Rehearsal, now: datetime) -> bool:
    """Whether what it says is about nothing that lies ahead."""
    if row.opens_at is not None:
        return row.opens_at <= now
    return row.ended_at is None or row.ended_at + FAILED_STANDS <= now


def _names(session: Session, made: Rehearsal) -> dict[int, str]:
    some = [person for one in made.without for person in one.some]
    if not some:
        return {}
    rows = session.connection().execute(sa.select(_s.id, _s.name).where(_s.id.in_(some)))
    return {row[0]: row[1] for row in rows}

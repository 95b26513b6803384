"""The broadcasts of some days that went out in two wordings: what each came to."""

from dataclasses import dataclass, fields
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.ab_test import Counts, Judgement, is_over, judge
from engine.domain.ids import BroadcastId, TenantId
from engine.domain.wordings import Side
from engine.store.dialects import table
from engine.store.tables import Broadcast, ReportDay, ReportWording

_b, _days, _w = table(Broadcast).c, table(ReportDay).c, table(ReportWording).c
_COUNTS = tuple(one.name for one in fields(Counts))


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingRow:
    """One of the two. percent: the share of people it was fixed for."""

    wording: Side
    content_hash: str
    percent: int
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoWordings:
    """One broadcast in both, of those who read a language that has both."""

    broadcast: BroadcastId
    day: date
    title: str
    a: WordingRow
    b: WordingRow
    judgement: Judgement


def two_wordings(
    session: Session, tenant: TenantId, first: date, last: date
) -> tuple[TwoWordings, ...]:
    """Those that were counted, the latest first."""
    rows = session.connection().execute(
        sa.select(
            *(_b.id, _b.title, _b.opens_at, _b.content_hash, _b.b_content_hash, _b.b_percent),
            *(_w.day, _w.wording, _days.made_at),
            *(_w[name] for name in _COUNTS),
        )
        .select_from(table(ReportWording))
        .join(table(Broadcast), _b.id == _w.broadcast_id)
        .join(table(ReportDay), sa.and_(_days.tenant_id == _w.tenant_id, _days.day == _w.day))
        .where(_w.tenant_id == tenant, _w.day.between(first, last))
        .order_by(_w.day.desc(), _b.id.desc(), _w.wording)
    )
    found: dict[int, tuple[sa.RowMapping, dict[Side, Counts]]] = {}
    for row in rows.mappings():
        counts = Counts(*(row[name] for name in _COUNTS))
        found.setdefault(row["id"], (row, {}))[1][Side(row["wording"])] = counts
    return tuple(_pair(row, counts) for row, counts in found.values())


def _pair(it: sa.RowMapping, counts: dict[Side, Counts]) -> TwoWordings:
    a, b = (counts.get(wording, Counts()) for wording in Side)
    return TwoWordings(
        broadcast=BroadcastId(it["id"]),
        day=it["day"],
        title=it["title"],
        a=WordingRow(
            wording=Side.A,
            content_hash=it["content_hash"],
            percent=100 - it["b_percent"],
            counts=a,
        ),
        b=WordingRow(
            wording=Side.B,
            content_hash=it["b_content_hash"],
            percent=it["b_percent"],
            counts=b,
        ),
        judgement=judge(a, b, day_over=is_over(it["opens_at"], it["made_at"])),
    )

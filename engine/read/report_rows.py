"""The rows a report is made of: days, groups, causes and what was used, over a range of days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain import failure, histogram
from engine.domain.cost import Usage, bill
from engine.domain.histogram import Times
from engine.domain.ids import TenantId
from engine.domain.reporting import COUNTS, TIMED, Dimension, Figures
from engine.store import senders
from engine.store.dialects import table
from engine.store.reports import NO_CODE
from engine.store.tables import ReportDay, ReportError, ReportFigure

SHOWN = (
    Dimension.SENDER,
    Dimension.TIER,
    Dimension.LANGUAGE,
    Dimension.REGION,
    Dimension.TEMPLATE,
    Dimension.READ_HOUR,
)

_days, _figures, _errors = table(ReportDay), table(ReportFigure), table(ReportError)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """One day of the range. `times`: seconds from WhatsApp's yes to the phone."""

    day: date
    figures: Figures
    excluded: int
    times: Times | None
    amount: Decimal
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One key of a dimension over the range; `name` is for people."""

    key: str
    name: str
    figures: Figures
    times: Times | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRow:
    """A cause: deliveries given up on with it, attempts refused with it."""

    code: int | None
    title: str
    words: str
    failed: int
    attempts: int


def error_rows(session: Session, tenant: TenantId, first: date, last: date) -> tuple[ErrorRow, ...]:
    """What went wrong, the most first."""
    e = _errors.c
    rows = session.connection().execute(
        sa.select(e.code, sa.func.sum(e.failed), sa.func.sum(e.attempts))
        .where(e.tenant_id == tenant, e.day.between(first, last))
        .group_by(e.code)
    )
    found: list[ErrorRow] = []
    for number, failed, attempts in rows:
        code = None if number == NO_CODE else number
        cause = failure.cause_of(code)
        found.append(
            ErrorRow(
                code=code,
                title=cause.title,
                words=cause.words,
                failed=int(failed),
                attempts=int(attempts),
            )
        )
    return tuple(sorted(found, key=lambda row: (-row.failed, -row.attempts, row.code or 0)))


Cell = tuple[Figures, bytes, bytes]
"""Figures, and the packed histograms of the two kinds of seconds."""


def day_rows(session: Session, tenant: TenantId, first: date, last: date) -> tuple[DayRow, ...]:
    """Every day that was made, the oldest first."""
    f = _figures.c
    amounts = _amounts(usage(session, tenant, first, last))
    rows: Any = session.connection().execute(
        sa.select(
            _days.c.day,
            _days.c.excluded,
            _days.c.made_at,
            f.lags,
            *(sa.func.coalesce(f[name], 0) for name in COUNTS),
        )
        .select_from(
            _days.outerjoin(
                _figures,
                sa.and_(
                    f.tenant_id == _days.c.tenant_id,
                    f.day == _days.c.day,
                    f.dimension == Dimension.TOTAL.value,
                ),
            )
        )
        .where(_days.c.tenant_id == tenant, _days.c.day.between(first, last))
        .order_by(_days.c.day)
    )
    return tuple(
        DayRow(
            day=row[0],
            excluded=row[1],
            made_at=row[2],
            times=histogram.times(histogram.unpack([row[3] or b""])),
            figures=Figures(*row[4:]),
            amount=amounts.get(row[0], Decimal(0)),
        )
        for row in rows
    )


def cells(
    session: Session, tenant: TenantId, first: date, last: date
) -> dict[tuple[Dimension, str], Cell]:
    """Figures and histograms of every key over the range."""
    f = _figures.c
    shown = [dimension.value for dimension in (Dimension.TOTAL, *SHOWN)]
    here = (f.tenant_id == tenant, f.day.between(first, last), f.dimension.in_(shown))
    connection = session.connection()
    sums: Any = connection.execute(
        sa.select(f.dimension, f.key, *(sa.func.sum(f[name]) for name in COUNTS))
        .where(*here)
        .group_by(f.dimension, f.key)
    )
    packed: defaultdict[tuple[str, str], tuple[list[bytes], list[bytes]]] = defaultdict(
        lambda: ([], [])
    )
    timed = [dimension.value for dimension in TIMED]
    for dimension, key, lags, after in connection.execute(
        sa.select(f.dimension, f.key, f.lags, f.after).where(*here, f.dimension.in_(timed))
    ):
        into = packed[dimension, key]
        into[0].append(lags)
        into[1].append(after)
    return {
        (Dimension(row[0]), row[1]): (
            Figures(*(int(value) for value in row[2:])),
            b"".join(packed[row[0], row[1]][0]) if (row[0], row[1]) in packed else b"",
            b"".join(packed[row[0], row[1]][1]) if (row[0], row[1]) in packed else b"",
        )
        for row in sums
    }


def groups(
    session: Session, tenant: TenantId, cells: Mapping[tuple[Dimension, str], Cell]
) -> dict[Dimension, tuple[GroupRow, ...]]:
    """The keys of each dimension in the order they are shown in, with names for people."""
    phones = {str(row.id): row.display_phone for row in senders.pool(session, tenant)}
    found: defaultdict[Dimension, list[GroupRow]] = defaultdict(list)
    for (dimension, key), (figures, lags, _) in cells.items():
        name = phones.get(key, key) if dimension is Dimension.SENDER else key
        times = histogram.times(histogram.unpack([lags]))
        row = GroupRow(key=key, name=name or "none", figures=figures, times=times)
        found[dimension].append(row)
    return {dimension: _in_order(dimension, found[dimension]) for dimension in SHOWN}


def _in_order(dimension: Dimension, rows: Iterable[GroupRow]) -> tuple[GroupRow, ...]:
    if dimension is Dimension.READ_HOUR:
        return tuple(sorted(rows, key=lambda row: row.key))
    return tuple(sorted(rows, key=lambda row: (-row.figures.planned, row.key)))


def usage(session: Session, tenant: TenantId, first: date, last: date) -> list[Usage]:
    """What was delivered, by day and price."""
    f = _figures.c
    rows = session.connection().execute(
        sa.select(f.day, f.key, f.delivered).where(
            f.tenant_id == tenant,
            f.day.between(first, last),
            f.dimension == Dimension.PRICE.value,
        )
    )
    return [_used(row) for row in rows]


def _used(row: Any) -> Usage:
    category, _, country = row[1].partition("/")
    return Usage(day=row[0], category=category, country=country, delivered=row[2])


def _amounts(usage: Iterable[Usage]) -> dict[date, Decimal]:
    by_day: defaultdict[date, list[Usage]] = defaultdict(list)
    for one in usage:
        by_day[one.day].append(one)
    return {day: bill(some).amount for day, some in by_day.items()}

"""What the Reports page and its files show: any range of days, from the days' own figures.

No delivery is read: a year is some thirty thousand small rows.
"""

import calendar
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain import advice, histogram
from engine.domain.advice import Advice, Evidence
from engine.domain.cost import Bill, Budget, bill
from engine.domain.histogram import Times
from engine.domain.ids import TenantId
from engine.domain.reporting import Dimension, Figures
from engine.domain.targets import Outcome, outcomes
from engine.domain.tenant_settings import BUDGET_RUPEES, number_of
from engine.read.report_rows import (
    DayRow,
    ErrorRow,
    GroupRow,
    cells,
    day_rows,
    error_rows,
    groups,
    usage,
)
from engine.read.report_wordings import TwoWordings, two_wordings
from engine.store import tenant_settings
from engine.store.dialects import table
from engine.store.tables import ReportDay

LONGEST = 366
"""Days in one report."""

_days = table(ReportDay)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A range of days. `after`: seconds from the opening to the phone."""

    first: date
    last: date
    days: tuple[DayRow, ...]
    total: Figures
    excluded: int
    lags: Times | None
    after: Times | None
    arrived: Mapping[int, int]
    """How many had it in which second after the opening."""
    groups: Mapping[Dimension, tuple[GroupRow, ...]]
    errors: tuple[ErrorRow, ...]
    targets: tuple[Outcome, ...]
    bill: Bill
    budget: Budget
    fading: Mapping[str, tuple[int, int]]
    fading_on: date | None
    advice: tuple[Advice, ...] = field(default=())
    wordings: tuple[TwoWordings, ...] = ()


def report(session: Session, tenant: TenantId, first: date, last: date) -> Report:
    """The days from `first` to `last`, at most LONGEST of them, those that were made."""
    days = day_rows(session, tenant, first, last)
    found = cells(session, tenant, first, last)
    total, lags, after = found.pop((Dimension.TOTAL, ""), (Figures(), b"", b""))
    billed = bill(usage(session, tenant, first, last))
    arrived = histogram.unpack([after])
    times = histogram.times(histogram.unpack([lags]))
    grouped = groups(session, tenant, found)
    errors = error_rows(session, tenant, first, last)
    fading_on, fading = _fading(session, tenant, first, last)
    budget = budget_of(session, tenant, days[-1].day if days else last)
    evidence = Evidence(
        total=total,
        senders=_named(grouped, Dimension.SENDER),
        regions=_named(grouped, Dimension.REGION),
        languages=_named(grouped, Dimension.LANGUAGE),
        tiers=_named(grouped, Dimension.TIER),
        causes=[(row.title, row.failed) for row in errors if row.failed],
        bill=billed,
        budget=budget,
        fading=fading,
    )
    return Report(
        first=first,
        last=last,
        days=days,
        total=total,
        excluded=sum(row.excluded for row in days),
        lags=times,
        after=histogram.times(arrived),
        arrived=arrived,
        groups=grouped,
        errors=errors,
        targets=outcomes(total, lags=times, bill=billed, processing=None),
        bill=billed,
        budget=budget,
        fading=fading,
        fading_on=fading_on,
        advice=advice.advise(evidence),
        wordings=two_wordings(session, tenant, first, last),
    )


def latest_day(session: Session, tenant: TenantId) -> date | None:
    """The last day that was made."""
    asked = sa.select(sa.func.max(_days.c.day)).where(_days.c.tenant_id == tenant)
    return session.connection().execute(asked).scalar_one()


def budget_of(session: Session, tenant: TenantId, day: date) -> Budget:
    """How the month of a day stands on that day."""
    limit = number_of(tenant_settings.values(session, tenant), BUDGET_RUPEES)
    spent = bill(usage(session, tenant, day.replace(day=1), day)).amount
    return Budget(
        limit=Decimal(limit) if limit else None,
        spent=spent,
        day=day.day,
        days=calendar.monthrange(day.year, day.month)[1],
    )


def _named(
    groups: Mapping[Dimension, Sequence[GroupRow]], dimension: Dimension
) -> list[advice.Group]:
    return [advice.Group(name=row.name, figures=row.figures) for row in groups.get(dimension, ())]


def _fading(
    session: Session, tenant: TenantId, first: date, last: date
) -> tuple[date | None, Mapping[str, tuple[int, int]]]:
    row = (
        session.connection()
        .execute(
            sa.select(_days.c.day, _days.c.fading)
            .where(
                _days.c.tenant_id == tenant,
                _days.c.day.between(first, last),
                _days.c.fading != "{}",
            )
            .order_by(_days.c.day.desc())
            .limit(1)
        )
        .first()
    )
    if row is None:
        return None, {}
    return row[0], {tier: (both[0], both[1]) for tier, both in json.loads(row[1]).items()}

"""A report as its files have it: the same figures as the page's, in tables and on paper."""

from collections.abc import Sequence
from dataclasses import astuple, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from engine.documents.report_book import Book, Page, Sheet, Value, cell
from engine.domain.ab_test import note
from engine.domain.cost import CHECK, RATE_CARDS
from engine.domain.histogram import Times
from engine.domain.ids import TenantId
from engine.domain.reporting import COUNTS, Dimension, Figures
from engine.domain.targets import Outcome
from engine.read.report import Report, report
from engine.read.report_paper import page_of, range_words
from engine.read.report_rows import GroupRow
from engine.read.report_words import PROMISES, Spoken, verdict_of
from engine.store import tenants
from engine.store.dialects import table
from engine.store.tables import ReportFigure

PAGES_AT_MOST = 31
"""Days on paper; a longer range has its summary alone, and all of it in the workbook."""

NAMES: dict[Dimension, str] = {
    Dimension.SENDER: "Senders",
    Dimension.TIER: "Tiers",
    Dimension.LANGUAGE: "Languages",
    Dimension.REGION: "Regions",
    Dimension.TEMPLATE: "Templates",
    Dimension.READ_HOUR: "Hours of reading",
}
COUNT_NAMES: dict[str, str] = {
    "planned": "Frozen",
    "targeted": "Targeted",
    "opted_out": "Said stop in time",
    "cancelled": "Called off",
    "sent": "Handed over",
    "delivered": "Delivered",
    "read": "Read",
    "failed": "Given up on",
    "open": "Open",
    "held": "Held",
    "handed_over": "Handed over in time",
    "on_time": "Delivered in time",
    "missed_ours": "Missed, ours",
    "missed_phones": "Missed, phones",
    "attempts": "Attempts",
    "retried": "Retried",
    "retried_well": "Retried, arrived",
    "refused": "Attempts refused",
}
TIME_NAMES = ("Half within s", "95 % within s", "99 % within s", "Mean s")


def tables_of(found: Report) -> list[Sheet]:
    """Every table of a report; the first is that of the days."""
    return [
        _days(found),
        *(_group(NAMES[dimension], rows) for dimension, rows in found.groups.items()),
        Sheet(
            name="Errors",
            columns=("Cause", "Code", "Given up on", "Attempts refused"),
            rows=[(row.title, row.code, row.failed, row.attempts) for row in found.errors],
            total=(
                "Total",
                None,
                sum(row.failed for row in found.errors),
                sum(row.attempts for row in found.errors),
            ),
        ),
        Sheet(
            name="Targets",
            columns=("Promise", "Goal", "Came to", "Count", "Of", "Verdict"),
            rows=[_outcome(one) for one in found.targets],
        ),
        _cost(found),
        *_wordings(found),
        Sheet(
            name="Recommendations",
            columns=("What to do", "It rests on"),
            rows=[(one.words, one.evidence) for one in found.advice],
        ),
    ]


def book(
    session: Session,
    tenant: TenantId,
    first: date,
    last: date,
    *,
    spoken: Spoken,
    now: datetime,
    paper: bool,
) -> Book:
    """Everything a file of these days needs. paper: whether pages are wanted, too."""
    found = report(session, tenant, first, last)
    organisation = tenants.name_of(session, tenant)
    pages: list[Page] = []
    if paper:
        if first != last or not found.days:
            pages.append(page_of(session, tenant, found, spoken))
        for row in found.days if len(found.days) <= PAGES_AT_MOST else ():
            one = found if first == last else report(session, tenant, row.day, row.day)
            pages.append(page_of(session, tenant, one, spoken))
    return Book(
        title=range_words(first, last, spoken),
        organisation=organisation,
        made=f"made {spoken.moment(now)}",
        sheets=tables_of(found),
        pages=pages,
        pivots={
            f"In time by {what}": _by_day(session, tenant, found, dimension)
            for dimension, what in (
                (Dimension.SENDER, "day and sender"),
                (Dimension.LANGUAGE, "day and language"),
                (Dimension.TIER, "day and tier"),
            )
        },
    )


def of_day(session: Session, tenant: TenantId, day: date, now: datetime, *, spoken: Spoken) -> Book:
    """The book of one day, for whoever mails it; without pages when the day has no figures."""
    made = book(session, tenant, day, day, spoken=spoken, now=now, paper=True)
    return made if made.sheets[0].rows else replace(made, pages=())


def _days(found: Report) -> Sheet:
    columns = (
        "Day",
        *(COUNT_NAMES[name] for name in COUNTS),
        "Left out",
        *TIME_NAMES,
        "Cost in rupees, without tax",
    )
    return Sheet(
        name="Days",
        columns=columns,
        rows=[
            (
                row.day.isoformat(),
                *_counts(row.figures),
                row.excluded,
                *_times(row.times),
                cell(row.amount),
            )
            for row in found.days
        ],
        total=(
            "Total",
            *_counts(found.total),
            found.excluded,
            *_times(found.lags),
            cell(found.bill.amount),
        ),
    )


def _group(name: str, rows: Sequence[GroupRow]) -> Sheet:
    return Sheet(
        name=name,
        columns=("Name", *(COUNT_NAMES[one] for one in COUNTS), *TIME_NAMES),
        rows=[(row.name, *_counts(row.figures), *_times(row.times)) for row in rows],
    )


def _cost(found: Report) -> Sheet:
    bill = found.bill
    return Sheet(
        name="Cost",
        columns=("Category", "Country", "Delivered", "Rupees, without tax"),
        rows=[
            (
                line.category,
                line.country,
                line.delivered,
                "no rate known" if line.amount is None else cell(line.amount),
            )
            for line in bill.lines
        ]
        + [
            (f"Rates: {RATE_CARDS[-1].source}, since {RATE_CARDS[-1].since}", None, None, None),
            (CHECK, None, None, None),
        ],
        total=("Total", None, bill.priced + bill.unpriced, cell(bill.amount)),
    )


def _wordings(found: Report) -> list[Sheet]:
    """Nothing where no broadcast had two."""
    if not found.wordings:
        return []
    columns = (
        *("Day", "Broadcast", "Wording", "Content hash", "Share in %", "Targeted", "Delivered"),
        *("Read", "Replied", "Said stop", "Given up on", "What it shows"),
    )
    rows: list[tuple[Value, ...]] = []
    for one in found.wordings:
        for row in (one.a, one.b):
            shows = note(one.judgement) if row is one.b else None
            where = (one.day.isoformat(), one.title, row.wording.value)
            counts = astuple(row.counts)
            rows.append((*where, row.content_hash, row.percent, *counts, shows))
    return [Sheet(name="A-B tests", columns=columns, rows=rows)]


def _counts(figures: Figures) -> tuple[int, ...]:
    return tuple(getattr(figures, name) for name in COUNTS)


def _times(times: Times | None) -> tuple[Value, ...]:
    if times is None:
        return (None,) * len(TIME_NAMES)
    return times.p50, times.p95, times.p99, round(times.mean, 3)


def _outcome(one: Outcome) -> tuple[Value, ...]:
    value = None if one.value is None else float(one.value)
    verdict = verdict_of(one)
    goal = float(one.promise.goal)
    return PROMISES[one.promise.target], goal, value, one.count, one.of, verdict


def _by_day(
    session: Session, tenant: TenantId, found: Report, dimension: Dimension
) -> list[tuple[str, str, int, int]]:
    names = {row.key: row.name for row in found.groups[dimension]}
    f = table(ReportFigure).c
    rows: Any = session.connection().execute(
        sa.select(f.day, f.key, f.on_time, f.targeted)
        .where(
            f.tenant_id == tenant,
            f.day.between(found.first, found.last),
            f.dimension == dimension.value,
        )
        .order_by(f.day)
    )
    return [(row[0].isoformat(), names.get(row[1]) or str(row[1]), row[2], row[3]) for row in rows]

"""A report on paper: its pages in words, each with its charts and tables."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session

from engine.documents.report_book import Bars, Curve, Page, Sheet
from engine.domain.ab_test import note
from engine.domain.cost import to_paisa
from engine.domain.ids import TenantId
from engine.domain.reporting import Dimension
from engine.domain.targets import Target
from engine.read.report import Report
from engine.read.report_rows import GroupRow
from engine.read.report_wordings import TwoWordings
from engine.read.report_words import NOTHING, PROMISES, Spoken, value_words, verdict_of
from engine.store.dialects import table
from engine.store.tables import Broadcast

TESTS_ON_PAPER = 3
"""The latest; the workbook has all."""


def page_of(session: Session, tenant: TenantId, found: Report, spoken: Spoken) -> Page:
    """A day, or the summary of a range."""
    is_day = found.first == found.last
    total = found.total
    titles, opens_at, closes_at = _broadcasts(session, tenant, found)
    curve = None
    if is_day and opens_at is not None and closes_at is not None and found.arrived:
        curve = Curve(
            points=_cumulated(found.arrived),
            whole=total.targeted,
            closes=int((closes_at - opens_at).total_seconds()),
            opens=spoken.clock(opens_at),
        )
    on_time = next(one for one in found.targets if one.promise.target is Target.ON_TIME)
    share = None if on_time.value is None else 100 * float(on_time.value)
    return Page(
        title=range_words(found.first, found.last, spoken),
        subtitle=" · ".join(titles) if is_day else f"{len(found.days)} days",
        tiles=(
            (
                "Delivered in time",
                spoken.percent(share),
                f"{spoken.number(total.on_time)} of {spoken.number(total.targeted)}",
                {True: "good", False: "bad", None: "quiet"}[on_time.met],
            ),
            (
                "Delivered",
                spoken.number(total.delivered),
                f"{spoken.number(total.failed)} given up on",
                "quiet",
            ),
            (
                "Read",
                spoken.number(total.read),
                spoken.percent(_share(total.read, total.delivered)),
                "quiet",
            ),
            (
                "99 % had it within",
                spoken.seconds(None if found.lags is None else found.lags.p99),
                "of WhatsApp's yes",
                "quiet",
            ),
            (
                "Cost",
                spoken.rupees(to_paisa(found.bill.amount)),
                f"{spoken.rupees(found.bill.with_tax)} with tax",
                "quiet",
            ),
        ),
        curve=curve,
        bars=[
            _bars("In time by sender", found, Dimension.SENDER, spoken, reads=False),
            _bars("Read by language", found, Dimension.LANGUAGE, spoken, reads=True),
            _bars("Read by tier", found, Dimension.TIER, spoken, reads=True),
        ],
        targets=[
            (PROMISES[one.promise.target], *value_words(one, spoken), verdict_of(one))
            for one in found.targets
        ],
        tables=[
            _regions(found, spoken),
            *_late_tables(found, spoken),
            *(_two_wordings(one, spoken) for one in found.wordings[:TESTS_ON_PAPER]),
        ],
        advice=[(one.words, one.evidence) for one in found.advice],
    )


def _bars(title: str, found: Report, dimension: Dimension, spoken: Spoken, *, reads: bool) -> Bars:
    def bar(row: GroupRow) -> tuple[str, float | None, str]:
        figures = row.figures
        count, of = (
            (figures.read, figures.delivered) if reads else (figures.on_time, figures.targeted)
        )
        share = _share(count, of)
        words = f"{spoken.percent(share)} of {spoken.number(of)}"
        return row.name, None if share is None else share / 100, words

    return Bars(title=title, bars=[bar(row) for row in found.groups[dimension]])


def _regions(found: Report, spoken: Spoken) -> Sheet:
    return Sheet(
        name="Regions",
        columns=("Region", "Targeted", "In time", "Read", "95 % within"),
        rows=[
            (
                row.name,
                spoken.number(row.figures.targeted),
                spoken.percent(_share(row.figures.on_time, row.figures.targeted)),
                spoken.percent(_share(row.figures.read, row.figures.delivered)),
                spoken.seconds(None if row.times is None else row.times.p95),
            )
            for row in found.groups[Dimension.REGION]
        ],
    )


def _late_tables(found: Report, spoken: Spoken) -> Iterable[Sheet]:
    yield Sheet(
        name="What went wrong",
        columns=("Cause", "Code", "Given up on", "Attempts refused"),
        rows=[
            (
                row.title,
                NOTHING if row.code is None else str(row.code),
                spoken.number(row.failed),
                spoken.number(row.attempts),
            )
            for row in found.errors
        ],
    )
    yield Sheet(
        name="Cost by WhatsApp's rate card, without tax",
        columns=("Category", "Country", "Delivered", "Amount"),
        rows=[
            (
                line.category.capitalize(),
                line.country,
                spoken.number(line.delivered),
                "no rate known" if line.amount is None else spoken.rupees(to_paisa(line.amount)),
            )
            for line in found.bill.lines
        ],
    )


def _two_wordings(one: TwoWordings, spoken: Spoken) -> Sheet:
    rows: list[tuple[str, ...]] = [
        (
            f"{row.wording} ({row.percent} %)",
            spoken.number(row.counts.targeted),
            spoken.number(row.counts.delivered),
            spoken.number(row.counts.read),
            spoken.percent(_share(row.counts.read, row.counts.delivered)),
            spoken.number(row.counts.replied),
            spoken.number(row.counts.stopped),
        )
        for row in (one.a, one.b)
    ]
    return Sheet(
        name=f"A/B test of {spoken.day(one.day)}. {note(one.judgement)}",
        columns=("Wording", "Targeted", "Delivered", "Read", "", "Replied", "Said stop"),
        rows=rows,
    )


def _broadcasts(
    session: Session, tenant: TenantId, found: Report
) -> tuple[list[str], datetime | None, datetime | None]:
    b = table(Broadcast).c
    rows = list(
        session.connection().execute(
            sa.select(b.title, b.opens_at, b.closes_at)
            .where(
                b.tenant_id == tenant,
                b.service_day == found.last,
                b.frozen_at.is_not(None),
            )
            .order_by(b.opens_at)
        )
    )
    if not rows:
        return [], None, None
    return [row[0] for row in rows], rows[0][1], rows[0][2]


def _cumulated(arrived: Mapping[int, int]) -> list[tuple[int, int]]:
    points: list[tuple[int, int]] = []
    whole = 0
    for second in sorted(arrived):
        whole += arrived[second]
        points.append((second, whole))
    return points


def _share(count: int, of: int) -> float | None:
    return 100 * count / of if of else None


def range_words(first: date, last: date, spoken: Spoken) -> str:
    """A day, or from one to another."""
    return spoken.day(first) if first == last else f"{spoken.day(first)} to {spoken.day(last)}"

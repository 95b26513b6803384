"""Days in numbers: which are to be made, what they are made of, and what came to them later."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.ab_test import Counts
from engine.domain.fading import ALL_DAYS, Month, bit_of
from engine.domain.histogram import pack
from engine.domain.ids import SubscriberId, TenantId
from engine.domain.reporting import COUNTS, DaySheet
from engine.store.dialects import insert_into, table
from engine.store.tables import (
    Attempt,
    Broadcast,
    Delivery,
    Receipt,
    ReportCursor,
    ReportDay,
    ReportError,
    ReportFigure,
    ReportReader,
    ReportWording,
    Subscriber,
)

NO_CODE = -1
"""Stands for an error without a code: a key has no NULL."""
LATE = {"receipts": Receipt, "attempts": Attempt}
"""Where late news of a day is written; their rows are only ever added."""

_b, _d = table(Broadcast).c, table(Delivery).c
_days, _figures, _errors = table(ReportDay), table(ReportFigure), table(ReportError)
_wordings = table(ReportWording)
_readers, _cursors = table(ReportReader), table(ReportCursor)


class DayDue(NamedTuple):
    """A day to be made. `news`: how many had come when it was found; its figures have them."""

    tenant: TenantId
    day: date
    closes_at: datetime
    news: int


def due(
    session: Session,
    now: datetime,
    *,
    after_close: timedelta,
    rest: timedelta,
    judged_after: timedelta,
) -> DayDue | None:
    """The oldest day that is over and was not made since, or got news.

    after_close: how long after its last close a day is over. rest: how long a day that was made is
    left alone, so that a stream of late receipts does not have it made all the time. judged_after:
    how long after its last opening a day with two wordings is made once more, for good.
    """
    closes_at = sa.func.max(_b.closes_at, type_=_b.closes_at.type)
    last = sa.func.max(sa.case((_b.b_content_id.is_not(None), _b.opens_at)), type_=_b.opens_at.type)
    r = _days.c
    rows = session.connection().execute(
        sa.select(_b.tenant_id, _b.service_day, closes_at, r.made_at, r.news, r.counted, last)
        .select_from(
            table(Broadcast).outerjoin(
                _days, sa.and_(r.tenant_id == _b.tenant_id, r.day == _b.service_day)
            )
        )
        .where(_b.frozen_at.is_not(None))
        .group_by(_b.tenant_id, _b.service_day, r.made_at, r.news, r.counted)
        .order_by(_b.service_day, _b.tenant_id)
    )
    for tenant, day, closes, made_at, news, counted, two_opened_at in rows:
        over = closes + after_close
        if now < over:
            continue
        if two_opened_at is not None and now >= two_opened_at + judged_after:
            over = max(over, two_opened_at + judged_after)
        if made_at is None or made_at < over or (news > counted and made_at + rest <= now):
            return DayDue(TenantId(tenant), day, closes, news or 0)
    return None


def write(
    session: Session,
    found: DayDue,
    sheet: DaySheet,
    *,
    refusals: Mapping[int | None, int],
    states: Mapping[str, int],
    wordings: Mapping[tuple[int, str], Counts],
    excluded: int,
    now: datetime,
) -> None:
    """Put a day's figures in the place of those it had. The same sheet twice changes nothing."""
    connection = session.connection()
    where = {"tenant_id": found.tenant, "day": found.day}
    for old in (_figures, _errors, _wordings):
        here = sa.and_(old.c.tenant_id == found.tenant, old.c.day == found.day)
        connection.execute(sa.delete(old).where(here))
    rows = [
        where
        | {"dimension": dimension.value, "key": key}
        | {name: getattr(cell.figures, name) for name in COUNTS}
        | {"lags": pack(cell.lags), "after": pack(cell.after)}
        for (dimension, key), cell in sheet.cells.items()
    ]
    if rows:
        connection.execute(sa.insert(_figures), rows)
    codes = {*sheet.failures, *refusals}
    if codes:
        connection.execute(
            sa.insert(_errors),
            [
                where
                | {
                    "code": NO_CODE if code is None else code,
                    "failed": sheet.failures[code],
                    "attempts": refusals.get(code, 0),
                }
                for code in codes
            ],
        )
    if wordings:
        connection.execute(
            sa.insert(_wordings),
            [
                where | {"broadcast_id": broadcast, "wording": wording} | asdict(counts)
                for (broadcast, wording), counts in wordings.items()
            ],
        )
    made = {
        "closes_at": found.closes_at,
        "excluded": excluded,
        "made_at": now,
        "counted": found.news,
        "states": json.dumps(dict(sorted(states.items()))),
    }
    insert = insert_into(session.get_bind().dialect.name, ReportDay).values(
        **where, news=found.news, fading="{}", **made
    )
    connection.execute(insert.on_conflict_do_update(index_elements=["tenant_id", "day"], set_=made))


def mark_readers(
    session: Session, tenant: TenantId, day: date, people: Iterable[tuple[int, bool, bool]]
) -> None:
    """Note of (subscriber, reached, read) on a day; what was noted of that day before is gone."""
    bit = bit_of(day)
    rows = [
        {
            "tenant_id": tenant,
            "month": day.replace(day=1),
            "subscriber_id": subscriber,
            "delivered": bit if reached else 0,
            "read": bit if read else 0,
        }
        for subscriber, reached, read in people
    ]
    if not rows:
        return
    insert = insert_into(session.get_bind().dialect.name, ReportReader)
    others = ALL_DAYS ^ bit
    insert = insert.on_conflict_do_update(
        index_elements=["tenant_id", "month", "subscriber_id"],
        set_={
            name: _readers.c[name].bitwise_and(others).bitwise_or(insert.excluded[name])
            for name in ("delivered", "read")
        },
    )
    session.connection().execute(insert, rows)


def readers(
    session: Session, tenant: TenantId, first: date, last: date, after: int, most: int
) -> list[tuple[SubscriberId, str, list[Month]]]:
    """(subscriber, tier, months) of the next people by id, of the months from `first` to `last`."""
    r, s = _readers.c, table(Subscriber).c
    people = (
        sa.select(s.id, s.tier)
        .where(s.tenant_id == tenant, s.id > after)
        .order_by(s.id)
        .limit(most)
    )
    found: dict[int, tuple[SubscriberId, str, list[Month]]] = {
        row[0]: (SubscriberId(row[0]), row[1], []) for row in session.connection().execute(people)
    }
    if not found:
        return []
    rows = session.connection().execute(
        sa.select(r.subscriber_id, r.month, r.delivered, r.read).where(
            r.tenant_id == tenant,
            r.month.between(first, last),
            r.subscriber_id > after,
            r.subscriber_id <= max(found),
        )
    )
    for subscriber, month, delivered, read in rows:
        if subscriber in found:
            found[subscriber][2].append(Month(month, delivered, read))
    return list(found.values())


def write_fading(
    session: Session, tenant: TenantId, day: date, fading: Mapping[str, tuple[int, int]]
) -> None:
    """Keep with a day in whom reading fell, by tier."""
    where = sa.and_(_days.c.tenant_id == tenant, _days.c.day == day)
    values = json.dumps({tier: list(both) for tier, both in sorted(fading.items())})
    session.connection().execute(sa.update(_days).where(where).values(fading=values))


def late_slice(session: Session, name: str, most: int) -> tuple[int, int] | None:
    """The next ids of a table of LATE to look at, (after, until); None when there are none.

    Only below the highest id of the look before: a transaction that took an id earlier may commit
    later.
    """
    cursor = (
        session.connection().execute(sa.select(_cursors).where(_cursors.c.name == name)).first()
    )
    if cursor is None or cursor.done >= cursor.seen:
        return None
    return cursor.done, min(cursor.seen, cursor.done + most)


def days_with_news(session: Session, name: str, after: int, until: int) -> set[tuple[int, date]]:
    """The (tenant, day) that rows of a table of LATE with these ids speak of."""
    late = table(LATE[name]).c
    rows = session.connection().execute(
        sa.select(_b.tenant_id, _b.service_day)
        .select_from(
            table(LATE[name])
            .join(table(Delivery), _d.id == late.delivery_id)
            .join(table(Broadcast), _b.id == _d.broadcast_id)
        )
        .where(late.id > after, late.id <= until)
        .distinct()
    )
    return {(row[0], row[1]) for row in rows}


def note_news(
    session: Session, days: Iterable[tuple[int, date]], name: str = "", until: int | None = None
) -> int:
    """Say of days that something came to them; how many of them had been made.

    name, until: how far the look for it came in a table of LATE.
    """
    marked = 0
    for tenant, day in days:
        here = sa.and_(_days.c.tenant_id == tenant, _days.c.day == day)
        done = session.connection().execute(
            sa.update(_days).where(here).values(news=_days.c.news + 1)
        )
        marked += done.rowcount
    if until is not None:
        session.connection().execute(
            sa.update(_cursors).where(_cursors.c.name == name).values(done=until)
        )
    return marked


def look_up(session: Session) -> None:
    """Note how far the tables of LATE reach now: the next look goes so far."""
    for name, late in LATE.items():
        asked = sa.select(sa.func.coalesce(sa.func.max(table(late).c.id), 0))
        highest = session.connection().execute(asked).scalar_one()
        # The first look of all has nothing behind it: no day was made yet, so none lacks anything.
        insert = insert_into(session.get_bind().dialect.name, ReportCursor).values(
            name=name, done=highest, seen=highest
        )
        session.connection().execute(
            insert.on_conflict_do_update(index_elements=["name"], set_={"seen": highest})
        )


def made_since(session: Session, day: date) -> list[tuple[TenantId, date, dict[str, int]]]:
    """The days from `day` on that were made: (tenant, day, the states they were made of)."""
    rows = session.connection().execute(
        sa.select(_days.c.tenant_id, _days.c.day, _days.c.states).where(_days.c.day >= day)
    )
    return [(TenantId(row[0]), row[1], json.loads(row[2])) for row in rows]

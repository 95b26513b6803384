"""What makes each rule of alerts fire, what nearly does, and what ends it: planted as rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from engine.domain.alert_rules import Watched
from engine.domain.alerting import Reading, Severity
from engine.store import tables
from engine.store.dialects import table
from tests.workers.alarm_cast import Lookout, asked, move_broadcast, put
from tests.workers.cast import NOW

Deed = Callable[[Lookout], None]
I, W, C = (int(one) for one in Severity)  # noqa: E741 - as the rules say them


@dataclass(frozen=True, slots=True)
class Case:
    """A rule: what nearly fires it, what does, how severe that is, and what ends it."""

    key: Watched
    near: Deed
    cause: Deed
    severity: int
    heal: Deed
    within: int = 5
    people: int = 220


def puts(count: int, **values: object) -> Deed:
    return lambda house: house.change(
        lambda s: (
            put(s, house.cast, 2_000, state="delivered", delivered_at=NOW, due_at=NOW),
            put(s, house.cast, count, **values),
        )
    )


def shows(key: Watched, value: float) -> Deed:
    def show(house: Lookout) -> None:
        house.shown[key] = Reading(value=value, of=1_000)

    return show


def requests(wrong: int, took: float = 0.2) -> Deed:
    def ask(house: Lookout) -> None:
        house.change(
            lambda s: asked(s, house.cast, 100, wrong, took=took, at=house.now + timedelta(0))
        )

    return ask


def sends(**values: object) -> Deed:
    """All senders get these values."""
    return lambda house: house.change(
        lambda s: s.connection().execute(sa.update(table(tables.Sender)).values(**values))
    )


def rest_but(count: int) -> Deed:
    """All senders but so many rest."""

    def rest(house: Lookout) -> None:
        senders = table(tables.Sender)
        keep = sa.select(senders.c.id).order_by(senders.c.id).limit(count)
        house.change(
            lambda s: (
                s.connection().execute(sa.update(senders).values(state="resting")),
                s.connection().execute(
                    sa.update(senders).where(senders.c.id.in_(keep)).values(state="active")
                ),
            )
        )

    return rest


def drops(count: int) -> Deed:
    def drop(house: Lookout) -> None:
        def write(session: Session) -> None:
            session.connection().execute(sa.delete(table(tables.SenderChange)))
            for nth in range(count):
                for before, after in (("GREEN", "YELLOW"), ("YELLOW", "GREEN")):
                    session.add(
                        tables.SenderChange(
                            tenant_id=house.tenant,
                            sender_id=house.cast.seeded.senders[0],
                            at=house.now - timedelta(days=nth + 1),
                            what="quality",
                            before=before,
                            after=after,
                            source="poll",
                        )
                    )

        house.change(write)

    return drop


def templates(used: bool, **values: object) -> Deed:
    def change(house: Lookout) -> None:
        def write(session: Session) -> None:
            variants, templates_ = table(tables.Variant), table(tables.Template)
            names = sa.select(variants.c.template_name)
            mine = templates_.c.name.in_(names) if used else templates_.c.name.not_in(names)
            if not used:
                session.merge(
                    tables.Template(
                        id=999,
                        tenant_id=house.tenant,
                        name="unused",
                        language="en",
                        category="UTILITY",
                        status="APPROVED",
                        updated_at=NOW,
                    )
                )
                session.flush()
            session.connection().execute(sa.update(templates_).where(mine).values(**values))

        house.change(write)

    return change


def at(hour: int, minute: int, day: int = 23) -> Deed:
    """Move the clock, to a time in UTC."""

    def move(house: Lookout) -> None:
        house.now = datetime(2026, 11, day, hour, minute, tzinfo=UTC)

    return move


def content_for_tomorrow(state: str) -> Deed:
    def write(house: Lookout) -> None:
        day = (NOW + timedelta(days=1)).date()
        values = {"state": state, "day": day, "content_hash": "f" * 64, "decided_at": NOW}
        house.change(
            lambda s: s.connection().execute(sa.update(table(tables.Content)).values(**values))
        )

    return write


def closed(delivered: int, of: int = 220) -> Deed:
    def close(house: Lookout) -> None:
        def write(session: Session) -> None:
            move_broadcast(session, house.cast, closes_at=house.now - timedelta(seconds=2))
            put(session, house.cast, 2_000, sent_at=NOW, delivered_at=None)
            put(session, house.cast, delivered, delivered_at=NOW)
            move_broadcast(session, house.cast, targeted=of)

        house.change(write)

    return close


def dead(count: int, *, ago: timedelta) -> Deed:
    return lambda house: puts(count, state="failed", updated_at=house.now - ago)(house)


def gauged(
    key: Watched, near: float, cause: float, severity: int, heal: float, *, within: int = 5
) -> Case:
    """A rule that judges what a gauge, or another part of the house, shows."""
    return Case(key, shows(key, near), shows(key, cause), severity, shows(key, heal), within)


GREEN = sends(quality="GREEN", status="CONNECTED")
CASES = [
    Case(
        Watched.DELIVERY,
        puts(6, state="sent", delivered_at=None),  # 214 of 220: 97.3 %
        puts(7, state="sent", delivered_at=None),  # 96.8 %
        I,
        puts(0),
    ),
    Case(Watched.FAILING, puts(11, state="failed"), puts(12, state="failed"), W, puts(0)),
    Case(
        Watched.PENDING_FAILURES,
        puts(100, state="retrying"),
        puts(101, state="retrying"),
        W,
        puts(0),
    ),
    Case(
        Watched.PERMANENT_FAILURES, puts(10, state="failed"), puts(11, state="failed"), W, puts(0)
    ),
    Case(
        Watched.WAITING,
        puts(1_000, state="planned", due_at=NOW),
        puts(1_001, state="planned", due_at=NOW),
        W,
        puts(0),
        people=1_010,
    ),
    Case(Watched.API_ERRORS, requests(5), requests(6), C, requests(0)),
    Case(Watched.RESPONSE, requests(0, took=4.9), requests(0, took=5.2), W, requests(0)),
    Case(Watched.SLA, closed(218), closed(217), C, closed(218)),
    Case(Watched.NO_NUMBERS, rest_but(1), rest_but(0), C, rest_but(1)),
    Case(Watched.QUALITY, sends(quality="UNKNOWN"), sends(quality="YELLOW"), W, GREEN),
    Case(Watched.QUALITY, sends(quality="GREEN"), sends(quality="RED"), C, GREEN),
    Case(Watched.QUALITY, sends(status="CONNECTED"), sends(status="FLAGGED"), C, GREEN),
    Case(Watched.MONTHLY_QUALITY, drops(2), drops(3), W, drops(2)),
    Case(
        Watched.TEMPLATE,
        templates(False, status="PAUSED"),
        templates(True, status="PAUSED"),
        W,
        templates(True, status="APPROVED"),
    ),
    Case(
        Watched.TEMPLATE,
        templates(True, coming_category="UTILITY"),
        templates(True, coming_category="MARKETING"),
        W,
        templates(True, coming_category=""),
    ),
    Case(Watched.NO_APPROVAL, at(23, 29), at(23, 30), W, content_for_tomorrow("approved"), 6),
    Case(Watched.NO_APPROVAL, at(23, 29), at(0, 0, day=24), C, content_for_tomorrow("approved"), 6),
    Case(Watched.CONTENT_REMINDER, at(11, 59), at(12, 0), I, content_for_tomorrow("draft"), 6),
    Case(
        Watched.DEAD_LETTERS,
        dead(5, ago=timedelta(days=2)),
        dead(5, ago=timedelta(0)),
        I,
        puts(0),
    ),
    gauged(Watched.WORKER_STOPPED, 10.0, 10.1, C, 1.0),
    gauged(Watched.DISK, 10.0, 9.9, C, 30.0),
    gauged(Watched.DATABASE_POOL, 10.0, 9.9, C, 60.0),
    gauged(Watched.FORECAST, 0.0, 0.5, C, -9.0),
    gauged(Watched.COST, 80.0, 80.1, I, 1.0),
    gauged(Watched.COST, 80.0, 100.1, W, 1.0),
    gauged(Watched.BACKUP, 0.0, 1.0, C, 0.0),
    gauged(Watched.EMERGENCY, 0.0, 1.0, C, 0.0),
    gauged(Watched.REHEARSAL, 0.0, 1.0, C, 0.0),
    gauged(Watched.NOT_READY, 0.0, 1.0, C, 0.0),
    gauged(Watched.CALLERS_SLOW, 500.0, 501.0, W, 90.0, within=612),
    gauged(Watched.CALLERS_ERRORS, 1.0, 1.1, C, 0.0, within=312),
]

"""What is foretold of a broadcast, written down for pages and alerts, and done about. On both
databases.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from engine.domain.broadcast import BroadcastState
from engine.domain.delivery import State
from engine.domain.forecast import NEVER_AFTER, Forecast
from engine.domain.levers import LeverPolicy
from engine.domain.tenant_settings import LEVERS
from engine.read.board import board
from engine.store import forecasts, tenant_settings
from engine.store import signs as signs_store
from engine.store.database import Database
from engine.store.tables import AuditEntry, Broadcast, Delivery, Foretold, LogEntry, Sender
from engine.workers.foretell import foretell_one
from tests.workers.cast import NOW, Cast, equipment, stage
from tests.workers.nobody import Nobody


class At:
    """A clock that stands where it is put."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def loop_time(self) -> float:
        return 0.0

    def boot_time(self) -> float:
        return 0.0

    def boot_id(self) -> str:
        return "boot"


def crowded(session: Session, *, rate: float = 1.0, people: int = 400) -> Cast:
    """Far more to send by the close than the one sender at work can."""
    cast = stage(session, people=people, lanes=1)
    session.exec(
        update(Delivery)
        .where(col(Delivery.broadcast_id) == cast.broadcast)
        .values(due_at=NOW + timedelta(seconds=1))
    )
    session.exec(update(Sender).where(col(Sender.role) == "primary").values(rate_per_second=rate))
    return cast


def arrived(session: Session, cast: Cast, count: int, *, lag: int = 2) -> None:
    """The first so many have it, `lag` seconds after the send."""
    first = session.exec(
        select(col(Delivery.id))
        .where(col(Delivery.broadcast_id) == cast.broadcast)
        .order_by(col(Delivery.id))
        .limit(count)
    ).all()
    session.exec(
        update(Delivery)
        .where(col(Delivery.id).in_(first))
        .values(
            state=State.DELIVERED.value,
            due_at=NOW,
            marked_at=NOW,
            accepted_at=NOW,
            sent_at=NOW,
            delivered_at=NOW + timedelta(seconds=lag),
        )
    )


def foretold(database: Database, cast: Cast, *seconds: int) -> Foretold:
    """The row after looks at these seconds from the opening."""
    import asyncio

    for second in seconds:
        worker = equipment(database, Nobody(), clock=At(NOW + timedelta(seconds=second)))
        asyncio.run(foretell_one(worker, cast.broadcast, cast.seeded.tenant))
    row = database.read_now(forecasts.get, cast.broadcast)
    assert row is not None
    return row


def test_the_signs_are_what_stands_in_the_deliveries(session: Session) -> None:
    cast = crowded(session, people=20)
    arrived(session, cast, 5, lag=3)
    session.flush()

    signs = signs_store.read(session, cast.broadcast, NOW + timedelta(seconds=10), 0.0)

    assert signs is not None
    assert (signs.targeted, signs.delivered, signs.arrived) == (20, 5, {3: 5.0})
    assert signs.heard == 7.0
    (lane,) = (one for one in signs.lanes if one.due)
    assert (lane.due, lane.rate, lane.sends) == ({-9: 15.0}, 1.0, True)


def test_a_late_end_is_told_once_and_a_backup_is_called_in_once(database: Database) -> None:
    cast = database.transact_now(crowded)
    database.transact_now(
        tenant_settings.write, cast.seeded.tenant, LEVERS, LeverPolicy.BACKUP.value, now=NOW
    )

    row = foretold(database, cast, 10, 12, 14, 16, 18)

    assert row.late_since is None, "with the backup it is in time again"
    (pulled,) = forecasts.pulled(row)
    assert (pulled.lever, pulled.sender) == ("backup", cast.seeded.backups[0])
    events = database.read_now(lambda s: s.exec(select(LogEntry.event)).all())
    assert events.count("forecast.late") == 1
    assert events.count("forecast.acted") == 1
    assert events.count("forecast.in_time") == 1
    trail = database.read_now(lambda s: s.exec(select(AuditEntry.action)).all())
    assert trail.count("forecast.backup") == 1
    moved = database.read_now(
        lambda s: s.exec(
            select(Delivery.id).where(col(Delivery.sender_id) == cast.seeded.backups[0])
        ).all()
    )
    assert len(moved) > 300, "the backup is eighty times as fast as the one at work"


def test_nothing_is_done_where_nobody_chose_it(database: Database) -> None:
    cast = database.transact_now(crowded)

    row = foretold(database, cast, 10, 12, 14, 16)

    assert row.late_since is not None
    assert forecasts.pulled(row) == ()


def test_a_sender_is_raised_to_its_ceiling_where_that_is_allowed(database: Database) -> None:
    cast = database.transact_now(crowded)

    def prepare(session: Session) -> None:
        session.exec(update(Sender).where(col(Sender.role) == "backup").values(state="resting"))
        tenant_settings.write(session, cast.seeded.tenant, LEVERS, LeverPolicy.BOTH.value, now=NOW)

    database.transact_now(prepare)

    (pulled,) = forecasts.pulled(foretold(database, cast, 10, 12, 14, 16))

    assert (pulled.lever, pulled.before, pulled.after) == ("ceiling", 1.0, 80.0)
    sender = database.read_now(lambda s: s.get_one(Sender, pulled.sender).rate_per_second)
    assert sender == 80.0


def test_alerts_read_by_how_much_it_is_late(session: Session) -> None:
    cast = stage(session, people=10, lanes=1)
    closes = NOW + timedelta(seconds=300)

    def told(at: datetime | None, since: datetime | None, late: float = 1.0) -> float | None:
        forecast = Forecast(at, at, at, late, 0.0)
        forecasts.put(
            session, cast.broadcast, forecast, now=NOW, late_since=since, why="", lanes={}
        )
        return forecasts.seconds_late(session, cast.seeded.tenant, NOW)

    assert forecasts.seconds_late(session, cast.seeded.tenant, NOW) == 0.0
    assert told(closes - timedelta(seconds=9), None) == 0.0
    assert told(closes + timedelta(seconds=40), NOW) == 40.0
    assert told(None, NOW) == NEVER_AFTER.total_seconds()
    stale = NOW + timedelta(seconds=60)
    assert forecasts.seconds_late(session, cast.seeded.tenant, stale) == 0.0
    assert told(None, NOW, late=0.9) is None, "most troubles pass, and there is time"


def test_the_board_shows_what_is_foretold_and_nothing_that_is_old(session: Session) -> None:
    cast = stage(session, people=10, lanes=1)
    at = NOW + timedelta(seconds=100)
    forecasts.put(
        session,
        cast.broadcast,
        Forecast(at, at, None, 0.3, 0.1),
        now=NOW,
        late_since=None,
        why="Phones answer late.",
        lanes={int(cast.lanes[0]): at},
    )
    session.flush()

    fresh = board(session, cast.seeded.tenant, NOW + timedelta(seconds=2))
    old = board(session, cast.seeded.tenant, NOW + timedelta(seconds=30))

    assert (fresh.forecast, fresh.forecast_why) == (
        Forecast(at, at, None, 0.3, 0.1),
        "Phones answer late.",
    )
    assert at in [lane.expected_at for lane in fresh.lanes]
    assert old.forecast is None


def test_a_broadcast_that_is_over_is_not_foretold(session: Session) -> None:
    cast = stage(session, people=10, lanes=1)
    now = NOW + timedelta(seconds=5)
    assert forecasts.running(session, now) == [(cast.broadcast, cast.seeded.tenant)]

    session.exec(update(Broadcast).values(state=BroadcastState.FINISHED.value))

    assert forecasts.running(session, now) == []

"""What other parts of the house reckon opens alerts on its cause, not on a near miss, and ends."""

from datetime import timedelta

from sqlmodel import Session, select

from engine.domain.alert_rules import Watched
from engine.domain.forecast import Forecast
from engine.domain.ids import BroadcastId
from engine.domain.keeping import ChoreState
from engine.domain.reporting import Dimension
from engine.domain.schedule import service_day
from engine.domain.tenant_settings import BUDGET_RUPEES
from engine.read.alert_sources import SOURCES
from engine.store import backups, forecasts, tenant_settings
from engine.store.database import Database
from engine.store.tables import Broadcast, ReportFigure
from tests.workers.alarm_cast import Lookout, lookout


def watching(database: Database) -> Lookout:
    post = lookout(database)
    post.watch.sources = SOURCES
    return post


def foretell(session: Session, post: Lookout, late: timedelta) -> None:
    """The end is foretold so much after the close, or before it."""
    broadcast = session.exec(select(Broadcast)).one()
    assert broadcast.closes_at is not None
    at = broadcast.closes_at + late
    forecasts.put(
        session,
        BroadcastId(broadcast.id or 0),
        Forecast(at=at, low=at, high=at, late=float(late > timedelta(0)), never=0.0),
        now=post.now,
        late_since=post.now if late > timedelta(0) else None,
        why="",
        lanes={},
    )


def test_an_end_that_is_foretold_late_opens_an_alert_and_one_in_time_ends_it(
    database: Database,
) -> None:
    post = watching(database)
    for _ in range(10):
        post.change(foretell, post, timedelta(seconds=-1))
        post.look()
    assert post.of(Watched.FORECAST) == []

    for _ in range(5):
        post.change(foretell, post, timedelta(seconds=40))
        post.look()
    assert [state for state, _ in post.of(Watched.FORECAST)] == ["open"]

    for _ in range(60):
        post.change(foretell, post, timedelta(seconds=-1))
        post.look()
    assert [state for state, _ in post.of(Watched.FORECAST)] == ["resolved"]


def spend(session: Session, post: Lookout, delivered: int) -> None:
    day = service_day(post.now)
    session.merge(
        ReportFigure(
            tenant_id=post.tenant,
            day=day,
            dimension=Dimension.PRICE.value,
            key="MARKETING/IN",
            delivered=delivered,
        )
    )


def test_a_month_that_spends_its_budget_opens_an_alert_and_one_below_does_not(
    database: Database,
) -> None:
    post = watching(database)
    post.change(spend, post, 100_000)
    post.look(5)
    assert post.of(Watched.COST) == []  # no budget is set

    post.change(set_budget, post, "1000")
    post.change(spend, post, 900)
    post.look(5)
    assert post.of(Watched.COST) == []  # some 78 %

    post.change(spend, post, 1_000)
    post.look(5)
    assert [state for state, _ in post.of(Watched.COST)] == ["open"]


def set_budget(session: Session, post: Lookout, rupees: str) -> None:
    tenant_settings.write(session, post.tenant, BUDGET_RUPEES, rupees, now=post.now)


def back_up(session: Session, post: Lookout, state: ChoreState) -> None:
    backup = backups.ask(session, by="engine", now=post.now)
    backups.move(session, backup, ChoreState.WAITING, ChoreState.MAKING)
    backups.move(
        session, backup, ChoreState.MAKING, state, words="The disk is full.", ended_at=post.now
    )


def test_a_backup_that_failed_opens_an_alert_and_a_good_one_ends_it(database: Database) -> None:
    post = watching(database)
    post.look(5)
    post.change(back_up, post, ChoreState.DONE)
    post.look(5)
    assert post.of(Watched.BACKUP) == []

    post.change(back_up, post, ChoreState.FAILED)
    post.look(5)
    assert [state for state, _ in post.of(Watched.BACKUP)] == ["open"]

    post.change(back_up, post, ChoreState.DONE)
    post.look(60)
    assert [state for state, _ in post.of(Watched.BACKUP)] == ["resolved"]

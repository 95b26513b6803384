"""Two days side by side, in figures that are each day's own. On both databases."""

from datetime import timedelta

from sqlmodel import Session, col, select, update

from engine.domain.ids import BroadcastId, TenantId
from engine.domain.sla import Percentiles
from engine.read.comparison import choices, side
from engine.store.tables import Broadcast, Delivery
from tests.workers.cast import NOW, Cast, stage


def deliver(session: Session, cast: Cast, seconds: list[float], lag: float) -> None:
    """One delivery after another arrives so many seconds after the opening."""
    mine = select(Delivery.id).where(Delivery.broadcast_id == cast.broadcast)
    ids = session.exec(mine.order_by(col(Delivery.id))).all()
    for identity, after in zip(ids, seconds, strict=False):
        arrived = NOW + timedelta(seconds=after)
        session.exec(
            update(Delivery)
            .where(col(Delivery.id) == identity)
            .values(
                state="delivered",
                accepted_at=arrived - timedelta(seconds=lag),
                sent_at=arrived,
                delivered_at=arrived,
            )
        )
    session.exec(
        update(Broadcast).where(col(Broadcast.id) == cast.broadcast).values(planned_at=NOW)
    )


def test_times_are_by_nearest_rank_of_all_that_were_delivered(session: Session) -> None:
    cast = stage(session, people=20)
    deliver(session, cast, [float(number) for number in range(1, 19)], 0.7)
    found = side(session, cast.seeded.tenant, cast.broadcast, now=NOW + timedelta(hours=1))
    assert found is not None
    assert found.after_opening == Percentiles(9.0, 18.0, 18.0)
    assert found.on_the_way == Percentiles(0.7, 0.7, 0.7)
    assert found.view.row.figures.on_time == 18


def test_read_without_delivered_counts_as_on_the_phone(session: Session) -> None:
    cast = stage(session, people=2)
    deliver(session, cast, [4.0], 1.0)
    session.exec(
        update(Delivery)
        .where(col(Delivery.delivered_at).is_(None))
        .values(state="read", read_at=NOW + timedelta(seconds=30))
    )
    found = side(session, cast.seeded.tenant, cast.broadcast, now=NOW + timedelta(hours=1))
    assert found is not None
    assert found.after_opening == Percentiles(4.0, 30.0, 30.0)
    assert found.on_the_way == Percentiles(1.0, 1.0, 1.0)


def test_nothing_delivered_has_no_times(session: Session) -> None:
    cast = stage(session)
    found = side(session, cast.seeded.tenant, cast.broadcast, now=NOW)
    assert found is not None
    assert (found.after_opening, found.on_the_way) == (None, None)


def test_only_ones_own_planned_broadcasts_are_offered(session: Session) -> None:
    cast = stage(session)
    assert choices(session, cast.seeded.tenant) == ()
    deliver(session, cast, [1.0], 0.5)
    assert [one.id for one in choices(session, cast.seeded.tenant)] == [cast.broadcast]
    assert choices(session, TenantId(99)) == ()
    assert side(session, TenantId(99), BroadcastId(cast.broadcast), now=NOW) is None

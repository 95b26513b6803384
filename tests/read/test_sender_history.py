"""A number's weeks, its recovery plan and the use of the day's limits. On both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select, update

from engine.domain.failover import Measure
from engine.domain.ids import SenderId, TenantId
from engine.domain.quality import Quality
from engine.domain.recovery import Progress
from engine.read.sender_history import sender, strips, use
from engine.store import sender_changes
from engine.store.tables import Attempt, Delivery, Sender
from tests.workers.cast import NOW, Cast, stage


@pytest.fixture
def cast(session: Session) -> Cast:
    return stage(session, people=6, lanes=2)


def tell(session: Session, cast: Cast, which: SenderId, quality: str, at: datetime) -> None:
    """Meta gives a number another quality."""
    before = sender_changes.said(session, which)
    session.exec(update(Sender).where(col(Sender.id) == which).values(quality=quality))
    session.expire_all()
    sender_changes.note(
        session,
        cast.seeded.tenant,
        which,
        before=before,
        after=sender_changes.said(session, which),
        source="poll",
        now=at,
    )
    session.flush()


def test_every_number_has_thirty_days_of_its_own(session: Session, cast: Cast) -> None:
    first, second = cast.seeded.senders
    tell(session, cast, first, "RED", NOW - timedelta(days=3))
    tell(session, cast, first, "GREEN", NOW - timedelta(days=2))
    found = strips(session, cast.seeded.tenant, now=NOW)
    colours = [quality for _, quality in found[first]]
    assert colours[-5:] == [Quality.GREEN, *[Quality.RED] * 2, Quality.GREEN, Quality.GREEN]
    assert {quality for _, quality in found[second][:-1]} == {Quality.UNKNOWN}
    assert all(len(one) == 30 for one in found.values())


def test_a_number_in_trouble_has_a_plan_and_its_next_step(session: Session, cast: Cast) -> None:
    which = cast.seeded.senders[0]
    tell(session, cast, which, "YELLOW", NOW)
    view = sender(session, cast.seeded.tenant, which, now=NOW)
    assert view is not None
    progress = {one.measure: one.progress for one in view.plan}
    assert progress[Measure.SLOW_DOWN] is Progress.DONE
    assert progress[Measure.WARM_BACKUP] is Progress.DONE
    assert progress[Measure.TELL] is Progress.DONE
    assert view.next is not None
    assert view.next.measure is Measure.CONSERVATIVE_TEMPLATES
    assert (view.rate_usable, view.since) == (50.0, NOW)
    session.exec(update(Sender).where(col(Sender.role) == "backup").values(state="resting"))
    session.expire_all()
    view = sender(session, cast.seeded.tenant, which, now=NOW)
    assert view is not None
    assert view.next is not None
    assert view.next.measure is Measure.WARM_BACKUP


def test_changes_come_the_newest_first(session: Session, cast: Cast) -> None:
    which = cast.seeded.senders[0]
    for days, quality in ((3, "YELLOW"), (2, "RED"), (1, "GREEN")):
        tell(session, cast, which, quality, NOW - timedelta(days=days))
    view = sender(session, cast.seeded.tenant, which, now=NOW)
    assert view is not None
    assert [one.after for one in view.changes] == ["GREEN", "RED", "YELLOW"]
    assert view.plan == ()


def test_another_tenants_number_is_not_shown(session: Session, cast: Cast) -> None:
    assert sender(session, TenantId(99), cast.seeded.senders[0], now=NOW) is None


def test_the_use_of_the_limit_counts_each_person_once_at_their_last_hour(
    session: Session, cast: Cast
) -> None:
    now = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)
    session.exec(update(Sender).values(messaging_limit="TIER_250"))
    ids = session.exec(select(Delivery.id).order_by(col(Delivery.id))).all()
    wrote = [
        (ids[0], now - timedelta(hours=23)),
        (ids[0], now - timedelta(hours=2)),
        (ids[1], now - timedelta(hours=2)),
        (ids[2], now - timedelta(minutes=1)),
        (ids[3], now - timedelta(hours=25)),
    ]
    for number, (delivery, at) in enumerate(wrote):
        session.add(
            Attempt(
                delivery_id=delivery or 0,
                number=number + 1,
                sender_id=cast.seeded.senders[0],
                epoch=1,
                started_at=at,
                ended_at=at + timedelta(milliseconds=200),
                outcome="accepted",
            )
        )
    session.flush()
    found = use(session, cast.seeded.tenant, now=now)
    assert (found.limit, found.together) == (250, 3)
    assert {hour.hour: people for hour, people in found.hours if people} == {6: 2, 8: 1}
    assert len(found.hours) == 25

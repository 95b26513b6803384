"""Freeze and plan, cut off between any two of their transactions, on both databases: begun again,
they end as if nothing had happened.
"""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from sqlmodel import Session, col, select, update

from engine.clock import LoopClock
from engine.domain.broadcast import BroadcastState
from engine.domain.ids import BroadcastId
from engine.domain.planning import LANDING
from engine.store.database import Database
from engine.store.tables import Broadcast, Delivery, Exclusion, Lane, Schedule, Sender, Subscriber
from engine.trials.tenant import seed_sandbox
from engine.workers.calendar import open_due
from engine.workers.equipment import Equipment
from engine.workers.fan_out import fan_out
from engine.workers.freeze import freeze
from tests.workers.cast import NOW, equipment
from tests.workers.nobody import Nobody

pytestmark = pytest.mark.anyio

PEOPLE, AT_ONCE, PAUSED = 23, 4, 5
WINDOW = timedelta(seconds=240)


class PlugPulledError(Exception):
    """The engine dies here."""


class Plug:
    """Pulled after so many signs of life: there is one between any two transactions."""

    def __init__(self, after: int) -> None:
        self.left = after

    def beat(self, _name: str) -> None:
        if self.left == 0:
            raise PlugPulledError
        self.left -= 1


def furnish(session: Session) -> None:
    seeded = seed_sandbox(
        session,
        subscribers=PEOPLE,
        senders=3,
        backups=1,
        rate=80.0,
        now=NOW,
        rng=Random(7),
        password=None,
    )
    session.execute(update(Subscriber).where(col(Subscriber.id) <= PAUSED).values(status="PAUSED"))
    session.add(
        Schedule(
            tenant_id=seeded.tenant,
            name="Once",
            kind="once",
            once_at=NOW + timedelta(minutes=1),
            content_id=seeded.content,
            pacing="even",
            window_seconds=int(WINDOW.total_seconds()),
            created_at=NOW.replace(hour=0, minute=0),
        )
    )
    session.flush()
    assert open_due(session, NOW, lambda: "5eed") == 1


@pytest.fixture
def broadcast(database: Database) -> BroadcastId:
    database.transact_now(furnish)
    return database.read_now(lambda s: BroadcastId(s.exec(select(Broadcast)).one().id or 0))


def engine(database: Database, plug: Plug | None = None) -> Equipment:
    clock = LoopClock(starts_at=NOW)
    made = equipment(database, Nobody(), clock=clock, reserve=0.0, prepared_at_once=AT_ONCE)
    return made if plug is None else replace(made, beat=plug.beat)


Audience = list[tuple[int | None, str, str, int | None, object]]


def audience(session: Session) -> Audience:
    """Whom, what, through whom and when."""
    rows = session.exec(select(Delivery).order_by(col(Delivery.subscriber_id))).all()
    return [(d.subscriber_id, d.parameters, d.state, d.lane_id, d.planned_at) for d in rows]


def left_out(session: Session) -> list[int]:
    return sorted(session.exec(select(Exclusion.subscriber_id)).all())


async def test_a_freeze_that_is_cut_off_anywhere_ends_as_if_it_had_not_been(
    database: Database, broadcast: BroadcastId
) -> None:
    cut_off = 0
    for after in range(2 + PEOPLE // AT_ONCE):
        try:
            await freeze(engine(database, Plug(after)), broadcast)
        except PlugPulledError:
            cut_off += 1
            row = database.read_now(lambda s: s.get_one(Broadcast, broadcast))
            assert row.state == BroadcastState.SCHEDULED, "half an audience is none"
            assert len(database.read_now(audience)) <= AT_ONCE * (after + 1)

    assert cut_off >= PEOPLE // AT_ONCE
    await freeze(engine(database), broadcast)
    row = database.read_now(lambda s: s.get_one(Broadcast, broadcast))
    assert (row.state, row.targeted, row.excluded) == ("frozen", PEOPLE - PAUSED, PAUSED)
    assert [one[0] for one in database.read_now(audience)] == list(range(PAUSED + 1, PEOPLE + 1))
    assert database.read_now(left_out) == list(range(1, PAUSED + 1))


async def test_a_plan_that_is_cut_off_anywhere_is_written_again_to_the_same_instants(
    database: Database, broadcast: BroadcastId
) -> None:
    await freeze(engine(database), broadcast)
    assert await fan_out(engine(database), broadcast)
    whole = database.read_now(audience)
    database.transact_now(_forget_the_plan)

    for after in range(PEOPLE // AT_ONCE):
        with pytest.raises(PlugPulledError):
            await fan_out(engine(database, Plug(after)), broadcast)
        row = database.read_now(lambda s: s.get_one(Broadcast, broadcast))
        assert row.state == BroadcastState.FROZEN, "half a plan is none"
        planned = [one for one in database.read_now(audience) if one[4] is not None]
        assert len(planned) == min(AT_ONCE * after, PEOPLE - PAUSED)

    assert await fan_out(engine(database), broadcast)
    assert database.read_now(audience) == whole
    row = database.read_now(lambda s: s.get_one(Broadcast, broadcast))
    assert row.state == BroadcastState.PLANNED


async def test_a_plan_that_is_made_again_without_a_sender_leaves_nobody_with_it(
    database: Database, broadcast: BroadcastId
) -> None:
    await freeze(engine(database), broadcast)
    with pytest.raises(PlugPulledError):
        await fan_out(engine(database, Plug(3)), broadcast)
    database.transact_now(
        lambda s: s.execute(update(Sender).where(col(Sender.id) == 1).values(state="resting"))
    )
    await fan_out(engine(database), broadcast)

    lanes = database.read_now(lambda s: s.exec(select(Lane).order_by(col(Lane.sender_id))).all())
    assert [lane.planned for lane in lanes] == [0, 9, 9]
    by_lane = [one[3] for one in database.read_now(audience)]
    assert sorted(by_lane.count(lane.id) for lane in lanes) == [0, 9, 9]


async def test_who_was_cancelled_meanwhile_gets_no_instant(
    database: Database, broadcast: BroadcastId
) -> None:
    await freeze(engine(database), broadcast)
    database.transact_now(
        lambda s: s.execute(
            update(Delivery).where(col(Delivery.subscriber_id) == PEOPLE).values(state="cancelled")
        )
    )
    await fan_out(engine(database), broadcast)

    *others, last = database.read_now(audience)
    assert last[2:] == ("cancelled", None, None)
    assert all(one[4] is not None for one in others)


async def test_an_even_plan_fills_the_window_of_its_schedule(
    database: Database, broadcast: BroadcastId
) -> None:
    await freeze(engine(database), broadcast)
    await fan_out(engine(database), broadcast)

    row = database.read_now(lambda s: s.get_one(Broadcast, broadcast))
    assert row.window_ends_at - row.opens_at == WINDOW
    instants = sorted(
        database.read_now(lambda s: [one for one in s.exec(select(Delivery.planned_at)) if one])
    )
    assert row.opens_at <= instants[0]
    assert WINDOW - LANDING - timedelta(seconds=40) < instants[-1] - row.opens_at < WINDOW - LANDING


def _forget_the_plan(session: Session) -> None:
    session.execute(
        update(Delivery).values(lane_id=None, sender_id=None, planned_at=None, due_at=None)
    )
    session.execute(update(Broadcast).values(state="frozen", planned_at=None))

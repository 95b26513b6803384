"""What passes bulk in a lane, and what lets it pass (spec P4), within the reserve (N2)."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session, col, select, update

from engine.domain.ids import DeliveryId
from engine.domain.priority import Priority
from engine.store import outbox
from engine.store.tables import Delivery
from engine.trials.findings import max_per_half_open_second
from engine.workers.equipment import Tuning
from tests.workers.cast import EPOCH, NOW, Cast, stage
from tests.workers.test_lane import all_due_now, lane, stamps
from tests.workers.virtual import Scene, play


def prioritise(session: Session, deliveries: list[int], priority: Priority) -> None:
    session.exec(
        update(Delivery).where(col(Delivery.id).in_(deliveries)).values(priority=int(priority))
    )


def marks(session: Session, cast: Cast, limit: int, *, special: bool = True) -> list[int]:
    marked = outbox.mark_due(
        session,
        cast.lanes[0],
        epoch=EPOCH,
        horizon=NOW + timedelta(hours=1),
        limit=limit,
        now=NOW,
        special=special,
    )
    return [one.attempt.delivery for one in marked]


def test_high_goes_before_all_and_low_after_all(session: Session) -> None:
    cast = stage(session, people=12)
    ids = list(session.exec(select(Delivery.id).order_by(col(Delivery.due_at))).all())
    first, last = ids[0] or 0, ids[-1] or 0
    prioritise(session, [last], Priority.HIGH)
    prioritise(session, [first], Priority.LOW)

    assert marks(session, cast, 3) == [last, ids[1], ids[2]]
    assert marks(session, cast, 20) == [*ids[3:-1], first]


def test_low_waits_while_anything_else_is_due(session: Session) -> None:
    cast = stage(session, people=6)
    ids = [one or 0 for one in session.exec(select(Delivery.id).order_by(col(Delivery.due_at)))]
    prioritise(session, ids[:2], Priority.LOW)

    assert marks(session, cast, 4) == ids[2:]
    assert marks(session, cast, 4) == ids[:2]


def test_a_reply_passes_a_backlog_of_bulk_within_a_second_and_uses_the_reserve() -> None:
    async def story(scene: Scene) -> None:
        all_due_now(scene)
        replies = list(range(291, 301))
        # Ten replies come while bulk is behind: nothing of theirs is in the lane's queue yet.
        scene.change(
            lambda s: s.exec(
                update(Delivery)
                .where(col(Delivery.id).in_(replies))
                .values(due_at=NOW + timedelta(seconds=3), priority=int(Priority.HIGH))
            )
        )
        equipment = replace(scene.equipment(), tuning=Tuning(reserve=0.5))
        async with lane(scene, equipment, rate=20.0) as run:
            run.expect(unsent=300, retrying=0, special=True)
            await asyncio.sleep(6.0)
        at = {one.attempt.delivery: one.at for one in scene.whatsapp.sent}
        assert all(3.0 <= at[DeliveryId(one)] <= 4.0 for one in replies)
        bulk = [round(when * 1e6) for one, when in at.items() if one not in replies]
        assert max_per_half_open_second(sorted(bulk)) == 10  # half of twenty is kept
        assert 10 < max_per_half_open_second(sorted(stamps(scene.whatsapp))) <= 20

    play(story, people=300)

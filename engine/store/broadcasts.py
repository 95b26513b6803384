"""Broadcasts and their lanes: opening, freezing, planning, and where each stands."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from engine.domain.broadcast import OVER, TRANSITIONS, BroadcastEvent, BroadcastState
from engine.domain.ids import BroadcastId, LaneId, ScheduleId, SenderId, SubscriberId, TenantId
from engine.store.dialects import insert_ignoring, table
from engine.store.tables import (
    Broadcast,
    Content,
    Delivery,
    Exclusion,
    Lane,
    LogEntry,
    Sample,
    Schedule,
    Subscriber,
)

_deliveries = table(Delivery)


def active_schedules(session: Session) -> list[Schedule]:
    """Every schedule that may ask for a broadcast."""
    return list(session.scalars(select(Schedule).where(col(Schedule.active).is_(True))))


def days_opened(session: Session, since: date) -> set[tuple[ScheduleId, date]]:
    """Which schedules have a broadcast on which service day."""
    rows = session.execute(
        select(col(Broadcast.schedule_id), col(Broadcast.service_day)).where(
            col(Broadcast.service_day) >= since
        )
    )
    return {(ScheduleId(schedule), day) for schedule, day in rows}


def open_broadcast(session: Session, values: dict[str, Any]) -> bool:
    """A new broadcast; False when this schedule has one on that day already (spec C1)."""
    result = session.connection().execute(
        insert_ignoring(session, Broadcast, ["schedule_id", "service_day"]).values(**values)
    )
    return result.rowcount == 1


def get(session: Session, broadcast: BroadcastId) -> Broadcast:
    """The broadcast's row. Raises LookupError when there is none."""
    row = session.get(Broadcast, broadcast)
    if row is None:
        raise LookupError(f"no broadcast {broadcast}")
    return row


def schedule_of(session: Session, row: Broadcast) -> Schedule:
    """The schedule that made a broadcast. Raises LookupError when it is gone, which the key forbids."""
    schedule = session.get(Schedule, row.schedule_id)
    if schedule is None:
        raise LookupError(f"no schedule {row.schedule_id}")
    return schedule


def not_over(session: Session) -> list[Broadcast]:
    """Broadcasts on which the engine may still have work, oldest first."""
    return list(
        session.scalars(
            select(Broadcast)
            .where(col(Broadcast.state).not_in([state.value for state in OVER]))
            .order_by(col(Broadcast.opens_at), col(Broadcast.id))
        )
    )


def advance(session: Session, broadcast: BroadcastId, event: BroadcastEvent, **values: Any) -> bool:
    """Follow the event's arrow from whatever state has one; False when none did, and nothing changed."""
    for before, arrows in TRANSITIONS.items():
        after = arrows.get(event)
        if after is None:
            continue
        result = cast(
            "sa.CursorResult[Any]",
            session.execute(
                update(Broadcast)
                .where(col(Broadcast.id) == broadcast, col(Broadcast.state) == before.value)
                .values(state=after.value, **values)
                .execution_options(synchronize_session=False)
            ),
        )
        if result.rowcount == 1:
            return True
    return False


def state_of(session: Session, broadcast: BroadcastId) -> BroadcastState:
    """Where it stands now."""
    return BroadcastState(
        session.execute(
            select(col(Broadcast.state)).where(col(Broadcast.id) == broadcast)
        ).scalar_one()
    )


def audience_slice(
    session: Session, tenant: TenantId, after: SubscriberId, limit: int
) -> list[Subscriber]:
    """The next subscribers by id, whatever their status: who is left out is told with a reason."""
    return list(
        session.scalars(
            select(Subscriber)
            .where(col(Subscriber.tenant_id) == tenant, col(Subscriber.id) > after)
            .order_by(col(Subscriber.id))
            .limit(limit)
        )
    )


def freeze(
    session: Session, deliveries: Sequence[dict[str, Any]], exclusions: Sequence[dict[str, Any]]
) -> None:
    """Write a slice of the frozen audience. Freezing a slice again changes nothing."""
    if deliveries:
        session.execute(insert_ignoring(session, Delivery, ["key"]), list(deliveries))
    if exclusions:
        session.execute(sa.insert(table(Exclusion)), list(exclusions))


def clear_exclusions(session: Session, broadcast: BroadcastId) -> None:
    """Before a freeze starts (again)."""
    session.execute(sa.delete(Exclusion).where(col(Exclusion.broadcast_id) == broadcast))


def count_frozen(session: Session, broadcast: BroadcastId) -> tuple[int, int]:
    """How many are targeted, and how many were left out."""
    targeted = session.execute(
        select(sa.func.count()).where(col(Delivery.broadcast_id) == broadcast)
    ).scalar_one()
    excluded = session.execute(
        select(sa.func.count()).where(col(Exclusion.broadcast_id) == broadcast)
    ).scalar_one()
    return targeted, excluded


def recipients(session: Session, broadcast: BroadcastId) -> list[tuple[int, int, str, str]]:
    """(delivery, subscriber, tier, region) of everybody targeted, by subscriber id."""
    rows = session.execute(
        select(
            col(Delivery.id),
            col(Delivery.subscriber_id),
            col(Delivery.tier),
            col(Subscriber.region),
        )
        .join(Subscriber, col(Subscriber.id) == col(Delivery.subscriber_id))
        .where(col(Delivery.broadcast_id) == broadcast)
        .order_by(col(Delivery.subscriber_id))
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


_ASSIGN = (
    sa.update(_deliveries)
    .where(_deliveries.c.id == bindparam("delivery"))
    .values(
        lane_id=bindparam("lane"),
        sender_id=bindparam("sender"),
        planned_at=bindparam("at"),
        due_at=bindparam("at"),
    )
)


def assign(session: Session, rows: Sequence[tuple[int, LaneId, SenderId, datetime]]) -> None:
    """Give deliveries their lane and their instant: (delivery, lane, sender, planned instant)."""
    if rows:
        session.connection().execute(
            _ASSIGN,
            [
                {"delivery": delivery, "lane": lane, "sender": sender, "at": at}
                for delivery, lane, sender, at in rows
            ],
        )


def open_lane(session: Session, values: dict[str, Any]) -> LaneId:
    """The broadcast's lane through a sender; made when it is not there."""
    session.execute(insert_ignoring(session, Lane, ["broadcast_id", "sender_id"]).values(**values))
    return LaneId(
        session.execute(
            select(col(Lane.id)).where(
                col(Lane.broadcast_id) == values["broadcast_id"],
                col(Lane.sender_id) == values["sender_id"],
            )
        ).scalar_one()
    )


def lanes_of(session: Session, broadcast: BroadcastId) -> list[Lane]:
    """A broadcast's lanes in their order of making."""
    return list(
        session.scalars(
            select(Lane).where(col(Lane.broadcast_id) == broadcast).order_by(col(Lane.id))
        )
    )


def change_lane(session: Session, lane: LaneId, **values: Any) -> None:
    """Set columns of a lane."""
    session.execute(
        update(Lane)
        .where(col(Lane.id) == lane)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def set_lane_state(session: Session, lane: int, *, was: str, state: str, reason: str) -> bool:
    """Move a lane from state `was` to `state`; False when it is no longer in `was`."""
    result = cast(
        "sa.CursorResult[Any]",
        session.execute(
            update(Lane)
            .where(col(Lane.id) == lane, col(Lane.state) == was)
            .values(state=state, state_reason=reason)
            .execution_options(synchronize_session=False)
        ),
    )
    return result.rowcount == 1


def claim_lanes(session: Session, broadcast: BroadcastId, epoch: int) -> None:
    """Raise the epoch of every lane: whoever marks under an older one is a ghost from now on."""
    session.execute(
        update(Lane)
        .where(col(Lane.broadcast_id) == broadcast, col(Lane.epoch) < epoch)
        .values(epoch=epoch)
        .execution_options(synchronize_session=False)
    )


def log(
    session: Session,
    *,
    tenant: TenantId,
    broadcast: BroadcastId | None,
    event: str,
    words: str,
    now: datetime,
) -> None:
    """One line for the board."""
    session.add(
        LogEntry(tenant_id=tenant, broadcast_id=broadcast, at=now, event=event, words=words)
    )


def sample(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """What each lane did in the second that ended."""
    if rows:
        session.execute(insert_ignoring(session, Sample, ["lane_id", "second"]), list(rows))


def bind_content(session: Session, broadcast: BroadcastId, content: Content, category: str) -> None:
    """Tie a broadcast to the content it will send."""
    session.execute(
        update(Broadcast)
        .where(col(Broadcast.id) == broadcast)
        .values(
            content_id=content.id,
            content_hash=content.content_hash,
            title=content.title,
            category=category,
        )
        .execution_options(synchronize_session=False)
    )

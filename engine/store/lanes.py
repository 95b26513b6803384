"""The lanes of a broadcast: one for each sender it goes through, fenced by an epoch."""

from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import select, update
from sqlmodel import Session, col

from engine.domain.broadcast import OVER
from engine.domain.ids import BroadcastId, LaneId
from engine.store.dialects import insert_ignoring, table
from engine.store.tables import Broadcast, Lane, Sample

_lanes, _broadcasts = table(Lane), table(Broadcast)


def open_lane(session: Session, values: dict[str, Any]) -> LaneId:
    """The broadcast's lane through a sender; made when it is not there."""
    session.connection().execute(
        insert_ignoring(session, Lane, ["broadcast_id", "sender_id"]).values(**values)
    )
    return LaneId(
        session.connection()
        .execute(
            select(_lanes.c.id).where(
                _lanes.c.broadcast_id == values["broadcast_id"],
                _lanes.c.sender_id == values["sender_id"],
            )
        )
        .scalar_one()
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
    session.connection().execute(
        update(Lane)
        .where(col(Lane.id) == lane)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def set_lane_state(session: Session, lane: int, *, was: str, state: str, reason: str) -> bool:
    """Move a lane from state `was` to `state`; False when it is no longer in `was`."""
    result = cast(
        "sa.CursorResult[Any]",
        session.connection().execute(
            update(Lane)
            .where(col(Lane.id) == lane, col(Lane.state) == was)
            .values(state=state, state_reason=reason)
            .execution_options(synchronize_session=False)
        ),
    )
    return result.rowcount == 1


def open_ready(session: Session, broadcast: BroadcastId) -> int:
    """Open the lanes that nobody has opened yet; returns how many there were."""
    result = session.connection().execute(
        sa.update(_lanes)
        .where(_lanes.c.broadcast_id == broadcast, _lanes.c.state == "ready")
        .values(state="sending")
    )
    return result.rowcount


def claim_lanes(session: Session, broadcast: BroadcastId, epoch: int) -> None:
    """Raise the epoch of every lane: whoever marks under an older one is a ghost from now on."""
    session.connection().execute(
        update(Lane)
        .where(col(Lane.broadcast_id) == broadcast, col(Lane.epoch) < epoch)
        .values(epoch=epoch)
        .execution_options(synchronize_session=False)
    )


def fence(session: Session, epoch: int) -> None:
    """Raise the epoch of the lanes of every broadcast that is not over, before earlier runs'
    leftovers are counted.
    """
    running = select(_broadcasts.c.id).where(
        _broadcasts.c.state.not_in([state.value for state in OVER])
    )
    session.connection().execute(
        sa.update(_lanes)
        .where(_lanes.c.broadcast_id.in_(running), _lanes.c.epoch < epoch)
        .values(epoch=epoch)
    )


def sample(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """What each lane did in the second that ended."""
    if rows:
        session.connection().execute(
            insert_ignoring(session, Sample, ["lane_id", "second"]), list(rows)
        )

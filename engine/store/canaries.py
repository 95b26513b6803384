"""The first ones of a broadcast, for whom the rest waits."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import Session

from engine.domain.canary import CanaryState, Tally, size
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId
from engine.store.dialects import table
from engine.store.tables import Broadcast, Delivery

_deliveries, _broadcasts = table(Delivery), table(Broadcast)
REFUSED = (State.FAILED, State.RETRYING)
UNKNOWN = (State.UNKNOWN, State.HELD)
MOVES = {
    CanaryState.WAITING: (CanaryState.OFF,),
    CanaryState.PASSED: (CanaryState.WAITING, CanaryState.HALTED),
    CanaryState.HALTED: (CanaryState.WAITING,),
}
"""What each state comes from."""


def tally(session: Session, broadcast: BroadcastId, until: datetime | None) -> Tally:
    """How those fared who are planned up to `until`."""
    d = _deliveries.c
    refused = d.state.in_([state.value for state in REFUSED]) & (d.attempts > 0)
    never = d.state == State.PLANNED.value
    row = (
        session.connection()
        .execute(
            select(
                sa.func.count(),
                sa.func.count().filter(never | (d.state == State.SENDING.value)),
                sa.func.count().filter(refused),
                sa.func.max(d.marked_at),
                sa.func.count().filter(d.state.in_([state.value for state in UNKNOWN])),
            ).where(d.broadcast_id == broadcast, d.planned_at <= until)
        )
        .one()
    )
    times = [at for at in (row[3], until) if at is not None]
    return Tally(
        size=row[0],
        untried=row[1],
        failed=row[2],
        unknown=row[4],
        last_at=max(times, default=None),
    )


def begin(session: Session, broadcast: BroadcastId, until: datetime) -> None:
    """Who is planned up to `until` goes first."""
    session.connection().execute(
        sa.update(_broadcasts).where(_broadcasts.c.id == broadcast).values(canary_until=until)
    )


def draw_again(session: Session, broadcast: BroadcastId, until: datetime | None) -> bool:
    """As many again go first, too; False when there is nobody left to draw."""
    d = _deliveries.c
    mine = (d.broadcast_id == broadcast, d.state == State.PLANNED.value, d.planned_at > until)
    connection = session.connection()
    left = connection.execute(select(sa.func.count()).where(*mine)).scalar_one()
    if not left:
        return False
    last = connection.execute(
        select(d.planned_at).where(*mine).order_by(d.planned_at).offset(size(left) - 1).limit(1)
    ).scalar_one()
    begin(session, broadcast, last)
    return True


def move(session: Session, broadcast: BroadcastId, to: CanaryState) -> bool:
    """Move a canary on; False when it does not stand where it could."""
    result = session.connection().execute(
        sa.update(_broadcasts)
        .where(_broadcasts.c.id == broadcast, _broadcasts.c.canary.in_(MOVES[to]))
        .values(canary=to.value)
    )
    return result.rowcount == 1

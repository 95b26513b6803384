"""Who moved where when a sender failed: the plan at the opening held against how it came out."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from engine.domain.broadcast import BroadcastState
from engine.domain.ids import BroadcastId
from engine.domain.outcome import Blame
from engine.simulator.scenarios import SCENARIOS
from engine.store.dialects import table
from engine.store.tables import Attempt, Broadcast, Delivery, LogEntry, Sender
from engine.trials.options import MorningOptions, MorningResult, Move
from engine.trials.visitor import Scene, Visitor

LOOK_EVERY_SECONDS = 0.25
PLANNED = (BroadcastState.PLANNED, BroadcastState.SENDING)

_deliveries, _attempts, _senders = table(Delivery), table(Attempt), table(Sender)
_plan = sa.table("trial_plan", sa.column("delivery_id"), sa.column("sender_id"))


def watchers_for(options: MorningOptions) -> list[Visitor]:
    """One who watches for moves, where something is to happen to a sender."""
    return [Moves()] if SCENARIOS[options.scenario].faults else []


@dataclass(slots=True)
class Moves:
    """Keeps the plan in a table of its own, as it is before anything has moved."""

    _kept: bool = False

    async def during(self, scene: Scene) -> None:
        """Keep the plan as soon as there is one."""
        while not self._kept:
            self._kept = await scene.database.transact(_keep_plan)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    def after(self, session: Session, broadcast: BroadcastId, result: MorningResult) -> None:
        """Count the moves, and how long each sender that failed still went on."""
        if not self._kept:
            return
        stops = _stops(session, broadcast)
        result.moves = _moves(session, broadcast)
        result.stop_s = max((took for took in stops.values()), default=None)


def _keep_plan(session: Session) -> bool:
    broadcast = session.scalars(
        sa.select(col(Broadcast.id)).where(col(Broadcast.state).in_([one.value for one in PLANNED]))
    ).first()
    if broadcast is None:
        return False
    session.connection().execute(
        sa.text(
            "CREATE TABLE trial_plan AS SELECT id AS delivery_id, sender_id FROM deliveries "
            "WHERE broadcast_id = :broadcast"
        ),
        {"broadcast": broadcast},
    )
    return True


def _moves(session: Session, broadcast: BroadcastId) -> list[Move]:
    before, after = _senders.alias("before"), _senders.alias("after")
    tried = (
        sa.select(sa.func.count(sa.distinct(_attempts.c.delivery_id)))
        .where(_attempts.c.delivery_id == _deliveries.c.id)
        .where(_attempts.c.sender_id == _plan.c.sender_id)
        .correlate(_deliveries, _plan)
        .scalar_subquery()
    )
    rows = session.connection().execute(
        sa.select(
            before.c.id,
            before.c.display_phone,
            after.c.display_phone,
            after.c.role,
            sa.func.count(),
            sa.func.sum(tried),
        )
        .select_from(_deliveries)
        .join(_plan, _plan.c.delivery_id == _deliveries.c.id)
        .join(before, before.c.id == _plan.c.sender_id)
        .join(after, after.c.id == _deliveries.c.sender_id)
        .where(_deliveries.c.broadcast_id == broadcast, before.c.id != after.c.id)
        .group_by(
            before.c.id, before.c.display_phone, after.c.id, after.c.display_phone, after.c.role
        )
        .order_by(before.c.id, after.c.id)
    )
    sent = _sent_before(session, broadcast)
    return [
        Move(
            from_sender=row[1],
            to_sender=row[2],
            to_role=row[3],
            moved=row[4],
            tried_before=row[5],
            sent_before=sent.get(row[0], 0),
        )
        for row in rows
    ]


def _sent_before(session: Session, broadcast: BroadcastId) -> dict[int, int]:
    """How many each sender got accepted of those that were planned for it."""
    rows = session.connection().execute(
        sa.select(_plan.c.sender_id, sa.func.count())
        .select_from(_attempts)
        .join(_deliveries, _deliveries.c.id == _attempts.c.delivery_id)
        .join(_plan, _plan.c.delivery_id == _deliveries.c.id)
        .where(
            _deliveries.c.broadcast_id == broadcast,
            _attempts.c.sender_id == _plan.c.sender_id,
            _attempts.c.outcome == "accepted",
        )
        .group_by(_plan.c.sender_id)
    )
    return {row[0]: row[1] for row in rows}


def _stops(session: Session, broadcast: BroadcastId) -> dict[int, float]:
    """Seconds from the first refusal that was a sender's own to the last POST it began after that;
    what it sent once it was let in again does not count.
    """
    refused = session.connection().execute(
        sa.select(_attempts.c.sender_id, sa.func.min(_attempts.c.ended_at))
        .join(_deliveries, _deliveries.c.id == _attempts.c.delivery_id)
        .where(_deliveries.c.broadcast_id == broadcast, _attempts.c.blame == Blame.SENDER.value)
        .group_by(_attempts.c.sender_id)
    )
    stops: dict[int, float] = {}
    for sender, refused_at in refused.all():
        at = refused_at
        last = session.scalars(
            sa.select(sa.func.max(Attempt.started_at)).where(
                col(Attempt.sender_id) == sender,
                col(Attempt.started_at) >= at,
                col(Attempt.started_at) < at + _let_in_after(session, broadcast, at),
            )
        ).first()
        stops[sender] = max(0.0, (last - at).total_seconds()) if last else 0.0
    return stops


def _let_in_after(session: Session, broadcast: BroadcastId, at: datetime) -> timedelta:
    """How long after `at` a stopped sender was let in again."""
    again = session.scalars(
        sa.select(sa.func.min(LogEntry.at)).where(
            col(LogEntry.broadcast_id) == broadcast,
            col(LogEntry.event) == "sender.resumed",
            col(LogEntry.at) > at,
        )
    ).first()
    return timedelta(days=1) if again is None else again - at

"""The board's curve, what went wrong in words, and the log."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from engine.domain import failure
from engine.domain.delivery import State
from engine.domain.ids import BroadcastId
from engine.read.board_rows import LogLine, Problem
from engine.store.dialects import table, whole_second
from engine.store.tables import Delivery, LogEntry

LOG_LINES = 30

_deliveries = table(Delivery)


def curve(
    session: Session, broadcast: BroadcastId, column: Any, since: datetime
) -> tuple[tuple[int, int], ...]:
    """(seconds after `since`, how many in all by then), a point for each second that has news."""
    second = whole_second(session, column)
    rows = session.connection().execute(
        select(second, func.count())
        .where(col(Delivery.broadcast_id) == broadcast, column.is_not(None))
        .group_by(second)
        .order_by(second)
    )
    points: list[tuple[int, int]] = []
    total = 0
    for text, count in rows:
        total += count
        at = datetime.fromisoformat(text).replace(tzinfo=UTC)
        points.append((max(0, round((at - since).total_seconds())), total))
    return tuple(points)


def problems(
    session: Session, broadcast: BroadcastId, counts: Counter[State]
) -> tuple[Problem, ...]:
    rows = session.connection().execute(
        select(col(Delivery.error_code), col(Delivery.state), func.count())
        .where(
            col(Delivery.broadcast_id) == broadcast,
            col(Delivery.state).in_([State.FAILED.value, State.RETRYING.value]),
        )
        .group_by(col(Delivery.error_code), col(Delivery.state))
        .order_by(func.count().desc())
    )
    found = [_failed(code, state, count) for code, state, count in rows]
    if counts[State.UNKNOWN]:
        found.append(
            Problem(
                title="No answer from WhatsApp",
                words="Waiting for receipts; nothing is sent twice on a guess",
                count=counts[State.UNKNOWN],
                code=None,
                state=State.UNKNOWN.value,
            )
        )
    if counts[State.PACED]:
        found.append(
            Problem(
                title="Held by WhatsApp",
                words="WhatsApp looks at the template's quality first; its receipt tells",
                count=counts[State.PACED],
                code=None,
                state=State.PACED.value,
            )
        )
    if counts[State.HELD]:
        found.append(
            Problem(
                title="Held for a person",
                words="Neither an answer nor a receipt came. Look, then send again or close",
                count=counts[State.HELD],
                code=None,
                state=State.HELD.value,
            )
        )
    return tuple(found)


def _failed(code: int | None, state: str, count: int) -> Problem:
    cause = failure.cause_of(code)
    return Problem(title=cause.title, words=cause.words, count=count, code=code, state=state)


def log(session: Session, broadcast: BroadcastId) -> tuple[LogLine, ...]:
    rows = session.connection().execute(
        select(col(LogEntry.at), col(LogEntry.event), col(LogEntry.words))
        .where(col(LogEntry.broadcast_id) == broadcast)
        .order_by(col(LogEntry.id).desc())
        .limit(LOG_LINES)
    )
    return tuple(LogLine(row[0], row[1], row[2]) for row in rows)

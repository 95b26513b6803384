"""Reads a finished broadcast out of the database and holds it against the simulator's truth."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from engine.domain.delivery import ACCEPTED_OR_BETTER, HANDED_OVER, ON_THE_PHONE, OPEN, State
from engine.domain.ids import AttemptId, BroadcastId, DeliveryId, DeliveryKey
from engine.domain.pacing import usable_rate
from engine.domain.planning import Pacing
from engine.store import receipts as receipts_store
from engine.store.dialects import table
from engine.store.tables import Attempt, Broadcast, Delivery, Lane
from engine.trials.options import MorningResult

_deliveries, _attempts = table(Delivery), table(Attempt)

MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorTruth:
    """What a trial asks of the simulator, from a world in process or from `/_sim/truth`."""

    accepted_by_tracker: Mapping[str, int]
    accepted_by_recipient: Mapping[str, int]
    arrivals_max_per_second: int
    rate_errors: int


@dataclass(frozen=True, slots=True)
class _Person:
    delivery: int
    key: str
    attempts: int
    state: State
    address: str
    sent_at: datetime | None
    delivered_at: datetime | None


def find(
    session: Session,
    broadcast: BroadcastId,
    truth: SimulatorTruth,
    *,
    rate: float,
    seed: int,
    receipts: bool = True,
) -> MorningResult:
    """The figures of a broadcast. CPU, memory and wall time are the caller's to add.

    Without receipts nobody can say what was handed over: what WhatsApp accepted is counted instead.
    """
    row = session.get_one(Broadcast, broadcast)
    people = _people(session, broadcast)
    counts = Counter(person.state for person in people)
    starts = _starts(session, broadcast)
    result = MorningResult(seed=seed, targeted=len(people))
    handed_over = HANDED_OVER if receipts else ACCEPTED_OR_BETTER
    result.handed_over = sum(counts[state] for state in handed_over)
    result.delivered = sum(counts[state] for state in ON_THE_PHONE)
    result.on_time = sum(
        1 for one in people if one.delivered_at is not None and one.delivered_at <= row.closes_at
    )
    result.failed = counts[State.FAILED]
    result.unknown = counts[State.UNKNOWN]
    result.held = counts[State.HELD]
    result.lost = sum(1 for one in people if _is_lost(one, truth))
    result.doubled = sum(1 for count in truth.accepted_by_recipient.values() if count > 1)
    result.doubled_by_receipts = receipts_store.doubled(session, broadcast)
    _add_times(result, people, starts, row)
    _add_pace(result, starts, _rates(session, broadcast, rate))
    _add_window(session, result, row, starts)
    if result.floor_s > 0:
        result.time_over_floor = result.send_s / result.floor_s
    result.arrivals_max_per_second = truth.arrivals_max_per_second
    result.rate_errors = truth.rate_errors
    return result


@dataclass(frozen=True, slots=True)
class Casualties:
    """The deliveries of those who were lost, and of those who got two."""

    lost: frozenset[int]
    doubled: frozenset[int]


def casualties(session: Session, broadcast: BroadcastId, truth: SimulatorTruth) -> Casualties:
    """Who was lost and who was doubled, person by person."""
    people = _people(session, broadcast)
    return Casualties(
        lost=frozenset(one.delivery for one in people if _is_lost(one, truth)),
        doubled=frozenset(
            one.delivery for one in people if truth.accepted_by_recipient.get(one.address, 0) > 1
        ),
    )


def max_per_half_open_second(stamps: Sequence[int]) -> int:
    """The most stamps (whole microseconds, sorted) in any [t, t + 1 s)."""
    return max(
        (bisect_left(stamps, stamp + MICROSECONDS) - place for place, stamp in enumerate(stamps)),
        default=0,
    )


def _is_lost(person: _Person, truth: SimulatorTruth) -> bool:
    if person.state in OPEN and person.state is not State.UNKNOWN:
        return True
    if person.state not in ACCEPTED_OR_BETTER:
        return False
    accepted = sum(
        truth.accepted_by_tracker.get(_tracker(person, number), 0)
        for number in range(1, person.attempts + 1)
    )
    return accepted == 0


def _tracker(person: _Person, number: int) -> str:
    return AttemptId(DeliveryId(person.delivery), number).tracker(DeliveryKey(person.key))


def _people(session: Session, broadcast: BroadcastId) -> list[_Person]:
    rows = session.connection().execute(
        select(
            _deliveries.c.id,
            _deliveries.c.key,
            _deliveries.c.attempts,
            _deliveries.c.state,
            _deliveries.c.phone,
            _deliveries.c.bsuid,
            _deliveries.c.sent_at,
            _deliveries.c.delivered_at,
        ).where(_deliveries.c.broadcast_id == broadcast)
    )
    return [
        _Person(row[0], row[1], row[2], State(row[3]), row[4] or row[5] or "", row[6], row[7])
        for row in rows
    ]


def _starts(session: Session, broadcast: BroadcastId) -> dict[int, list[datetime]]:
    """Send stamps by sender, in order."""
    rows = session.connection().execute(
        select(_attempts.c.sender_id, _attempts.c.started_at)
        .join(_deliveries, _deliveries.c.id == _attempts.c.delivery_id)
        .where(_deliveries.c.broadcast_id == broadcast, _attempts.c.started_at.is_not(None))
        .order_by(_attempts.c.started_at)
    )
    starts: dict[int, list[datetime]] = {}
    for sender, started in rows:
        starts.setdefault(sender, []).append(started)
    return starts


def _rates(session: Session, broadcast: BroadcastId, rate: float) -> dict[int, float]:
    if rate <= 0:
        return {}
    rows = session.connection().execute(
        select(col(Lane.sender_id), col(Lane.rate_per_second)).where(
            col(Lane.broadcast_id) == broadcast
        )
    )
    return {row[0]: row[1] for row in rows}


def _add_times(
    result: MorningResult,
    people: Sequence[_Person],
    starts: Mapping[int, list[datetime]],
    row: Broadcast,
) -> None:
    lags = sorted(
        (one.delivered_at - row.opens_at).total_seconds()
        for one in people
        if one.delivered_at is not None
    )
    if lags:
        result.p50_s, result.p95_s, result.p99_s = (
            lags[min(len(lags) - 1, int(len(lags) * share))] for share in (0.50, 0.95, 0.99)
        )
    stamps = [stamp for lane in starts.values() for stamp in lane]
    if stamps:
        result.send_s = (max(stamps) - min(stamps)).total_seconds()


def _add_pace(
    result: MorningResult, starts: Mapping[int, list[datetime]], rates: Mapping[int, float]
) -> None:
    for lane in starts.values():
        micros = sorted(round(stamp.timestamp() * MICROSECONDS) for stamp in lane)
        result.max_per_second = max(result.max_per_second, max_per_half_open_second(micros))
    if rates:
        sends = sum(len(lane) for sender, lane in starts.items() if sender in rates)
        result.floor_s = least_seconds(sends, list(rates.values()))


def least_seconds(sends: int, rates: Sequence[float]) -> float:
    """The least time from the first to the last of so many sends that lanes of these rates allow
    together, however they are shared out: a plan that shares badly is not to lower its own floor.
    """
    usable = [usable_rate(rate) for rate in rates]
    seconds = max(0.0, (sends - len(usable)) / sum(usable))
    while sum(int(seconds * rate + 1e-9) + 1 for rate in usable) < sends:
        seconds = min((int(seconds * rate + 1e-9) + 1) / rate for rate in usable)
    return seconds


def _add_window(
    session: Session,
    result: MorningResult,
    row: Broadcast,
    starts: Mapping[int, list[datetime]],
) -> None:
    """How much came after the window. Where the plan is slower than the rates by choice, it is the
    floor.
    """
    last_start = max((lane[-1] for lane in starts.values()), default=row.opens_at)
    result.window_s = (row.window_ends_at - row.opens_at).total_seconds()
    mine = _deliveries.c.broadcast_id == row.id
    result.after_window = (
        session.connection()
        .execute(
            select(func.count())
            .select_from(_attempts.join(_deliveries, _deliveries.c.id == _attempts.c.delivery_id))
            .where(mine, _attempts.c.ended_at > row.window_ends_at)
        )
        .scalar_one()
    )
    if row.pacing == Pacing.EVEN:
        planned = _deliveries.c.planned_at
        first, last = (
            session.connection()
            .execute(select(func.min(planned), func.max(planned)).where(mine))
            .one()
        )
        if first is not None:
            result.floor_s = max(result.floor_s, (last - first).total_seconds())
            # From the first instant of the plan: a late start is not to look like speed.
            result.send_s = max(result.send_s, (last_start - first).total_seconds())

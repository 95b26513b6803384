"""After a killed morning: what each kill left behind, and how that was settled in the end.

Read from the database and the journals as they stand at the end, and from the simulator's truth.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from engine.domain.delivery import State
from engine.domain.ids import AttemptId, DeliveryId, parse_tracker
from engine.store.dialects import table
from engine.store.tables import Attempt, Delivery, EngineRun, LogEntry, Receipt
from engine.trials.findings import Casualties
from engine.trials.killed_morning import KilledMorning, Struck

_deliveries, _attempts, _receipts = table(Delivery), table(Attempt), table(Receipt)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    """How everything stands at the end of a morning."""

    states: Mapping[int, tuple[State, int]]
    """State and number of attempts, by delivery."""
    attempts: Mapping[AttemptId, tuple[int, str, datetime, bool]]
    """Epoch, outcome, when it ended, and whether somebody knew when it started."""
    receipted: frozenset[AttemptId]
    """Attempts that a receipt named."""
    taken_at: Mapping[AttemptId, float]
    """When the real simulator took each (unix seconds)."""


def reckon(session: Session, morning: KilledMorning, casualties: Casualties) -> None:
    """Fill in the counts of a morning's kills."""
    ends = _ends(session, morning.truth)
    nexts: list[Struck | None] = [*morning.struck[1:], None]
    for struck, following in zip(morning.struck, nexts, strict=True):
        kill = struck.kill
        marked = _marked(ends, struck)
        unknown = [attempt for attempt in marked if ends.attempts[attempt][1] == "unknown"]
        kill.marked = len(marked)
        kill.started = len(marked & morning.crew.started(kill.token))
        kill.released = sum(1 for one in marked if ends.attempts[one][1] == "released")
        kill.unknown = len(unknown)
        kill.by_receipt = sum(1 for one in unknown if one in ends.receipted)
        kill.by_evidence = sum(1 for one in unknown if _resent(ends, one))
        kill.held = kill.unknown - kill.by_receipt - kill.by_evidence
        touched = {attempt.delivery for attempt in marked}
        kill.lost = len(touched & casualties.lost)
        kill.doubled = len(touched & casualties.doubled)
        kill.resume_s = _resume(ends, struck, None if following is None else following.at)


def _marked(ends: _Ends, struck: Struck) -> set[AttemptId]:
    """What the run marked and did not record, as the run after it wrote down.

    The dead one's own words have an earlier instant: what it recorded, it did before its death.
    """
    return {
        attempt
        for attempt, (epoch, outcome, ended_at, timed) in ends.attempts.items()
        if epoch == struck.kill.token
        and outcome in ("unknown", "released")
        and not timed
        and ended_at >= struck.at
    }


def _resent(ends: _Ends, attempt: AttemptId) -> bool:
    """Whether it was sent again although no receipt named it: with evidence, then."""
    return attempt not in ends.receipted and ends.states[attempt.delivery][1] > attempt.number


def _resume(ends: _Ends, struck: Struck, until: datetime | None) -> float | None:
    """Seconds to the first POST of a later run, as the simulator saw it come."""
    if struck.kill.state != "sending":
        return None
    later = [
        taken
        for attempt, taken in ends.taken_at.items()
        if attempt in ends.attempts and ends.attempts[attempt][0] > struck.newest
    ]
    if not later or (until is not None and min(later) > until.timestamp()):
        return None
    return min(later) - struck.resumes_from.timestamp()


def _ends(session: Session, truth: dict[str, Any]) -> _Ends:
    connection = session.connection()
    deliveries = connection.execute(
        select(_deliveries.c.id, _deliveries.c.state, _deliveries.c.attempts)
    )
    attempts = connection.execute(
        select(
            _attempts.c.delivery_id,
            _attempts.c.number,
            _attempts.c.epoch,
            _attempts.c.outcome,
            _attempts.c.ended_at,
            _attempts.c.started_at,
        )
    )
    receipts = connection.execute(
        select(_receipts.c.delivery_id, _receipts.c.attempt)
        .where(_receipts.c.attempt.is_not(None))
        .distinct()
    )
    taken = [(parse_tracker(one["tracker"]), one["accepted_at"]) for one in truth["messages"]]
    return _Ends(
        states={row[0]: (State(row[1]), row[2]) for row in deliveries},
        attempts={
            AttemptId(DeliveryId(row[0]), row[1]): (row[2], row[3], row[4], row[5] is not None)
            for row in attempts
        },
        receipted=frozenset(AttemptId(DeliveryId(row[0]), row[1]) for row in receipts),
        taken_at={name[0]: at for name, at in taken if name is not None},
    )


def keep_evidence(
    session: Session, folder: Path, morning: KilledMorning, casualties: Casualties
) -> None:
    """Write down all that is known about those lost or doubled, beside the journals and logs."""
    concerned = sorted(casualties.lost | casualties.doubled)
    connection = session.connection()

    def rows(of: type[Any], column: str) -> list[dict[str, Any]]:
        asked = select(table(of)).where(table(of).c[column].in_(concerned))
        return [dict(row) for row in connection.execute(asked).mappings()]

    told = {
        "lost": sorted(casualties.lost),
        "doubled": sorted(casualties.doubled),
        "deliveries": rows(Delivery, "id"),
        "attempts": rows(Attempt, "delivery_id"),
        "receipts": rows(Receipt, "delivery_id"),
        "runs": [dict(row) for row in connection.execute(select(table(EngineRun))).mappings()],
        "events": [dict(row) for row in connection.execute(select(table(LogEntry))).mappings()],
        "kills": [str(struck) for struck in morning.struck],
        "truth": morning.truth,
    }
    (folder / "evidence.json").write_text(json.dumps(told, default=str, indent=1))

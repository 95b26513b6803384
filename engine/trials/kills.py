"""When the drill pulls the plug, and what it sees each time: plain values, seeded.

A morning has five kills or fewer. One falls before the opening or right after it, the last one
often while the broadcast settles, the others while it sends; some strike an engine that has only
just come up again and is still recovering.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from random import Random
from statistics import median
from typing import Any

KILLS_A_MORNING = 5
RECOVERY_SHARE = 0.3
SETTLING_SHARE = 0.5
SPARE_SHARE = 0.05
"""Of the audience, at the start and at the end of the sending: these have their own phases."""


class Phase(StrEnum):
    """What the engine is at when the plug is pulled; `after_s` counts from the moment beside it."""

    FREEZE = "freeze"  # the schedule is there: the engine freezes and fans out
    OPENING = "opening"  # the window opens
    SENDING = "sending"  # that many deliveries have been marked
    RECOVERY = "recovery"  # the process has come up after the last kill
    SETTLING = "settling"  # nothing is unsent any more


AFTER_AT_MOST_S: dict[Phase, float] = {
    Phase.FREEZE: 2.0,
    Phase.OPENING: 2.0,
    Phase.SENDING: 0.3,
    Phase.RECOVERY: 1.5,
    Phase.SETTLING: 8.0,
}
PAUSE_S = (0.05, 1.0)
"""Seconds between a death and the next start, from and to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillOptions:
    """What a drill is asked to be. standby: a second process waits and takes over.

    By these sizes a morning sends for twelve seconds, and its five restarts come to as much again.
    """

    kills: int = 50
    seed: int = 1
    standby: bool = False
    subscribers: int = 2_000
    senders: int = 4
    rate: float = 40.0
    kills_a_morning: int = KILLS_A_MORNING


STANDBY_RATE = 20.0
"""Messages a second for each sender where another takes over at once: the sending must last for
five starts of a process that delay nothing.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedKill:
    """marked: for SENDING, after so many deliveries were marked. pause_s: until the next start."""

    phase: Phase
    after_s: float
    pause_s: float
    marked: int = 0


@dataclass(slots=True, kw_only=True)
class Kill:
    """One kill as it went; counts are of deliveries."""

    morning: int
    number: int
    phase: Phase
    instant_s: float
    """After the opening; below zero before it."""
    state: str
    """The broadcast's at that instant; empty before there was one."""
    token: int
    """The lease's when the process died: the epoch of its marks."""
    marked: int = 0
    """Marked by the dead run and not recorded by it, as the next run found them."""
    started: int = 0
    """Of these, how many its journal shows as begun."""
    released: int = 0
    """Of these, how many were free to go at once."""
    unknown: int = 0
    by_receipt: int = 0
    by_evidence: int = 0
    held: int = 0
    """Held for a person at the end, or not settled at all."""
    lost: int = 0
    doubled: int = 0
    resume_s: float | None = None
    """From the restart (with a standby from the death) to the next POST; None when there was
    nothing left to send, or the next kill came first.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillResult:
    """All kills, and what the mornings came to, person by person."""

    kills: Sequence[Kill]
    mornings: int
    lost: int
    doubled: int
    held: int
    targeted: int
    max_per_second: int
    wall_s: float
    seed: int
    database: str
    evidence: str | None
    """Where everything about those lost or doubled is kept; None when there are none."""

    def as_json(self) -> dict[str, Any]:
        """The totals by name."""
        resumes = sorted(kill.resume_s for kill in self.kills if kill.resume_s is not None)

        def total(name: str) -> int:
            return sum(asdict(kill)[name] for kill in self.kills)

        return {
            "kills": len(self.kills),
            "mornings": self.mornings,
            "targeted": self.targeted,
            "marked": total("marked"),
            "started": total("started"),
            "released": total("released"),
            "unknown_at_kill": total("unknown"),
            "settled_by_receipt": total("by_receipt"),
            "settled_by_evidence": total("by_evidence"),
            "held": self.held,
            "lost": self.lost,
            "doubled": self.doubled,
            "max_per_second": self.max_per_second,
            "resume_p50_s": round(median(resumes), 2) if resumes else None,
            "resume_max_s": round(resumes[-1], 2) if resumes else None,
            "wall_s": round(self.wall_s, 1),
            "seed": self.seed,
            "database": self.database,
        }


def plan_mornings(options: DrillOptions, rng: Random) -> Iterator[list[PlannedKill]]:
    """The kills of each morning, in their order; the same `rng` plans the same ones."""
    left = options.kills
    while left > 0:
        count = min(left, options.kills_a_morning)
        yield _plan(count, options.subscribers, rng)
        left -= count


def _plan(count: int, subscribers: int, rng: Random) -> list[PlannedKill]:
    first = _kill(rng.choice([Phase.FREEZE, Phase.OPENING]), rng)
    # The first of them strikes while it sends: what is to recover should have something to recover.
    middle = [
        _kill(Phase.RECOVERY if place and rng.random() < RECOVERY_SHARE else Phase.SENDING, rng)
        for place in range(count - 2)
    ]
    last = Phase.SETTLING if rng.random() < SETTLING_SHARE else Phase.SENDING
    kills = [first, *middle, _kill(last, rng)][:count]
    spare = SPARE_SHARE * subscribers
    marks = sorted(rng.uniform(spare, subscribers - spare) for _ in kills)
    return [
        PlannedKill(
            phase=kill.phase, after_s=kill.after_s, pause_s=kill.pause_s, marked=round(marked)
        )
        for kill, marked in zip(kills, marks, strict=True)
    ]


def _kill(phase: Phase, rng: Random) -> PlannedKill:
    return PlannedKill(
        phase=phase, after_s=rng.uniform(0.0, AFTER_AT_MOST_S[phase]), pause_s=rng.uniform(*PAUSE_S)
    )

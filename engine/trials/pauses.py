"""Somebody pauses and resumes a broadcast at random instants, again and again: nobody may be lost
or written to twice, and it stops at once (spec P5).

Half of the mornings are real, over real sockets; half are simulated. An instant counts from the
moment the command is given, before its commit: what is told is never too short.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from statistics import median
from typing import Any

from sqlmodel import Session, col, func, select

from engine.clock import MachineClock
from engine.commands.pause_broadcast import pause_broadcast
from engine.commands.resume_broadcast import resume_broadcast
from engine.domain.ids import BroadcastId
from engine.domain.refusal import Refused
from engine.domain.roles import Actor, Role
from engine.loops import fast_loop
from engine.store.tables import Attempt, Delivery, LogEntry
from engine.trials import simulated
from engine.trials.options import MorningOptions, MorningResult
from engine.trials.real import run_real
from engine.trials.visitor import Scene

PAUSES_A_MORNING = 10
LOOK_EVERY_SECONDS = 0.02
AFTER_AT_MOST_S = 0.4
"""After so many were marked: a lane marks in steps, and any instant of a step is to be struck."""
LASTS_S = (0.0, 2.5)
"""From the pause to the resume: also so short that the lanes have hardly noticed."""
SPARE_SHARE = 0.03
STOP_SECONDS = 1.0

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PausesOptions:
    """What is asked for. A morning sends for a dozen seconds."""

    pauses: int = 100
    seed: int = 1
    subscribers: int = 2_000
    senders: int = 4
    rate: float = 40.0


@dataclass(slots=True, kw_only=True)
class Pause:
    """One pause as it went."""

    morning: int
    real: bool
    asked_at: datetime
    resumed_at: datetime
    instant_s: float
    """After the opening."""
    stop_s: float = 0.0
    """From the command to the last POST that began before the resume."""
    begun_after: int = 0
    """POSTs that began between the command and the stop."""
    on_their_way: int = 0
    """Begun before it stopped, and answered after the command: nobody can call these back."""
    told: str = ""
    """What the engine told the board, when it had time to."""

    @property
    def lasted_s(self) -> float:
        """From the command to the resume."""
        return (self.resumed_at - self.asked_at).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class PausesResult:
    """All pauses, and what the mornings came to, person by person."""

    pauses: Sequence[Pause]
    mornings: int
    targeted: int
    lost: int
    doubled: int
    wall_s: float
    seed: int

    def as_json(self) -> dict[str, Any]:
        """The totals by name."""
        stops = sorted(pause.stop_s for pause in self.pauses)
        way = [pause.on_their_way for pause in self.pauses]
        real = sum(pause.real for pause in self.pauses)
        return {
            "pauses": len(self.pauses),
            "real": real,
            "simulated": len(self.pauses) - real,
            "mornings": self.mornings,
            "targeted": self.targeted,
            "lost": self.lost,
            "doubled": self.doubled,
            "stop_p50_s": round(median(stops), 3) if stops else None,
            "stop_p99_s": round(stops[min(len(stops) - 1, int(len(stops) * 0.99))], 3)
            if stops
            else None,
            "stop_max_s": round(stops[-1], 3) if stops else None,
            "on_their_way_p50": median(way) if way else None,
            "on_their_way_max": max(way, default=None),
            "told": sum(bool(pause.told) for pause in self.pauses),
            "wall_s": round(self.wall_s, 1),
            "seed": self.seed,
        }


def run_pauses(options: PausesOptions, command: Sequence[str], tell: Told) -> PausesResult:
    """As many mornings as the pauses need, real and simulated in turn.

    command: starts the process that serves a real one. tell: hears what goes on.
    """
    began = MachineClock().loop_time()
    rng = Random(options.seed)
    pauses: list[Pause] = []
    results: list[MorningResult] = []
    while len(pauses) < options.pauses:
        number = len(results) + 1
        left = options.pauses - len(pauses)
        hand = Hand(number, number % 2 == 1, min(left, PAUSES_A_MORNING), options, rng)
        tell(f"morning {number}, {'real' if hand.real else 'simulated'}: {len(pauses)} pauses")
        results.append(_morning(hand, options, rng.randrange(2**31), command))
        if not hand.pauses:
            raise RuntimeError(f"Morning {number} went by without a pause.")
        pauses += hand.pauses
    return PausesResult(
        pauses=pauses,
        mornings=len(results),
        targeted=sum(one.targeted for one in results),
        # Whoever the freeze left out without a word has no delivery at all.
        lost=sum(one.lost + options.subscribers - one.targeted for one in results),
        doubled=sum(one.doubled for one in results),
        wall_s=MachineClock().loop_time() - began,
        seed=options.seed,
    )


def _morning(
    hand: "Hand", options: PausesOptions, seed: int, command: Sequence[str]
) -> MorningResult:
    morning = MorningOptions(
        subscribers=options.subscribers,
        senders=options.senders,
        rate=options.rate,
        seed=seed,
        # In real time nobody waits for the last of a thousand receipts: a loss shows without them.
        receipts=not hand.real,
    )
    if not hand.real:
        return simulated.run_simulated(morning, [hand])[0]
    with asyncio.Runner(loop_factory=fast_loop) as runner:
        return runner.run(run_real(morning, command, visitors=[hand]))


@dataclass(slots=True)
class Hand:
    """A hand at the button: a Visitor."""

    number: int
    real: bool
    count: int
    options: PausesOptions
    rng: Random
    pauses: list[Pause] = field(default_factory=lambda: list[Pause]())

    async def during(self, scene: Scene) -> None:
        """Pause and resume at so many instants, spread over the audience."""
        by = Actor(
            "operator", scene.seeded.tenant, Role.OPERATOR, scene.seeded.users[Role.OPERATOR]
        )
        people, spare = self.options.subscribers, self.options.subscribers * SPARE_SHARE
        marks = sorted(self.rng.uniform(spare, people - spare) for _ in range(self.count))
        for marked in marks:
            while await scene.database.read(_marked) < marked:  # noqa: ASYNC110 - others mark
                await asyncio.sleep(LOOK_EVERY_SECONDS)
            await asyncio.sleep(self.rng.uniform(0.0, AFTER_AT_MOST_S))
            await self._pause(scene, by)

    async def _pause(self, scene: Scene, by: Actor) -> None:
        found = await scene.database.read(simulated.first_broadcast)
        assert found is not None
        asked_at = scene.clock.now()
        refused = await scene.database.transact(pause_broadcast, found[0], by=by, now=asked_at)
        if isinstance(refused, Refused):
            return  # all is sent already
        await asyncio.sleep(self.rng.uniform(*LASTS_S))
        resumed_at = scene.clock.now()
        await scene.database.transact(resume_broadcast, found[0], by=by, now=resumed_at)
        self.pauses.append(
            Pause(
                morning=self.number,
                real=self.real,
                asked_at=asked_at,
                resumed_at=resumed_at,
                instant_s=(asked_at - scene.opens_at).total_seconds(),
            )
        )

    def after(self, session: Session, broadcast: BroadcastId, result: MorningResult) -> None:
        """Measure each pause by the attempts' stamps."""
        del result
        for pause in self.pauses:
            measure(session, broadcast, pause)


def _marked(session: Session) -> int:
    return session.exec(select(func.count()).where(col(Delivery.attempts) > 0)).one()


def measure(session: Session, broadcast: BroadcastId, pause: Pause) -> None:
    around = session.exec(
        select(Attempt.started_at, Attempt.ended_at).where(
            col(Attempt.started_at) < pause.resumed_at,
            col(Attempt.ended_at) > pause.asked_at,
            col(Attempt.outcome) != "released",
        )
    ).all()
    starts = sorted(one for one, _ in around if one is not None and one >= pause.asked_at)
    pause.begun_after = len(starts)
    pause.stop_s = (starts[-1] - pause.asked_at).total_seconds() if starts else 0.0
    stopped = pause.asked_at + timedelta(seconds=pause.stop_s)
    pause.on_their_way = sum(
        1 for one, ended in around if one is not None and one <= stopped and ended > stopped
    )
    pause.told = (
        session.exec(
            select(LogEntry.words).where(
                LogEntry.broadcast_id == broadcast,
                LogEntry.event == "broadcast.stopped",
                col(LogEntry.at) >= pause.asked_at,
                col(LogEntry.at) < pause.resumed_at,
            )
        ).first()
        or ""
    )

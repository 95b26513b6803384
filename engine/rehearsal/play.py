"""Plays a plan in virtual time: every lane at its pace, every answer as its sender's behaviour has
it, every failure by the one retry policy.

Nothing waits and nothing is stored: a heap of lanes, each with the instant of its next send, is
popped until nobody is left. The same arguments give the same morning.
"""

import heapq
import math
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from engine.domain import retry
from engine.domain.failure import classify
from engine.domain.ids import SenderId
from engine.domain.outcome import Blame
from engine.domain.pacing import AdaptivePace
from engine.domain.planning import Plan
from engine.domain.retry import FailOver, GiveUp, RetryAt, StopAll
from engine.rehearsal.behaviour import Behaviour
from engine.simulator.fates import Fate, Fates

NEVER = math.inf
RESENT_AFTER = 20.0
"""Seconds until a message without an answer is proven not to have been taken, and goes again."""
TAKEN_ALL_THE_SAME = 0.5
"""Of what gets no answer."""
LEAST_AT_ONCE, AT_ONCE_SECONDS = 100, 0.5
"""Requests under way, app-wide, where no setting says otherwise (spec P3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneWorld:
    """A lane as it is rehearsed. rate: messages per second, as the plan used it."""

    rate: float
    behaviour: Behaviour


@dataclass(slots=True, kw_only=True)
class Played:
    """What came of it, by the places of the plan's audience, in seconds after the opening; NEVER.

    accepted: WhatsApp's yes; based: what the lags of its phone count from.
    """

    lane_of: Sequence[int]
    based: "array[float]"
    accepted: "array[float]"
    handed_over: "array[float]"
    delivered: "array[float]"
    attempts: int = 0
    refused: "Counter[int]" = field(default_factory=lambda: Counter[int]())
    given_up: "Counter[str]" = field(default_factory=lambda: Counter[str]())


def play(
    plan: Plan,
    worlds: Mapping[SenderId, LaneWorld],
    *,
    closes_at: datetime,
    seed: int,
    slots: Sequence[int] | None = None,
    at_once: int | None = None,
) -> Played:
    """Send the whole plan. slots: the instants in the plan's place, once the rest waits for a
    canary. at_once: requests under way at most.
    """
    lanes = [worlds[sender] for sender in plan.senders]
    return _Morning(plan, lanes, closes_at, seed, slots or plan.slots, at_once).run()


class _Lane:
    """What one lane has still to send."""

    def __init__(self, world: LaneWorld, seed: int, due: list[tuple[float, int]]) -> None:
        self.behaviour = world.behaviour
        self.pace = AdaptivePace(world.rate)
        self.fates = Fates(seed, world.behaviour.scenario)
        self.looked_at = 0.0
        self._due = due
        self._next = 0
        self._again: list[tuple[float, int]] = []

    def instant(self, now: float) -> float:
        """When the next one may go; NEVER when nobody is left."""
        planned = self._due[self._next][0] if self._next < len(self._due) else NEVER
        if self._again:
            planned = min(planned, self._again[0][0])
        if planned == NEVER:
            return NEVER
        return self.pace.next_instant(max(planned, now))

    def take(self) -> int:
        """Who goes next."""
        planned = self._due[self._next][0] if self._next < len(self._due) else NEVER
        if self._again and self._again[0][0] <= planned:
            return heapq.heappop(self._again)[1]
        person = self._due[self._next][1]
        self._next += 1
        return person

    def again(self, at: float, person: int) -> None:
        """Somebody goes once more."""
        heapq.heappush(self._again, (at, person))


class _Morning:
    def __init__(
        self,
        plan: Plan,
        worlds: Sequence[LaneWorld],
        closes_at: datetime,
        seed: int,
        slots: Sequence[int],
        at_once: int | None,
    ) -> None:
        self._plan, self._closes_at = plan, closes_at
        self._rng = Random(seed)  # noqa: S311 - moves retries; the same seed plays the same morning
        people = len(plan.audience)
        due: list[list[tuple[float, int]]] = [[] for _ in worlds]
        for person, (lane, slot) in enumerate(zip(plan.lane_of, slots, strict=True)):
            due[lane].append((slot * 1e-6, person))
        for one in due:
            one.sort()
        self._lanes = [_Lane(w, seed, mine) for w, mine in zip(worlds, due, strict=True)]
        whole = sum(world.rate for world in worlds)
        self._at_once = at_once or max(LEAST_AT_ONCE, int(whole * AT_ONCE_SECONDS))
        self._under_way: list[float] = []
        self._tries = array("B", bytes(people))
        never = array("d", [NEVER]) * people
        self._played = Played(
            lane_of=plan.lane_of,
            based=never[:],
            accepted=never[:],
            handed_over=never[:],
            delivered=never[:],
        )

    def run(self) -> Played:
        waiting = [(lane.instant(0.0), number) for number, lane in enumerate(self._lanes)]
        heapq.heapify(waiting)
        under_way = self._under_way
        while waiting and waiting[0][0] < NEVER:
            now, number = waiting[0]
            while under_way and under_way[0] <= now:
                heapq.heappop(under_way)
            lane = self._lanes[number]
            if len(under_way) >= self._at_once:
                heapq.heapreplace(waiting, (lane.instant(under_way[0]), number))
                continue
            self._send(lane, lane.take(), now)
            heapq.heapreplace(waiting, (lane.instant(0.0), number))
        return self._played

    def _send(self, lane: _Lane, person: int, now: float) -> None:
        played, pace = self._played, lane.pace
        if now - lane.looked_at >= 1.0:
            lane.looked_at = now
            pace.speed_up(now)
        pace.sent(now)
        played.attempts += 1
        self._tries[person] = tries = min(255, self._tries[person] + 1)
        who = str(self._plan.audience.subscribers[person])
        fate = lane.fates.of(who, tries - 1)
        answered = now + fate.latency
        heapq.heappush(self._under_way, answered)
        code = _refusal(lane, who, tries)
        if code is not None:
            self._refuse(lane, person, code, answered)
        elif lane.behaviour.unknown and _is_lost(lane, who, tries):
            lane.again(now + RESENT_AFTER, person)
        else:
            self._accept(lane, person, fate, now, answered)

    def _accept(
        self, lane: _Lane, person: int, fate: Fate, arrived: float, answered: float
    ) -> None:
        played = self._played
        based = answered if lane.behaviour.answered else arrived
        if played.accepted[person] == NEVER:
            played.accepted[person], played.based[person] = answered, based
        if fate.failed_code is not None:
            self._refuse(lane, person, fate.failed_code, based + fate.sent_lag, by_receipt=True)
            return
        played.handed_over[person] = based + fate.sent_lag
        if fate.delivered_lag is not None:
            played.delivered[person] = based + fate.delivered_lag

    def _refuse(
        self, lane: _Lane, person: int, code: int, now: float, *, by_receipt: bool = False
    ) -> None:
        played, failure = self._played, classify(code, None)
        played.refused[code] += 1
        if failure.blame is Blame.PACE and not by_receipt:
            lane.pace.slow_down(now)
        decide = retry.after_receipt if by_receipt else retry.decide
        decision = decide(
            failure,
            attempts=self._tries[person],
            now=self._plan.opens_at + timedelta(seconds=now),
            policy=retry.WINDOW,
            rng=self._rng,
            window_close=self._closes_at,
        )
        # A rehearsal has no sender that breaks: where it would hand on, it tries again.
        if isinstance(decision, FailOver):
            decision = decision.otherwise
        match decision:
            case RetryAt(at=at):
                lane.again((at - self._plan.opens_at).total_seconds(), person)
            case GiveUp(reason) | StopAll(reason):
                played.given_up[reason] += 1


def _refusal(lane: _Lane, who: str, tries: int) -> int | None:
    if not lane.behaviour.refused:
        return None
    chance = lane.fates.chance("refused", who, tries)
    for code, share in lane.behaviour.refused:
        chance -= share
        if chance < 0:
            return code
    return None


def _is_lost(lane: _Lane, who: str, tries: int) -> bool:
    chance = lane.fates.chance("unknown", who, tries)
    return chance < lane.behaviour.unknown * (1.0 - TAKEN_ALL_THE_SAME)

"""From a rehearsed morning to what is told of it: when 99 % have it, with a band, and lane by lane.

The sends are played once. The phones are not left to one throw of dice: for every message that left
there is the whole curve of its sender's phones, and the band is what that leaves open.
"""

import math
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.domain.arrivals import Departures, arrival
from engine.domain.ids import SenderId
from engine.domain.planning import Plan
from engine.domain.rehearsal import SHARE, Foreseen, LaneForeseen
from engine.rehearsal.behaviour import Behaviour
from engine.rehearsal.play import NEVER, LaneWorld, Played, play

STEP = 0.25
"""Seconds: what left within one is taken to have left together."""
FINAL_AFTER = 600.0
"""Seconds after the close: not by then, when the verdict is final, is never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A morning ready to be rehearsed. without: people who are targeted and not sent to. slots: see
    `play`. phones: each sender's number, as people know it.
    """

    plan: Plan
    worlds: Mapping[SenderId, LaneWorld]
    closes_at: datetime
    without: int = 0
    slots: Sequence[int] | None = None
    at_once: int | None = None
    phones: Mapping[SenderId, str] | None = None


def foresee(staged: Staged, *, seed: int = 1) -> Foreseen:
    """Play it, and say what to expect."""
    plan = staged.plan
    played = play(
        plan,
        staged.worlds,
        closes_at=staged.closes_at,
        seed=seed,
        slots=staged.slots,
        at_once=staged.at_once,
    )
    people = len(plan.audience) + staged.without
    ends = (staged.closes_at - plan.opens_at).total_seconds() + FINAL_AFTER
    worlds = [staged.worlds[sender] for sender in plan.senders]
    left = _departures(played, len(worlds))
    together: dict[Behaviour, Counter[float]] = {}
    for world, mine in zip(worlds, left, strict=True):
        together.setdefault(world.behaviour, Counter()).update(mine)
    whole = arrival(
        [_departed(mine, behaviour) for behaviour, mine in together.items()],
        people=people,
        share=SHARE,
        lost=people - sum(sum(mine.values()) for mine in left),
        ends=ends,
    )
    return Foreseen(
        people=people,
        delivered=whole.at,
        low=whole.low,
        high=whole.high,
        never=whole.never,
        handed_over=_reached(played.handed_over, people),
        attempts=played.attempts,
        lanes=_lanes(staged, worlds, left, played, ends),
    )


def _lanes(
    staged: Staged,
    worlds: Sequence[LaneWorld],
    left: Sequence[Counter[float]],
    played: Played,
    ends: float,
) -> tuple[LaneForeseen, ...]:
    sizes, lasts = Counter(played.lane_of), [0.0] * len(worlds)
    for lane, at in zip(played.lane_of, played.based, strict=True):
        if at < NEVER:
            lasts[lane] = max(lasts[lane], at)
    phones = staged.phones or {}
    found: list[LaneForeseen] = []
    for place, (sender, world, mine) in enumerate(
        zip(staged.plan.senders, worlds, left, strict=True)
    ):
        size = sizes[place]
        lost = size - sum(mine.values())
        departed = [_departed(mine, world.behaviour)]
        at = arrival(departed, people=size, share=SHARE, lost=lost, ends=ends).at if size else None
        found.append(
            LaneForeseen(
                sender=sender,
                phone=phones.get(sender, ""),
                people=size,
                rate=world.rate,
                last_send=lasts[place] if mine else None,
                delivered=at,
            )
        )
    return tuple(found)


def _departures(played: Played, lanes: int) -> list[Counter[float]]:
    left = [Counter[float]() for _ in range(lanes)]
    for lane, at in zip(played.lane_of, played.based, strict=True):
        if at < NEVER:
            left[lane][math.floor(at / STEP) * STEP + STEP / 2] += 1
    return left


def _departed(left: Counter[float], behaviour: Behaviour) -> Departures:
    return Departures(
        left=sorted(left.items()),
        curve=behaviour.scenario.delivered_lag,
        reaches=behaviour.reaches,
        spread=behaviour.spread,
    )


def _reached(instants: "array[float]", people: int) -> float | None:
    needed = math.ceil(SHARE * people - 1e-6)
    if not needed or needed > len(instants):
        return None
    at = sorted(instants)[needed - 1]
    return at if at < NEVER else None

"""What if there were more people, fewer numbers, another pace? When all is handed over, when 99 %
have it, and what it costs, worked out without planning anybody (spec P8).

Lanes are queues, second by second: the pacing says what joins them, the rate what leaves them, as
the planner's slots do (`planning`), and people are shared out as the planner does (`routing`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.domain import cost
from engine.domain.forecast import DELIVERED_SHARE
from engine.domain.forecast_model import ANSWER_SECONDS
from engine.domain.lag_curve import USUAL, LagCurve
from engine.domain.pacing import usable_rate
from engine.domain.planning import (
    GROUP_SPREADS_OVER,
    GROUP_STARTS_EVERY,
    GROUPS,
    LANDING,
    SPREAD,
    Pacing,
)
from engine.domain.routing import PlanLane, lane_room, most_of

NOTICED_AFTER_SECONDS = 1
"""A lane that fails is stopped, and its people are with the others, within so much (spec N4)."""
CERTAIN_AFTER_SECONDS = 3_600.0
"""Of what is not on the phone an hour after the last send nobody would say that it will be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One sender goes away so many seconds after the opening, and does not come back."""

    sender: int
    at_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is supposed. lanes: the senders, what each may send a second and its cap of the day;
    portfolio: how many people may be written to, None: no limit; closes: seconds after the opening.
    """

    people: int
    lanes: tuple[PlanLane, ...]
    pacing: Pacing = Pacing.JITTERED
    portfolio: int | None = None
    loss: Loss | None = None
    closes: float = 300.0
    window: float = SPREAD.total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What comes of it. Seconds are counted from the opening; None is never."""

    people: int
    handed_over: int
    no_room: int
    """Whom the limits of the day leave out."""
    stranded: int
    """Who had a sender until it was lost, and whom no other may take."""
    last_seconds: float | None
    delivered_seconds: float | None
    """When 99 % of all have it."""
    sends: tuple[tuple[float, float], ...]
    """(second, handed over until then)."""
    lag: LagCurve = USUAL

    def delivered(self, seconds: float) -> float:
        """How many have it by then, most probably."""
        alive, before, there = 1.0 - self.lag.never, 0.0, 0.0
        for at, until in self.sends:
            if at >= seconds:
                break
            there += (until - before) * self.lag.within(seconds - at - ANSWER_SECONDS)
            before = until
        return alive * there


def work_out(scenario: Scenario, lag: LagCurve = USUAL) -> Outcome:
    """What would come of a scenario. lag: how long phones take."""
    lanes = [lane for lane in scenario.lanes if lane.rate > 0 and lane.most != 0]
    room = scenario.people
    if scenario.portfolio is not None:
        room = min(room, scenario.portfolio)
    together = most_of(lanes) if lanes else 0
    if together is not None:
        room = min(room, together)
    sends, left = _queues(scenario, lanes, room) if room else ((), 0)
    handed = room - left
    outcome = Outcome(
        people=scenario.people,
        handed_over=handed,
        no_room=scenario.people - room,
        stranded=left,
        last_seconds=sends[-1][0] if sends and handed else None,
        delivered_seconds=None,
        sends=sends,
        lag=lag,
    )
    return replace(outcome, delivered_seconds=_reached(outcome))


def shares(people: int, lanes: Sequence[PlanLane]) -> list[int]:
    """How many each lane gets: as many as it has room for, the last ones what is left."""
    found: list[int] = []
    for room in lane_room(people, lanes):
        found.append(min(room, people - sum(found)))
    return found


def price(delivered: int, each: Decimal | None) -> Decimal | None:
    """Rupees for so many delivered messages, to the paisa; None when no rate is known."""
    return None if each is None else cost.to_paisa(each * delivered)


def joined(pacing: Pacing, seconds: float, window: float) -> float:
    """The share of a lane's people whose wish lies before an instant: what has joined its queue."""
    if seconds < 0:
        return 0.0
    match pacing:
        case Pacing.FASTEST:
            return 1.0
        case Pacing.EVEN:
            over = max(0.0, window - LANDING.total_seconds())
            return 1.0 if over <= 0 else min(1.0, seconds / over)
        case Pacing.JITTERED:
            every = GROUP_STARTS_EVERY.total_seconds()
            over = GROUP_SPREADS_OVER.total_seconds()
            parts = (min(1.0, max(0.0, (seconds - every * nth) / over)) for nth in range(GROUPS))
            return sum(parts) / GROUPS


def _queues(
    scenario: Scenario, lanes: Sequence[PlanLane], room: int
) -> tuple[tuple[tuple[float, float], ...], int]:
    """(second, handed over by then), and how many are with nobody in the end."""
    rates = [usable_rate(lane.rate) for lane in lanes]
    # Parts of people, so that one more sender never makes another lane longer by a rounding.
    mine = _parts(room, rates, [lane.most for lane in lanes])
    sent = [0.0] * len(lanes)
    by_lost = [0.0] * len(lanes)  # of its people, what the lost lane had sent
    lost = scenario.loss
    stranded, points, second = 0.0, list[tuple[float, float]](), 0
    gone = _place(lanes, lost)
    while True:
        if gone is not None and lost is not None and second == lost.at_seconds:
            rates[gone] = 0.0
        noticed = lost is not None and second == lost.at_seconds + NOTICED_AFTER_SECONDS
        if gone is not None and noticed:
            stranded = _share_out(mine, sent, by_lost, rates, lanes, gone)
        second += 1
        share = joined(scenario.pacing, second, scenario.window)
        for place, rate in enumerate(rates):
            ready = mine[place] * share - sent[place] - by_lost[place]
            sent[place] += min(max(0.0, ready), rate)
        whole = sum(sent)
        points.append((float(second), whole))
        waits = sum(mine) - sum(sent) - sum(by_lost)
        if waits < 1e-6 or not any(rates):
            stranded += waits if waits >= 1e-6 else 0.0
            break
    return _trimmed(points), round(stranded)


def _trimmed(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Up to the last one: the end is where the last person's message leaves, not a hair later."""
    last = points[-1][1]
    found: list[tuple[float, float]] = []
    before = (0.0, 0.0)
    for at, until in points:
        if until >= last - 0.5 and until > before[1]:
            part = max(0.0, min(1.0, (last - 0.5 - before[1]) / (until - before[1])))
            found.append((before[0] + part * (at - before[0]), last))
            break
        found.append((at, until))
        before = (at, until)
    return tuple(found)


def _parts(people: float, rates: Sequence[float], caps: Sequence[float | None]) -> list[float]:
    """`lane_room` without its rounding: by the rates, up to the caps."""
    parts = [0.0] * len(rates)
    left = people
    free: set[int] = {place for place, rate in enumerate(rates) if rate > 0}
    while left > 1e-9 and free:
        each = left / sum(rates[place] for place in free)
        full: dict[int, float] = {
            place: cap
            for place in free
            if (cap := caps[place]) is not None and cap <= each * rates[place]
        }
        now = set(full) or set(free)
        for place in now:
            parts[place] = full.get(place, each * rates[place])
            left -= parts[place]
        free -= now
    return parts


def _place(lanes: Sequence[PlanLane], loss: Loss | None) -> int | None:
    if loss is None:
        return None
    return next((nth for nth, lane in enumerate(lanes) if lane.sender == loss.sender), None)


def _share_out(
    mine: list[float],
    sent: Sequence[float],
    by_lost: list[float],
    rates: Sequence[float],
    lanes: Sequence[PlanLane],
    gone: int,
) -> float:
    """Give the lost lane's unsent people to the others, each with the instant that was wished for
    them; how many nobody may take.
    """
    whole, done = mine[gone], sent[gone]
    unsent = whole - done
    mine[gone] = done
    if unsent <= 1e-9:
        return 0.0
    caps = [
        None if lane.most is None else max(0.0, lane.most - mine[place])
        for place, lane in enumerate(lanes)
    ]
    taken = _parts(unsent, rates, caps)
    for place, more in enumerate(taken):
        mine[place] += whole * more / unsent
        by_lost[place] += done * more / unsent
    return max(0.0, unsent - sum(taken))


def _reached(outcome: Outcome) -> float | None:
    needed = DELIVERED_SHARE * outcome.people
    if not outcome.sends:
        return None
    low, high = 0.0, outcome.sends[-1][0] + CERTAIN_AFTER_SECONDS
    if outcome.delivered(high) < needed - 1e-9:
        return None
    while high - low > 0.05:
        middle = (low + high) / 2
        if outcome.delivered(middle) >= needed - 1e-9:
            high = middle
        else:
            low = middle
    return high

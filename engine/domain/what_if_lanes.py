"""Lanes as queues, second by second: the pacing says what joins them, the rate what leaves them, as
the planner's slots do (`planning`). A lane that fails leaves its queue to the others.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from engine.domain.pacing import usable_rate
from engine.domain.planning import (
    GROUP_SPREADS_OVER,
    GROUP_STARTS_EVERY,
    GROUPS,
    LANDING,
    Pacing,
)
from engine.domain.routing import PlanLane

NOTICED_AFTER_SECONDS = 1
"""A lane that fails is stopped, and its people are with the others, within so much (spec N4)."""
LATEST_LOSS_SECONDS = 600
"""What is lost later was lost after everything: so far each second is looked at by itself."""
COARSER = 100
"""After that a step is a hundredth of the time that has passed."""
SHORTEST_STEP = 0.01
HAIR = 1e-6

Points = tuple[tuple[float, float], ...]
"""(seconds after the opening, handed over until then), rising."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One sender goes away so many seconds after the opening, and does not come back. backup: who
    is called in for it; its people are shared out among all that are left, as the engine does.
    """

    sender: int
    at_seconds: int
    backup: PlanLane | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """What left when, and what each lane came to: how many it had, its last send."""

    points: Points = ()
    stranded: int = 0
    lanes: tuple[PlanLane, ...] = ()
    sizes: tuple[float, ...] = ()
    lasts: tuple[float | None, ...] = ()

    def held_back(self, until: float, wait: float) -> "Flow":
        """The same once all that leave after an instant wait so much longer."""
        if not wait:
            return self

        def moved(at: float) -> float:
            return at if at <= until else at + wait

        points = [(moved(at), many) for at, many in self.points]
        for nth, (at, _) in enumerate(self.points):
            if at > until:  # who left between the last look and the instant does not wait
                begins = self.points[nth - 1] if nth else (0.0, 0.0)
                part = (until - begins[0]) / (at - begins[0])
                gone = begins[1] + part * (self.points[nth][1] - begins[1])
                points[nth:nth] = [(until, gone), (until + wait, gone)]
                break
        return replace(
            self,
            points=tuple(points),
            lasts=tuple(None if last is None else moved(last) for last in self.lasts),
        )


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


def flow(
    people: int, lanes: Sequence[PlanLane], pacing: Pacing, window: float, loss: Loss | None
) -> Flow:
    """How so many people, for whom there is room, leave by these lanes."""
    queues = _Queues(people, lanes, loss)
    points: list[tuple[float, float]] = []
    second, go_on = 0.0, True
    while go_on:
        queues.look(second)
        step = queues.step(second, everybody_waits=joined(pacing, second, window) == 1.0)
        second += step
        queues.send(second, step, joined(pacing, second, window))
        points.append((second, sum(queues.sent)))
        go_on = queues.go_on(second)
    return Flow(
        _trimmed(points),
        round(queues.stranded),
        tuple(queues.lanes),
        tuple(one - gone for one, gone in zip(queues.mine, queues.by_lost, strict=True)),
        tuple(queues.lasts),
    )


@dataclass(slots=True)
class _Queues:
    """The lanes as they stand. by_lost: of the people a lane has, those whom the lost one had sent
    already by the instants that were wished for them.
    """

    people: int
    lanes: Sequence[PlanLane]
    loss: Loss | None
    rates: list[float] = field(init=False)
    mine: list[float] = field(init=False)
    sent: list[float] = field(init=False)
    by_lost: list[float] = field(init=False)
    lasts: list[float | None] = field(init=False)
    stranded: float = 0.0
    gone: int | None = field(init=False)
    """The place of the lane that is lost."""

    def __post_init__(self) -> None:
        loss, lanes = self.loss, list(self.lanes)
        rates = [usable_rate(lane.rate) for lane in lanes]
        found = None if loss is None else loss.sender
        self.gone = next((nth for nth, one in enumerate(lanes) if one.sender == found), None)
        # Parts of people, so that one more sender never makes another lane longer by a rounding.
        self.mine = parts(self.people, rates, [lane.most for lane in lanes])
        if loss is not None and loss.backup is not None and self.gone is not None:
            lanes.append(loss.backup)
            rates.append(0.0)
            self.mine.append(0.0)
        self.lanes, self.rates = lanes, rates
        self.sent, self.by_lost = [0.0] * len(lanes), [0.0] * len(lanes)
        self.lasts = [None] * len(lanes)

    def step(self, second: float, *, everybody_waits: bool) -> float:
        """How far to look: to the next whole second, or until a lane is through, if that is sooner.
        While wishes still come a lane is never through for good.
        """
        whole = max(1.0, second // COARSER) if second >= LATEST_LOSS_SECONDS else 1.0
        step = math.floor(second + HAIR) + whole - second
        if everybody_waits:
            for place, rate in enumerate(self.rates):
                waits = self.mine[place] - self.sent[place] - self.by_lost[place]
                if rate > 0 and waits > HAIR:
                    step = min(step, max(waits / rate, SHORTEST_STEP))
        return step

    def look(self, second: float) -> None:
        """What happens at a second: the loss, and that it is noticed."""
        loss, gone = self.loss, self.gone
        if loss is None or gone is None:
            return
        at = loss.at_seconds
        if abs(second - at) < HAIR:
            self.rates[gone] = 0.0
        if abs(second - at - NOTICED_AFTER_SECONDS) < HAIR:
            if loss.backup is not None:
                self.rates[-1] = usable_rate(loss.backup.rate)
            self.stranded += self._share_out(gone)

    def send(self, second: float, step: float, share: float) -> None:
        """What leaves in a step that ends at `second`, when `share` of all wishes have come."""
        for place, rate in enumerate(self.rates):
            ready = self.mine[place] * share - self.sent[place] - self.by_lost[place]
            many = min(max(0.0, ready), rate * step)
            if many > HAIR:
                self.sent[place] += many
                self.lasts[place] = second

    def go_on(self, second: float) -> bool:
        """Whether anybody is left who can still be sent to; else who is left is stranded."""
        waits = sum(self.mine) - sum(self.sent) - sum(self.by_lost)
        if waits < HAIR * len(self.mine):
            return False
        if any(self.rates) or self._to_be_noticed(second):
            return True
        self.stranded += waits
        return False

    def _to_be_noticed(self, second: float) -> bool:
        loss = self.loss
        if loss is None or self.gone is None:
            return False
        return second <= loss.at_seconds + NOTICED_AFTER_SECONDS

    def _share_out(self, gone: int) -> float:
        """Give the lost lane's unsent people to the others, each with the instant that was wished
        for them; how many nobody may take.
        """
        whole, done = self.mine[gone], self.sent[gone]
        unsent = whole - done
        self.mine[gone] = done
        if unsent <= HAIR:
            return 0.0
        caps = [
            None if lane.most is None else max(0.0, lane.most - self.mine[place])
            for place, lane in enumerate(self.lanes)
        ]
        taken = parts(unsent, self.rates, caps)
        for place, more in enumerate(taken):
            self.mine[place] += whole * more / unsent
            self.by_lost[place] += done * more / unsent
        return max(0.0, unsent - sum(taken))


def parts(people: float, rates: Sequence[float], caps: Sequence[float | None]) -> list[float]:
    """`lane_room` without its rounding: by the rates, up to the caps."""
    found = [0.0] * len(rates)
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
            found[place] = full.get(place, each * rates[place])
            left -= found[place]
        free -= now
    return found


def _trimmed(points: Sequence[tuple[float, float]]) -> Points:
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

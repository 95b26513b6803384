"""When what is unsent will be sent: the plan that is left, at the pace the lanes really keep.

The plan is known, and so is what each lane may send at most. What nobody knows is how long a
trouble lasts that is on: the lanes are taken to limp on as in the last seconds for a while, and to
run as they should after that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.domain.signs import HEARD_SECONDS, LaneSigns

OVERDUE_SECONDS = 2.0
"""A lane is behind when it has more overdue than so many seconds of its rate."""
RETURN_PER_SECOND = 0.06
"""A lane that comes back from a failover wins back so much of its rate each second, about."""
STEP_SECONDS = 1.0
AHEAD_SECONDS = 900
"""Nothing is looked at that is due later: the late ladder counts as never."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """How long what is wrong now goes on, in seconds."""

    lasts: float


def sends_ahead(
    lanes: Sequence[LaneSigns], trouble: Trouble, moved: Mapping[int, float] | None = None
) -> list[tuple[float, float]]:
    """(seconds from now, how many) will be sent, of all lanes together, in order.

    What stands in lanes that neither send nor come back by themselves is shared out to those that
    do; without any, nothing of it is sent.
    """
    able = [lane for lane in lanes if lane.sends or lane.back_in is not None]
    if not able:
        return []
    stranded: dict[int, float] = dict(moved or {})
    for lane in lanes:
        if lane not in able:
            for second, count in lane.due.items():
                stranded[second] = stranded.get(second, 0.0) + count
    whole = sum(lane.rate for lane in able) or 1.0
    sent: dict[float, float] = {}
    for lane in able:
        part = lane.rate / whole
        due = dict(lane.due)
        for second, count in stranded.items():
            due[second] = due.get(second, 0.0) + count * part
        for at, count in _of_lane(lane, due, trouble):
            sent[at] = sent.get(at, 0.0) + count
    return sorted(sent.items())


def share_taken(lane: LaneSigns) -> float:
    """Of its latest attempts, the share that WhatsApp took."""
    made = lane.accepted + lane.refused + lane.unanswered
    return (lane.accepted + 1.0) / (made + 1.0)


def _of_lane(
    lane: LaneSigns, due: Mapping[int, float], trouble: Trouble
) -> list[tuple[float, float]]:
    """A queue, second by second: what is due joins it, and what the pace allows leaves it."""
    ordered = sorted((second, count) for second, count in due.items() if second <= AHEAD_SECONDS)
    overdue = sum(count for second, count in ordered if second < -1)
    taken = share_taken(lane)
    behind = overdue > OVERDUE_SECONDS * lane.rate
    limps = lane.rate * taken
    if behind and lane.accepted + lane.refused + lane.unanswered > 0:
        limps = min(limps, lane.accepted / HEARD_SECONDS)
    starts = 0.0 if lane.back_in is None or lane.sends else lane.back_in
    sent: list[tuple[float, float]] = []
    queue, place, at = 0.0, 0, 0.0
    while place < len(ordered) or queue > 1e-6:
        if queue <= 1e-6 and place < len(ordered) and ordered[place][0] > at:
            at = float(ordered[place][0])
        while place < len(ordered) and ordered[place][0] <= at:
            queue += ordered[place][1]
            place += 1
        if at > AHEAD_SECONDS:
            break
        pace = _pace(lane, at, starts, limps, trouble)
        goes = min(queue, pace * STEP_SECONDS)
        if goes > 0:
            sent.append((at + STEP_SECONDS / 2, goes))
            queue -= goes
        at += STEP_SECONDS
    return sent


def _pace(lane: LaneSigns, at: float, starts: float, limps: float, trouble: Trouble) -> float:
    """Messages per second at an instant."""
    if at < starts:
        return 0.0
    share = 0.1 if starts else lane.share
    rate = lane.rate * min(1.0, share + RETURN_PER_SECOND * (at - starts))
    return min(limps, rate) if at < trouble.lasts else rate

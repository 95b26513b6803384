"""When will it be delivered to 99 %? Foretold while a broadcast runs, with a band (spec P7).

99 % is reached when enough of all chances came true that `forecast_model` knows of. A broadcast
that will not come that far is told so: never is a forecast, too.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.domain.forecast_model import Model, crossing
from engine.domain.signs import Signs

DELIVERED_SHARE = 0.99
LOW, HIGH = 0.10, 0.90
"""The band: the real time lies in it in four mornings of five."""
LATE_ABOVE = 0.60
LATE_UNTIL_BELOW = 0.40
"""The chance of a late end from which it is told, and below which that is taken back."""
LATE_FOR = timedelta(seconds=3)
"""It must have been foretold for so long before anybody is called or anything is done."""
LAST_CALL = timedelta(seconds=75)
SURE_ABOVE = 0.99
"""Most troubles pass. Sooner than so long before the close, people are called for a late end only
when it is all but certain; after that, when it is probable.
"""
NEVER_AFTER = timedelta(minutes=10)
"""After the close: not by then, when the verdict is final, is never."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the share is probably reached, and between which instants it is in four of five.

    None is never: not by the time the verdict is final. `late`: the chance, 0 to 1, that it is not
    reached by the close.
    """

    at: datetime | None
    low: datetime | None
    high: datetime | None
    late: float
    never: float


def look(signs: Signs, share: float = DELIVERED_SHARE) -> Model | None:
    """What all that is foretold of a broadcast is read off; None when there is nobody."""
    if signs.targeted <= 0:
        return None
    # To a float 0.07 x 100 is a hair above 7; the hair is no person.
    return Model(signs, math.ceil(share * signs.targeted - 1e-6) - signs.delivered)


def forecast(model: Model) -> Forecast:
    """When enough people will have it. What is reached already is foretold for now."""
    signs = model.signs
    if model.needed <= 0:
        return Forecast(signs.now, signs.now, signs.now, 0.0, 0.0)
    ends = _ends(signs)
    closes = (signs.closes_at - signs.now).total_seconds()
    by_end = model.chance(ends)

    def instant(chance: float) -> datetime | None:
        if by_end < chance:
            return None
        return signs.now + timedelta(seconds=crossing(model.chance, chance, ends))

    late = 1.0 - (model.chance(closes) if closes > 0 else 0.0)
    return Forecast(instant(0.5), instant(LOW), instant(HIGH), late, 1.0 - by_end)


def is_late(told: Forecast, *, before: bool) -> bool:
    """Whether the end is foretold to be late. before: whether it was so a moment ago."""
    return told.late >= (LATE_UNTIL_BELOW if before else LATE_ABOVE)


def is_for_people(late: float, left: timedelta) -> bool:
    """Whether people are called for an end that is foretold to be late. late: the chance of that;
    left: until the close.
    """
    return late >= (LATE_ABOVE if left <= LAST_CALL else SURE_ABOVE)


def by_lane(model: Model, share: float = DELIVERED_SHARE) -> dict[int, datetime | None]:
    """When `share` of each lane's own people will have it; None: never, or nobody is its own."""
    signs = model.signs
    ends = _ends(signs)
    found: dict[int, datetime | None] = {}
    for lane in signs.lanes:
        left = sum(lane.due.values()) + sum(lane.on_way.values())
        needed = share * (lane.delivered + left) - lane.delivered
        if needed <= 0:
            found[lane.lane] = signs.now if lane.delivered else None
            continue
        mine = model.alone(lane)
        found[lane.lane] = None
        if mine(ends) >= needed:
            after = crossing(mine, needed, ends)
            found[lane.lane] = signs.now + timedelta(seconds=after)
    return found


def _ends(signs: Signs) -> float:
    """Seconds until the verdict is final."""
    return max(1.0, (signs.closes_at + NEVER_AFTER - signs.now).total_seconds())

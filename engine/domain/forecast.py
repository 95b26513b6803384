"""When will it be delivered to 99 %? Foretold while a broadcast runs, with a band (spec P7).

Three things are known: how fast each lane sends what it still has, how long delivered messages
took from our sending to the phone, and how many are on their way. What a lane sends at the instant
s arrives by t in the share F(t - s) of cases, F being the times seen so far. Those on their way are
the slowest of their kind: the quick ones have arrived already, so only the tail of F is theirs.
"""

import math
from bisect import bisect_right
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

DELIVERED_SHARE = 0.99
LAGS_AT_LEAST = 20
"""Fewer deliveries say nothing about the slow ones, which decide."""
STEPS = 40
"""Halvings of the searched span: an hour down to far below a microsecond."""
CURVE_POINTS = 64
"""The times seen are thinned out to this many: it is asked every second, for twenty lanes."""
SLOWER_LANES = 0.9
SLOWER_PHONES = 1.25
QUICKER_PHONES = 0.8
"""The band: lanes may lose a tenth of their rate, and phones vary by a quarter from one minute to
the next. Lanes are at their limit already, so the early end has no faster ones."""

Lane = TypeVar("Lane", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the share is probably reached, and between which instants it very likely is."""

    at: datetime
    low: datetime
    high: datetime


def forecast(
    *,
    targeted: int,
    delivered: int,
    unsent_by_lane: Mapping[Lane, int],
    rates: Mapping[Lane, float],
    lag_seconds: Sequence[float],
    now: datetime,
    share: float = DELIVERED_SHARE,
) -> Forecast | None:
    """When `share` of `targeted` people will have it on their phones.

    unsent_by_lane: what each lane still has to send; rates: messages per second it sends them at, 0
    or absent when it stands still; lag_seconds: send to phone, of messages that arrived. None when
    nobody can say: too few have arrived, or too much waits in lanes that stand still. `now` in all
    three places when the share is reached already.
    """
    # To a float 0.07 x 100 is a hair above 7; the hair is no person.
    needed = math.ceil(share * targeted - 1e-6) - delivered
    if targeted > 0 and needed <= 0:
        return Forecast(now, now, now)
    if targeted <= 0 or len(lag_seconds) < LAGS_AT_LEAST:
        return None
    unsent = sum(unsent_by_lane.values())
    moving = [
        (count, rates.get(lane, 0.0))
        for lane, count in unsent_by_lane.items()
        if count > 0 and rates.get(lane, 0.0) > 0
    ]
    ordered = sorted(max(0.0, lag) for lag in lag_seconds)
    on_their_way = max(0, targeted - delivered - unsent)
    if on_their_way + sum(count for count, _ in moving) < needed:
        return None
    residual = _residual(ordered, arrived=delivered, on_their_way=on_their_way)
    curve = _thinned(ordered)

    def after(lanes: float, phones: float) -> datetime:
        seconds = _seconds_until(
            needed,
            on_their_way,
            [lag * phones for lag in residual],
            [(count, rate * lanes) for count, rate in moving],
            [lag * phones for lag in curve],
        )
        return now + timedelta(seconds=seconds)

    return Forecast(after(1.0, 1.0), after(1.0, QUICKER_PHONES), after(SLOWER_LANES, SLOWER_PHONES))


def _seconds_until(
    needed: int,
    on_their_way: int,
    residual: Sequence[float],
    lanes: Sequence[tuple[int, float]],
    curve: Sequence[float],
) -> float:
    """By halving: how many arrive by an instant only grows with it."""
    longest_lane = max((count / rate for count, rate in lanes), default=0.0)
    early, late = 0.0, longest_lane + max(curve[-1], residual[-1])
    for _ in range(STEPS):
        middle = (early + late) / 2
        arrived = on_their_way * _share_within(residual, middle)
        arrived += sum(_arrived_of_lane(count, rate, curve, middle) for count, rate in lanes)
        if arrived >= needed:
            late = middle
        else:
            early = middle
    return late


def _arrived_of_lane(count: int, rate: float, curve: Sequence[float], seconds: float) -> float:
    """How many of a lane's next messages, sent evenly from now on, are on the phone by then."""
    sending_for = count / rate
    return (rate / len(curve)) * sum(
        min(seconds - lag, sending_for) for lag in curve if lag < seconds
    )


def _share_within(ordered: Sequence[float], seconds: float) -> float:
    return bisect_right(ordered, seconds) / len(ordered)


def _residual(ordered: Sequence[float], *, arrived: int, on_their_way: int) -> list[float]:
    """How much longer those on their way take: the slowest times, less what all waited."""
    sent = arrived + on_their_way
    place = min(len(ordered) - 1, len(ordered) * arrived // sent) if sent else 0
    waited = ordered[place - 1] if place else 0.0
    return [lag - waited for lag in ordered[place:]]


def _thinned(ordered: Sequence[float]) -> list[float]:
    """At most CURVE_POINTS of the times, evenly by rank; the slowest is always among them."""
    count = min(len(ordered), CURVE_POINTS)
    return [ordered[(place + 1) * len(ordered) // count - 1] for place in range(count)]

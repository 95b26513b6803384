"""The plan: for each recipient the sender and the instant. A pure function of its arguments (spec
P1).

Instants are whole microseconds, as they are stored, and are spaced so that no half-open second of a
lane holds more than its rate: a dense second of the jitter spills into the next, in order.
"""

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import repeat

from engine.domain.audience import Audience, PlanRecipient
from engine.domain.ids import SenderId
from engine.domain.pacing import usable_rate
from engine.domain.routing import PlanLane, Routing, lane_places, most_of, route
from engine.domain.subscriber import TIER_ORDER

__all__ = [
    "Audience",
    "Exceeds",
    "Fits",
    "Pacing",
    "Plan",
    "PlanLane",
    "PlanRecipient",
    "PlannedDelivery",
    "Routing",
    "fit",
    "floor_seconds",
    "jitter_group",
    "most_of",
    "plan",
    "route",
]

GROUPS = 4
GROUP_STARTS_EVERY = timedelta(seconds=30)
GROUP_SPREADS_OVER = timedelta(seconds=60)
SPREAD = GROUP_STARTS_EVERY * (GROUPS - 1) + GROUP_SPREADS_OVER
"""From the opening to the last wish: the primary window's two and a half minutes."""
LANDING = timedelta(seconds=5)
"""What an even plan leaves of its window for the last answers, and for a first retry."""
SHORT_OF_CAPACITY = timedelta(seconds=1)
"""A lane that ends this much after the spread is short: tiers decide who goes first."""

_SECOND = 1_000_000
"""Microseconds."""
_MICROSECOND = timedelta(microseconds=1)


class Pacing(StrEnum):
    """How instants are chosen."""

    JITTERED = "jittered"  # by jitter group, over the primary window
    FASTEST = "fastest"  # one slot after the other at the lane's full rate
    EVEN = "even"  # one slot after the other, as slowly as the window lets it


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """When one recipient's message is due."""

    subscriber: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """Everybody's sender and instant, in columns by their place in the audience."""

    audience: Audience
    senders: tuple[SenderId, ...]
    opens_at: datetime
    lane_of: "array[int]"
    """Places in `senders`."""
    slots: "array[int]"
    """Microseconds after the opening."""

    def planned(self, start: int, stop: int) -> Iterator[tuple[int, SenderId, datetime]]:
        """(place, sender, instant) of the people from place `start` to before `stop`."""
        for place in range(start, min(stop, len(self.audience))):
            yield place, self.senders[self.lane_of[place]], self._at(self.slots[place])

    def sizes(self) -> dict[SenderId, int]:
        """How many each sender has."""
        counts = Counter(self.lane_of)
        return {sender: counts[place] for place, sender in enumerate(self.senders)}

    @property
    def lanes(self) -> dict[SenderId, list[PlannedDelivery]]:
        """Every lane's deliveries in the order of their instants, as objects: to look at."""
        lanes: dict[SenderId, list[PlannedDelivery]] = {sender: [] for sender in self.senders}
        subscribers = self.audience.subscribers
        by_instant = sorted(
            range(len(self.audience)), key=lambda place: (self.slots[place], subscribers[place])
        )
        for place in by_instant:
            sender = self.senders[self.lane_of[place]]
            lanes[sender].append(PlannedDelivery(subscribers[place], self._at(self.slots[place])))
        return lanes

    @property
    def last_at(self) -> datetime | None:
        """The last planned instant; None when there is nobody."""
        return self._at(max(self.slots)) if self.slots else None

    def exceeds(self, window_ends_at: datetime) -> timedelta:
        """By how much the plan runs over the window; zero when it fits."""
        last = self.last_at
        return max(timedelta(0), last - window_ends_at) if last is not None else timedelta(0)

    def after(self, instant: datetime) -> int:
        """How many are due later than that."""
        within = (instant - self.opens_at) // _MICROSECOND
        return sum(slot > within for slot in self.slots)

    def _at(self, slot: int) -> datetime:
        return self.opens_at + timedelta(microseconds=slot)


@dataclass(frozen=True, slots=True)
class Fits:
    """Everybody's instant lies in the window; `to_spare` is what is left of it after the last."""

    to_spare: timedelta


@dataclass(frozen=True, slots=True)
class Exceeds:
    """The senders cannot do it inside the window: `recipients` instants come after it, the last
    `by`.
    """

    by: timedelta
    recipients: int


def plan(
    audience: Audience,
    lanes: Sequence[PlanLane],
    *,
    opens_at: datetime,
    pacing: Pacing,
    month: str,
    seed: str,
    routing: Routing = Routing.STICKY,
    over: timedelta = SPREAD,
) -> Plan:
    """Plan a broadcast. The same arguments give the same plan, in whatever order people come.

    month: `2026-11`; the jitter groups turn with it. seed: hex, recorded with the broadcast. over:
    what EVEN fills, if the rates can. Raises ValueError without a lane that may send.
    """
    usable = [lane for lane in lanes if lane.rate > 0]
    if not usable:
        raise ValueError("a plan needs at least one sender that may send")
    order = audience.in_order()
    lane_of = lane_places(audience, order, usable, routing=routing)
    mine = [array("I") for _ in usable]
    for person in order:
        mine[lane_of[person]].append(person)
    slots = array("q", bytes(8 * len(audience)))
    for place, lane in enumerate(usable):
        match pacing:
            case Pacing.FASTEST:
                chosen = _fastest(audience, mine[place], lane)
            case Pacing.JITTERED:
                chosen = _jittered(audience, mine[place], lane, month, seed)
            case Pacing.EVEN:
                chosen = _even(audience, mine[place], lane, over, place / len(usable))
        for person, slot in chosen:
            slots[person] = slot
    return Plan(
        audience=audience,
        senders=tuple(lane.sender for lane in usable),
        opens_at=opens_at,
        lane_of=lane_of,
        slots=slots,
    )


def fit(plan: Plan, window_ends_at: datetime) -> Fits | Exceeds:
    """Whether the plan fits into the window, said before the send (spec P1)."""
    by = plan.exceeds(window_ends_at)
    if not by:
        last = plan.last_at
        return Fits(timedelta(0) if last is None else window_ends_at - last)
    return Exceeds(by, plan.after(window_ends_at))


def floor_seconds(sizes: Mapping[SenderId, int], rates: Mapping[SenderId, float]) -> float:
    """The least time from first to last send that the rates allow: the longest lane's (n - 1) /
    rate.
    """
    return max(
        ((size - 1) / usable_rate(rates[sender]) for sender, size in sizes.items() if size > 0),
        default=0.0,
    )


def jitter_group(subscriber: int, month: str) -> int:
    """0 to 3: SHA-256 of the subscriber and the month, mod 4. Everybody's turn changes monthly."""
    return hashlib.sha256(f"{subscriber}/{month}".encode()).digest()[-1] % GROUPS


Slots = Iterable[tuple[int, int]]
"""A person's place, and microseconds after the opening."""


def _fastest(audience: Audience, people: Sequence[int], lane: PlanLane) -> Slots:
    in_order = sorted(people, key=audience.tiers.__getitem__)
    return zip(in_order, _spaced(repeat(0, len(in_order)), lane.rate), strict=True)


def _even(
    audience: Audience, people: Sequence[int], lane: PlanLane, over: timedelta, phase: float
) -> Slots:
    """phase: how far into its first gap the lane begins, so that lanes do not send in step."""
    in_order = sorted(people, key=audience.tiers.__getitem__)
    room = max(0, over // _MICROSECOND)
    wishes = (int((number + phase) * room / len(in_order)) for number in range(len(in_order)))
    return zip(in_order, _spaced(wishes, lane.rate), strict=True)


def _jittered(
    audience: Audience, people: Sequence[int], lane: PlanLane, month: str, seed: str
) -> Slots:
    stream = _uniform(f"{seed}/{lane.sender}")
    every = GROUP_STARTS_EVERY // _MICROSECOND
    over = GROUP_SPREADS_OVER // _MICROSECOND
    tiers, subscribers = audience.tiers, audience.subscribers
    wishes = array(
        "q",
        (
            jitter_group(subscribers[person], month) * every + int(next(stream) * over)
            for person in people
        ),
    )
    # Whole numbers instead of tuples, and people come by subscriber: sorting keeps that order.
    by_wish = sorted(
        range(len(people)), key=lambda place: wishes[place] * len(TIER_ORDER) + tiers[people[place]]
    )
    spaced = _spaced((wishes[place] for place in by_wish), lane.rate)
    who = [people[place] for place in by_wish]
    if spaced and spaced[-1] * _MICROSECOND > SPREAD + SHORT_OF_CAPACITY:
        who.sort(key=tiers.__getitem__)  # the same instants, but PREMIUM gets the early ones
    return zip(who, spaced, strict=True)


def _spaced(wishes: Iterable[int], rate: float) -> "array[int]":
    """Rising wishes, each moved later by as little as keeps the lane within its rate."""
    rate = usable_rate(rate)
    if rate < 1:
        most, period, gap = 1, round(_SECOND / rate), 0
    else:
        most, period, gap = int(rate), _SECOND, _SECOND // int(rate)
    spaced = array("q")
    for number, wish in enumerate(wishes):
        slot = wish
        if number:
            slot = max(slot, spaced[-1] + gap)
        if number >= most:
            slot = max(slot, spaced[number - most] + period)
        spaced.append(slot)
    return spaced


def _uniform(seed: str) -> Iterator[float]:
    """Numbers in [0, 1) from a SHA-256 counter stream: replayable by anybody (spec P1)."""
    counter = 0
    while True:
        block = hashlib.sha256(f"{seed}/{counter}".encode()).digest()
        for start in range(0, 32, 8):
            # 53 bits, because a float holds no more and must stay below one.
            yield (int.from_bytes(block[start : start + 8], "big") >> 11) / 2**53
        counter += 1

"""The plan: for each recipient the sender and the instant. A pure function of its arguments (spec
P1).

Instants are whole microseconds, as they are stored, and are spaced so that no half-open second of a
lane holds more than its rate: a dense second of the jitter spills into the next, in order.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from engine.domain.ids import SenderId
from engine.domain.pacing import usable_rate
from engine.domain.routing import PlanLane, PlanRecipient, Routing, route
from engine.domain.subscriber import TIER_ORDER, Tier

__all__ = [
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
    "plan",
    "route",
]

GROUPS = 4
GROUP_STARTS_EVERY = timedelta(seconds=30)
GROUP_SPREADS_OVER = timedelta(seconds=60)
SPREAD = GROUP_STARTS_EVERY * (GROUPS - 1) + GROUP_SPREADS_OVER
"""From the opening to the last wish: the primary window's two and a half minutes."""
SHORT_OF_CAPACITY = timedelta(seconds=1)
"""A lane that ends this much after the spread is short: tiers decide who goes first."""

_SECOND = 1_000_000
"""Microseconds."""


class Pacing(StrEnum):
    """How instants are chosen."""

    JITTERED = "jittered"  # by jitter group, over the primary window
    FASTEST = "fastest"  # one slot after the other at the lane's full rate


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """When one recipient's message is due."""

    subscriber: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Every lane's deliveries in the order of their instants."""

    lanes: Mapping[SenderId, list[PlannedDelivery]]

    @property
    def last_at(self) -> datetime | None:
        """The last planned instant; None when there is nobody."""
        return max((lane[-1].at for lane in self.lanes.values() if lane), default=None)

    def exceeds(self, window_ends_at: datetime) -> timedelta:
        """By how much the plan runs over the window; zero when it fits."""
        last = self.last_at
        return max(timedelta(0), last - window_ends_at) if last is not None else timedelta(0)


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
    recipients: Sequence[PlanRecipient],
    lanes: Sequence[PlanLane],
    *,
    opens_at: datetime,
    pacing: Pacing,
    month: str,
    seed: str,
    routing: Routing = Routing.STICKY,
) -> Plan:
    """Plan a broadcast. The same arguments give the same plan, in whatever order recipients come.

    month: `2026-11`; the jitter groups turn with it. seed: hex, recorded with the broadcast. Raises
    ValueError without a lane that may send.
    """
    usable = [lane for lane in lanes if lane.rate > 0]
    if not usable:
        raise ValueError("a plan needs at least one sender that may send")
    ordered = sorted(recipients, key=lambda one: one.subscriber)
    routed = route(ordered, usable, routing=routing)
    planned: dict[SenderId, list[PlannedDelivery]] = {}
    for lane in usable:
        mine = routed[lane.sender]
        if pacing is Pacing.FASTEST:
            slots = _fastest(mine, lane)
        else:
            slots = _jittered(mine, lane, month, seed)
        planned[lane.sender] = [
            PlannedDelivery(subscriber, opens_at + timedelta(microseconds=slot))
            for slot, subscriber in slots
        ]
    return Plan(lanes=planned)


def fit(plan: Plan, window_ends_at: datetime) -> Fits | Exceeds:
    """Whether the plan fits into the window, said before the send (spec P1)."""
    by = plan.exceeds(window_ends_at)
    if not by:
        last = plan.last_at
        return Fits(timedelta(0) if last is None else window_ends_at - last)
    late = sum(one.at > window_ends_at for lane in plan.lanes.values() for one in lane)
    return Exceeds(by, late)


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


Slots = list[tuple[int, int]]
"""Microseconds after the opening, and the subscriber."""


def _fastest(recipients: Sequence[PlanRecipient], lane: PlanLane) -> Slots:
    in_order = sorted(recipients, key=lambda one: (_tier(one), one.subscriber))
    spaced = _spaced([0] * len(in_order), lane.rate)
    return [(slot, one.subscriber) for slot, one in zip(spaced, in_order, strict=True)]


def _jittered(recipients: Sequence[PlanRecipient], lane: PlanLane, month: str, seed: str) -> Slots:
    stream = _uniform(f"{seed}/{lane.sender}")
    every = GROUP_STARTS_EVERY // timedelta(microseconds=1)
    over = GROUP_SPREADS_OVER // timedelta(microseconds=1)
    wished = sorted(
        (
            jitter_group(one.subscriber, month) * every + int(next(stream) * over),
            _tier(one),
            one.subscriber,
        )
        for one in recipients
    )
    spaced = _spaced([wish for wish, _, _ in wished], lane.rate)
    who = [
        (tier, slot, subscriber) for slot, (_, tier, subscriber) in zip(spaced, wished, strict=True)
    ]
    if spaced and timedelta(microseconds=spaced[-1]) > SPREAD + SHORT_OF_CAPACITY:
        who.sort()  # the same instants, but PREMIUM gets the early ones
    return [(slot, subscriber) for slot, (_, _, subscriber) in zip(spaced, who, strict=True)]


def _spaced(wishes: Sequence[int], rate: float) -> list[int]:
    """Rising wishes, each moved later by as little as keeps the lane within its rate."""
    rate = usable_rate(rate)
    if rate < 1:
        most, period, gap = 1, round(_SECOND / rate), 0
    else:
        most, period, gap = int(rate), _SECOND, _SECOND // int(rate)
    spaced: list[int] = []
    for number, wish in enumerate(wishes):
        slot = wish
        if number:
            slot = max(slot, spaced[-1] + gap)
        if number >= most:
            slot = max(slot, spaced[number - most] + period)
        spaced.append(slot)
    return spaced


def _tier(recipient: PlanRecipient) -> int:
    return TIER_ORDER[Tier(recipient.tier)]


def _uniform(seed: str) -> Iterator[float]:
    """Numbers in [0, 1) from a SHA-256 counter stream: replayable by anybody (spec P1)."""
    counter = 0
    while True:
        block = hashlib.sha256(f"{seed}/{counter}".encode()).digest()
        for start in range(0, 32, 8):
            # 53 bits, because a float holds no more and must stay below one.
            yield (int.from_bytes(block[start : start + 8], "big") >> 11) / 2**53
        counter += 1

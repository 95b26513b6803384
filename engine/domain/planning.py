"""The plan: for each recipient the sender and the instant. A pure function of its arguments (spec P1).

Who goes through which sender follows a rendezvous hash, so that a person keeps the same chat thread from
day to day, with a capacity per lane: the overflow takes its second choice. When each goes follows its
jitter group, squeezed so that no lane's slots are closer than its rate.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from engine.domain.ids import SenderId
from engine.domain.subscriber import TIER_ORDER, Tier

GROUPS = 4
GROUP_STARTS_EVERY = timedelta(seconds=30)
GROUP_SPREADS_OVER = timedelta(seconds=60)


class Pacing(StrEnum):
    """How instants are chosen."""

    JITTERED = "jittered"  # by jitter group, over the primary window
    FASTEST = "fastest"  # one slot after the other at the lane's full rate


class Routing(StrEnum):
    """How senders are chosen (spec N3)."""

    STICKY = "sticky"
    ROUND_ROBIN = "round_robin"
    MODULO = "modulo"


@dataclass(frozen=True, slots=True)
class PlanRecipient:
    """A recipient as the planner sees one."""

    subscriber: int
    tier: str
    region: str = ""


@dataclass(frozen=True, slots=True)
class PlanLane:
    """A sender and the rate it may use, in messages per second."""

    sender: SenderId
    rate: float


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
    routed = route(ordered, usable, seed="" if routing is Routing.STICKY else seed, routing=routing)
    return Plan(
        lanes={
            lane.sender: (
                _fastest(routed[lane.sender], lane, opens_at)
                if pacing is Pacing.FASTEST
                else _jittered(routed[lane.sender], lane, opens_at, month, seed)
            )
            for lane in usable
        }
    )


def floor_seconds(sizes: Mapping[SenderId, int], rates: Mapping[SenderId, float]) -> float:
    """The least time from first to last send that the rates allow: the longest lane's (n - 1) / rate."""
    return max(
        ((size - 1) / rates[sender] for sender, size in sizes.items() if size > 0), default=0.0
    )


def route(
    recipients: Sequence[PlanRecipient],
    lanes: Sequence[PlanLane],
    *,
    seed: str,
    routing: Routing = Routing.STICKY,
) -> dict[SenderId, list[PlanRecipient]]:
    """Who goes through which sender; no lane gets more than its share of the rates, rounded up."""
    total = sum(lane.rate for lane in lanes)
    room = {lane.sender: math.ceil(len(recipients) * lane.rate / total) for lane in lanes}
    routed: dict[SenderId, list[PlanRecipient]] = {lane.sender: [] for lane in lanes}
    for place, recipient in enumerate(recipients):
        for sender in _preferences(place, recipient, lanes, seed, routing):
            if len(routed[sender]) < room[sender]:
                routed[sender].append(recipient)
                break
    return routed


def _preferences(
    place: int, recipient: PlanRecipient, lanes: Sequence[PlanLane], seed: str, routing: Routing
) -> list[SenderId]:
    senders = [lane.sender for lane in lanes]
    match routing:
        case Routing.STICKY:
            return _rendezvous(recipient.subscriber, lanes, seed)
        case Routing.ROUND_ROBIN:
            start = place % len(senders)
        case Routing.MODULO:
            start = recipient.subscriber % len(senders)
    return senders[start:] + senders[:start]


def _rendezvous(subscriber: int, lanes: Sequence[PlanLane], seed: str) -> list[SenderId]:
    """Senders by weighted rendezvous hash: a sender that goes away moves only its own people."""
    scored = [
        (_score(f"{seed}/{subscriber}/{lane.sender}", lane.rate), lane.sender) for lane in lanes
    ]
    scored.sort(reverse=True)
    return [sender for _, sender in scored]


def _score(text: str, weight: float) -> float:
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    unit = (int.from_bytes(digest, "big") + 1) / (2**64 + 1)
    return -weight / math.log(unit)


def _fastest(
    recipients: list[PlanRecipient], lane: PlanLane, opens_at: datetime
) -> list[PlannedDelivery]:
    in_order = sorted(recipients, key=lambda one: (_tier(one), one.subscriber))
    return [
        PlannedDelivery(recipient.subscriber, opens_at + timedelta(seconds=slot / lane.rate))
        for slot, recipient in enumerate(in_order)
    ]


def _jittered(
    recipients: list[PlanRecipient], lane: PlanLane, opens_at: datetime, month: str, seed: str
) -> list[PlannedDelivery]:
    stream = _uniform(f"{seed}/{lane.sender}")
    wished = sorted(
        (_wish(recipient, month, next(stream)), _tier(recipient), recipient.subscriber)
        for recipient in recipients
    )
    planned: list[PlannedDelivery] = []
    free_at = 0.0
    for wish, _, subscriber in wished:
        slot = max(wish, free_at)
        free_at = slot + 1.0 / lane.rate
        planned.append(PlannedDelivery(subscriber, opens_at + timedelta(seconds=slot)))
    if wished and free_at - 1.0 / lane.rate > _spread_seconds() + 1.0:
        return _by_tier(planned, recipients)
    return planned


def _by_tier(
    planned: list[PlannedDelivery], recipients: Sequence[PlanRecipient]
) -> list[PlannedDelivery]:
    """Capacity is short: the same instants, but PREMIUM gets the early ones (spec P1)."""
    tier_of = {recipient.subscriber: _tier(recipient) for recipient in recipients}
    in_order = sorted(planned, key=lambda one: (tier_of[one.subscriber], one.at, one.subscriber))
    return [
        PlannedDelivery(who.subscriber, when.at)
        for who, when in zip(in_order, planned, strict=True)
    ]


def _spread_seconds() -> float:
    return (GROUP_STARTS_EVERY * (GROUPS - 1) + GROUP_SPREADS_OVER).total_seconds()


def _wish(recipient: PlanRecipient, month: str, unit: float) -> float:
    group = jitter_group(recipient.subscriber, month)
    start = group * GROUP_STARTS_EVERY.total_seconds()
    return start + unit * GROUP_SPREADS_OVER.total_seconds()


def jitter_group(subscriber: int, month: str) -> int:
    """0 to 3, by SHA-256 of the subscriber and the month: everybody's turn changes monthly."""
    digest = hashlib.sha256(f"{subscriber}/{month}".encode()).digest()
    return digest[0] % GROUPS


def _tier(recipient: PlanRecipient) -> int:
    return TIER_ORDER.get(Tier(recipient.tier), len(TIER_ORDER))


def _uniform(seed: str) -> Iterator[float]:
    """Numbers in [0, 1) from a SHA-256 counter stream: replayable anywhere, by anybody (spec P1)."""
    counter = 0
    while True:
        block = hashlib.sha256(f"{seed}/{counter}".encode()).digest()
        for start in range(0, 32, 8):
            yield int.from_bytes(block[start : start + 8], "big") / 2**64
        counter += 1

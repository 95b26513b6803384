"""Who goes through which sender (spec N3).

Sticky by default: a person keeps the same sender from day to day, because another number is another
chat thread on their phone. A rendezvous hash gives everybody an order of senders of their own, so
that a sender that goes away moves only its own people. Hashing alone makes some lanes a few per
cent longer than others; hence each lane has room for its share of the rates only, and who finds it
full takes the next sender of their order.
"""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.domain.ids import SenderId
from engine.domain.pacing import usable_rate


class Routing(StrEnum):
    """How senders are chosen."""

    STICKY = "sticky"  # by the subscriber
    REGION = "region"  # by the subscriber's region: neighbours share a sender
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


Preferences = Callable[[int, PlanRecipient], list[float]]
"""A score for each lane, in the lanes' order; the highest with room wins."""


def route(
    recipients: Sequence[PlanRecipient],
    lanes: Sequence[PlanLane],
    *,
    seed: str = "",
    routing: Routing = Routing.STICKY,
) -> dict[SenderId, list[PlanRecipient]]:
    """Everybody's sender. No lane gets more than its share of the rates, rounded up.

    The same people in the same order and the same lanes give the same answer. `seed` turns the hash
    of the sticky kinds; it stays empty unless people are to change senders.
    """
    room = lane_room(len(recipients), lanes)
    scores = _preferences(lanes, seed, routing)
    routed: list[list[PlanRecipient]] = [[] for _ in lanes]
    full = -math.inf
    shut = [place for place, most in enumerate(room) if most == 0]
    for number, recipient in enumerate(recipients):
        score = scores(number, recipient)
        for place in shut:
            score[place] = full
        chosen = score.index(max(score))
        mine = routed[chosen]
        mine.append(recipient)
        if len(mine) == room[chosen]:
            shut.append(chosen)
    return {lane.sender: mine for lane, mine in zip(lanes, routed, strict=True)}


def lane_room(recipients: int, lanes: Sequence[PlanLane]) -> list[int]:
    """How many recipients each lane may get: ceil(N x rate / sum of rates), in the lanes' order."""
    rates = [usable_rate(lane.rate) for lane in lanes]
    total = sum(rates)
    # A hair below, so that 100 x 80 / 320 is 25 whatever the floats say; the sum stays at least N.
    room = [math.ceil(recipients * rate / total - 1e-9) for rate in rates]
    assert sum(room) >= recipients, "lanes must have room for everybody"
    return room


def _preferences(lanes: Sequence[PlanLane], seed: str, routing: Routing) -> Preferences:
    count = len(lanes)

    def turn(start: int) -> list[float]:
        return [-float((place - start) % count) for place in range(count)]

    match routing:
        case Routing.STICKY:
            by_hash = _rendezvous(lanes, seed)
            return lambda _, recipient: by_hash(str(recipient.subscriber))
        case Routing.REGION:
            by_hash = _rendezvous(lanes, seed)
            return lambda _, recipient: by_hash(recipient.region)
        case Routing.ROUND_ROBIN:
            return lambda number, _: turn(number)
        case Routing.MODULO:
            return lambda _, recipient: turn(recipient.subscriber)


_WORD = 2**64
_SPREAD_BITS = 0x9E3779B97F4A7C15
"""2^64 over the golden ratio, odd: multiplying by it lets every bit move the highest ones."""


def _rendezvous(lanes: Sequence[PlanLane], seed: str) -> Callable[[str], list[float]]:
    """Weighted rendezvous scores: one digest for the person and one multiplication per lane.

    A digest for each pair would cost seconds for a hundred thousand people on twenty senders.
    """
    keys = [_hash(f"{seed}/sender/{lane.sender}") for lane in lanes]
    rates = [usable_rate(lane.rate) for lane in lanes]
    even = len(set(rates)) == 1

    def scores(who: str) -> list[float]:
        person = _hash(f"{seed}/{who}")
        mixed = [(person ^ key) * _SPREAD_BITS % _WORD for key in keys]
        if even:
            return mixed  # pyright: ignore[reportReturnType] - whole numbers compare as well
        return [
            -rate / math.log((number + 1) / (_WORD + 1))
            for number, rate in zip(mixed, rates, strict=True)
        ]

    return scores


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")

"""Who goes through which sender (spec N3).

Sticky by default: a person keeps the same sender from day to day, because another number is another
chat thread on their phone. A rendezvous hash gives everybody an order of senders of their own, so
that a sender that goes away moves only its own people. Hashing alone makes some lanes a few per
cent longer than others; hence each lane has room for its share of the rates only, and who finds it
full takes the next sender of their order.
"""

import hashlib
import math
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.domain.audience import Audience, PlanRecipient
from engine.domain.ids import SenderId
from engine.domain.pacing import usable_rate


class Routing(StrEnum):
    """How senders are chosen."""

    STICKY = "sticky"  # by the subscriber
    REGION = "region"  # by the subscriber's region: neighbours share a sender
    ROUND_ROBIN = "round_robin"
    MODULO = "modulo"


@dataclass(frozen=True, slots=True)
class PlanLane:
    """A sender, the rate it may use in messages per second, and how many people it may take."""

    sender: SenderId
    rate: float
    most: int | None = None
    """By its cap of the day; None: as many as come."""


Preferences = Callable[[int, int], list[float]]
"""A score for each lane, in the lanes' order, of who comes as the n-th and of their place; the
highest with room wins.
"""


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
    audience = Audience.of(recipients)
    chosen = lane_places(audience, range(len(audience)), lanes, seed=seed, routing=routing)
    routed: dict[SenderId, list[PlanRecipient]] = {lane.sender: [] for lane in lanes}
    for recipient, place in zip(recipients, chosen, strict=True):
        routed[lanes[place].sender].append(recipient)
    return routed


def lane_places(
    audience: Audience,
    order: Iterable[int],
    lanes: Sequence[PlanLane],
    *,
    seed: str = "",
    routing: Routing = Routing.STICKY,
) -> "array[int]":
    """The same for an audience that is asked in `order`: each one's place in `lanes`."""
    room = lane_room(len(audience), lanes)
    scores = _preferences(audience, lanes, seed, routing)
    chosen = array("H", bytes(2 * len(audience)))
    taken = [0] * len(lanes)
    full = -math.inf
    shut = [place for place, most in enumerate(room) if most == 0]
    for number, person in enumerate(order):
        score = scores(number, person)
        for place in shut:
            score[place] = full
        best = score.index(max(score))
        chosen[person] = best
        taken[best] += 1
        if taken[best] == room[best]:
            shut.append(best)
    return chosen


def first_choices(
    audience: Audience,
    order: Iterable[int],
    lanes: Sequence[PlanLane],
    *,
    seed: str = "",
    routing: Routing = Routing.STICKY,
) -> list[int]:
    """How many would take each lane if all had room for everybody, in the lanes' order.

    What a lane got less than that, it had to turn away.
    """
    scores = _preferences(audience, lanes, seed, routing)
    wanted = [0] * len(lanes)
    for number, person in enumerate(order):
        score = scores(number, person)
        wanted[score.index(max(score))] += 1
    return wanted


def lane_room(recipients: int, lanes: Sequence[PlanLane]) -> list[int]:
    """How many recipients each lane may get: ceil(N x rate / sum of rates), in the lanes' order.

    A lane whose cap is smaller gets that, and the others share what it leaves.
    """
    capped: dict[int, int] = {}
    while True:
        rates = [0.0 if at in capped else usable_rate(one.rate) for at, one in enumerate(lanes)]
        total, left = sum(rates), recipients - sum(capped.values())
        # A hair below, so that 100 x 80 / 320 is 25 whatever the floats say; the sum stays >= N.
        room = [
            capped[at] if at in capped else math.ceil(left * rate / total - 1e-9)
            for at, rate in enumerate(rates)
        ]
        full = {
            at: lane.most
            for at, lane in enumerate(lanes)
            if at not in capped and lane.most is not None and room[at] > lane.most
        }
        if not full:
            break
        capped |= full
    assert sum(room) >= recipients, "lanes must have room for everybody"
    return room


def most_of(lanes: Sequence[PlanLane]) -> int | None:
    """How many all lanes may take together; None when one of them takes as many as come."""
    caps = [lane.most for lane in lanes]
    return None if None in caps else sum(most or 0 for most in caps)


def _preferences(
    audience: Audience, lanes: Sequence[PlanLane], seed: str, routing: Routing
) -> Preferences:
    count = len(lanes)
    subscribers, regions, names = audience.subscribers, audience.regions, audience.region_names

    def turn(start: int) -> list[float]:
        return [-float((place - start) % count) for place in range(count)]

    match routing:
        case Routing.STICKY:
            by_hash = _rendezvous(lanes, seed)
            return lambda _, person: by_hash(str(subscribers[person]))
        case Routing.REGION:
            by_hash = _rendezvous(lanes, seed)
            return lambda _, person: by_hash(names[regions[person]])
        case Routing.ROUND_ROBIN:
            return lambda number, _: turn(number)
        case Routing.MODULO:
            return lambda _, person: turn(subscribers[person])


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

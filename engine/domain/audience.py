"""An audience in columns: whom a broadcast is planned for, at some fourteen bytes a person.

As objects a hundred thousand people are sixty megabytes, of which the plan needs the numbers only.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.domain.subscriber import TIER_ORDER, Tier


@dataclass(frozen=True, slots=True)
class PlanRecipient:
    """A recipient as the planner sees one."""

    subscriber: int
    tier: str
    region: str = ""


@dataclass(slots=True)
class Audience:
    """People by their place, which is the order they were added in."""

    subscribers: "array[int]" = field(default_factory=lambda: array("q"))
    tiers: "array[int]" = field(default_factory=lambda: array("B"))
    """Places in TIER_ORDER: the lower goes first."""
    regions: "array[int]" = field(default_factory=lambda: array("H"))
    """Places in `region_names`."""
    region_names: list[str] = field(default_factory=lambda: list[str]())
    _regions: dict[str, int] = field(default_factory=lambda: dict[str, int]())

    @classmethod
    def of(cls, people: Iterable[PlanRecipient]) -> "Audience":
        """These people, in this order."""
        audience = cls()
        for one in people:
            audience.add(one.subscriber, one.tier, one.region)
        return audience

    def only(self, places: Iterable[int]) -> "Audience":
        """These of them, in this order."""
        some = Audience(region_names=self.region_names, _regions=self._regions)
        for place in places:
            some.subscribers.append(self.subscribers[place])
            some.tiers.append(self.tiers[place])
            some.regions.append(self.regions[place])
        return some

    def __len__(self) -> int:
        return len(self.subscribers)

    def add(self, subscriber: int, tier: str, region: str = "") -> None:
        """One more. Raises ValueError for a tier that is none."""
        self.tiers.append(TIER_ORDER[Tier(tier)])
        self.subscribers.append(subscriber)
        self.regions.append(self._place_of(region))

    def _place_of(self, region: str) -> int:
        place = self._regions.get(region)
        if place is None:
            place = self._regions[region] = len(self.region_names)
            self.region_names.append(region)
        return place

    def in_order(self) -> "array[int] | range":
        """Places by subscriber: what a plan goes by, in whatever order people were added."""
        subscribers = self.subscribers
        before = None
        for subscriber in subscribers:
            if before is not None and subscriber < before:
                return array("I", sorted(range(len(self)), key=subscribers.__getitem__))
            before = subscriber
        return range(len(self))

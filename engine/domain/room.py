"""What the limits of a day leave for a plan: whom they let in, and how many a sender may take."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.domain import limits, planning
from engine.domain.ids import SenderId


@dataclass(frozen=True, slots=True)
class Taken:
    """A limit, and the people who count towards it already."""

    most: int
    people: frozenset[int]


@dataclass(frozen=True, slots=True)
class Room:
    """Of one tenant, at one instant: a copy, for it is read beside the loop that counts."""

    portfolio: Taken | None
    caps: Mapping[SenderId, Taken]

    @property
    def words(self) -> str:
        """Why somebody finds none."""
        return limits.no_room(None if self.portfolio is None else self.portfolio.most)

    def audience(
        self,
        audience: planning.Audience,
        deliveries: "array[int]",
        lanes: Sequence[planning.PlanLane],
    ) -> tuple[planning.Audience, "array[int]", "array[int]"]:
        """Those who find room and their deliveries, and the deliveries of those who do not."""
        if self.portfolio is None and not self.caps:
            return audience, deliveries, array("q")
        people = list(zip(audience.subscribers, audience.tiers, strict=True))
        without: frozenset[int] = frozenset()
        if self.portfolio is not None:
            without = limits.without_room(
                people, most=self.portfolio.most, reached=self.portfolio.people
            )
        together = planning.most_of(self.lanes(audience, lanes))
        going = [one for one in people if one[0] not in without]
        without |= limits.without_room(going, most=together, reached=frozenset[int]())
        if not without:
            return audience, deliveries, array("q")
        keeps = [place for place, one in enumerate(audience.subscribers) if one not in without]
        left_out = array(
            "q",
            (
                delivery
                for delivery, one in zip(deliveries, audience.subscribers, strict=True)
                if one in without
            ),
        )
        return audience.only(keeps), array("q", (deliveries[place] for place in keeps)), left_out

    def lanes(
        self, audience: planning.Audience, lanes: Sequence[planning.PlanLane]
    ) -> list[planning.PlanLane]:
        """The lanes with what their caps leave them.

        Who is to get it anyway and counts already costs nothing where they stay with the sender.
        """
        if not self.caps:
            return list(lanes)
        everybody = set(audience.subscribers)
        return [
            planning.PlanLane(lane.sender, lane.rate, self._most(lane.sender, everybody))
            for lane in lanes
        ]

    def _most(self, sender: SenderId, audience: set[int]) -> int | None:
        cap = self.caps.get(sender)
        return None if cap is None else max(0, cap.most - len(cap.people - audience))

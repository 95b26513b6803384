"""Sixty ways to look at a list of subscribers: the fixed list that the page's speed is told by."""

from dataclasses import dataclass, replace
from enum import Enum
from itertools import product

from engine.domain.content import Language
from engine.domain.subscriber import Status, Tier
from engine.read.subscriber_list import Cursor, Order, Wanted


class Depth(Enum):
    """Which page: the first, or one that begins this far down the list."""

    FIRST = None
    DEEP = 0.9


@dataclass(frozen=True, slots=True)
class Combination:
    """What is looked for, and how deep in it."""

    wanted: Wanted
    depth: Depth

    @property
    def words(self) -> str:
        """What it is, for people."""
        it = self.wanted
        filters = (it.status, it.tier, it.language, it.region)
        parts = [f"“{it.search}”" if it.search else "", *(str(one) for one in filters if one)]
        looked_for = ", ".join(part for part in parts if part) or "everybody"
        return f"{looked_for}, by {it.order.value}, {self.depth.name.lower()} page"

    def after(self, rows: int) -> Cursor | None:
        """Where its page begins, in a list of so many rows with made-up names."""
        if self.depth is Depth.FIRST:
            return None
        down = self.wanted.order in (Order.NAME, Order.OLDEST)
        share = self.depth.value if down else 1 - self.depth.value
        return Cursor("Vikram" if down else "Anil", int(rows * share))


FILTERS = (
    Wanted(),
    Wanted(status=Status.PAUSED),
    Wanted(tier=Tier.PREMIUM),
    Wanted(language=Language.MR),
    Wanted(region="Goa"),
    Wanted(status=Status.UNREACHABLE, tier=Tier.PRO, language=Language.HI),
)
SEARCHED = (
    *("asha", "kulkarni", "raj", "ra", "मीना", "5610", "ARN-12", "asha kulkarni"),
    "nobody is called so",
)
NARROWED = ("asha", "kulkarni", "raj", "a", "arn", "912")
NARROWING = (Wanted(status=Status.PAUSED), Wanted(tier=Tier.PREMIUM, region="Maharashtra"))


def _listed() -> list[Combination]:
    return [
        *(
            Combination(replace(filters, order=order), depth)
            for filters, order, depth in product(FILTERS, (Order.NAME, Order.NEWEST), Depth)
        ),
        *(
            Combination(Wanted(search=search, order=order), Depth.FIRST)
            for search, order in product(SEARCHED, (Order.NAME, Order.NAME_BACKWARDS))
        ),
        *(
            Combination(replace(filters, search=search), Depth.FIRST)
            for search, filters in product(NARROWED, NARROWING)
        ),
        *(
            Combination(Wanted(search=search, order=order), Depth.DEEP)
            for search, order in product(("kulkarni", "raj", "a"), (Order.NAME, Order.NEWEST))
        ),
    ]


COMBINATIONS = tuple(_listed())

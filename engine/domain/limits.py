"""How many people may be written to in 24 hours: through one number, and by a whole portfolio.

Meta counts the people to whom a business opens a conversation, each once in a moving 24 hours,
whichever of the portfolio's numbers wrote (Meta: messaging limits). So who was written to yesterday
morning at this time costs nothing today, and a daily broadcast needs room for its audience once.
A cap of our own on a number counts people in the same way.
"""

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from engine.domain.digits import grouped

ROLLING = timedelta(hours=24)

PEOPLE: dict[str, int] = {
    "TIER_50": 50,
    "TIER_250": 250,
    "TIER_2K": 2_000,
    "TIER_10K": 10_000,
    "TIER_100K": 100_000,
}
"""Meta's words for a messaging limit. TIER_UNLIMITED, TIER_NOT_SET and words we do not know bind
nobody here: WhatsApp itself refuses what is too much.
"""


def portfolio_limit(words: Iterable[str]) -> int | None:
    """People in 24 hours, by what the portfolio's numbers say of it; None: no limit that we know.

    All of them say the same, but are asked one by one: meanwhile the smallest holds.
    """
    return min((PEOPLE[word] for word in words if word in PEOPLE), default=None)


class Quota:
    """The people reached in the last 24 hours, at most `most` of them.

    reached: (person, last written to at), as far as known. under_way: who of them counts only for a
    request that WhatsApp has not answered yet.
    """

    def __init__(
        self,
        most: int,
        reached: Iterable[tuple[int, datetime]] = (),
        under_way: Iterable[int] = (),
    ) -> None:
        self.most = most
        self._before: dict[int, datetime | None] = dict.fromkeys(under_way)
        # In the order of their instants, so that the past is dropped from the front.
        self._reached = dict(sorted(reached, key=lambda one: one[1]))

    def used(self, now: datetime) -> int:
        """How many people count at `now`."""
        self._forget(now)
        return len(self._reached)

    def people(self, now: datetime) -> AbstractSet[int]:
        """Who they are."""
        self._forget(now)
        return self._reached.keys()

    def room(self, now: datetime) -> int:
        """How many more, of those who do not count yet."""
        return max(0, self.most - self.used(now))

    def may(self, person: int, now: datetime) -> bool:
        """Whether somebody may be written to: who counts already costs nothing."""
        self._forget(now)
        return person in self._reached or len(self._reached) < self.most

    def take(self, person: int, now: datetime) -> None:
        """Somebody is being written to."""
        self._before[person] = self._reached.pop(person, None)
        self._reached[person] = now

    def reach(self, person: int) -> None:
        """WhatsApp has it, or may have it: they count."""
        self._before.pop(person, None)

    def give_back(self, person: int) -> None:
        """WhatsApp refused, or nothing was asked: they count as they did before."""
        if person not in self._before:
            return  # they were reached, whatever else was tried
        before = self._before.pop(person)
        self._reached.pop(person, None)
        if before is not None:
            self._reached[person] = before
            self._reached = dict(sorted(self._reached.items(), key=lambda one: one[1]))

    def _forget(self, now: datetime) -> None:
        gone = now - ROLLING
        while self._reached:
            person = next(iter(self._reached))
            if self._reached[person] > gone:
                return
            del self._reached[person]


def without_room(
    people: Iterable[tuple[int, int]], *, most: int | None, reached: Collection[int]
) -> frozenset[int]:
    """Who of these (subscriber, place in TIER_ORDER) a limit of `most` people leaves out, when
    `reached` count.

    PREMIUM finds room before PRO before BASIC, and within a tier the lower number. Who counts
    already costs nothing, and goes.
    """
    if most is None:
        return frozenset()
    room = max(0, most - len(reached))
    strangers = [one for one in people if one[0] not in reached]
    if len(strangers) <= room:
        return frozenset()
    strangers.sort(key=lambda one: (one[1], one[0]))
    return frozenset(subscriber for subscriber, _ in strangers[room:])


def full(most: int) -> str:
    """The sentence for somebody whom a limit leaves out."""
    return (
        f"The limit of {grouped(most)} people in 24 hours was reached. "
        "Put it back when there is room again, or raise the limit."
    )


def no_room(portfolio: int | None) -> str:
    """The sentence for those for whom the plan has no room. portfolio: its limit, if it has one."""
    if portfolio is None:
        return "the daily caps of the senders have no room for them. Raise a cap, or add a sender."
    return (
        f"WhatsApp lets us write to {grouped(portfolio)} people in 24 hours, or the daily caps of "
        "the senders have no room for them."
    )

"""Below the cards: the use of the portfolio's limit by the hour, and how senders are chosen."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import reflex as rx

from app import formats
from app.doors import ask, now, reserve, tell
from app.pages.senders.words import ROUTING_NOTES, ROUTINGS
from app.session import guarded
from app.tab import report, say
from engine.commands.change_routing import change_routing
from engine.domain.ids import SenderId, TenantId
from engine.domain.roles import Actor, Permission
from engine.domain.routing import Routing
from engine.read.plan import NoPlan
from engine.read.routing_preview import Moves, routing_of, who_moves
from engine.read.sender_history import Use, use

PREVIEW = "who-moves"
KEPT_FOR = timedelta(seconds=60)
MOVES_KEPT_FOR = timedelta(seconds=20)
_moved: dict[tuple[TenantId, Routing], tuple[Moves | NoPlan, datetime]] = {}
_used: dict[TenantId, tuple[Use, datetime]] = {}


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour's bar: how high, and what it says."""

    height: str
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Pair:
    """How many move from one sender to another."""

    before: str
    after: str
    people: str


@dataclass(frozen=True, slots=True)
class MoverShown:
    """One who would move."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Size:
    """How many a sender has now, and would have."""

    sender: str
    now: str
    then: str


class RoutingCard(rx.State):
    """The two cards as this tab sees them."""

    hours: list[Hour] = []
    use_words: str = ""
    use_tone: str = "quiet"
    use_note: str = ""
    routing: str = Routing.STICKY.value
    routing_words: str = ROUTINGS[Routing.STICKY]
    asked: str = ""
    moves_words: str = ""
    moves_tone: str = "quiet"
    asked_note: str = ""
    pairs: list[Pair] = []
    sizes: list[Size] = []
    movers: list[MoverShown] = []

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """The use of the last 24 hours, and the way that holds."""
        assert by.tenant is not None
        self.asked = ""
        self._show_use(await _use(by.tenant))
        await self._look(by)

    @guarded()
    async def preview(self, routing: str, *, by: Actor) -> Any:
        """Who would move; nothing changes."""
        assert by.tenant is not None
        if routing not in set(Routing):
            return None
        found = await _moves(by.tenant, Routing(routing))
        if isinstance(found, NoPlan):
            await say(self, "warn", found.why)
            return None
        self.asked, self.asked_note = routing, ROUTING_NOTES[routing]
        self._show_moves(found)
        return rx.scroll_to(PREVIEW)

    @guarded()
    async def forget(self) -> None:
        """Close the preview."""
        self.asked = ""

    @guarded(Permission.SENDERS_WRITE)
    async def change(self, *, by: Actor) -> None:
        """Choose senders like this from now on."""
        assert by.tenant is not None
        result = await tell(change_routing, by.tenant, self.asked, by=by)
        if await report(self, result, "Senders are chosen like this from the next broadcast on."):
            self.asked = ""
            _moved.clear()
        await self._look(by)

    async def _look(self, by: Actor) -> None:
        assert by.tenant is not None
        self.routing = (await ask(routing_of, by.tenant)).value
        self.routing_words = ROUTINGS[self.routing]

    def _show_use(self, used: Use) -> None:
        most = max((people for _, people in used.hours), default=0) or 1
        self.hours = [
            Hour(
                f"{100 * people / most:.0f}%",
                formats.minute(hour) if place % 6 == 0 and place < 24 else "",
                f"{formats.time_with_zone(hour)[:5]} to {formats.time(hour + _HOUR)[:5]} IST: "
                f"{formats.count(people, 'person', 'people')}",
            )
            for place, (hour, people) in enumerate(used.hours)
        ]
        self.use_tone, self.use_words, self.use_note = use_words(used)

    def _show_moves(self, found: Moves) -> None:
        def name(sender: SenderId) -> str:
            return formats.phone_tail(found.phones.get(sender))

        share = 100 * found.moved / found.people if found.people else 0.0
        self.moves_tone = "good" if not found.moved else "warn"
        self.moves_words = (
            "Nobody moves."
            if not found.moved
            else f"{formats.number(found.moved)} of {formats.number(found.people)} "
            f"({formats.percent(share)}) get their messages from another number: a new chat on "
            "their phones."
        )
        self.pairs = [
            Pair(name(old), name(new), formats.number(many))
            for (old, new), many in sorted(found.moves.items(), key=lambda one: -one[1])
        ]
        self.sizes = [
            Size(name(sender), formats.number(many), formats.number(found.sizes_then[sender]))
            for sender, many in found.sizes_now.items()
        ]
        self.movers = [
            MoverShown(one.name or "Somebody who is gone", name(one.before), name(one.after))
            for one in found.some
        ]


_HOUR = timedelta(hours=1)


def use_words(used: Use) -> tuple[str, str, str]:
    """The tone, the sentence and the note of the portfolio's last 24 hours."""
    people = formats.count(used.together, "person", "people")
    back = _room_comes_back(used)
    if used.limit is None:
        return "quiet", f"{people} written to in the last 24 hours.", "No limit binds. " + back
    share = used.together / used.limit
    tone = "good" if share < 0.8 else "warn" if share < 1 else "bad"
    left = max(0, used.limit - used.together)
    return (
        tone,
        f"{people} of {formats.number(used.limit)} written to in the last 24 hours: room for "
        f"{formats.number(left)} more.",
        back,
    )


def _room_comes_back(used: Use) -> str:
    if not used.together:
        return ""
    hour, people = max(used.hours, key=lambda one: one[1])
    end = formats.time(hour + _HOUR)[:5]
    return (
        f"{formats.number(people)} of them stop counting between {formats.minute(hour)} and {end} "
        "IST, when their 24 hours are over. Who counts can be written to again at no cost."
    )


async def _moves(tenant: TenantId, then: Routing) -> Moves | NoPlan:
    """A second of work for a hundred thousand people: all tabs of a tenant share the answer."""
    at, kept = now(), _moved.get((tenant, then))
    if kept is None or at - kept[1] >= MOVES_KEPT_FOR:
        found = await ask(who_moves, tenant, then, reserve=reserve(), now=at)
        kept = _moved[(tenant, then)] = (found, at)
    return kept[0]


async def _use(tenant: TenantId) -> Use:
    """A walk over the day's attempts: once a minute will do for all tabs."""
    at, kept = now(), _used.get(tenant)
    if kept is None or at - kept[1] >= KEPT_FOR:
        kept = _used[tenant] = (await ask(use, tenant, now=at), at)
    return kept[0]

"""The phone numbers we send from: what the pool can do, and how each number is doing."""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import reflex as rx

from app.components.actions import link_button
from app.components.cards import page_head, skeleton
from app.doors import ask, now, tell
from app.frame import page
from app.navigation import Group
from app.pages.senders import routing_view, view
from app.pages.senders.routing import RoutingCard
from app.pages.senders.shown import Shown, pool_words, shown
from app.session import guarded, is_open, who
from app.tab import report
from engine.commands.change_sender_cap import change_sender_cap
from engine.commands.change_sender_pace import change_sender_pace
from engine.commands.rest_sender import rest_sender
from engine.commands.resume_sender import resume_sender
from engine.commands.set_sender_role import set_sender_role
from engine.domain.ids import SenderId, TenantId
from engine.domain.roles import Actor, Permission
from engine.read import sender_history as history
from engine.read import senders as read
from engine.read.sender_history import Strip

ROUTE = "/senders"
REFRESH_SECONDS = 2.0
SHARED_FOR = timedelta(seconds=1)
REACH_SHARED_FOR = timedelta(seconds=10)


class SendersPage(rx.State):
    """The pool as this tab sees it."""

    loaded: bool = False
    tone: str = "quiet"
    sentence: str = ""
    note: str = ""
    cards: list[Shown] = []
    reason: str = ""
    pace: str = ""
    cap: str = ""
    _turn: int = 0

    @guarded()
    async def load(self, *, by: Actor) -> Any:
        """Fill the page, and keep it fresh from then on."""
        await self._refresh(by)
        return SendersPage.follow

    @guarded(background=True)
    async def follow(self, *, by: Actor) -> None:
        """Look again and again, until the tab closes, leaves the page, or its session ends."""
        async with self:
            self._turn += 1
            turn = self._turn
        while is_open(self):
            await asyncio.sleep(REFRESH_SECONDS)
            here = await who(self)
            async with self:
                if here is None or self._turn != turn or self.router.url.path != ROUTE:
                    return
                await self._refresh(here.actor)

    @guarded(Permission.SENDERS_WRITE)
    async def type_reason(self, text: str) -> None:
        """Why a sender rests, as it is typed."""
        self.reason = text

    @guarded(Permission.SENDERS_WRITE)
    async def type_pace(self, text: str) -> None:
        """A new pace, as it is typed."""
        self.pace = text

    @guarded(Permission.SENDERS_WRITE)
    async def type_cap(self, text: str) -> None:
        """A new cap, as it is typed."""
        self.cap = text

    @guarded(Permission.SENDERS_WRITE)
    async def rest(self, sender: int, *, by: Actor) -> None:
        """Take a sender out of the pool."""
        result = await tell(rest_sender, SenderId(sender), reason=self.reason, by=by)
        await report(self, result, "The sender rests. Its part goes by the others.")
        self.reason = ""
        await self._refresh(by, fresh=True)

    @guarded(Permission.SENDERS_WRITE)
    async def resume(self, sender: int, *, by: Actor) -> None:
        """Put a sender back into the pool."""
        result = await tell(resume_sender, SenderId(sender), by=by)
        await report(self, result, "The sender is back in the pool.")
        await self._refresh(by, fresh=True)

    @guarded(Permission.SENDERS_WRITE)
    async def change_pace(self, sender: int, *, by: Actor) -> None:
        """Set how much a sender may send."""
        result = await tell(change_sender_pace, SenderId(sender), _number(self.pace), by=by)
        await report(self, result, f"The sender sends {self.pace.strip()} a second at most now.")
        self.pace = ""
        await self._refresh(by, fresh=True)

    @guarded(Permission.SENDERS_WRITE)
    async def change_cap(self, sender: int, *, by: Actor) -> None:
        """Set how many people a sender may reach in 24 hours; nothing typed: as many as come."""
        result = await tell(change_sender_cap, SenderId(sender), _people(self.cap), by=by)
        await report(self, result, "The cap holds from now on, also in a broadcast that runs.")
        self.cap = ""
        await self._refresh(by, fresh=True)

    @guarded(Permission.SENDERS_WRITE)
    async def make(self, sender: int, role: str, *, by: Actor) -> None:
        """Make a backup a primary, or the other way round."""
        result = await tell(set_sender_role, SenderId(sender), role, by=by)
        await report(self, result, f"The sender is a {role} from the next plan on.")
        await self._refresh(by, fresh=True)

    async def _refresh(self, by: Actor, *, fresh: bool = False) -> None:
        assert by.tenant is not None
        pool = await _pool(by.tenant, fresh=fresh)
        reach = await _reach(by.tenant, fresh=fresh)
        above = pool_words(pool.capacity, reach)
        self.tone, self.sentence, self.note = above.tone, above.sentence, above.note
        strips = await _strips(by.tenant)
        cards = [shown(sender, reach, strips.get(sender.id, ())) for sender in pool.cards]
        if cards != self.cards:
            self.cards = cards
        self.loaded = True


@dataclass(slots=True)
class _Taken:
    pool: read.Pool
    at: datetime


_latest: dict[TenantId, _Taken] = {}
"""The pool as it was read last: all tabs of a tenant share it for a second."""


_reached: dict[TenantId, tuple[read.Reach, datetime]] = {}


async def _pool(tenant: TenantId, *, fresh: bool = False) -> read.Pool:
    at, kept = now(), _latest.get(tenant)
    if fresh or kept is None or at - kept.at >= SHARED_FOR:
        kept = _latest[tenant] = _Taken(await ask(read.pool, tenant, now=at), at)
    return kept.pool


async def _reach(tenant: TenantId, *, fresh: bool = False) -> read.Reach:
    """The use of the day's limits, which takes a walk over the day: every ten seconds will do."""
    at, kept = now(), _reached.get(tenant)
    if fresh or kept is None or at - kept[1] >= REACH_SHARED_FOR:
        kept = _reached[tenant] = (await ask(read.reach, tenant, now=at), at)
    return kept[0]


_striped: dict[TenantId, tuple[Mapping[SenderId, Strip], datetime]] = {}


async def _strips(tenant: TenantId) -> Mapping[SenderId, Strip]:
    """The last thirty days of quality: news of them may be ten seconds old."""
    at, kept = now(), _striped.get(tenant)
    if kept is None or at - kept[1] >= REACH_SHARED_FOR:
        kept = _striped[tenant] = (await ask(history.strips, tenant, now=at), at)
    return kept[0]


def _people(text: str) -> int | None:
    """What somebody typed as a number of people; 0, which the command refuses, when it is none."""
    plain = text.replace(",", "").strip()
    if not plain:
        return None
    return int(plain) if plain.isdecimal() else 0


def _number(text: str) -> float:
    """What somebody typed as a number; not a number when it is none, which the command refuses."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan


@page(
    ROUTE,
    "Senders",
    group=Group.DELIVERY,
    icon="radio-tower",
    on_load=[SendersPage.load, RoutingCard.load],
)
def senders() -> rx.Component:
    """The pool above, a card for each number below."""
    return rx.fragment(
        page_head(
            "Senders",
            "The business numbers your messages go out from",
            link_button("What if…", "/senders/what-if"),
        ),
        rx.cond(
            SendersPage.loaded,
            rx.cond(
                SendersPage.cards,
                rx.fragment(view.pool(SendersPage), routing_view.below(RoutingCard)),
                view.no_senders(),
            ),
            rx.fragment(skeleton(2), skeleton(6)),
        ),
    )

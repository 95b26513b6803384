"""One broadcast: what came of it, lane by lane, cause by cause, person by person."""

import asyncio
from typing import Any

import reflex as rx

from app import formats
from app.bulk import Told
from app.components.cards import empty, skeleton
from app.doors import ask, now
from app.frame import page
from app.pages.broadcast import deeds, view
from app.pages.broadcast.emergency import EmergencyCard
from app.pages.broadcast.shown import RecipientShown, Shown, recipient, show
from app.pages.live import held
from app.session import guarded, is_open, who
from app.tab import say
from engine.domain.ids import BroadcastId, TenantId
from engine.domain.roles import Actor, Permission
from engine.domain.subscriber import Exclusion
from engine.read import broadcast as read
from engine.read import recipients as people
from engine.read.paging import PAGE_SIZE, Count
from engine.read.stages import Stage

REFRESH_SECONDS = 2.0


class BroadcastPage(rx.State):
    """The broadcast whose number is in the address."""

    loaded: bool = False
    found: bool = False
    shown: Shown = Shown()
    rows: list[RecipientShown] = []
    range: str = ""
    has_back: bool = False
    has_next: bool = False
    search: str = ""
    stage: str = ""
    code: str = ""
    reason: str = ""
    working: str = ""
    names: list[str] = []
    names_of: str = ""
    _begins: list[Any] = []
    _next: Any = None
    _turn: int = 0
    _span: Any = None

    @guarded()
    async def load(self, *, by: Actor) -> Any:
        """Fill the page; while the broadcast runs, keep it fresh."""
        self.search = self.stage = self.code = self.names_of = ""
        self._begins, self._span = [], None
        await self._refresh(by)
        return None if self.shown.over else BroadcastPage.follow

    @guarded(background=True)
    async def follow(self, *, by: Actor) -> None:
        """Look again and again, until it is over, or the tab leaves or closes."""
        async with self:
            self._turn += 1
            turn, path = self._turn, self.router.url.path
        while is_open(self):
            await asyncio.sleep(REFRESH_SECONDS)
            here = await who(self)
            async with self:
                if here is None or self._turn != turn or self.router.url.path != path:
                    return
                await self._refresh(here.actor)
                if self.shown.over:
                    return

    @guarded()
    async def look_for(self, text: str, *, by: Actor) -> None:
        """Search the recipients."""
        self.search, self._begins = text, []
        await self._people(by)

    @guarded()
    async def only(self, stage: str, code: str, *, by: Actor) -> None:
        """Show the recipients of one stage or cause; the same again shows all."""
        again = (self.stage, self.code) == (stage, code)
        self.stage, self.code = ("", "") if again else (stage, code)
        self._begins = []
        await self._people(by)

    @guarded()
    async def forth(self, *, by: Actor) -> None:
        """The next page of recipients."""
        if self._next is not None:
            self._begins = [*self._begins, self._next]
        await self._people(by)

    @guarded()
    async def back(self, *, by: Actor) -> None:
        """The page before."""
        self._begins = self._begins[:-1]
        await self._people(by)

    @guarded()
    async def who_was_left_out(self, reason: str, *, by: Actor) -> None:
        """The names behind one reason."""
        known = reason in set(Exclusion) and self.names_of != reason
        self.names_of = reason if known else ""
        self.names = await self._names(by, Exclusion(reason)) if known else []

    @guarded(Permission.BROADCAST_CONTROL, background=True)
    async def retry_failed(self, *, by: Actor) -> Any:
        """What failed for a cause that may have passed goes again; told is how many, and when."""
        async with self:
            self.working, which = "Putting them back", self._which()
        told = await deeds.retry(which, by, self._so_far)
        return await self._end(by, told)

    @guarded(Permission.DELIVERIES_SETTLE, background=True)
    async def resend_held(self, *, by: Actor) -> Any:
        """All held ones go again, knowingly."""
        async with self:
            self.working, which = "Sending them again", self._which()
        done = await held.resend(which, by, self._so_far)
        return await self._end(by, held.told(done, "sent to again."))

    @guarded(Permission.DELIVERIES_SETTLE)
    async def type_reason(self, text: str) -> None:
        """Why held ones are closed, as it is typed."""
        self.reason = text

    @guarded(Permission.DELIVERIES_SETTLE, background=True)
    async def close_held(self, *, by: Actor) -> Any:
        """All held ones are closed, with a reason."""
        async with self:
            self.working, which, reason = "Closing them", self._which(), self.reason
        done = await held.close(which, reason, by, self._so_far)
        return await self._end(by, held.told(done, "closed."))

    async def _so_far(self, count: int) -> None:
        async with self:
            self.working = f"{formats.number(count)} so far"

    async def _end(self, by: Actor, told: Told) -> Any:
        async with self:
            self.working = self.reason = ""
            await say(self, told.tone, told.text, told.details)
            await self._refresh(by)
            # A finished one is open again by now, and nobody follows it yet.
            return None if self.shown.over else BroadcastPage.follow

    async def _refresh(self, by: Actor) -> None:
        seen = await ask(read.broadcast, _tenant(by), self._which(), now=now())
        self.found, self.loaded = seen is not None, True
        if seen is None:
            return
        self.shown = show(seen)
        await self._people(by)

    async def _people(self, by: Actor) -> None:
        wanted = people.WantedRecipients(
            search=self.search,
            stage=Stage(self.stage) if self.stage in set(Stage) else None,
            code=int(self.code) if self.code.isdecimal() else None,
        )
        after = self._begins[-1] if self._begins else None
        found = await ask(
            people.recipients, _tenant(by), self._which(), wanted, after=after, span=self._span
        )
        # Before the end of its freeze a broadcast still grows.
        self._span = found.span if self.shown.over else None
        self.rows = [recipient(row) for row in found.rows]
        self.range = _range(found.found, len(self._begins), len(found.rows))
        self.has_back, self.has_next = bool(self._begins), found.next is not None
        self._next = found.next

    async def _names(self, by: Actor, reason: Exclusion) -> list[str]:
        found = await ask(read.excluded, _tenant(by), self._which(), reason)
        return [name for _, name in found]

    def _which(self) -> BroadcastId:
        number = self.router.url.path.rstrip("/").rpartition("/")[2]
        return BroadcastId(int(number) if number.isdecimal() and len(number) < 19 else 0)


def _tenant(by: Actor) -> TenantId:
    assert by.tenant is not None
    return by.tenant


def _range(found: Count, pages_before: int, rows: int) -> str:
    many = formats.number(found.number) + ("+" if found.more else "")
    first = pages_before * PAGE_SIZE + 1
    return f"{formats.number(first)}–{formats.number(first + rows - 1)} of {many}" if rows else ""


@page(
    "/broadcasts/[broadcast_number]",
    "Broadcast",
    under="/broadcasts",
    on_load=[BroadcastPage.load, EmergencyCard.load],
)
def broadcast_page() -> rx.Component:
    """The verdicts above, the recipients below."""
    return rx.cond(
        BroadcastPage.loaded,
        rx.cond(
            BroadcastPage.found,
            view.broadcast(BroadcastPage, EmergencyCard),
            empty(
                "There is no such broadcast",
                "It may belong to another organisation, or the address has a slip.",
                rx.link(
                    "All broadcasts",
                    href="/broadcasts",
                    class_name="dc-button dc-primary",
                    underline="none",
                ),
                icon="search-x",
            ),
        ),
        rx.fragment(skeleton(3), skeleton(8)),
    )

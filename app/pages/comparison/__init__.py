"""Two days side by side: what differed, and which of them was the better one."""

from dataclasses import dataclass

import reflex as rx

from app import formats
from app.components.cards import empty, page_head, skeleton
from app.doors import ask, now
from app.frame import page
from app.pages.comparison import view
from app.pages.comparison.shown import Shown, show
from app.session import guarded
from engine.domain.ids import BroadcastId, TenantId
from engine.domain.roles import Actor
from engine.read import comparison as read


@dataclass(frozen=True, slots=True)
class Option:
    """A broadcast to choose."""

    value: str
    words: str


class ComparisonPage(rx.State):
    """The two that are chosen; the address may name them as `?a=` and `?b=`."""

    loaded: bool = False
    options: list[Option] = []
    a: str = ""
    b: str = ""
    shown: Shown = Shown()
    ready: bool = False

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """The two of the address, else the latest two."""
        assert by.tenant is not None
        found = await ask(read.choices, by.tenant)
        self.options = [_option(one) for one in found]
        known = [one.value for one in self.options]
        asked = self.router.url.query_parameters
        self.b = _known(asked.get("b", ""), known, 0)
        # Beside one day stands the one before it, or the one after the very first.
        older = known[known.index(self.b) + 1 :] if self.b else []
        others = [*older, *(one for one in known if one != self.b)]
        self.a = _known(asked.get("a", ""), others, 0)
        await self._compare(by)
        self.loaded = True

    @guarded()
    async def choose_a(self, value: str, *, by: Actor) -> None:
        """Another first day."""
        self.a = value
        await self._compare(by)

    @guarded()
    async def choose_b(self, value: str, *, by: Actor) -> None:
        """Another second day."""
        self.b = value
        await self._compare(by)

    async def _compare(self, by: Actor) -> None:
        assert by.tenant is not None
        a, b = await _side(by.tenant, self.a), await _side(by.tenant, self.b)
        self.ready = a is not None and b is not None
        if a is not None and b is not None:
            self.shown = show(a, b)


async def _side(tenant: TenantId, value: str) -> read.Side | None:
    if not (value.isascii() and value.isdecimal() and len(value) < 10):
        return None
    return await ask(read.side, tenant, BroadcastId(int(value)), now=now())


def _known(asked: str, known: list[str], place: int) -> str:
    if asked in known:
        return asked
    return known[place] if len(known) > place else ""


def _option(one: read.Choice) -> Option:
    day = f"{one.day:%a} {one.day.day} {one.day:%b} {one.day.year}"
    return Option(str(one.id), f"{day}, {formats.minute(one.opens_at)} · {one.title}")


@page("/broadcasts/compare", "Compare", under="/broadcasts", on_load=ComparisonPage.load)
def comparison_page() -> rx.Component:
    """Which two, and what differs."""
    return rx.fragment(
        page_head(
            "Compare two days",
            "What differed between two broadcasts, and which did better",
            rx.link("All broadcasts", href="/broadcasts", class_name="dc-button", underline="none"),
        ),
        rx.cond(
            ComparisonPage.loaded,
            rx.cond(
                ComparisonPage.ready,
                view.comparison(ComparisonPage),
                rx.fragment(
                    view.chooser(ComparisonPage),
                    empty(
                        "Two broadcasts are needed",
                        "Choose two that were planned. Until there are two, there is nothing to "
                        "compare.",
                        icon="columns-2",
                    ),
                ),
            ),
            rx.fragment(skeleton(2), skeleton(8)),
        ),
    )

"""Who gets nothing: chronic non-receivers of the last days, why, and what to do."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from app import formats
from app.components.actions import button, link_button
from app.components.cards import card, empty, page_head, skeleton
from app.components.marks import chip
from app.components.tables import column, data_table, pager, right, row_of
from app.doors import ask, now
from app.frame import page
from app.pages.subscribers.shown import STATUS_WORDS
from app.session import guarded
from engine.domain.chronic import DAYS_OFFERED, MISSED_AT_LEAST
from engine.domain.ids import TenantId
from engine.domain.roles import Actor, Permission
from engine.read.paging import PAGE_SIZE
from engine.read.unreached import LIST_LIMIT, Unreached, unreached, unreached_csv


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreachedShown:
    """One line of the list."""

    name: str
    href: str
    phone: str
    status: str
    tone: str
    missed: str
    last_got: str
    why: str
    next: str
    delivery: str


class UnreachedPage(rx.State):
    """The list over the days that were chosen."""

    loaded: bool = False
    days: str = str(DAYS_OFFERED[0])
    rows: list[UnreachedShown] = []
    shown: str = ""
    words: str = ""
    has_back: bool = False
    has_next: bool = False
    _all: list[UnreachedShown] = []
    _first: int = 0

    @guarded(Permission.SUBSCRIBERS_READ)
    async def load(self, *, by: Actor) -> None:
        """Fill the page."""
        assert by.tenant is not None
        found = await ask(unreached, by.tenant, days=int(self.days), now=now())
        self._all, self._first, self.loaded = [shown(row) for row in found.rows], 0, True
        self.words = summary(len(found.rows), found.mornings)
        self._turn()

    @guarded(Permission.SUBSCRIBERS_READ)
    async def choose(self, days: str) -> Any:
        """Look further back, or less far."""
        self.days = days if days in {str(one) for one in DAYS_OFFERED} else self.days
        return UnreachedPage.load

    @guarded(Permission.SUBSCRIBERS_READ)
    async def forth(self) -> None:
        """The next page."""
        self._first += PAGE_SIZE if self._first + PAGE_SIZE < len(self._all) else 0
        self._turn()

    @guarded(Permission.SUBSCRIBERS_READ)
    async def back(self) -> None:
        """The page before."""
        self._first = max(0, self._first - PAGE_SIZE)
        self._turn()

    @guarded(Permission.SUBSCRIBERS_READ)
    async def export(self, *, by: Actor) -> Any:
        """Download the whole list as CSV."""
        tenant: TenantId | None = by.tenant
        data = await ask(unreached_csv, tenant, days=int(self.days), now=now())
        return rx.download(data=data, filename="unreached.csv", mime_type="text/csv")

    def _turn(self) -> None:
        self.rows = self._all[self._first : self._first + PAGE_SIZE]
        last, many = self._first + len(self.rows), formats.number(len(self._all))
        self.shown = f"{formats.number(self._first + 1)}–{formats.number(last)} of {many}"
        self.has_back, self.has_next = self._first > 0, last < len(self._all)


def shown(row: Unreached) -> UnreachedShown:
    """One of them in words."""
    word, tone = STATUS_WORDS[row.status]
    return UnreachedShown(
        name=row.name,
        href=f"/subscribers/{row.subscriber}",
        phone=row.phone or "no number",
        status=word,
        tone=tone,
        missed=f"{row.missed} of {row.meant}",
        last_got=formats.date(row.last_got) if row.last_got else "never",
        why=row.why,
        next=row.next,
        delivery=f"/deliveries/{row.delivery}",
    )


def summary(people: int, mornings: int) -> str:
    """What the list says, in a sentence."""
    if not mornings:
        return "No broadcast has closed in these days."
    over = formats.count(mornings, "morning")
    if people >= LIST_LIMIT:
        return (
            f"More than {formats.number(LIST_LIMIT)} over {over}; those who miss most come first."
        )
    return f"{formats.count(people, 'subscriber')} over {over}."


@page(
    "/unreached",
    "Who gets nothing",
    permission=Permission.SUBSCRIBERS_READ,
    under="/subscribers",
    on_load=UnreachedPage.load,
)
def unreached_page() -> rx.Component:
    """The list, or the good news."""
    return rx.fragment(
        page_head(
            "Who gets nothing",
            f"Subscribers who missed at least {MISSED_AT_LEAST} messages and more than half of "
            "what was meant for them, and why",
            link_button("All subscribers", "/subscribers"),
        ),
        rx.cond(UnreachedPage.loaded, _list(), rx.fragment(skeleton(2), skeleton(8))),
    )


def _list() -> rx.Component:
    return card(
        rx.el.div(
            rx.el.select(
                *[rx.el.option(f"Last {days} days", value=str(days)) for days in DAYS_OFFERED],
                value=UnreachedPage.days,
                on_change=UnreachedPage.choose,
                class_name="dc-select",
                aria_label="Days",
            ),
            rx.el.span(UnreachedPage.words, class_name="dc-muted"),
            rx.el.span(class_name="dc-spring"),
            button(
                rx.icon("download", size=14, aria_hidden="true"),
                "Export",
                on_click=UnreachedPage.export,
                title="The whole list, as CSV",
            ),
            class_name="dc-toolbar",
        ),
        rx.cond(
            UnreachedPage.rows,
            data_table(
                [
                    column("Name"),
                    column("Phone"),
                    column("Missed", right=True),
                    column("Last received"),
                    column("Why, the last time"),
                    column("What to do"),
                    column("Status"),
                ],
                rx.foreach(UnreachedPage.rows, _row),
                pager=pager(
                    UnreachedPage.shown,
                    on_back=[UnreachedPage.back, rx.scroll_to("content")],
                    on_next=[UnreachedPage.forth, rx.scroll_to("content")],
                    has_back=UnreachedPage.has_back,
                    has_next=UnreachedPage.has_next,
                ),
                label="Who gets nothing",
            ),
            empty(
                "Everybody gets it",
                "Nobody missed most of the last days' messages.",
                icon="circle-check",
            ),
        ),
    )


def _row(row: Any) -> rx.Component:
    return row_of(
        rx.el.td(rx.link(row.name, href=row.href, class_name="dc-name"), class_name="dc-nowrap"),
        rx.el.td(row.phone, class_name="dc-nowrap"),
        right(row.missed),
        rx.el.td(row.last_got, class_name="dc-nowrap"),
        rx.link(row.why, href=row.delivery),
        row.next,
        chip(row.status, row.tone),
    )

"""Every morning so far, and whether its promise was kept."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from app import formats
from app.components.actions import link_button
from app.components.cards import card, empty, page_head, skeleton
from app.components.marks import chip
from app.components.tables import column, data_table, pager, right, row_of
from app.doors import ask, now
from app.frame import page
from app.navigation import Group
from app.pages.live.shown import STATE_WORDS
from app.session import guarded
from engine.domain.roles import Actor, Permission
from engine.domain.sla import Standing, Verdict
from engine.read import broadcasts as read
from engine.read.stages import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One line of the history."""

    href: str
    day: str
    title: str
    state: str
    state_tone: str
    why: str
    targeted: str
    handed_over: str
    delivered: str
    on_time: str
    tone: str
    failed: str
    held: str


class BroadcastsPage(rx.State):
    """A page of the history."""

    loaded: bool = False
    rows: list[Shown] = []
    shown: str = ""
    has_back: bool = False
    has_next: bool = False
    _begins: list[Any] = []
    _next: Any = None

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """The newest mornings."""
        self._begins = []
        await self._look(by)

    @guarded()
    async def forth(self, *, by: Actor) -> None:
        """Older ones."""
        if self._next is not None:
            self._begins = [*self._begins, self._next]
        await self._look(by)

    @guarded()
    async def back(self, *, by: Actor) -> None:
        """Newer ones."""
        self._begins = self._begins[:-1]
        await self._look(by)

    async def _look(self, by: Actor) -> None:
        assert by.tenant is not None
        after = self._begins[-1] if self._begins else None
        found = await ask(read.history, by.tenant, now=now(), after=after)
        self.rows = [shown(row) for row in found.rows]
        self.has_back, self.has_next = bool(self._begins), found.next is not None
        self._next, self.loaded = found.next, True
        self.shown = "The newest first" if not self._begins else "Older ones"


def shown(row: read.BroadcastRow) -> Shown:
    """One broadcast in words."""
    figures, (state, tone) = row.figures, STATE_WORDS[row.state]
    verdict = row.verdicts.delivered
    return Shown(
        href=f"/broadcasts/{row.id}",
        day=f"{formats.day(row.opens_at)} {row.day.year}, {formats.minute(row.opens_at)}",
        title=row.title,
        state=state,
        state_tone=tone,
        why=row.state_reason,
        targeted=formats.number(figures.targeted),
        handed_over=formats.number(figures.handed_over),
        delivered=formats.number(figures.stage(Stage.DELIVERED, Stage.READ)),
        on_time=share_words(verdict),
        tone=share_tone(verdict),
        failed=formats.number(figures.stage(Stage.FAILED)),
        held=formats.number(figures.stage(Stage.HELD, Stage.UNKNOWN)),
    )


def share_words(verdict: Verdict) -> str:
    """98.7 %, or a dash when nobody was to get it."""
    return formats.percent(None if verdict.share is None else verdict.share * 100)


def share_tone(verdict: Verdict) -> str:
    """Whether the promise is kept; still open while the window is."""
    if verdict.met is None:
        return "quiet"
    if verdict.met:
        return "good"
    return "busy" if verdict.standing is Standing.RUNNING else "bad"


@page(
    "/broadcasts",
    "Broadcasts",
    permission=Permission.VIEW,
    group=Group.MORNING,
    icon="history",
    on_load=BroadcastsPage.load,
)
def broadcasts() -> rx.Component:
    """The history as a table."""
    return rx.fragment(
        page_head(
            "Broadcasts",
            "Every morning so far, and whether its promise was kept",
            link_button("Compare two days", "/broadcasts/compare"),
            link_button("Schedule & window", "/settings/schedule"),
        ),
        rx.cond(
            BroadcastsPage.loaded,
            rx.cond(BroadcastsPage.rows, _table(), _none_yet()),
            skeleton(8),
        ),
    )


def _table() -> rx.Component:
    return card(
        data_table(
            [
                column("Day"),
                column("Title"),
                column("State"),
                column("Targeted", right=True),
                column("Handed over", right=True),
                column("Delivered", right=True),
                column("On time", right=True),
                column("Failed", right=True),
                column("Unknown or held", right=True),
            ],
            rx.foreach(BroadcastsPage.rows, _row),
            pager=pager(
                BroadcastsPage.shown,
                on_back=BroadcastsPage.back,
                on_next=BroadcastsPage.forth,
                has_back=BroadcastsPage.has_back,
                has_next=BroadcastsPage.has_next,
            ),
            label="Broadcasts",
        )
    )


def _row(row: Shown) -> rx.Component:
    return row_of(
        rx.el.td(row.day, class_name="dc-nowrap"),
        rx.el.td(
            rx.link(row.title, href=row.href, class_name="dc-strong-link"), class_name="dc-nowrap"
        ),
        chip(row.state, row.state_tone, title=row.why),
        right(row.targeted),
        right(row.handed_over),
        right(row.delivered),
        right(rx.el.span(row.on_time, class_name="dc-tone", custom_attrs={"data-tone": row.tone})),
        right(row.failed),
        right(row.held),
    )


def _none_yet() -> rx.Component:
    return empty(
        "No broadcast yet",
        "The first one stands here as soon as its morning is opened. The Live page says when.",
        rx.link("Go to Live", href="/", class_name="dc-button dc-primary", underline="none"),
        icon="sunrise",
    )

"""Reports: any range of days, from its verdict down to its causes and its cost."""

from datetime import date, timedelta

import reflex as rx

from app.components.cards import page_head, skeleton
from app.doors import ask, now
from app.frame import page
from app.navigation import Group
from app.pages.reports import charts, view
from app.pages.reports.charts import Figure
from app.pages.reports.shown import Shown, show
from app.session import guarded
from app.words.speech import language_here
from engine.domain.ids import TenantId
from engine.domain.roles import Actor
from engine.domain.schedule import service_day
from engine.read import report as read

USUAL = 30
"""Days that are shown first."""


class ReportsPage(rx.State):
    """A range of days; the address may name it as `?from=` and `?to=`."""

    loaded: bool = False
    first: str = ""
    last: str = ""
    shown: Shown = Shown()
    over_days: Figure = Figure()
    reading: Figure = Figure()
    by_region: Figure = Figure()

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """The days of the address, else the latest thirty."""
        asked = self.router.url.query_parameters
        last = read_day(asked.get("to", "")) or await self._latest(by)
        first = read_day(asked.get("from", "")) or last - timedelta(days=USUAL - 1)
        await self._look(by, first, last)
        self.loaded = True

    @guarded()
    async def choose_first(self, value: str, *, by: Actor) -> None:
        """Another first day; one after the last takes the last with it."""
        first = read_day(value)
        if first is not None:
            await self._look(by, first, max(first, read_day(self.last) or first))

    @guarded()
    async def choose_last(self, value: str, *, by: Actor) -> None:
        """Another last day."""
        last = read_day(value)
        if last is not None:
            await self._look(by, min(last, read_day(self.first) or last), last)

    @guarded()
    async def choose_range(self, name: str, *, by: Actor) -> None:
        """The latest day, or so many days up to it."""
        days = int(name) if name in {"7", "30", "365"} else 1
        last = await self._latest(by)
        await self._look(by, last - timedelta(days=days - 1), last)

    @guarded()
    async def choose_day(self, value: str, *, by: Actor) -> None:
        """One day alone."""
        day = read_day(value)
        if day is not None:
            await self._look(by, day, day)

    async def _latest(self, by: Actor) -> date:
        found = await ask(read.latest_day, _tenant(by))
        return found or service_day(now())

    async def _look(self, by: Actor, first: date, last: date) -> None:
        first = max(first, last - timedelta(days=read.LONGEST - 1))
        found = await ask(read.report, _tenant(by), first, last)
        self.first, self.last = first.isoformat(), last.isoformat()
        self.shown = show(found, await language_here(self))
        self.over_days, self.reading = charts.over_days(found), charts.reading(found)
        self.by_region = charts.read_by_region(found)


def read_day(text: str) -> date | None:
    """A day as an address or a field has it; None when it is none of this century."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 < day.year < 2100 else None


def _tenant(by: Actor) -> TenantId:
    assert by.tenant is not None
    return by.tenant


@page("/reports", "Reports", group=Group.RECORDS, icon="chart-column", on_load=ReportsPage.load)
def reports_page() -> rx.Component:
    """Which days, and everything about them."""
    return rx.fragment(
        page_head(
            "Reports",
            "What was promised, what happened, what it cost, and what to do",
            rx.link(
                "Compare two days",
                href="/broadcasts/compare",
                class_name="dc-button",
                underline="none",
            ),
        ),
        rx.cond(
            ReportsPage.loaded, view.report(ReportsPage), rx.fragment(skeleton(2), skeleton(8))
        ),
    )

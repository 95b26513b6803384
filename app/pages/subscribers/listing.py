"""The list as one tab looks at it: search, filters, sorting, pages."""

from typing import Any

import reflex as rx

from app import formats
from app.doors import ask
from app.pages.subscribers.refreshing import refreshed_by
from app.pages.subscribers.shown import Shown, Tally, range_words, shown, tallies, wanted
from app.session import guarded
from app.tab import say
from engine.domain.ids import TenantId
from engine.domain.roles import Actor, Permission
from engine.read import subscriber_list as read
from engine.read.subscriber_export import EXPORT_LIMIT, export_csv
from engine.read.subscribers import overview

FILTERS = ("status", "tier", "language", "region")
CUT = (
    f"The file holds the first {formats.number(EXPORT_LIMIT)} by name. Narrow the list, for "
    "example by state, to export the others."
)


class SubscribersPage(rx.State):
    """The list as this tab looks at it."""

    loaded: bool = False
    rows: list[Shown] = []
    tallies: list[Tally] = []
    regions: list[str] = []
    shown: str = ""
    nobody: bool = False
    search: str = ""
    status: str = ""
    tier: str = ""
    language: str = ""
    region: str = ""
    sort: str = "name"
    has_back: bool = False
    has_next: bool = False
    _begins: list[Any] = []
    _next: Any = None

    @guarded(Permission.SUBSCRIBERS_READ)
    async def load(self, *, by: Actor) -> None:
        """Fill the page, or show what changed."""
        whole = await ask(overview, tenant_of(by))
        self.tallies, self.regions = tallies(whole), list(whole.regions)
        self.nobody = whole.total == 0
        await self._look(by)

    @guarded(Permission.SUBSCRIBERS_READ)
    async def look_for(self, text: str, *, by: Actor) -> None:
        """Search; empty finds everybody."""
        self.search, self._begins = text, []
        await self._look(by)

    @guarded(Permission.SUBSCRIBERS_READ)
    async def filter_by(self, field: str, value: str, *, by: Actor) -> None:
        """Narrow the list; an empty value widens it again."""
        if field in FILTERS:
            setattr(self, field, value)
        self._begins = []
        await self._look(by)

    @guarded(Permission.SUBSCRIBERS_READ)
    async def sort_by(self, key: str, *, by: Actor) -> None:
        """Sort by a column; once more turns it round."""
        self.sort = f"-{key}" if self.sort == key else key
        self._begins = []
        await self._look(by)

    @guarded(Permission.SUBSCRIBERS_READ)
    async def sort_to(self, sort: str, *, by: Actor) -> None:
        """Sort as chosen from the list of orders."""
        self.sort, self._begins = sort, []
        await self._look(by)

    @guarded(Permission.SUBSCRIBERS_READ)
    async def clear(self, *, by: Actor) -> None:
        """Forget search and filters."""
        self.search = self.status = self.tier = self.language = self.region = ""
        self._begins = []
        await self._look(by)

    @guarded(Permission.SUBSCRIBERS_READ)
    async def forth(self, *, by: Actor) -> None:
        """The next page."""
        if self._next is not None:
            self._begins = [*self._begins, self._next]
        await self._look(by)

    @guarded(Permission.SUBSCRIBERS_READ)
    async def back(self, *, by: Actor) -> None:
        """The page before."""
        self._begins = self._begins[:-1]
        await self._look(by)

    @guarded(Permission.SUBSCRIBERS_READ)
    async def export(self, *, by: Actor) -> Any:
        """Download what is looked for as CSV."""
        made = await ask(export_csv, tenant_of(by), self._wanted())
        if made.is_cut:
            await say(self, "warn", CUT)
        return rx.download(data=made.data, filename="subscribers.csv", mime_type="text/csv")

    @rx.var
    def filtered(self) -> bool:
        """Whether something narrows the list."""
        return bool(self.search or self.status or self.tier or self.language or self.region)

    def _wanted(self) -> read.Wanted:
        return wanted(
            search=self.search,
            status=self.status,
            tier=self.tier,
            language=self.language,
            region=self.region,
            sort=self.sort,
        )

    async def _look(self, by: Actor) -> None:
        after = self._begins[-1] if self._begins else None
        found = await ask(read.page, tenant_of(by), self._wanted(), after=after)
        self.rows = [shown(row) for row in found.rows]
        self.shown = range_words(found.found, len(self._begins) + 1, len(found.rows))
        self.has_back, self.has_next = bool(self._begins), found.next is not None
        self._next = found.next
        self.loaded = True


refreshed_by("/subscribers", SubscribersPage.load)


def tenant_of(by: Actor) -> TenantId:
    assert by.tenant is not None
    return by.tenant

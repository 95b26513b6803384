"""The list of packs, newest day first."""

import reflex as rx

from app import formats
from app.components.actions import link_button
from app.components.cards import card, empty, page_head, skeleton
from app.components.marks import chip
from app.components.tables import column, data_table, pager, row_of
from app.doors import ask, now
from app.frame import may, page
from app.navigation import Group
from app.pages.content.deadline_shown import next_morning_words
from app.pages.content.shown import EDITOR, ROUTE, RowShown, row_shown
from app.pages.content.wordings import wordings_line
from app.session import guarded
from app.words.speech import language_here
from engine.domain.roles import Actor, Permission
from engine.domain.schedule import service_day
from engine.read import content as read
from engine.read.approvals import next_day

PAGE_SIZE = 25


class ContentList(rx.State):
    """The packs by day, a page at a time."""

    loaded: bool = False
    rows: list[RowShown] = []
    range: str = ""
    has_back: bool = False
    has_next: bool = False
    next_morning: str = ""
    next_tone: str = "quiet"
    _offset: int = 0

    @guarded()
    async def load(self, *, by: Actor) -> None:
        """Fill the list from its start."""
        self._offset = 0
        await self._fill(by)

    @guarded()
    async def back(self, *, by: Actor) -> None:
        """The page before."""
        self._offset = max(0, self._offset - PAGE_SIZE)
        await self._fill(by)

    @guarded()
    async def forth(self, *, by: Actor) -> None:
        """The next page."""
        self._offset += PAGE_SIZE
        await self._fill(by)

    async def _fill(self, by: Actor) -> None:
        assert by.tenant is not None
        packs = await ask(read.packs, by.tenant, limit=PAGE_SIZE, offset=self._offset)
        last = self._offset + len(packs.rows)
        today, language = service_day(now()), await language_here(self)
        self.rows = [row_shown(row, today, language) for row in packs.rows]
        total = formats.number(packs.total)
        self.range = f"{formats.number(self._offset + 1)}–{formats.number(last)} of {total}"
        self.has_back, self.has_next = self._offset > 0, last < packs.total
        self.next_morning, self.next_tone = next_morning_words(
            await ask(next_day, by.tenant, now()), now()
        )
        self.loaded = True


@page(ROUTE, "Content", group=Group.CONTENT, icon="pen-line", on_load=ContentList.load)
def content() -> rx.Component:
    """The packs by day."""
    write = rx.cond(
        may(Permission.CONTENT_WRITE),
        link_button("Write content", EDITOR, kind="primary"),
    )
    return rx.fragment(
        page_head(
            "Content",
            "What your subscribers read, day by day",
            link_button("Calendar", f"{ROUTE}/calendar"),
            write,
        ),
        _next_morning(),
        rx.cond(
            ContentList.loaded,
            rx.cond(ContentList.rows, _table(), _nothing()),
            skeleton(6),
        ),
    )


def _next_morning() -> rx.Component:
    """What stands ready for the next morning, and by when."""
    return rx.cond(
        ContentList.next_morning,
        rx.el.p(
            ContentList.next_morning,
            class_name="dc-note",
            custom_attrs={"data-tone": ContentList.next_tone},
        ),
    )


def _table() -> rx.Component:
    """The packs, newest day first."""
    return card(
        data_table(
            [
                column("Day"),
                column("Title"),
                column("State"),
                column("Languages"),
                column("Author"),
                column("Decided"),
            ],
            rx.foreach(ContentList.rows, _row),
            pager=pager(
                ContentList.range,
                on_back=ContentList.back,
                on_next=ContentList.forth,
                has_back=ContentList.has_back,
                has_next=ContentList.has_next,
            ),
            label="Content by day",
        )
    )


def _nothing() -> rx.Component:
    """No pack yet."""
    return empty(
        "Nothing is written yet",
        "Each morning needs one content pack: written by an author, approved by somebody else.",
        rx.cond(
            may(Permission.CONTENT_WRITE),
            link_button("Write the first one", EDITOR, kind="primary"),
        ),
        icon="pen-line",
    )


def _row(row: RowShown) -> rx.Component:
    return row_of(
        rx.el.td(
            row.day,
            " ",
            rx.el.span(row.day_note, class_name="dc-muted dc-small dc-day-note"),
            class_name="dc-nowrap",
        ),
        rx.el.td(
            rx.link(row.title, href=f"{EDITOR}?pack={row.id}"),
            wordings_line(row),
            class_name="dc-pack-title",
        ),
        rx.el.td(chip(row.state, row.tone)),
        rx.el.td(row.languages, class_name="dc-nowrap"),
        rx.el.td(row.author, class_name="dc-nowrap"),
        rx.el.td(row.decision, class_name="dc-nowrap dc-muted"),
    )

"""The keyboard palette: Ctrl-K, a few letters, Enter. It goes to any page, broadcast or subscriber.

The server is asked what fits, and answers only what the person's role may see. Arrow keys, Enter
and Escape are the script's (`assets/palette.js`): a key must not wait for the network. The dialog
is the browser's own, so the focus stays inside and goes back where it came from.
"""

from dataclasses import dataclass
from typing import Any, cast

import reflex as rx

from app import formats, navigation
from app.doors import ask
from app.session import guarded
from app.words import en as words
from app.words.speech import Chosen, spoken, told
from engine.domain.roles import ALLOWED, Actor, Permission, Role
from engine.read.palette import TEXT_LIMIT, Found, found

DEEDS: tuple[tuple[str, str, Permission], ...] = (
    (words.DEED_WRITE, "/content/edit", Permission.CONTENT_WRITE),
    (words.DEED_CALENDAR, "/content/calendar", Permission.VIEW),
    (words.DEED_REVIEW, "/approvals", Permission.CONTENT_APPROVE),
    (words.DEED_IMPORT, "/subscribers/import", Permission.SUBSCRIBERS_WRITE),
    (words.DEED_PLAN, "/broadcasts/plan", Permission.VIEW),
    (words.DEED_COMPARE, "/broadcasts/compare", Permission.VIEW),
    (words.DEED_UNREACHED, "/unreached", Permission.SUBSCRIBERS_READ),
    (words.DEED_HOLIDAY, "/settings/schedule", Permission.SCHEDULES_WRITE),
    (words.DEED_INVITE, "/settings/users", Permission.USERS_WRITE),
)
"""What people come to do, and where it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the palette: what it is, which kind, and where it leads."""

    words: str
    kind: str
    note: str
    href: str


class Palette(rx.State):
    """What the palette of one tab shows."""

    lines: list[Line] = []
    looked: bool = False
    sought: str = ""
    """What `lines` are the answer to: Enter waits for the answer to what was typed."""

    @guarded()
    async def look(self, text: str, *, by: Actor) -> None:
        """Show what fits; for an empty text everything there is to go to."""
        assert by.tenant is not None
        text = text[:TEXT_LIMIT]
        chosen = await self.get_state(Chosen)
        things = await ask(found, by.tenant, text, by=by)
        self.lines = lines(text, things, by.role, chosen.language)
        self.sought, self.looked = text, True


def lines(text: str, things: Found, role: Role | None, language: str) -> list[Line]:
    """The palette's lines for a role: what was found, then deeds, then pages. Pure."""
    broadcasts = [
        Line(
            words=one.title,
            kind=told(words.KIND_BROADCAST, language),
            note=formats.calendar_day(one.day),
            href=f"/broadcasts/{one.id}",
        )
        for one in things.broadcasts
    ]
    people = [
        Line(
            words=one.name,
            kind=told(words.KIND_SUBSCRIBER, language),
            note=formats.phone_tail(one.phone),
            href=f"/subscribers/{one.id}",
        )
        for one in things.people
    ]
    sought = text.casefold().strip()
    deeds = _fitting(sought, DEEDS, words.KIND_DEED, role, language)
    linked = [
        (place.label, place.route, place.permission)
        for _, places in navigation.places()
        for place in places
    ]
    pages = _fitting(sought, linked, words.KIND_PAGE, role, language)
    return [*people, *pages, *deeds, *broadcasts] if sought else [*pages, *deeds, *broadcasts]


def _fitting(sought: str, offered: Any, kind: str, role: Role | None, language: str) -> list[Line]:
    return [
        Line(words=told(label, language), kind=told(kind, language), note="", href=href)
        for label, href, permission in offered
        if role in ALLOWED[permission]
        and (sought in label.casefold() or sought in told(label, language).casefold())
    ]


def opener() -> rx.Component:
    """The button that opens it: for hands without a keyboard."""
    return rx.el.button(
        rx.icon("search", size=16, aria_hidden="true"),
        rx.el.span(spoken(words.PALETTE_OPEN), class_name="dc-wide-only"),
        rx.el.kbd("Ctrl K", class_name="dc-wide-only"),
        type="button",
        class_name="dc-button dc-quiet dc-palette-opener",
        custom_attrs={"data-palette": "open", "aria-haspopup": "dialog"},
    )


def palette() -> rx.Component:
    """The dialog itself, closed until it is asked for."""
    shown = cast("Any", Palette.lines)
    return rx.el.dialog(
        rx.el.div(
            rx.icon("search", size=16, aria_hidden="true"),
            rx.debounce_input(
                rx.el.input(
                    id="palette-text",
                    class_name="dc-palette-text",
                    placeholder=spoken(words.PALETTE_HINT),
                    aria_label=spoken(words.PALETTE_HINT),
                    role="combobox",
                    auto_complete="off",
                    spell_check=False,
                    max_length=TEXT_LIMIT,
                    on_change=Palette.look,
                    on_focus=Palette.look,
                    custom_attrs={
                        "aria-expanded": "true",
                        "aria-controls": "palette-lines",
                        "aria-autocomplete": "list",
                    },
                ),
                debounce_timeout=120,
            ),
            rx.el.button(
                rx.icon("x", size=16, aria_hidden="true"),
                type="button",
                class_name="dc-icon-button",
                aria_label=spoken(words.CLOSE),
                custom_attrs={"data-palette": "close"},
            ),
            class_name="dc-palette-head",
        ),
        rx.el.div(
            rx.foreach(Palette.lines, _line),
            id="palette-lines",
            role="listbox",
            aria_label=spoken(words.PALETTE_OPEN),
            class_name="dc-palette-lines",
            custom_attrs={"data-sought": Palette.sought},
        ),
        rx.cond(
            Palette.looked & (shown.length() == 0),
            rx.el.p(spoken(words.PALETTE_NOTHING), class_name="dc-palette-nothing dc-muted"),
        ),
        id="palette",
        class_name="dc-palette",
        aria_label=spoken(words.PALETTE_OPEN),
    )


def _line(line: Any) -> rx.Component:
    return rx.link(
        rx.el.b(line.words),
        rx.el.span(line.note, class_name="dc-muted"),
        rx.el.span(line.kind, class_name="dc-muted dc-small dc-palette-kind"),
        href=line.href,
        role="option",
        class_name="dc-palette-line",
        underline="none",
        tab_index=-1,
    )

"""How the Evidence page looks: the days with their packs, the public keys below."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.cards import card, empty
from app.components.marks import chip
from app.components.tables import column, data_table, row_of


def days(page: Any) -> rx.Component:
    """The days that had broadcasts."""
    return card(
        rx.el.div(
            rx.el.select(
                rx.el.option("Numbers masked", value="masked"),
                rx.el.option("Pseudonyms, no numbers", value="pseudonymous"),
                value=page.people,
                on_change=page.choose,
                class_name="dc-select",
                aria_label="How people are named",
            ),
            rx.el.span("Nobody's name is in a pack.", class_name="dc-muted"),
            class_name="dc-toolbar",
        ),
        rx.cond(
            page.days,
            data_table(
                [column("Day"), column("Broadcasts"), column("Packs"), column("")],
                rx.foreach(page.days, lambda day: _day(page, day)),
                label="Days and their evidence packs",
            ),
            empty(
                "No broadcast yet",
                "After the first morning its evidence can be made here.",
                icon="file-check",
            ),
        ),
    )


def keys(page: Any) -> rx.Component:
    """What whoever checks a pack needs."""
    return card(
        rx.cond(
            page.keys,
            rx.el.ul(
                rx.foreach(
                    page.keys,
                    lambda key: rx.el.li(
                        rx.el.b(key.id),
                        rx.el.span(" · first used ", key.since, class_name="dc-muted dc-small"),
                        rx.el.div(rx.el.code(key.public), class_name="dc-break"),
                    ),
                ),
                class_name="dc-plain-list",
            ),
            rx.el.p(
                "There is no key yet. On the server, run: dawncast evidence key",
                class_name="dc-muted",
            ),
        ),
        title="Public keys",
    )


def _day(page: Any, day: Any) -> rx.Component:
    return row_of(
        rx.el.td(day.day, class_name="dc-nowrap"),
        day.titles,
        rx.el.td(
            rx.el.ul(
                rx.foreach(day.packs, lambda pack: _pack(page, pack)), class_name="dc-plain-list"
            )
        ),
        rx.el.td(
            button("Make a pack", on_click=page.make(day.iso)),
            class_name="dc-right dc-nowrap",
        ),
    )


def _pack(page: Any, pack: Any) -> rx.Component:
    return rx.el.li(
        chip(pack.state, pack.tone),
        rx.el.span(" ", pack.what, " ", class_name="dc-small", title=pack.seal),
        rx.cond(pack.words, rx.el.span(pack.words, " ", class_name="dc-muted dc-small")),
        rx.cond(
            pack.ready,
            button(
                rx.icon("download", size=14, aria_hidden="true"),
                "Download",
                on_click=page.take(pack.id),
            ),
        ),
    )

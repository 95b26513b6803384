"""How the Subscribers page looks: the tallies, the filters, the table."""

from typing import Any

import reflex as rx

from app.components.actions import button, link_button
from app.components.cards import card, empty
from app.components.marks import chip, dot
from app.components.tables import column, data_table, pager, row_of
from app.frame import may
from app.pages.subscribers.shown import LANGUAGE_WORDS, TIER_WORDS, Shown, Tally
from engine.domain.roles import Permission


def everybody(page: Any, dialog: Any) -> rx.Component:
    """The tallies, and the list below them."""
    return rx.fragment(
        rx.el.div(
            rx.foreach(page.tallies, lambda tally: _tally(page, tally)),
            class_name="dc-tallies",
        ),
        card(
            _toolbar(page),
            rx.cond(
                page.rows,
                data_table(
                    [
                        column("Name", key="name", sorted_by=page.sort, on_sort=page.sort_by),
                        column("Phone"),
                        column("Language"),
                        column("Tier"),
                        column("State"),
                        column("Registration"),
                        column("Status"),
                        column("", right=True),
                    ],
                    rx.foreach(page.rows, lambda row: _row(dialog, row)),
                    pager=pager(
                        page.shown,
                        on_back=[page.back, rx.scroll_to("content")],
                        on_next=[page.forth, rx.scroll_to("content")],
                        has_back=page.has_back,
                        has_next=page.has_next,
                    ),
                    label="Subscribers",
                ),
                empty(
                    "Nobody fits",
                    "No subscriber matches what you look for.",
                    button("Show everybody", on_click=page.clear),
                    icon="search-x",
                ),
            ),
        ),
    )


def nobody_yet(dialog: Any) -> rx.Component:
    """A new organisation's list."""
    return empty(
        "No subscribers yet",
        "Add the first one, or bring in a list as CSV: name, phone, language, tier, state, and how "
        "they agreed to be written to.",
        rx.cond(
            may(Permission.SUBSCRIBERS_WRITE),
            rx.fragment(
                link_button("Import a list", "/subscribers/import", kind="primary"),
                button("Add a subscriber", on_click=dialog.open_new),
            ),
        ),
        icon="users",
    )


def _tally(page: Any, tally: Tally) -> rx.Component:
    return rx.el.button(
        dot(tally.tone),
        rx.el.b(tally.number),
        rx.el.span(tally.word),
        type="button",
        class_name="dc-tally",
        aria_pressed=page.status == tally.status,
        on_click=page.filter_by("status", tally.status),
    )


def _toolbar(page: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.icon("search", size=16, aria_hidden="true"),
            rx.debounce_input(
                rx.el.input(
                    value=page.search,
                    on_change=page.look_for,
                    type="search",
                    placeholder="Name, phone or registration",
                    aria_label="Search subscribers",
                ),
                debounce_timeout=250,
            ),
            class_name="dc-search",
        ),
        _filter(page, "language", "All languages", page.language, LANGUAGE_WORDS),
        _filter(page, "tier", "All tiers", page.tier, TIER_WORDS),
        rx.el.select(
            rx.el.option("All states", value=""),
            rx.foreach(page.regions, lambda region: rx.el.option(region, value=region)),
            value=page.region,
            on_change=lambda value: page.filter_by("region", value),
            class_name="dc-select",
            aria_label="State",
        ),
        rx.el.select(
            rx.el.option("By name", value="name"),
            rx.el.option("By name, Z to A", value="-name"),
            rx.el.option("Newest first", value="-added"),
            rx.el.option("Oldest first", value="added"),
            value=page.sort,
            on_change=page.sort_to,
            class_name="dc-select",
            aria_label="Order",
        ),
        rx.cond(page.filtered, button("Clear", on_click=page.clear)),
        rx.el.span(class_name="dc-spring"),
        button(
            rx.icon("download", size=14, aria_hidden="true"),
            "Export",
            on_click=page.export,
            title="What is shown, as CSV",
        ),
        class_name="dc-toolbar",
    )


def _filter(page: Any, name: str, none: str, value: Any, options: dict[str, str]) -> rx.Component:
    return rx.el.select(
        rx.el.option(none, value=""),
        *[rx.el.option(words, value=key) for key, words in options.items()],
        value=value,
        on_change=lambda chosen: page.filter_by(name, chosen),
        class_name="dc-select",
        aria_label=name.capitalize(),
    )


def _row(dialog: Any, row: Shown) -> rx.Component:
    return row_of(
        rx.el.td(
            rx.link(row.name, href=f"/subscribers/{row.id}", class_name="dc-name"),
            class_name="dc-nowrap",
        ),
        rx.el.td(row.phone, class_name="dc-nowrap"),
        row.language,
        row.tier,
        rx.el.td(row.region, class_name="dc-nowrap"),
        row.registration_no,
        chip(row.status_word, row.tone),
        rx.el.td(
            rx.cond(may(Permission.SUBSCRIBERS_WRITE) & ~row.erased, _menu(dialog, row)),
            class_name="dc-right",
        ),
        title=row.added,
    )


def _menu(dialog: Any, row: Shown) -> rx.Component:
    def item(words: str, what: str) -> rx.Component:
        return rx.menu.item(words, on_select=dialog.ask_about(row.id, row.name, what))

    return rx.menu.root(
        rx.menu.trigger(
            rx.el.button(
                rx.icon("ellipsis", size=16, aria_hidden="true"),
                type="button",
                class_name="dc-icon-button",
                aria_label="Actions",
            )
        ),
        rx.menu.content(
            rx.menu.item("Edit…", on_select=dialog.open_entry(row.id)),
            rx.match(
                row.status,
                ("ACTIVE", rx.fragment(item("Pause…", "pause"), item("Opt out…", "stop"))),
                ("OPTED_OUT", item("New consent…", "restart")),
                rx.fragment(item("Resume…", "resume"), item("Opt out…", "stop")),
            ),
            rx.cond(may(Permission.SUBSCRIBERS_ERASE), item("Erase…", "erase")),
        ),
    )

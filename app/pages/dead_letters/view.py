"""How the Dead letters page looks: the groups, the causes, the filters, the table."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.cards import card, empty, page_head
from app.components.marks import chip, dot
from app.components.tables import column, data_table, pager, right, row_of
from app.frame import may
from app.pages.dead_letters.shown import Cause, Letter, Tally
from engine.domain.roles import Permission

TABLE = "letters"


def head(page: Any, dialog: Any) -> rx.Component:
    """What the page is about, and what can be done with all that match."""
    settle = may(Permission.DELIVERIES_SETTLE)
    some = page.rows.length() > 0
    return page_head(
        "Dead letters",
        "Messages we gave up on. Put back what may still go; close the rest with a reason.",
        rx.cond(
            dialog.working != "",
            rx.el.span(
                rx.spinner(size="1"),
                dialog.working,
                class_name="dc-row dc-muted dc-small",
                role="status",
            ),
        ),
        rx.cond(
            settle & some & (page.kind == "failed"),
            button(
                "Put all back…",
                kind="primary",
                on_click=dialog.ask_about(0, page.matching, "requeue_all"),
                disabled=dialog.working != "",
            ),
        ),
        rx.cond(
            settle & some & (page.kind != "discarded"),
            button(
                "Close all…",
                on_click=dialog.ask_about(0, page.matching, "close_all"),
                disabled=dialog.working != "",
            ),
        ),
    )


def letters(page: Any, dialog: Any) -> rx.Component:
    """Groups, causes, and the table with its filters."""
    return rx.fragment(
        rx.el.div(
            rx.foreach(page.tallies, lambda tally: _tally(page, tally)), class_name="dc-tallies"
        ),
        rx.cond(
            page.causes.length() > 0,
            card(rx.foreach(page.causes, lambda cause: _cause(page, cause)), title="By cause"),
        ),
        card(
            _toolbar(page),
            rx.cond(page.rows, _table(page, dialog), _nobody(page)),
            id=TABLE,
        ),
    )


def _tally(page: Any, tally: Tally) -> rx.Component:
    return rx.el.button(
        dot(tally.tone),
        rx.el.b(tally.number),
        rx.el.span(tally.word),
        type="button",
        class_name="dc-tally",
        aria_pressed=page.kind == tally.state,
        on_click=page.only(tally.state),
    )


def _cause(page: Any, cause: Cause) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.el.b(cause.title),
                " ",
                chip(cause.verdict, cause.tone),
            ),
            rx.el.div(
                cause.people,
                " · ",
                cause.words,
                rx.cond(cause.shown_code, rx.el.span(" ", cause.shown_code, class_name="dc-grey")),
                class_name="dc-muted dc-small",
            ),
        ),
        button(
            rx.cond(page.cause == cause.code, "All", "Only these"),
            on_click=page.only_cause(cause.code),
            aria_pressed=page.cause == cause.code,
        ),
        class_name="dc-problem",
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
                    aria_label="Search dead letters",
                ),
                debounce_timeout=250,
            ),
            class_name="dc-search",
        ),
        _filter(page, "broadcast", "All broadcasts", page.broadcast, page.broadcasts),
        _filter(page, "sender", "All senders", page.sender, page.senders),
        rx.cond(page.filtered, button("Clear", on_click=page.clear)),
        rx.el.span(class_name="dc-spring"),
        button(
            rx.icon("download", size=14, aria_hidden="true"),
            "Export",
            on_click=page.export,
            title="What is filtered, as CSV",
        ),
        class_name="dc-toolbar",
    )


def _filter(page: Any, field: str, none: str, value: Any, choices: Any) -> rx.Component:
    return rx.el.select(
        rx.el.option(none, value=""),
        rx.foreach(choices, lambda choice: rx.el.option(choice.word, value=choice.value)),
        value=value,
        on_change=lambda chosen: page.filter_by(field, chosen),
        class_name="dc-select",
        aria_label=field.capitalize(),
    )


def _table(page: Any, dialog: Any) -> rx.Component:
    return data_table(
        [
            column("Recipient"),
            column("Phone"),
            column("Broadcast"),
            column("Sender"),
            column("Cause"),
            column("Tries", right=True),
            column("Since", right=True),
            column("", right=True),
        ],
        rx.foreach(page.rows, lambda row: _row(page, dialog, row)),
        pager=pager(
            page.range,
            on_back=[page.back, rx.scroll_to(TABLE)],
            on_next=[page.forth, rx.scroll_to(TABLE)],
            has_back=page.has_back,
            has_next=page.has_next,
        ),
        label="Dead letters",
    )


def _row(page: Any, dialog: Any, row: Letter) -> rx.Component:
    return row_of(
        rx.el.td(
            rx.link(row.name, href=row.href, class_name="dc-strong-link"), class_name="dc-nowrap"
        ),
        rx.el.td(row.phone, class_name="dc-nowrap"),
        rx.el.td(
            rx.cond(
                row.broadcast_href,
                rx.link(row.broadcast, href=row.broadcast_href),
                row.broadcast,
            ),
            class_name="dc-small",
        ),
        rx.el.td(row.sender, class_name="dc-nowrap"),
        rx.el.td(
            chip(row.verdict, row.tone),
            " ",
            rx.el.span(row.cause, title=row.words),
            rx.cond(row.code, rx.el.span(" ", row.code, class_name="dc-grey")),
            class_name="dc-small dc-why",
        ),
        right(row.tries),
        rx.el.td(row.since, title=row.moment, class_name="dc-right dc-nowrap"),
        rx.el.td(
            rx.cond(
                may(Permission.DELIVERIES_SETTLE) & (page.kind != "discarded"),
                _menu(page, dialog, row),
            ),
            class_name="dc-right",
        ),
    )


def _menu(page: Any, dialog: Any, row: Letter) -> rx.Component:
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
            rx.cond(
                page.kind == "failed",
                rx.menu.item("Put back…", on_select=dialog.ask_about(row.id, row.name, "requeue")),
                rx.menu.item("Open it, to send it again…", on_select=rx.redirect(row.href)),
            ),
            rx.menu.item("Close…", on_select=dialog.ask_about(row.id, row.name, "close")),
        ),
    )


def _nobody(page: Any) -> rx.Component:
    return rx.cond(
        page.filtered,
        empty(
            "Nothing fits",
            "Nothing here matches what you look for.",
            button("Show all", on_click=page.clear),
            icon="search-x",
        ),
        rx.match(
            page.kind,
            (
                "held",
                empty(
                    "Nothing is held",
                    "What WhatsApp never answered and never sent a receipt for would wait here "
                    "for your word.",
                    icon="circle-check",
                ),
            ),
            (
                "discarded",
                empty(
                    "Nothing was closed",
                    "What somebody closed stays here, with the reason.",
                    icon="archive",
                ),
            ),
            empty(
                "No dead letters",
                "Whatever we give up on comes here and stays until somebody puts it back or "
                "closes it. Nothing is dropped in silence.",
                icon="circle-check",
            ),
        ),
    )

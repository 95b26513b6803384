"""How the Audit page looks: how whole the trail is above, the trail below."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.cards import card, empty, stat
from app.components.tables import column, data_table, pager, right, row_of
from app.pages.audit.shown import Choice, Line


def standing(page: Any) -> rx.Component:
    """How long the trail is, when it was anchored, and the button that proves it."""
    return card(
        rx.el.div(
            stat("In the trail", page.entries),
            stat("Last anchor", page.anchored),
            class_name="dc-figures",
        ),
        rx.cond(
            page.proof.title,
            rx.el.div(
                rx.match(
                    page.proof.tone,
                    ("good", rx.icon("shield-check", size=16, aria_hidden="true")),
                    rx.icon("shield-alert", size=16, aria_hidden="true"),
                ),
                rx.el.div(rx.el.b(page.proof.title), rx.el.p(page.proof.words)),
                class_name="dc-note dc-proof",
                custom_attrs={"data-tone": page.proof.tone},
                role="status",
            ),
        ),
        rx.el.div(
            button(
                rx.cond(page.checking, "Walking the chain…", "Verify the chain"),
                kind="primary",
                on_click=page.verify,
                disabled=page.checking,
            ),
            button(
                rx.icon("download", size=14, aria_hidden="true"),
                "Take an anchor",
                on_click=page.take_anchor,
                title="The end of the trail as a file, to keep away from this machine",
            ),
            class_name="dc-row",
        ),
    )


def trail(page: Any) -> rx.Component:
    """The entries, or that none fits."""
    return card(
        _toolbar(page),
        rx.cond(
            page.rows,
            data_table(
                [
                    column("No.", right=True),
                    column("When"),
                    column("Who"),
                    column("What"),
                    column("To what"),
                    column("Changes"),
                ],
                rx.foreach(page.rows, _row),
                pager=pager(
                    page.shown,
                    on_back=[page.back, rx.scroll_to("content")],
                    on_next=[page.forth, rx.scroll_to("content")],
                    has_back=page.has_back,
                    has_next=page.has_next,
                ),
                label="Audit trail",
            ),
            empty(
                "Nothing fits",
                "No entry matches what you look for.",
                button("Show everything", on_click=page.clear),
                icon="search-x",
            ),
        ),
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
                    placeholder="Words, or: content 12",
                    aria_label="Search the audit trail",
                ),
                debounce_timeout=300,
            ),
            class_name="dc-search",
        ),
        _filter(page, "actor", "Everybody", page.actor, page.actors, "Who"),
        _filter(page, "action", "Everything", page.action, page.actions, "What"),
        _day(page, "since", page.since, "From"),
        _day(page, "until", page.until, "To"),
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


def _filter(page: Any, name: str, none: str, value: Any, options: Any, label: str) -> rx.Component:
    def option(choice: Choice) -> rx.Component:
        return rx.el.option(choice.words, value=choice.value)

    return rx.el.select(
        rx.el.option(none, value=""),
        rx.foreach(options, option),
        value=value,
        on_change=lambda chosen: page.filter_by(name, chosen),
        class_name="dc-select",
        aria_label=label,
    )


def _day(page: Any, name: str, value: Any, label: str) -> rx.Component:
    return rx.el.label(
        label,
        rx.el.input(
            type="date",
            value=value,
            on_change=lambda chosen: page.filter_by(name, chosen),
            class_name="dc-select",
        ),
        class_name="dc-day",
    )


def _row(row: Line) -> rx.Component:
    return row_of(
        right(row.number),
        rx.el.td(
            row.day,
            rx.el.div(row.time, class_name="dc-muted dc-small"),
            class_name="dc-nowrap",
            title=row.ago,
        ),
        rx.el.td(
            row.who,
            rx.cond(row.ip, rx.el.div(row.ip, class_name="dc-muted dc-small")),
            class_name="dc-nowrap",
        ),
        rx.el.td(row.what, class_name="dc-what"),
        rx.el.td(row.object, class_name="dc-nowrap", title=row.seal),
        rx.el.td(
            rx.el.ul(rx.foreach(row.changes, rx.el.li), class_name="dc-plain-list dc-break"),
            class_name="dc-changes dc-small",
        ),
    )

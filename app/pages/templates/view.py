"""How the Templates page looks: a card for each, with its strip, and what was asked of WhatsApp."""

from typing import Any

import reflex as rx

from app.components.actions import button
from app.components.cards import card, empty, page_head
from app.components.marks import chip
from app.frame import may
from app.pages.templates.shown import Asked, Bar, Card
from engine.domain.roles import Permission

SHOWN_STATUSES = ("Approved", "In review", "Paused", "Rejected", "Disabled")


def head(page: Any, form: Any) -> rx.Component:
    """What the page is about, and the ways to change something."""
    return page_head(
        "Templates",
        "What WhatsApp has approved, how it does, and what takes over when it may not be sent",
        rx.el.span(page.synced, class_name="dc-muted dc-small"),
        rx.cond(
            may(Permission.TEMPLATES_WRITE),
            rx.el.div(
                button(
                    rx.icon("refresh-cw", size=14, aria_hidden="true"), "Sync", on_click=page.sync
                ),
                button("New template…", kind="primary", on_click=form.begin),
                class_name="dc-row",
            ),
        ),
    )


def shelf(page: Any, form: Any, dialog: Any) -> rx.Component:
    """Orders, filters, and the cards."""
    return rx.fragment(
        rx.cond(
            page.orders,
            card(
                rx.el.ul(rx.foreach(page.orders, _order), class_name="dc-plain-list dc-orders"),
                title="Asked of WhatsApp",
            ),
        ),
        rx.el.div(
            *[_only(page, status) for status in SHOWN_STATUSES],
            class_name="dc-tallies",
            role="group",
            aria_label="Show only",
        ),
        rx.cond(
            page.cards,
            rx.el.div(
                rx.foreach(page.cards, lambda one: _card(one, form, dialog)),
                class_name="dc-grid dc-grid-2",
            ),
            rx.cond(
                page.nothing,
                empty(
                    "There is no template yet",
                    "Create one here, or sync to take over what the account has already.",
                    icon="layout-template",
                ),
                empty("None is in this state", "Choose another one above.", icon="filter"),
            ),
        ),
    )


def _only(page: Any, status: str) -> rx.Component:
    return rx.el.button(
        status,
        type="button",
        class_name="dc-tally",
        aria_pressed=page.only == status,
        on_click=page.show_only(status),
    )


def _order(order: Asked) -> rx.Component:
    return rx.el.li(
        chip(order.state, order.tone),
        rx.el.b(order.what),
        rx.el.span(order.words),
        rx.el.span(order.at, class_name="dc-muted dc-small"),
        key=order.id,
        class_name="dc-row",
    )


def _card(one: Card, form: Any, dialog: Any) -> rx.Component:
    return card(
        rx.el.div(
            rx.el.div(
                rx.el.h2(one.name, class_name="dc-break"),
                rx.el.div(
                    one.language,
                    " · ",
                    one.category,
                    rx.cond(one.price, rx.el.span(" · ", one.price)),
                    class_name="dc-muted dc-small",
                ),
            ),
            rx.el.div(
                chip(one.status, one.tone, title=one.since),
                chip(one.quality, one.quality_tone),
                rx.cond(may(Permission.TEMPLATES_WRITE), _menu(one, form, dialog)),
                class_name="dc-row",
            ),
            class_name="dc-card-head dc-template-head",
        ),
        _told(one.why, one.tone),
        _told(one.coming, "warn"),
        rx.cond(
            one.next_up,
            rx.el.p(
                "In its place: ",
                rx.el.b(one.next_up),
                ". A content that uses this one has to be written with that one and approved anew.",
                class_name="dc-small",
            ),
        ),
        _strip(one),
        rx.el.div(
            rx.foreach(one.marks, lambda mark: chip(mark, "quiet")), class_name="dc-row dc-marks"
        ),
        rx.el.details(
            rx.el.summary("Its words", class_name="dc-muted dc-small"),
            rx.el.div(
                rx.cond(one.header, rx.el.b(one.header, rx.el.br())),
                one.text,
                rx.cond(one.footer, rx.el.div(one.footer, class_name="dc-muted dc-small")),
                rx.foreach(one.buttons, lambda words: chip(words, "busy")),
                class_name="dc-template-words",
            ),
            class_name="dc-raw",
        ),
        key=one.id,
        custom_attrs={"data-template": one.name, "data-language": one.language_code},
    )


def _told(words: Any, tone: Any) -> rx.Component:
    return rx.cond(
        words,
        rx.el.p(words, class_name="dc-note", custom_attrs={"data-tone": tone}),
    )


def _strip(one: Card) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.foreach(one.bars, _bar),
            class_name="dc-strip",
            role="img",
            aria_label=one.rate,
        ),
        rx.el.span(
            one.rate, class_name="dc-small dc-rate-words", custom_attrs={"data-tone": one.rate_tone}
        ),
        class_name="dc-strip-row",
    )


def _bar(bar: Bar) -> rx.Component:
    return rx.el.i(
        style={"height": bar.height}, title=bar.words, custom_attrs={"data-tone": bar.tone}
    )


def _menu(one: Card, form: Any, dialog: Any) -> rx.Component:
    return rx.menu.root(
        rx.menu.trigger(
            rx.el.button(
                rx.icon("ellipsis", size=16, aria_hidden="true"),
                type="button",
                class_name="dc-icon-button",
                aria_label=f"Actions for {one.name} in {one.language}",
            )
        ),
        rx.menu.content(
            rx.cond(one.editable, rx.menu.item("Edit…", on_select=form.edit(one.id))),
            rx.menu.item("Group and order…", on_select=dialog.ask_about(one.id, "group")),
            rx.cond(
                one.deletable,
                rx.menu.item("Delete…", on_select=dialog.ask_about(one.id, "delete")),
            ),
        ),
    )

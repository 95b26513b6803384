"""How the page of one number looks."""

from typing import Any

import reflex as rx

from app.components.actions import link_button
from app.components.cards import card, grid, page_head
from app.components.marks import chip
from app.components.tables import column, data_table, row_of
from app.pages.senders.strip import strip_of


def sender(shown: Any) -> rx.Component:
    """Facts and plan side by side, the history below."""
    return rx.fragment(
        page_head(
            shown.phone,
            shown.subtitle,
            chip(shown.quality, shown.quality_tone),
            link_button("All senders", "/senders"),
            answers="How this number has done, and what it needs now",
        ),
        card(
            strip_of(shown.strip, shown.strip_words),
            rx.el.div(
                rx.el.span("30 days ago"),
                rx.el.span(shown.strip_words),
                rx.el.span("today"),
                class_name="dc-strip-ends dc-muted dc-small",
            ),
            title="Quality, day by day: the worst of each day",
        ),
        grid(_plan(shown), _facts(shown)),
        _changes(shown),
    )


def _plan(shown: Any) -> rx.Component:
    return card(
        rx.el.p(shown.plan_words, class_name=rx.cond(shown.steps, "", "dc-muted")),
        rx.foreach(
            shown.steps,
            lambda step: rx.el.div(
                rx.el.div(
                    rx.el.b(step.title), rx.el.div(step.words, class_name="dc-muted dc-small")
                ),
                chip(step.state, step.tone),
                class_name="dc-problem",
            ),
        ),
        title="Recovery plan",
    )


def _facts(shown: Any) -> rx.Component:
    return card(
        rx.el.dl(
            rx.foreach(shown.facts, lambda fact: rx.fragment(rx.el.dt(fact[0]), rx.el.dd(fact[1]))),
            class_name="dc-facts",
        ),
        title="Now",
    )


def _changes(shown: Any) -> rx.Component:
    return card(
        rx.cond(
            shown.changes,
            data_table(
                [column("When"), column("What"), column("Change"), column("How we know")],
                rx.foreach(
                    shown.changes,
                    lambda one: row_of(
                        rx.el.td(one.at, class_name="dc-nowrap"),
                        one.what,
                        rx.el.td(one.change, class_name="dc-nowrap"),
                        rx.el.td(one.source, class_name="dc-nowrap"),
                    ),
                ),
                label="What WhatsApp said of this number over time",
            ),
            rx.el.p("WhatsApp has said nothing new of it yet.", class_name="dc-muted"),
        ),
        title="What changed",
    )

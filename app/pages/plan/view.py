"""How the Plan page looks: whether it fits, messages a second, a line for each sender."""

from typing import Any

import reflex as rx

from app.components.actions import button, link_button
from app.components.cards import card, empty, page_head
from app.components.tables import column, data_table, right, row_of
from app.pages.plan.chart import BOTTOM, WIDTH
from app.pages.plan.shown import LeftOutShown, PartShown


def plan(page: Any) -> rx.Component:
    """The whole page."""
    shown = page.shown
    return rx.fragment(
        page_head(
            shown.title,
            shown.subtitle,
            rx.cond(
                shown.frozen,
                link_button("The broadcast", shown.href),
                button("Make it anew", on_click=page.again),
            ),
            answers="Which sender takes whom, second by second",
        ),
        card(
            rx.el.div(
                rx.icon("route", size=20, aria_hidden="true"),
                rx.el.div(
                    rx.el.p(shown.sentence, class_name="dc-lead"),
                    rx.el.p(
                        shown.note,
                        " ",
                        shown.basis,
                        class_name="dc-muted dc-small",
                    ),
                ),
                class_name="dc-pool",
                custom_attrs={"data-tone": shown.tone},
            ),
        ),
        _chart(shown),
        _parts(shown),
        _left_out(shown),
    )


def no_plan(page: Any) -> rx.Component:
    """Why there is nothing to draw."""
    return empty(
        "No plan to show",
        page.why,
        link_button("Schedule & window", "/settings/schedule", "primary"),
        icon="route",
    )


def _chart(shown: Any) -> rx.Component:
    chart = shown.chart
    return card(
        rx.el.div(
            rx.el.svg(
                rx.foreach(
                    chart.layers,
                    lambda layer: rx.el.path(
                        d=layer.path,
                        class_name="dc-shade",
                        custom_attrs={"data-shade": layer.shade},
                    ),
                ),
                rx.el.path(d=f"M0 {BOTTOM}H{WIDTH}", class_name="dc-chart-grid"),
                rx.el.path(d=chart.window, class_name="dc-chart-plan"),
                rx.el.path(d=chart.close, class_name="dc-chart-close"),
                view_box=f"0 0 {WIDTH} {BOTTOM}",
                preserve_aspect_ratio="none",
                role="img",
                aria_label=shown.chart_words,
            ),
            rx.el.span(chart.top, class_name="dc-chart-note dc-chart-whole dc-muted"),
            rx.cond(
                chart.window,
                rx.el.span(
                    "window ends",
                    class_name="dc-chart-note dc-chart-window-label",
                    style={"left": chart.window_left},
                ),
            ),
            rx.cond(
                chart.close,
                rx.el.span(
                    "close",
                    class_name="dc-chart-note dc-chart-close-label",
                    style={"left": chart.close_left},
                ),
            ),
            class_name="dc-chart",
        ),
        rx.el.div(
            rx.foreach(chart.ticks, lambda tick: rx.el.span(tick.label, style={"left": tick.left})),
            class_name="dc-ticks dc-muted dc-small",
        ),
        rx.cond(chart.bar, rx.el.p(chart.bar, class_name="dc-muted dc-small")),
        title="Messages a second, stacked by sender",
    )


def _parts(shown: Any) -> rx.Component:
    return card(
        data_table(
            [
                column("Sender"),
                column("People", right=True),
                column("First", right=True),
                column("Last", right=True),
                column("Peak of rate", right=True),
                column("Cap left", right=True),
                column("Whom it does not take"),
            ],
            rx.fragment(
                rx.foreach(shown.parts, _part),
                row_of(
                    rx.el.td(rx.el.b("All"), class_name="dc-nowrap"),
                    right(rx.el.b(shown.total)),
                    *[rx.el.td() for _ in range(5)],
                ),
            ),
            label="The plan of each sender",
        ),
        title="Senders",
    )


def _part(part: PartShown) -> rx.Component:
    return row_of(
        rx.el.td(
            rx.cond(
                part.shade,
                rx.el.i(
                    class_name="dc-dot dc-shade",
                    custom_attrs={"data-shade": part.shade},
                    aria_hidden="true",
                ),
            ),
            rx.link(part.sender, href=part.href, class_name="dc-strong-link"),
            rx.el.span(" ", part.role, class_name="dc-muted dc-small"),
            class_name="dc-nowrap",
        ),
        right(part.people),
        right(part.first),
        right(part.last),
        right(part.rate),
        right(part.limit),
        rx.el.td(part.cannot, class_name="dc-small dc-why"),
    )


def _left_out(shown: Any) -> rx.Component:
    return rx.cond(
        shown.left_out,
        card(rx.foreach(shown.left_out, _reason), title="Who is not planned, and why"),
    )


def _reason(one: LeftOutShown) -> rx.Component:
    return rx.el.div(
        rx.el.div(rx.el.b(one.people), rx.el.div(one.words, class_name="dc-muted dc-small")),
        class_name="dc-problem",
    )

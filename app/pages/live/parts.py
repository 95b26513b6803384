"""The cards of the Live page that last from the opening to the verdict: chart, senders, log."""

from typing import Any

import reflex as rx

from app.components.actions import link_button
from app.components.cards import card, rate_bar
from app.components.marks import chip, dot
from app.components.tables import column, data_table, right, row_of
from app.pages.live.chart import BOTTOM, TOP, WIDTH
from app.words.speech import spoken


def chart(live: Any) -> rx.Component:
    """How many have it, second by second, against the plan and the close."""
    drawn = live.chart
    levels = [TOP, TOP + (BOTTOM - TOP) // 3, TOP + 2 * (BOTTOM - TOP) // 3, BOTTOM]
    return card(
        rx.el.div(
            rx.el.svg(
                rx.el.path(
                    d="".join(f"M0 {y}H{WIDTH}" for y in levels), class_name="dc-chart-grid"
                ),
                rx.el.path(d=drawn.plan, class_name="dc-chart-plan"),
                rx.el.path(d=drawn.band, class_name="dc-chart-band"),
                rx.el.path(d=drawn.delivered, class_name="dc-chart-delivered"),
                rx.el.path(d=drawn.close, class_name="dc-chart-close"),
                view_box=f"0 0 {WIDTH} 190",
                custom_attrs={"preserveAspectRatio": "none"},
                aria_hidden="true",
            ),
            rx.el.span(
                "100 %", class_name="dc-chart-note dc-muted", style={"left": "0", "top": "4px"}
            ),
            rx.el.span(
                drawn.close_label,
                class_name="dc-chart-note dc-chart-close-label",
                style={"left": drawn.close_left},
            ),
            class_name="dc-chart",
            role="img",
            aria_label=drawn.words,
        ),
        rx.el.div(
            rx.foreach(drawn.ticks, lambda tick: rx.el.span(tick.label, style={"left": tick.left})),
            class_name="dc-ticks dc-muted dc-small",
        ),
        title="Delivered against the plan",
        actions=rx.el.span(
            rx.el.i(class_name="dc-line-delivered"),
            spoken("delivered"),
            rx.el.i(class_name="dc-line-plan"),
            spoken("plan"),
            class_name="dc-muted dc-small dc-lines",
        ),
    )


def lanes(live: Any) -> rx.Component:
    """Each sender: how fast, how much is left, how long it takes."""
    return card(
        data_table(
            [
                column("Sender"),
                column("Rate now"),
                column("Left", right=True),
                column("p95", right=True),
                column("99 % at", right=True),
                column("State", right=True),
            ],
            rx.foreach(live.lanes, _lane),
            label="Senders",
        ),
        title="Senders",
        id="lanes",
    )


def _lane(lane: Any) -> rx.Component:
    return row_of(
        rx.el.td(
            rx.el.b(lane.sender, class_name="dc-nowrap"),
            " ",
            rx.cond(
                lane.backup,
                rx.el.span(spoken("backup "), class_name="dc-muted dc-small"),
                rx.fragment(),
            ),
            rx.cond(lane.quality != "", chip(lane.quality, tone=lane.quality_tone)),
        ),
        rx.el.td(rate_bar(lane.rate_width), lane.rate, class_name="dc-nowrap"),
        right(lane.left),
        right(lane.p95),
        right(lane.expected),
        rx.el.td(
            chip(lane.state, lane.state_tone, title=lane.why),
            rx.cond(lane.note != "", rx.el.div(lane.note, class_name="dc-muted dc-small")),
            class_name="dc-right",
        ),
    )


def problems(live: Any) -> rx.Component:
    """What went wrong, for how many, and the way to them."""
    return card(
        rx.cond(
            live.problems.length() > 0,
            rx.foreach(live.problems, _problem),
            rx.el.p(live.no_problems, class_name="dc-muted"),
        ),
        title="What went wrong, and what we do",
    )


def _problem(problem: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            dot(problem.tone),
            rx.el.b(problem.title),
            rx.el.div(problem.words, class_name="dc-muted dc-small"),
        ),
        link_button("Who", problem.href),
        class_name="dc-problem",
    )


def log(live: Any) -> rx.Component:
    """What happened, newest first."""
    return card(
        rx.cond(
            live.log.length() > 0,
            rx.el.ol(
                rx.foreach(
                    live.log,
                    lambda entry: rx.el.li(
                        rx.el.time(entry.time, class_name="dc-muted"), rx.el.span(entry.words)
                    ),
                ),
                class_name="dc-log",
                tab_index=0,
                aria_label=spoken("Log, newest first"),
            ),
            rx.el.p(spoken("Nothing has happened yet."), class_name="dc-muted"),
        ),
        title="Log",
    )
